//! Measures the cluster as processes on this machine, on PostgreSQL: start and memory, peak,
//! overload, rolling restart, kills. Exits with an error if a requirement is not met.
//!
//!     cargo build --release --workspace && target/release/load [start|overload|restart|kill]

#![allow(clippy::expect_used, clippy::panic, reason = "so a measurement fails")]

mod change;
mod overload;
mod start;

use std::{
    process::{Command, ExitCode},
    time::Duration,
};

use tests::{
    Engine,
    fleet::Fleet,
    load::{Buyer, sale},
};

/// Timeout of a caller.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A fleet, and a client that can place orders.
async fn fleet(replicas: usize, settings: &[(&str, &str)]) -> (Fleet, Buyer) {
    let fleet = Fleet::on(Engine::Postgres, replicas, settings).await;
    let sale = sale(&fleet.client()).await.expect("no rule blocks the sale");
    let buyer = Buyer::at(&fleet.urls("ordering"), TIMEOUT, sale);
    (fleet, buyer)
}

/// Prints a figure and whether it meets its requirement, and returns the latter.
fn require(met: bool, figure: &str) -> bool {
    println!("{}  {figure}", if met { "met   " } else { "NOT MET" });
    met
}

/// Runs each measurement in its own process, because some pin themselves and PostgreSQL to a core.
fn all() -> bool {
    let program = std::env::current_exe().expect("this program has a path");
    let measured = ["start", "overload", "restart", "kill"].map(|name| {
        let ended = Command::new(&program).arg(name).status().expect("it starts");
        ended.success()
    });
    measured.iter().all(|met| *met)
}

#[tokio::main]
async fn main() -> ExitCode {
    let met = match std::env::args().nth(1).as_deref() {
        None => all(),
        Some("start") => start::measure().await,
        Some("overload") => overload::measure().await,
        Some("restart") => change::restart().await,
        Some("kill") => change::kill().await,
        Some(other) => panic!("`{other}` is no measurement; use start, overload, restart or kill"),
    };
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
