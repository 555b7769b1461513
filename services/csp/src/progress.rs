//! A progress bar on standard error, for commands that take longer than a second.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use types::{Clock, Stopwatch};

const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Progress {
    what: &'static str,
    total: usize,
    since: Stopwatch,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new(what: &'static str, total: usize) -> Self {
        Self { what, total, since: Clock::system().stopwatch(), bar: None }
    }

    /// Shows how many of the steps are done. Only on a terminal.
    pub(crate) fn set(&mut self, done: usize) {
        if self.since.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(self.total as u64).with_style(style).with_message(self.what)
        });
        bar.set_position(done as u64);
    }

    pub(crate) fn clear(&self) {
        self.bar.iter().for_each(ProgressBar::finish_and_clear);
    }
}
