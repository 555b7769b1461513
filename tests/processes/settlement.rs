use std::{process::Output, time::Duration};

use cluster::scenario_client::order;
use tests::{Engine, World, process::run};
use tonic::Status;

/// A year from the start of the clock, 2026-03-02, has 365 days.
const YEAR: Duration = Duration::from_secs(365 * 86_400);
/// More than one call settles.
const SUBSCRIPTIONS: usize = 51;

fn settle(at: &str) -> (bool, String, String) {
    let Output { status, stdout, stderr } = run("ordering", &["settle", "--at", at], &[]);
    let text = |bytes| String::from_utf8(bytes).unwrap().trim().to_owned();
    (status.success(), text(stdout), text(stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settle_command_settles_all_due_and_fails_if_some_are_left() -> Result<(), Status> {
    let world = World::on(Engine::Sqlite).await;
    let channel = world.channel("DE").await?;
    for _ in 0..SUBSCRIPTIONS {
        let order = order(&channel.provider, None, &channel.customer, &channel.offer);
        world.client.place(order).await?;
    }
    let World { clock, cluster, .. } = world;
    let at = format!("http://{}", cluster.ordering.address);
    let done = |text: &str| (true, text.to_owned(), String::new());
    assert_eq!(settle(&at), done("settled 0, left 0"));
    clock.advance(YEAR);
    assert_eq!(settle(&at), done("settled 51, left 0"));
    assert_eq!(settle(&at), done("settled 0, left 0"));

    clock.advance(YEAR + YEAR);
    cluster.relationship.stop().await;
    let (success, stdout, stderr) = settle(&at);
    assert!(!success, "{stdout}");
    assert_eq!(stdout, "settled 0, left 51");
    assert!(stderr.contains("51 subscriptions could not be settled and stay due"), "{stderr}");

    cluster.ordering.stop().await;
    let (success, stdout, stderr) = settle(&at);
    assert!(!success, "{stdout}");
    assert!(stderr.contains(&format!("settled 0, then {at}/: Unavailable")), "{stderr}");
    Ok(())
}
