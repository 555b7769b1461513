//! Options of every command, and what the process's environment says about them.

use std::{ffi::OsString, io::IsTerminal, path::PathBuf, time::Duration};

use clap::{ArgMatches, Args, ColorChoice, ValueEnum, parser::ValueSource};
use identity::CredentialFiles;

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// Context of the configuration file to use instead of the current one
    #[arg(long, global = true, value_name = "NAME", env = "CSP_CONTEXT", hide_env_values = true)]
    pub(crate) context: Option<String>,
    /// Addresses of onboarding, `HOST:PORT`, separated by commas
    #[arg(long, global = true, value_name = "URL", env = "CSP_ONBOARDING", hide_env_values = true)]
    pub(crate) onboarding: Option<String>,
    /// Addresses of relationship
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "CSP_RELATIONSHIP",
        hide_env_values = true
    )]
    pub(crate) relationship: Option<String>,
    /// Addresses of ordering
    #[arg(long, global = true, value_name = "URL", env = "CSP_ORDERING", hide_env_values = true)]
    pub(crate) ordering: Option<String>,
    /// Configuration file instead of ~/.config/csp/config.toml
    #[arg(long, global = true, value_name = "FILE", env = "CSP_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    /// Format of the output
    #[arg(
        long,
        short,
        global = true,
        value_enum,
        value_name = "FORMAT",
        default_value = "table",
        env = "CSP_OUTPUT",
        hide_env_values = true
    )]
    pub(crate) output: Format,
    /// When to use colour; `auto` means on a terminal, unless NO_COLOR is set
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        env = "CSP_COLOR",
        hide_env_values = true
    )]
    pub(crate) color: ColorChoice,
    /// Longest wait for each call, in seconds
    #[arg(
        long,
        global = true,
        value_name = "SECONDS",
        default_value = "10",
        value_parser = clap::value_parser!(u16).range(1..),
        env = "CSP_TIMEOUT",
        hide_env_values = true
    )]
    pub(crate) timeout: u16,
    #[command(flatten)]
    pub(crate) credentials: CredentialFiles,
    /// The addresses that are options of the command line: of onboarding, relationship and ordering.
    #[arg(skip)]
    pub(crate) typed: [Option<String>; 3],
}

/// Format of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// The responses as proto3 JSON
    Json,
    /// The responses as YAML
    Yaml,
}

impl Global {
    /// Keeps which addresses are typed. A typed context comes before environment variables.
    pub(crate) fn with_sources(mut self, matches: &ArgMatches) -> Self {
        let typed = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
        let addresses = [
            ("onboarding", &mut self.onboarding),
            ("relationship", &mut self.relationship),
            ("ordering", &mut self.ordering),
        ];
        self.typed = addresses.map(|(id, address)| {
            if typed("context") && !typed(id) {
                *address = None;
            }
            address.clone().filter(|_| typed(id))
        });
        self
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout.into())
    }

    /// Whether standard output gets colour.
    pub(crate) fn colour(&self) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                std::io::stdout().is_terminal()
                    && variable("NO_COLOR").is_none()
                    && variable("TERM").is_none_or(|it| it != "dumb")
            }
        }
    }

    /// The configuration file. `None` if the user has no home.
    pub(crate) fn config(&self) -> Option<PathBuf> {
        let folder = variable("XDG_CONFIG_HOME").map(PathBuf::from);
        let folder = folder.or_else(|| Some(std::env::home_dir()?.join(".config")));
        self.config.clone().or_else(|| Some(folder?.join("csp").join("config.toml")))
    }
}

/// An environment variable that is not empty.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|it| !it.is_empty())
}
