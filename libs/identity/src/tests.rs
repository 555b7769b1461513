mod fuzzing;
mod jwks;
mod jwt;
mod mesh;
mod pki;
mod rotation;
mod signer;
mod spiffe;
mod strip;
mod tls;

use std::time::Duration;

use jiff::Timestamp;
use types::Clock;

/// 2026-11-27T09:00:00Z.
const NOW: i64 = 1_795_770_000;

fn clock() -> Clock {
    Clock::manual(Timestamp::from_second(NOW).unwrap())
}

/// Waits until a task in the background has had its effect.
async fn eventually(mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not within 5 s");
}

/// The rows of a table that do not have their expected outcome; names are unique.
fn compare(rows: &[(&str, String, &str)]) {
    let mut names: Vec<_> = rows.iter().map(|(name, ..)| name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), rows.len(), "two rows have one name");
    let wrong: Vec<_> = rows
        .iter()
        .filter(|(_, outcome, expected)| !outcome.contains(expected))
        .map(|(name, outcome, expected)| format!("{name}: {outcome}, not {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The reason of a refusal, or the id of a caller.
fn outcome(caller: Result<authority::Caller, crate::Unproven>) -> String {
    let why = match caller {
        Ok(caller) => return format!("proven: {caller}"),
        Err(why) => why,
    };
    let text = why.to_string();
    assert!((20..300).contains(&text.len()), "{text}");
    assert!(crate::Unproven::REASONS.contains(&why.reason()));
    why.reason().to_owned()
}
