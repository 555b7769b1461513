use crate::{
    error::Error,
    session::{Exit, Session},
};

/// Play the scenarios of the programme against a new cluster of its own
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  csp tour")]
pub(crate) struct Args {
    /// Keep its databases, and print how to serve them
    #[arg(long)]
    keep: bool,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        cluster::tour::play(session.out.colour(), self.keep).await.map_err(Error::Text)?;
        Ok(Exit::Success)
    }
}
