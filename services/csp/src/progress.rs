//! A line on standard error that shows the progress of a command that takes longer than a second.

use std::{
    io::{IsTerminal, Write, stderr},
    time::Duration,
};

use types::{Clock, Stopwatch};

const PATIENCE: Duration = Duration::from_secs(1);
const WIDTH: usize = 30;

#[derive(Debug)]
pub(crate) struct Progress {
    what: &'static str,
    total: usize,
    since: Stopwatch,
    shown: bool,
}

impl Progress {
    pub(crate) fn new(what: &'static str, total: usize) -> Self {
        Self { what, total, since: Clock::system().stopwatch(), shown: false }
    }

    /// Shows how many of the steps are done. Only on a terminal.
    pub(crate) fn set(&mut self, done: usize) {
        if self.since.elapsed() < PATIENCE || !stderr().is_terminal() {
            return;
        }
        let filled = WIDTH * done / self.total.max(1);
        self.shown = true;
        self.write(&format!(
            "\r{} [{:<WIDTH$}] {done}/{}",
            self.what,
            "#".repeat(filled),
            self.total
        ));
    }

    /// Removes the line.
    pub(crate) fn clear(&self) {
        if self.shown {
            self.write("\r\x1b[K");
        }
    }

    fn write(&self, text: &str) {
        let mut stderr = stderr().lock();
        // A progress that cannot be shown is not worth an error.
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}
