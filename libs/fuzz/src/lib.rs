//! Test support: calls a parser with mutated inputs. A target is a test that calls [`run`] with its corpus, a file
//! with one input per line, escaped as in a Rust byte string.
//!
//! A target asserts what must hold for any input, and returns what kind of outcome it was. An input with a new
//! kind of outcome is mutated further: that leads towards rare outcomes without instrumented code, which only
//! nightly compilers have. Variables: `FUZZ_SECONDS` for each target (default 1), `FUZZ_SEED`, and `FUZZ_KEEP=1` to
//! append inputs with new outcomes to the corpus.

#![allow(clippy::expect_used, clippy::panic, clippy::disallowed_methods, reason = "test support")]

mod mutation;

use std::{
    collections::BTreeSet,
    env, fs,
    io::Write,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    time::{Duration, Instant, SystemTime},
};

use mutation::Mutator;

/// Longest time of one input: many times more than any parser takes on a busy machine.
const LONGEST: Duration = Duration::from_secs(2);
/// Most inputs that a run adds to a corpus.
const MOST_KEPT: usize = 20;

/// Calls a target with every input of its corpus, and then with mutated ones until the time is over.
///
/// # Panics
/// If the target panics, with the input as a line for the corpus, or if it takes too long.
pub fn run(corpus: &str, target: impl Fn(&[u8]) -> String) {
    let text = fs::read_to_string(corpus).unwrap_or_else(|error| panic!("{corpus}: {error}"));
    let mut inputs: Vec<_> = text.lines().map(unescape).collect();
    assert!(!inputs.is_empty(), "{corpus} has no inputs");
    let mut outcomes: BTreeSet<_> = inputs.iter().map(|input| call(&target, input)).collect();
    let seed = variable("FUZZ_SEED").unwrap_or_else(clock_seed);
    let seconds = variable("FUZZ_SECONDS").unwrap_or(1);
    let (start, known) = (Instant::now(), inputs.len());
    let mut mutator = Mutator::new(seed, &inputs);
    let mut calls = 0_u64;
    while start.elapsed() < Duration::from_secs(seconds) {
        let input = mutator.next(&inputs);
        calls += 1;
        if outcomes.insert(call(&target, &input)) {
            inputs.push(input);
        }
    }
    println!(
        "{}: {calls} inputs with seed {seed}, {} kinds of outcome, {} of them new",
        Path::new(corpus).display(),
        outcomes.len(),
        inputs.len() - known
    );
    if variable("FUZZ_KEEP") == Some(1) {
        let file = fs::File::options().append(true).open(corpus);
        let mut file = file.expect("the corpus can be written");
        for input in inputs.iter().skip(known).take(MOST_KEPT) {
            writeln!(file, "{}", input.escape_ascii()).expect("the corpus can be written");
        }
    }
}

/// The kind of an outcome: an error without what it quotes, or a few words about a value.
#[must_use]
pub fn kind(text: &str) -> String {
    // What is quoted may contain quotes.
    let ends = text.find('`').zip(text.rfind('`'));
    let kind = match ends {
        Some((start, end)) => format!("{}{}", &text[..start], &text[end..]),
        None => text.to_owned(),
    };
    kind.replace(|it: char| it.is_ascii_digit(), "0")
}

fn call(target: &impl Fn(&[u8]) -> String, input: &[u8]) -> String {
    let start = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| target(input))).unwrap_or_else(|panic| {
        let smallest = shrink(target, input);
        eprintln!("\nline for the corpus, after the cause is fixed:\n{}", smallest.escape_ascii());
        resume_unwind(panic)
    });
    let took = start.elapsed();
    assert!(
        took < LONGEST,
        "{took:?} for an input of {} bytes: {}",
        input.len(),
        input.escape_ascii()
    );
    outcome
}

/// Removes what the panic does not need.
fn shrink(target: &impl Fn(&[u8]) -> String, input: &[u8]) -> Vec<u8> {
    let mut smallest = input.to_vec();
    let mut length = smallest.len() / 2;
    while length > 0 {
        let mut at = 0;
        while at + length <= smallest.len() {
            let mut shorter = smallest.clone();
            shorter.drain(at..at + length);
            if catch_unwind(AssertUnwindSafe(|| target(&shorter))).is_err() {
                smallest = shorter;
            } else {
                at += length;
            }
        }
        length /= 2;
    }
    smallest
}

/// The inverse of [`slice::escape_ascii`].
fn unescape(line: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = line.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, after) = match (first, after) {
            (b'\\', [b'x', high, low, after @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).expect("two digits follow `\\x`");
                (u8::from_str_radix(digits, 16).expect("two digits follow `\\x`"), after)
            }
            (b'\\', [b'n', after @ ..]) => (b'\n', after),
            (b'\\', [b'r', after @ ..]) => (b'\r', after),
            (b'\\', [b't', after @ ..]) => (b'\t', after),
            (b'\\', [escaped, after @ ..]) => (*escaped, after),
            (byte, after) => (*byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    bytes
}

fn variable(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

fn clock_seed() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    now.as_secs() ^ u64::from(now.subsec_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_corpus_is_any_input() {
        let input: Vec<u8> = (0..=255).collect();
        assert_eq!(unescape(&input.escape_ascii().to_string()), input);
        assert_eq!(unescape("é"), "é".as_bytes());
    }

    #[test]
    fn a_fault_behind_a_rare_outcome_is_found_and_shrunk() {
        // Blind mutation of `a` would need 2^24 attempts for `xyz`.
        let target = |input: &[u8]| {
            let matches = input.iter().zip(b"xyz").take_while(|(one, other)| one == other);
            assert!(matches.clone().count() < 3, "found");
            matches.count().to_string()
        };
        let mut mutator = Mutator::new(7, &[b"a".to_vec()]);
        let (mut inputs, mut outcomes) = (vec![b"a".to_vec()], BTreeSet::new());
        let found = (0..2_000_000).find_map(|_| {
            let input = mutator.next(&inputs);
            match catch_unwind(AssertUnwindSafe(|| target(&input))) {
                Ok(outcome) if outcomes.insert(outcome.clone()) => inputs.push(input),
                Ok(_) => {}
                Err(_) => return Some(input),
            }
            None
        });
        assert_eq!(shrink(&target, &found.expect("it is found")), b"xyz");
    }
}
