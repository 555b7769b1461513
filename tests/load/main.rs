//! Measures the cluster as processes on this machine, on PostgreSQL: start and memory, peak,
//! overload, rolling restart, kills. Ends with an error where a promise does not hold.
//!
//!     cargo build --release --workspace && target/release/load [start|overload|restart|kill]

#![allow(clippy::expect_used, clippy::panic, reason = "a measurement that cannot go on has failed")]

mod change;
mod overload;
mod start;

use std::time::Duration;

use tests::{
    Engine,
    fleet::Fleet,
    load::{Buyer, sale},
};

/// How long a caller waits.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A fleet, and a client that may buy there.
async fn fleet(replicas: usize, settings: &[(&str, &str)]) -> (Fleet, Buyer) {
    let fleet = Fleet::on(Engine::Postgres, replicas, settings).await;
    let sale = sale(&fleet.cast().await).await.expect("nothing stands against the sale");
    let buyer = Buyer::at(&fleet.urls("ordering"), TIMEOUT, sale);
    (fleet, buyer)
}

/// Prints a figure that was promised, and gives whether the promise holds.
fn promise(holds: bool, figure: &str) -> bool {
    println!("{}  {figure}", if holds { "held  " } else { "BROKEN" });
    holds
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let only = std::env::args().nth(1);
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let mut held = true;
    if wanted("start") {
        start::measure().await;
    }
    if wanted("overload") {
        held &= overload::measure().await;
    }
    if wanted("restart") {
        held &= change::restart().await;
    }
    if wanted("kill") {
        held &= change::kill().await;
    }
    if held { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
}
