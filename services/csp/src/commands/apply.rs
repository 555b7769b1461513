use std::path::PathBuf;

use types::Clock;

use crate::{
    error::Error,
    file,
    progress::Progress,
    session::{Exit, Session},
};

/// Create what a world file describes, and change what differs
///
/// Names are derived from the aliases of the file, so that a second run changes nothing. What cannot be
/// changed is reported with its reason, and what depends on it is left out.
///
/// Exit codes: 0 applied, 1 error or something could not be applied.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  csp apply samples/distributor.csp.yaml")]
pub(crate) struct Args {
    /// World file, or `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let world = file::read(&self.file)?;
        let api = session.api()?;
        let mut progress = Progress::new("applying", world.steps());
        let now = Clock::system().now();
        let applied = world::apply(api.services(), &world, now, |done| progress.set(done)).await;
        progress.clear();
        let mut text: String = applied.changes.iter().map(|it| format!("{it}\n")).collect();
        text += &match applied.changes.len() {
            0 if applied.conflicts.is_empty() => "nothing to change".to_owned(),
            1 => "1 change".to_owned(),
            changes => format!("{changes} changes"),
        };
        session.out.show(&applied.changes, || text)?;
        let conflicts: Vec<_> = applied.conflicts.iter().map(|it| it.text.as_str()).collect();
        match conflicts[..] {
            [] => Ok(Exit::Success),
            [only] => Err(Error::Text(only.to_owned())),
            _ => Err(Error::Text(format!(
                "not everything was applied:\n  {}",
                conflicts.join("\n  ")
            ))),
        }
    }
}
