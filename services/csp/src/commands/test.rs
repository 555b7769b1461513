use std::path::{Path, PathBuf};

use cluster::throwaway::Throwaway;
use world::{Applied, Ran, World, file::Expect};

use crate::{
    error::Error,
    file,
    output::{Output, Tone},
    progress::Progress,
    session::{Exit, Session},
};

/// Run the tests of world files
///
/// Each file is applied to a throwaway cluster of its own, in this process and with databases in a temporary
/// folder. Its tests are dry runs, except for calls with `dry_run: false`.
///
/// Exit codes: 0 all passed, 1 error or a test failed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  csp test samples/*.yaml")]
pub(crate) struct Args {
    /// World files
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Ask the services of the context instead, without applying the file; nothing is written
    #[arg(long)]
    live: bool,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let (mut passed, mut failed) = (0, 0);
        for path in &self.files {
            let world = file::read(path)?;
            let mut progress = Progress::new("testing", world.steps() + world.tests.len());
            let ran = match self.live {
                true => {
                    let api = session.api()?;
                    let nothing = Applied::default();
                    let progress = |done| progress.set(done);
                    world::verify(api.services(), &world, &nothing, None, progress).await
                }
                false => throwaway(path, &world, &mut progress).await?,
            };
            progress.clear();
            let differ = ran.iter().filter(|it| it.difference().is_some()).count();
            failed += differ;
            passed += ran.len() - differ;
            session.out.text(&report(&session.out, path, &ran))?;
        }
        let count = format!("{passed} passed, {failed} failed");
        session.out.text(&count)?;
        match failed {
            0 => Ok(Exit::Success),
            _ => Err(Error::Text("answers differ from the expected ones".to_owned())),
        }
    }
}

/// Applies the file to a throwaway cluster and runs its tests.
async fn throwaway<'a>(
    path: &Path,
    world: &'a World,
    progress: &mut Progress,
) -> Result<Vec<Ran<'a>>, Error> {
    let start = world.start_time.map(|it| it.0);
    let cluster = Throwaway::start(start).await.map_err(Error::Text)?;
    let (applied, ran) = cluster.run(world, |done| progress.set(done)).await;
    cluster.stop().await;
    match applied.conflicts.first() {
        None => Ok(ran),
        Some(conflict) => Err(Error::Text(format!("{}: {}", path.display(), conflict.text))),
    }
}

/// One line for each test that passed, and what differs for each other.
fn report(out: &Output, path: &Path, ran: &[Ran<'_>]) -> String {
    let mut text = format!("{}\n", path.display());
    for it in ran {
        if let Some(scenario) = &it.test.scenario {
            text += &format!("  {}\n", out.paint(Tone::Strong, scenario));
        }
        let name = it.test.name.as_deref().unwrap_or("(no name)");
        text += &match (it.difference(), &it.test.expect) {
            (None, Expect::Allowed) => {
                format!("  {}  {name}: allowed\n", out.paint(Tone::Good, "ok  "))
            }
            (None, Expect::Refused(rules)) => {
                let rules = rules.join(", ");
                format!("  {}  {name}: refused by {rules}\n", out.paint(Tone::Good, "ok  "))
            }
            (Some(difference), _) => format!(
                "  {}  {name} ({}:{})\n        {difference}\n",
                out.paint(Tone::Bad, "FAIL"),
                path.display(),
                it.line
            ),
        };
    }
    text
}
