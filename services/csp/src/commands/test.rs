use std::path::{Path, PathBuf};

use cluster::throwaway::Throwaway;
use serde::Serialize;
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

/// A test that ran, or a file of which no test could run.
#[derive(Debug, Serialize)]
struct Row {
    file: String,
    /// Line of the test.
    line: Option<u64>,
    name: Option<String>,
    passed: bool,
    /// What differs from the expected answer, or why no test could run.
    difference: Option<String>,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let out = &session.out;
        let mut rows = Vec::new();
        for path in &self.files {
            let tested = self.test(session, path).await;
            let text = match &tested {
                Ok((text, _)) => text.clone(),
                Err(problem) => format!("{}  {problem}", out.paint(Tone::Bad, "FAIL")),
            };
            if out.is_text() {
                out.text(&text)?;
            }
            match tested {
                Ok((_, tests)) => rows.extend(tests),
                Err(problem) => rows.push(Row {
                    file: path.display().to_string(),
                    line: None,
                    name: None,
                    passed: false,
                    difference: Some(problem),
                }),
            }
        }
        let failed = rows.iter().filter(|it| !it.passed).count();
        out.show(&rows, || format!("{} passed, {failed} failed", rows.len() - failed))?;
        match failed {
            0 => Ok(Exit::Success),
            _ => Err(Error::Text("not every test passed".to_owned())),
        }
    }

    /// Runs the tests of a file. Returns a text about them, or why they could not run.
    async fn test(&self, session: &Session, path: &Path) -> Result<(String, Vec<Row>), String> {
        let file = path.display();
        let world = file::read(path).map_err(|error| error.to_string())?;
        if world.tests.is_empty() {
            return Err(format!("{file}: the file has no tests"));
        }
        let mut progress = Progress::new("testing", world.steps() + world.tests.len());
        let ran = match self.live {
            true => {
                let api = session.api().map_err(|error| error.to_string())?;
                let nothing = Applied::default();
                let progress = |done| progress.set(done);
                Ok(world::verify(api.services(), &world, &nothing, None, progress).await)
            }
            false => throwaway(&world, &mut progress).await,
        };
        progress.clear();
        let ran = ran.map_err(|error| format!("{file}: {error}"))?;
        let rows = ran.iter().map(|it| {
            let difference = it.difference();
            let (line, name) = (Some(it.line), it.test.name.clone());
            Row { file: file.to_string(), line, name, passed: difference.is_none(), difference }
        });
        Ok((report(&session.out, path, &ran), rows.collect()))
    }
}

/// Applies the file to a throwaway cluster and runs its tests.
async fn throwaway<'a>(world: &'a World, progress: &mut Progress) -> Result<Vec<Ran<'a>>, String> {
    let start = world.start_time.map(|it| it.0);
    let cluster = Throwaway::start(start).await?;
    let (applied, ran) = cluster.run(world, |done| progress.set(done)).await;
    cluster.stop().await;
    match applied.conflicts.first() {
        None => Ok(ran),
        Some(conflict) => Err(conflict.text.clone()),
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
