//! Runs a service as a process: command line, start, stop.

use std::{
    convert::Infallible,
    future::Future,
    path::{Path, PathBuf},
    process::ExitCode,
};

use ::telemetry::Build;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use storage::{Database, MigratorTrait, sealed::Comparison};
use tokio::signal::unix::{SignalKind, signal};
use tonic::service::Routes;
use types::Clock;

use crate::{
    access,
    config::{Reader, Variables},
    history,
    maintenance::Maintenance,
    server::{self, Parts, Running},
    telemetry,
    verify::{self, Resources},
};

/// Exit code for an invalid configuration (`EX_CONFIG`).
const BAD_CONFIGURATION: u8 = 78;

/// The settings that every service has.
#[derive(Debug, Clone)]
pub struct Common {
    /// `grpc.*`
    pub grpc: server::Settings,
    /// `database.*`
    pub database: storage::Settings,
    /// `history.*`
    pub history: history::Settings,
    /// `telemetry.*`
    pub telemetry: telemetry::Settings,
    /// `tls.*` and `identity.*`
    pub access: access::Settings,
}

impl Common {
    /// Reads `grpc.*`, `database.*`, `history.*`, `telemetry.*`, `tls.*` and `identity.*`.
    pub fn read(reader: &mut Reader) -> Option<Self> {
        let grpc = server::Settings::read(reader);
        let url = reader.take("database.url");
        let max_connections = reader.take("database.max_connections");
        let max_fact_mib = reader.take("database.max_fact_mib");
        let history = history::Settings::read(reader);
        let telemetry = telemetry::read(reader);
        let access = access::Settings::read(reader, grpc.as_ref().map(|it| it.listen));
        Some(Self {
            grpc: grpc?,
            database: storage::Settings {
                url: url?,
                max_connections: max_connections?,
                max_fact_mib: max_fact_mib?,
            },
            history: history?,
            telemetry: telemetry?,
            access: access?,
        })
    }
}

/// A service that can run as a process.
pub trait Service {
    /// Name of crate, binary and environment prefix.
    const NAME: &'static str;
    /// Full name of its gRPC service.
    const GRPC_NAME: &'static str;
    /// Annotated defaults, TOML.
    const DEFAULTS: &'static str;
    /// Its settings.
    type Settings: Send;
    /// The schema of its database.
    type Migrator: MigratorTrait;

    /// Its tables with a resource in each row, which the column `name` names.
    const RESOURCES: &'static [&'static str];

    /// Reads its settings.
    fn read(reader: &mut Reader) -> Option<Self::Settings>;
    /// The part of its settings that every service has.
    fn common(settings: &Self::Settings) -> &Common;
    /// Its gRPC service on an open database.
    ///
    /// # Errors
    /// Settings that only the start can find to be invalid, as text.
    fn routes(settings: Self::Settings, database: Database, clock: Clock)
    -> Result<Routes, String>;
    /// Compares resources with events.
    fn comparison(database: Database) -> Comparison;
}

/// Migrates the database of a service and returns the names of the applied migrations. Grants
/// `serving_role` the privileges that serving needs.
///
/// # Errors
/// As text for the operator.
pub async fn migrate<S: Service>(
    settings: &S::Settings,
    serving_role: Option<&str>,
) -> Result<Vec<String>, String> {
    let database = Database::open_to_migrate(&S::common(settings).database).await?;
    let applied = database.migrate::<S::Migrator>().await?;
    if let Some(role) = serving_role {
        database.grant_serving_role(role).await?;
    }
    Ok(applied)
}

/// Starts a service if the schema of its database is complete.
///
/// # Errors
/// As text for the operator.
pub async fn start<S: Service>(settings: S::Settings, clock: Clock) -> Result<Running, String> {
    let Common { grpc, history, access, .. } = S::common(&settings).clone();
    let database = open::<S>(&settings).await?;
    for setting in database.unsafe_settings().await? {
        tracing::warn!(
            "{setting} is off on the database server: a crash can lose acknowledged commits; turn it on"
        );
    }
    database.watch_pool(S::NAME);
    let sealer = history.sealer(S::NAME, database.clone(), clock.clone())?;
    let access = access.load(grpc.listen, clock.clone()).await?;
    let routes = S::routes(settings, database.clone(), clock)?;
    let parts = Parts { name: S::NAME, grpc_name: S::GRPC_NAME, routes };
    let running = server::start(grpc, parts, database, access).await?;
    deadline::spawn(history::seal(sealer, history.seal_interval, running.closing()));
    Ok(running)
}

#[derive(Debug, Parser)]
struct Arguments<Job: Subcommand> {
    /// TOML file with settings that differ from the defaults.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command<Job>>,
}

#[derive(Debug, Subcommand)]
enum Command<Job: Subcommand> {
    /// Serve gRPC (the default).
    Serve,
    /// Migrate the database and exit.
    Migrate {
        /// PostgreSQL role that serves: grant it the privileges that serving needs, revoke all others.
        #[arg(long)]
        serving_role: Option<String>,
    },
    /// Compare the events with their seals and resources, print every difference, and exit.
    Verify {
        /// PEM file of keys that sign checkpoints, with those of the settings. May be repeated.
        #[arg(long = "public-key")]
        public_keys: Vec<PathBuf>,
        /// A checkpoint that was printed earlier and stored elsewhere. It shows whether the end is missing.
        #[arg(long)]
        checkpoint: Option<PathBuf>,
    },
    /// Print the newest checkpoint of the events, to be stored elsewhere.
    Checkpoint,
    /// Print the annotated default settings.
    Defaults,
    #[command(flatten)]
    Maintenance(Maintenance),
    #[command(flatten)]
    Job(Job),
}

/// Runs a service; its whole `main`.
pub fn run<S: Service>(build: Build) -> ExitCode {
    run_with_jobs::<S, Infallible>(build, async |never| match never {})
}

/// Runs a service, or one of its program's jobs. A job reads no settings of the service.
#[tokio::main]
pub async fn run_with_jobs<S: Service, Job: Subcommand>(
    build: Build,
    job: impl AsyncFnOnce(Job) -> Result<(), String>,
) -> ExitCode {
    let Arguments { config, command } = arguments(S::NAME, build);
    let command = match command {
        Some(Command::Defaults) => {
            print!("{}", S::DEFAULTS);
            return ExitCode::SUCCESS;
        }
        Some(Command::Job(which)) => return exit_code::<S>(job(which).await),
        other => other,
    };
    match load::<S>(config.as_deref(), Variables::Process) {
        Ok(settings) => exit_code::<S>(match command {
            Some(Command::Migrate { serving_role: role }) => {
                report_migration(migrate::<S>(&settings, role.as_deref()).await)
            }
            Some(Command::Verify { public_keys, checkpoint }) => {
                verify::<S>(&settings, &public_keys, checkpoint.as_deref()).await
            }
            Some(Command::Checkpoint) => print_checkpoint::<S>(&settings).await,
            Some(Command::Maintenance(command)) => {
                command.run(&S::common(&settings).database).await
            }
            _ => serve::<S>(settings, build).await,
        }),
        Err(problems) => {
            eprintln!("{}: {problems}", S::NAME);
            ExitCode::from(BAD_CONFIGURATION)
        }
    }
}

fn exit_code<S: Service>(outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", S::NAME);
            ExitCode::FAILURE
        }
    }
}

fn arguments<Job: Subcommand>(name: &'static str, build: Build) -> Arguments<Job> {
    let command = Arguments::<Job>::command().name(name).version(build.to_string());
    Arguments::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
}

/// Loads the settings of a service.
///
/// # Errors
/// All their problems.
pub fn load<S: Service>(
    file: Option<&Path>,
    variables: Variables,
) -> Result<S::Settings, crate::config::Problems> {
    let mut reader = Reader::load(S::NAME, S::DEFAULTS, file, variables)?;
    let settings = S::read(&mut reader);
    reader.finish(|| settings)
}

fn report_migration(applied: Result<Vec<String>, String>) -> Result<(), String> {
    match applied?.as_slice() {
        [] => println!("nothing to apply"),
        applied => println!("applied {}", applied.join(", ")),
    }
    Ok(())
}

async fn open<S: Service>(settings: &S::Settings) -> Result<Database, String> {
    let database = Database::open(&S::common(settings).database).await?;
    database.require_schema::<S::Migrator>(S::NAME).await?;
    Ok(database)
}

async fn verify<S: Service>(
    settings: &S::Settings,
    keys: &[PathBuf],
    checkpoint: Option<&Path>,
) -> Result<(), String> {
    let known = S::common(settings).history.public_keys()?;
    let database = open::<S>(settings).await?;
    let comparison = S::comparison(database.clone());
    let resources = Resources { tables: S::RESOURCES, comparison };
    verify::verify(database, resources, known, keys, checkpoint).await
}

async fn print_checkpoint<S: Service>(settings: &S::Settings) -> Result<(), String> {
    verify::print_checkpoint(&open::<S>(settings).await?).await
}

async fn serve<S: Service>(settings: S::Settings, build: Build) -> Result<(), String> {
    let _telemetry = telemetry::start(S::NAME, build, &S::common(&settings).telemetry).await?;
    let stop = stop_request()?;
    let running = start::<S>(settings, Clock::system()).await?;
    stop.await;
    running.stop().await;
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM. Listens from the call on, so that no signal is missed during a start.
///
/// # Errors
/// If the system refuses signal handlers.
pub fn stop_request() -> Result<impl Future<Output = ()>, String> {
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
