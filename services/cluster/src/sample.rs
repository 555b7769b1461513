//! The sample distributor.

use std::net::SocketAddr;

use cluster::Cluster;
use contracts::onboarding::ListOrganizationsRequest;
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

/// Applies the sample to a cluster without data, and prints what to try.
///
/// # Errors
/// A sample that cannot be read, or services that do not answer.
pub async fn apply(cluster: &Cluster, console: Option<SocketAddr>) -> Result<(), String> {
    let services = cluster.client();
    let first = ListOrganizationsRequest { page_size: 1, ..Default::default() };
    let existing = services.onboarding.clone().list_organizations(first).await;
    let existing = existing.map_err(|status| status.message().to_owned())?.into_inner();
    if existing.organizations.is_empty() {
        let world = World::read(SAMPLE).map_err(|it| it.of("samples/distributor.csp.yaml"))?;
        let applied = world::apply(&services, &world, Clock::system().now(), |_| {}).await;
        println!("Created the sample distributor (samples/distributor.csp.yaml).");
        for conflict in &applied.conflicts {
            println!("  not complete: {}", conflict.text);
        }
    } else {
        println!(
            "There is data already, so the sample is not added. To start over, stop this and run"
        );
        println!("  cargo run -p cluster -- reset");
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
