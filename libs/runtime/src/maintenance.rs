//! Commands for the database of a service that is not running, or whose database was restored.

use std::path::PathBuf;

use clap::Subcommand;
use storage::{Database, Settings};
use types::Clock;

#[derive(Debug, Subcommand)]
pub(crate) enum Maintenance {
    /// Copy the embedded database to a new file, also while the service runs.
    Backup {
        /// File to create.
        #[arg(long)]
        to: PathBuf,
    },
    /// Put a copy in place of the embedded database, which must have been moved away, and start a new generation.
    /// The service must not run.
    Restore {
        /// File to copy.
        #[arg(long)]
        from: PathBuf,
    },
    /// Start a new generation after a restore of PostgreSQL, so that services read again what they have in memory.
    NewGeneration,
}

impl Maintenance {
    pub(crate) async fn run(self, settings: &Settings) -> Result<(), String> {
        let now = Clock::system().now();
        let generation = match self {
            Self::Backup { to } => {
                Database::back_up(settings, &to).await?;
                println!("copied the database to {}", to.display());
                return Ok(());
            }
            Self::Restore { from } => Database::restore(settings, &from, now).await?,
            Self::NewGeneration => Database::open(settings).await?.start_generation(now).await?,
        };
        println!("generation {generation}; run `csp reconcile` when all services serve");
        Ok(())
    }
}
