//! Runs the console as a separate process.

use std::{path::PathBuf, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use console::{DEFAULTS, Settings};
use runtime::{
    config::{Problems, Reader, Variables},
    process::stop_request,
    telemetry,
};
use types::Clock;

/// Exit code for an invalid configuration (`EX_CONFIG`).
const BAD_CONFIGURATION: u8 = 78;

/// A read-only web page for people.
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
    /// Serve pages until Ctrl-C (the default).
    Serve,
    /// Print the annotated default settings.
    Defaults,
}

#[tokio::main]
async fn main() -> ExitCode {
    let command = Arguments::command().name("console").version(version::BUILD.to_string());
    let arguments = Arguments::from_arg_matches(&command.get_matches());
    let arguments = arguments.unwrap_or_else(|error| error.exit());
    if let Some(Command::Defaults) = arguments.command {
        print!("{DEFAULTS}");
        return ExitCode::SUCCESS;
    }
    let (settings, telemetry) = match settings(arguments.config) {
        Ok(settings) => settings,
        Err(problems) => {
            eprintln!("console: {problems}");
            return ExitCode::from(BAD_CONFIGURATION);
        }
    };
    match serve(settings, telemetry).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("console: {error}");
            ExitCode::FAILURE
        }
    }
}

fn settings(config: Option<PathBuf>) -> Result<(Settings, telemetry::Settings), Problems> {
    let mut reader = Reader::load("console", DEFAULTS, config.as_deref(), Variables::Process)?;
    let settings = Settings::read(&mut reader);
    let telemetry = telemetry::read(&mut reader);
    reader.finish(|| Some((settings?, telemetry?)))
}

async fn serve(settings: Settings, telemetry: telemetry::Settings) -> Result<(), String> {
    let _telemetry = telemetry::start("console", version::BUILD, &telemetry).await?;
    let stop = stop_request()?;
    let running = console::start(settings, Clock::system()).await?;
    stop.await;
    running.stop().await;
    Ok(())
}
