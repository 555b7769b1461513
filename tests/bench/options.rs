//! The arguments of the program.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Parser, Subcommand, ValueEnum};
use tests::Engine;

/// Settings of the services: no call is refused because of load, because the number of callers is chosen
/// here.
const SETTINGS: [(&str, &str); 3] = [
    ("GRPC__MAX_IN_FLIGHT", "1024"),
    ("GRPC__MAX_IN_FLIGHT_PER_CONNECTION", "1024"),
    ("GRPC__MAX_STREAMS", "1024"),
];

/// Timeout of calls between services in debug builds, which are ten times slower.
const DEBUG_TIMEOUT: &str = "9s";

/// Measures orders and checks on this machine, next to what the machine can do at most.
#[derive(Debug, Parser)]
pub struct Options {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Database engine.
    #[arg(long, value_enum, default_value = "both")]
    pub database: Database,
    /// Number of customers; a tenth as many resellers.
    #[arg(long, default_value_t = 1000)]
    pub customers: u64,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 5.0)]
    pub seconds: f64,
    /// Calls in flight in the closed loops.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64, 256])]
    pub in_flight: Vec<usize>,
    /// Rates of the open loops, in percent of the peak.
    #[arg(long, value_delimiter = ',', default_values_t = [30, 50, 70, 85])]
    pub percent: Vec<u32>,
    /// Folder for the databases, on the disk to measure. PostgreSQL's user must be able to enter it.
    #[arg(long, default_value = "/tmp")]
    pub folder: PathBuf,
    /// Timeout of calls between services, instead of their defaults. With more than 2 s the services set
    /// no timeout of statements, and send fewer statements.
    #[arg(long)]
    pub peer_timeout: Option<String>,
    /// File for all results.
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Folder for plots.
    #[arg(long)]
    pub svg: Option<PathBuf>,
    /// Tries all measurements in seconds, with 20 customers; the results mean nothing.
    #[arg(long)]
    pub quick: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves responses of a fixed size.
    EchoServer {
        /// Address to serve on.
        #[arg(long)]
        listen: SocketAddr,
        /// Size of a response, in bytes.
        #[arg(long)]
        size: usize,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Database {
    Sqlite,
    Postgres,
    Both,
}

impl Options {
    /// The arguments of this process.
    pub fn read() -> Self {
        let mut options = Self::parse();
        if cfg!(debug_assertions) {
            options.peer_timeout.get_or_insert_with(|| DEBUG_TIMEOUT.to_owned());
        }
        match options.quick {
            true => Self {
                customers: 20,
                seconds: 0.3,
                in_flight: vec![1, 4],
                percent: vec![70],
                ..options
            },
            false => options,
        }
    }

    /// Settings of the services that differ from the defaults.
    pub fn settings(&self) -> Vec<(&str, &str)> {
        let timeout = self.peer_timeout.as_deref().map(|it| ("PEER__TIMEOUT", it));
        SETTINGS.into_iter().chain(timeout).collect()
    }

    /// Time of each measurement.
    pub fn time(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }

    /// The engines to measure. SQLite first, so that no server runs next to it.
    pub fn engines(&self) -> &'static [Engine] {
        match self.database {
            Database::Sqlite => &[Engine::Sqlite],
            Database::Postgres => &[Engine::Postgres],
            Database::Both => &[Engine::Sqlite, Engine::Postgres],
        }
    }
}
