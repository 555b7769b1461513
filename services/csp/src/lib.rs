//! The command line of csp-channel: a caller of the three services like any other, over `libs/client`.
//! It uses public methods only, by name and as JSON, so any other client can get what it shows.

mod api;
mod commands;
mod config;
mod decision;
mod error;
mod file;
mod kinds;
mod labels;
mod names;
mod output;
mod parties;
mod progress;
mod question;
mod reference;
mod resolve;
mod sale;
mod session;
mod settings;
mod table;
mod value;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{CommandFactory, FromArgMatches, Parser};

use commands::Command;
use error::Error;
pub use reference::markdown;
use session::{Exit, Session};
use settings::Global;

/// Answers who may sell what to whom in a CSP channel, and if not, why not and who must act.
///
/// A partner, customer, offer or other resource is named by its full name (`partners/…`), its GUID or its
/// alias in a world file; a partner also by its PartnerID, and a partner or customer by its display name.
///
/// Exit codes: 0 for success or an allowed transaction, 2 for a transaction that is refused or
/// undetermined, 1 for an error.
#[derive(Debug, Parser)]
#[command(
    name = "csp",
    after_help = "Example:\n  csp check --seller northwind --reseller fabrikam --customer litware \
                  --family microsoft-365"
)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Runs the program with the arguments of the process.
pub async fn main() -> ExitCode {
    let command = with_plain_usage(Arguments::command().version(version::BUILD.to_string()));
    let parsed = command.try_get_matches().and_then(|it| {
        let Arguments { global, command } = Arguments::from_arg_matches(&it)?;
        Ok(Arguments { global: global.with_sources(&it), command })
    });
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(shown) => return if print(&shown) { ExitCode::SUCCESS } else { ExitCode::FAILURE },
    };
    match run(arguments).await {
        Ok(exit) => exit.into(),
        // The reader, such as `head`, has what it wants.
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // No further place to report to if this fails.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A command whose usage errors name the required arguments only. clap would also name each option that the
/// environment sets.
fn with_plain_usage(mut command: clap::Command) -> clap::Command {
    command.build();
    command.mut_subcommands(|mut it| {
        let usage = it.render_usage().to_string();
        it.override_usage(usage.trim_start_matches("Usage: ").to_owned())
    })
}

async fn run(Arguments { global, command }: Arguments) -> Result<Exit, Error> {
    command.run(&Session::open(global)).await
}

/// Prints help, version or a usage error, and returns whether it is no error. clap exits with 2 for a
/// usage error, which means `refused` here.
fn print(shown: &clap::Error) -> bool {
    let _ = shown.print();
    !shown.use_stderr()
}

#[cfg(test)]
mod tests;
