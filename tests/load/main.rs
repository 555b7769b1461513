//! Measures the cluster as processes on this machine, on PostgreSQL: start and memory, peak,
//! overload, rolling restart, kills. Ends with an error where a promise does not hold.
//!
//!     cargo build --release --workspace && target/release/load [start|overload|restart|kill]

#![allow(clippy::expect_used, clippy::panic, reason = "a measurement that cannot go on has failed")]

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

/// How long a caller waits.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A fleet, and a client that may buy there.
async fn fleet(replicas: usize, settings: &[(&str, &str)]) -> (Fleet, Buyer) {
    let fleet = Fleet::on(Engine::Postgres, replicas, settings).await;
    let sale = sale(&fleet.cast()).await.expect("nothing stands against the sale");
    let buyer = Buyer::at(&fleet.urls("ordering"), TIMEOUT, sale);
    (fleet, buyer)
}

/// Prints a figure that was promised, and gives whether the promise holds.
fn promise(holds: bool, figure: &str) -> bool {
    println!("{}  {figure}", if holds { "held  " } else { "BROKEN" });
    holds
}

/// Each in a process of its own, since some choose the cores that it and its PostgreSQL run on.
fn all() -> bool {
    let program = std::env::current_exe().expect("this program has a path");
    let measured = ["start", "overload", "restart", "kill"].map(|name| {
        let ended = Command::new(&program).arg(name).status().expect("it starts");
        ended.success()
    });
    measured.iter().all(|held| *held)
}

#[tokio::main]
async fn main() -> ExitCode {
    let held = match std::env::args().nth(1).as_deref() {
        None => all(),
        Some("start") => start::measure().await,
        Some("overload") => overload::measure().await,
        Some("restart") => change::restart().await,
        Some("kill") => change::kill().await,
        Some(other) => panic!("nothing measures `{other}`"),
    };
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
