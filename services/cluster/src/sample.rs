//! The sample distributor.

use std::net::SocketAddr;

use cluster::Cluster;
use types::Clock;
use world::{World, alias::customer};

const SAMPLE: &str = include_str!("../../../samples/distributor.csp.yaml");

/// Five things to try with the sample; each line runs as it is.
const TRY: [(&str, &str); 5] = [
    (
        "May this reseller sell Microsoft 365 to this customer? If not, who must act?",
        "check --seller northwind --reseller fabrikam --customer litware --offer m365-business",
    ),
    (
        "Record that a Global admin of the reseller accepted the MPA in Partner Center.",
        "accept-mpa fabrikam --signatory 'Konrad Zuse <konrad@fabrikam.example.com>'",
    ),
    (
        "Place the order, which is accepted now.",
        "order --seller northwind --reseller fabrikam --customer litware --offer m365-business --quantity 5",
    ),
    ("Who can sell to this customer, and what blocks the others?", "paths blue-yonder"),
    ("The scenarios of the programme, on a cluster of their own.", "tour"),
];

/// Applies the sample, and prints what to try. What a person has changed since stays as it is.
///
/// # Errors
/// A sample that cannot be read.
pub async fn apply(cluster: &Cluster, console: Option<SocketAddr>) -> Result<(), String> {
    let world = World::read(SAMPLE).map_err(|it| it.of("samples/distributor.csp.yaml"))?;
    let applied = world::apply(&cluster.client(), &world, Clock::system().now(), |_| {}).await;
    match applied.changes.len() {
        0 => println!("The sample distributor is there (samples/distributor.csp.yaml)."),
        changes => println!("Applied samples/distributor.csp.yaml: {changes} changes."),
    }
    for conflict in &applied.conflicts {
        println!("  changed since: {}", conflict.text);
    }
    if let Some(address) = console {
        println!("Open http://{address}/{} to see who can sell to Litware.", customer("litware"));
    }
    println!("Try in another terminal:");
    for (what, command) in TRY {
        println!("  # {what}");
        println!("  cargo run -qp csp -- {command}");
    }
    Ok(())
}
