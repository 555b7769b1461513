//! A service as a process: command line, start, end.

use std::{convert::Infallible, future::Future, path::PathBuf, process::ExitCode};

use ::telemetry::Build;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use storage::{Database, MigratorTrait};
use tokio::signal::unix::{SignalKind, signal};
use tonic::service::Routes;
use types::Clock;

use crate::{
    config::{Reader, Variables},
    server::{self, Parts, Running},
    telemetry,
};

/// Exit code of a configuration that cannot be used (`EX_CONFIG`).
const BAD_CONFIGURATION: u8 = 78;

/// What every service is configured with.
#[derive(Debug, Clone)]
pub struct Common {
    /// How its server behaves.
    pub grpc: server::Settings,
    /// Its database.
    pub database: storage::Settings,
    /// What it logs and traces.
    pub telemetry: telemetry::Settings,
}

impl Common {
    /// Reads `grpc.*`, `database.*` and `telemetry.*`.
    pub fn read(reader: &mut Reader) -> Option<Self> {
        let grpc = server::Settings::read(reader);
        let url = reader.take("database.url");
        let max_connections = reader.take("database.max_connections");
        let telemetry = telemetry::read(reader);
        Some(Self {
            grpc: grpc?,
            database: storage::Settings { url: url?, max_connections: max_connections? },
            telemetry: telemetry?,
        })
    }
}

/// A service that can run as a process of its own.
pub trait Service {
    /// Name of crate, binary and environment prefix.
    const NAME: &'static str;
    /// Full name of its gRPC service.
    const GRPC_NAME: &'static str;
    /// Annotated defaults, TOML.
    const DEFAULTS: &'static str;
    /// Tables that serving deletes rows from.
    const DELETES_FROM: &'static [&'static str] = &[];
    /// What it is configured with.
    type Settings: Send;
    /// The schema of its database.
    type Migrator: MigratorTrait;

    /// Reads its settings.
    fn read(reader: &mut Reader) -> Option<Self::Settings>;
    /// The settings that every service has.
    fn common(settings: &Self::Settings) -> &Common;
    /// Its gRPC service on an open database.
    ///
    /// # Errors
    /// Settings that only now turn out to be unusable, in words.
    fn routes(settings: Self::Settings, database: Database, clock: Clock)
    -> Result<Routes, String>;
}

/// Brings the database of a service up to date and names what was applied. Where it is to be served
/// with another role than this one, that role is let do what serving takes.
///
/// # Errors
/// In words for the person who runs it.
pub async fn migrate<S: Service>(
    settings: &S::Settings,
    serving_role: Option<&str>,
) -> Result<Vec<String>, String> {
    let database = Database::open_to_migrate(&S::common(settings).database).await?;
    let applied = database.migrate::<S::Migrator>().await?;
    if let Some(role) = serving_role {
        database.grant_serving_role(role, S::DELETES_FROM).await?;
    }
    Ok(applied)
}

/// Starts a service, if the schema of its database is complete.
///
/// # Errors
/// In words for the person who starts it.
pub async fn start<S: Service>(settings: S::Settings, clock: Clock) -> Result<Running, String> {
    let Common { grpc, database, .. } = S::common(&settings).clone();
    let database = Database::open(&database).await?;
    database.require_schema::<S::Migrator>(S::NAME).await?;
    for setting in database.unsafe_settings().await? {
        tracing::warn!(
            "{setting} is off on the database server: a crash of it loses what was acknowledged; turn it on"
        );
    }
    database.measure_pool(S::NAME);
    let routes = S::routes(settings, database.clone(), clock)?;
    let parts = Parts { name: S::NAME, grpc_name: S::GRPC_NAME, routes };
    server::start(grpc, parts, database).await
}

#[derive(Debug, Parser)]
struct Arguments<Errand: Subcommand> {
    /// TOML file with settings that differ from the defaults.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command<Errand>>,
}

#[derive(Debug, Subcommand)]
enum Command<Errand: Subcommand> {
    /// Serve gRPC (the default).
    Serve,
    /// Bring the database up to date and exit.
    Migrate {
        /// Role of PostgreSQL that serves: let it do what that takes, and no more.
        #[arg(long)]
        serving_role: Option<String>,
    },
    /// Print the annotated default settings.
    Defaults,
    #[command(flatten)]
    Errand(Errand),
}

/// Runs a service: the whole of its `main`.
pub fn run<S: Service>(build: Build) -> ExitCode {
    run_or::<S, Infallible>(build, async |never| match never {})
}

/// Runs a service, or one of the errands that its program does besides, without its settings.
#[tokio::main]
pub async fn run_or<S: Service, Errand: Subcommand>(
    build: Build,
    errand: impl AsyncFnOnce(Errand) -> Result<(), String>,
) -> ExitCode {
    let Arguments { config, command } = arguments(S::NAME, build);
    let serving_role = match command {
        Some(Command::Defaults) => {
            print!("{}", S::DEFAULTS);
            return ExitCode::SUCCESS;
        }
        Some(Command::Errand(which)) => return ended::<S>(errand(which).await),
        Some(Command::Migrate { serving_role }) => Some(serving_role),
        Some(Command::Serve) | None => None,
    };
    match load::<S>(config.as_deref(), Variables::Process) {
        Ok(settings) => ended::<S>(match serving_role {
            Some(role) => report_migration(migrate::<S>(&settings, role.as_deref()).await),
            None => serve::<S>(settings, build).await,
        }),
        Err(problems) => {
            eprintln!("{}: {problems}", S::NAME);
            ExitCode::from(BAD_CONFIGURATION)
        }
    }
}

fn ended<S: Service>(outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", S::NAME);
            ExitCode::FAILURE
        }
    }
}

fn arguments<Errand: Subcommand>(name: &'static str, build: Build) -> Arguments<Errand> {
    let command = Arguments::<Errand>::command().name(name).version(build.to_string());
    Arguments::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
}

/// Loads the settings of a service.
///
/// # Errors
/// Everything that is wrong with them.
pub fn load<S: Service>(
    file: Option<&std::path::Path>,
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

async fn serve<S: Service>(settings: S::Settings, build: Build) -> Result<(), String> {
    let _telemetry = telemetry::start(S::NAME, build, &S::common(&settings).telemetry).await?;
    let stop = stop_request()?;
    let running = start::<S>(settings, Clock::system()).await?;
    stop.await;
    running.stop().await;
    Ok(())
}

/// Ctrl-C or SIGTERM. Listens from the call on, so that none is missed during a start.
///
/// # Errors
/// When the system does not let the process listen for signals.
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
