//! Runs all three services in one process, for first steps, demonstrations and small installations.

use std::{io::IsTerminal, net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use cluster::{Cluster, Plan, tour};
use runtime::{
    config::{Problems, Reader, Variables},
    process::stop_request,
    telemetry,
};
use types::Clock;

const DEFAULTS: &str = include_str!("../config.toml");

/// onboarding, relationship and ordering in one process.
#[derive(Debug, Parser)]
struct Arguments {
    /// TOML file with settings that differ from the defaults.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve gRPC until Ctrl-C (the default).
    Serve,
    /// Play the scenarios of the programme against a new cluster, and print the results.
    Tour,
    /// Print the annotated default settings.
    Defaults,
}

struct Settings {
    plan: Plan,
    data: String,
    telemetry: telemetry::Settings,
}

#[tokio::main]
async fn main() -> ExitCode {
    let command = Arguments::command().version(version::BUILD.to_string());
    let arguments = Arguments::from_arg_matches(&command.get_matches());
    let arguments = arguments.unwrap_or_else(|error| error.exit());
    let outcome = match arguments.command {
        Some(Command::Defaults) => {
            print!("{DEFAULTS}");
            Ok(())
        }
        Some(Command::Tour) => tour::play(std::io::stdout().is_terminal()).await,
        Some(Command::Serve) | None => serve(arguments.config).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cluster: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(config: Option<PathBuf>) -> Result<(), String> {
    let settings = settings(config).map_err(|problems| problems.to_string())?;
    let _telemetry = telemetry::start("cluster", version::BUILD, &settings.telemetry).await?;
    let stop = stop_request()?;
    let cluster = settings.plan.start(Clock::system()).await?;
    greet(&cluster, &settings.data);
    stop.await;
    cluster.stop().await;
    Ok(())
}

fn settings(config: Option<PathBuf>) -> Result<Settings, Problems> {
    let mut reader = Reader::load("cluster", DEFAULTS, config.as_deref(), Variables::Process)?;
    let data = reader.take::<String>("data");
    let listen = ["onboarding", "relationship", "ordering"]
        .map(|service| reader.take::<SocketAddr>(&format!("listen.{service}")));
    let telemetry = telemetry::read(&mut reader);
    let mut plan = Plan::load(&Variables::Process)?;
    reader.finish(|| {
        let data = data?;
        plan.with_databases(|service| format!("sqlite://{data}/{service}.db"));
        let [onboarding, relationship, ordering] = listen;
        plan.listen_on([onboarding?, relationship?, ordering?]);
        Some(Settings { plan, data, telemetry: telemetry? })
    })
}

fn greet(cluster: &Cluster, data: &str) {
    let Cluster { onboarding, relationship, ordering } = cluster;
    println!("csp-channel is running, with its data in {data}/:");
    println!("  onboarding    {}   partners and enrollments", onboarding.address);
    println!("  relationship  {}   who may sell to whom, and why", relationship.address);
    println!("  ordering      {}   orders and subscriptions", ordering.address);
    println!();
    println!("Next steps:");
    println!("  grpcurl -plaintext {} list", ordering.address);
    println!(
        "  grpcurl -plaintext {} csp.relationship.v1.RelationshipService/ListRules",
        relationship.address
    );
    println!("  cargo run -p cluster -- tour    (plays the scenarios of the programme)");
    println!("Stop with Ctrl-C.");
}
