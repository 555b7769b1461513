//! Runs all three services and the console in one process, for first steps, demonstrations and small installations.

mod sample;

use std::{
    fs::{File, TryLockError},
    io::{IsTerminal, Write, stdin, stdout},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use client::Urls;
use cluster::{Cluster, Plan, tour};
use runtime::{
    config::{Problems, Reader, Variables},
    process::stop_request,
    telemetry::{self, Listen},
};
use types::Clock;

const DEFAULTS: &str = include_str!("../config.toml");

/// onboarding, relationship and ordering in one process.
#[derive(Debug, Parser)]
struct Arguments {
    /// TOML file with settings that differ from the defaults.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Serve with the partners, customers and orders of a sample distributor.
    #[arg(long)]
    sample: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve gRPC until Ctrl-C (the default).
    Serve,
    /// Play the scenarios of the programme against a throwaway cluster, and print the results.
    Tour {
        /// Keep its databases, and print how to serve them.
        #[arg(long)]
        keep: bool,
    },
    /// Delete the embedded databases, after asking.
    Reset {
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Print the annotated default settings.
    Defaults,
}

struct Settings {
    plan: Plan,
    /// `None` if the console is off.
    console: Option<console::Settings>,
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
        Some(Command::Tour { keep }) => tour::play(stdout().is_terminal(), keep).await,
        Some(Command::Reset { yes }) => reset(arguments.config, yes),
        Some(Command::Serve) | None => serve(arguments.config, arguments.sample).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cluster: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(config: Option<PathBuf>, with_sample: bool) -> Result<(), String> {
    let settings = settings(config).map_err(|problems| problems.to_string())?;
    let _telemetry = telemetry::start("cluster", version::BUILD, &settings.telemetry).await?;
    let _lock = lock(Path::new(&settings.data))?;
    let stop = stop_request()?;
    let cluster = settings.plan.start(Clock::system()).await?;
    let console = match settings.console {
        Some(console) => Some(serve_console(console, &cluster).await?),
        None => None,
    };
    greet(&cluster, console.as_ref(), &settings.data);
    if with_sample {
        sample::apply(&cluster, console.as_ref().map(|it| it.address)).await?;
    } else {
        println!("To try it with partners, customers and orders: cargo run -p cluster -- --sample");
    }
    println!("Stop with Ctrl-C.");
    stop.await;
    if let Some(console) = console {
        console.stop().await;
    }
    cluster.stop().await;
    Ok(())
}

async fn serve_console(
    mut settings: console::Settings,
    cluster: &Cluster,
) -> Result<console::Running, String> {
    let Cluster { onboarding, relationship, ordering } = cluster;
    settings.services = [onboarding, relationship, ordering].map(|it| Urls::from(it.address));
    let running = console::start(settings, Clock::system()).await;
    running.map_err(|error| format!("console: {error}; set listen.console, or empty it"))
}

fn settings(config: Option<PathBuf>) -> Result<Settings, Problems> {
    let mut reader = Reader::load("cluster", DEFAULTS, config.as_deref(), Variables::Process)?;
    let data = reader.take::<String>("data");
    let listen = ["onboarding", "relationship", "ordering"]
        .map(|service| reader.take::<SocketAddr>(&format!("listen.{service}")));
    let console_listen = reader.take::<Listen>("listen.console");
    let telemetry = telemetry::read(&mut reader);
    let mut plan = Plan::load(&Variables::Process)?;
    let mut console = console::Settings::load(Variables::Process)?;
    reader.finish(|| {
        let data = data?;
        plan.with_databases(|service| format!("sqlite://{data}/{service}.db"));
        let [onboarding, relationship, ordering] = listen;
        plan.listen_on([onboarding?, relationship?, ordering?]);
        let console = console_listen?.0.map(|listen| {
            console.listen = listen;
            console
        });
        Some(Settings { plan, console, data, telemetry: telemetry? })
    })
}

fn greet(cluster: &Cluster, console: Option<&console::Running>, data: &str) {
    let Cluster { onboarding, relationship, ordering } = cluster;
    println!("csp-channel is running, with its data in {data}/:");
    if let Some(console) = console {
        println!("  console       http://{}   all of it as pages", console.address);
    }
    println!("  onboarding    {}   partners and enrollments", onboarding.address);
    println!("  relationship  {}   who may sell to whom, and why", relationship.address);
    println!("  ordering      {}   orders and subscriptions", ordering.address);
    println!();
}

/// Deletes the databases, unless a cluster that uses them is running.
fn reset(config: Option<PathBuf>, yes: bool) -> Result<(), String> {
    let settings = settings(config).map_err(|problems| problems.to_string())?;
    let data = std::path::absolute(&settings.data).map_err(|error| error.to_string())?;
    if databases(&data).is_empty() {
        println!("{} has no databases.", data.display());
        return Ok(());
    }
    if !yes {
        print!("Delete all partners, customers and orders in {}? [y/N] ", data.display());
        let mut answer = String::new();
        let asked = stdout().flush().and_then(|()| stdin().read_line(&mut answer));
        asked.map_err(|error| error.to_string())?;
        if !matches!(answer.trim(), "y" | "Y" | "yes") {
            return Err("nothing was deleted".to_owned());
        }
    }
    let _lock = lock(&data)?;
    for file in databases(&data) {
        let delete = std::fs::remove_file(&file);
        delete.map_err(|error| format!("cannot delete {}: {error}", file.display()))?;
    }
    println!("Deleted the databases in {}.", data.display());
    Ok(())
}

/// Locks the data folder until the file is closed, so that one cluster at a time uses it.
fn lock(data: &Path) -> Result<File, String> {
    let path = data.join("cluster.lock");
    let opened = std::fs::create_dir_all(data).and_then(|()| File::create(&path));
    let file = opened.map_err(|error| format!("cannot create {}: {error}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(format!("another cluster uses {}; stop it first", data.display()))
        }
        Err(TryLockError::Error(error)) => Err(format!("cannot lock {}: {error}", path.display())),
    }
}

/// The files of the embedded databases in a folder.
fn databases(data: &Path) -> Vec<PathBuf> {
    let names = ["onboarding", "relationship", "ordering"];
    let suffixes = ["db", "db-wal", "db-shm"];
    let files = names.iter().flat_map(|name| suffixes.map(|suffix| format!("{name}.{suffix}")));
    files.map(|file| data.join(file)).filter(|file| file.exists()).collect()
}
