use clap::CommandFactory;
use clap_complete::Shell;

use crate::{
    Arguments,
    error::Error,
    session::{Exit, Session},
};

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  csp completions bash >>~/.bash_completion")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Args {
    pub(crate) fn run(self, session: &Session) -> Result<Exit, Error> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "csp", &mut script);
        session.out.text(&String::from_utf8_lossy(&script))?;
        Ok(Exit::Success)
    }
}
