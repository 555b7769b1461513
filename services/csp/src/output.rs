//! Standard output: text for people, or JSON or YAML.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::{error::Error, settings::Format};

/// Where and how results are printed.
#[derive(Debug)]
pub(crate) struct Output {
    format: Format,
    colour: bool,
}

/// What a text means, for its colour.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tone {
    Good,
    Bad,
    Unsure,
    Strong,
}

impl Output {
    pub(crate) const fn new(format: Format, colour: bool) -> Self {
        Self { format, colour }
    }

    /// Whether it is for people.
    pub(crate) fn is_text(&self) -> bool {
        self.format == Format::Table
    }

    pub(crate) fn colour(&self) -> bool {
        self.colour
    }

    /// Whether lines are cut or wrapped to fit: only on a terminal.
    pub(crate) fn wraps(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// A text in its colour.
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        let style = match tone {
            Tone::Good => Style::new().fg_color(Some(AnsiColor::Green.into())),
            Tone::Bad => Style::new().fg_color(Some(AnsiColor::Red.into())),
            Tone::Unsure => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
            Tone::Strong => Style::new(),
        };
        let style = style.bold();
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Prints a text.
    pub(crate) fn text(&self, text: &str) -> Result<(), Error> {
        let mut out = io::stdout().lock();
        let text = text.trim_end();
        if !text.is_empty() {
            writeln!(out, "{text}")?;
        }
        Ok(out.flush()?)
    }

    /// Prints a response in the chosen format, or what `text` makes of it for people.
    pub(crate) fn show(
        &self,
        value: &impl Serialize,
        text: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        let failed = |error: &dyn std::fmt::Display| {
            Error::Text(format!("cannot print the response: {error}"))
        };
        match self.format {
            Format::Table => self.text(&text()),
            Format::Json => {
                let text = serde_json::to_string_pretty(value).map_err(|error| failed(&error))?;
                self.text(&text)
            }
            Format::Yaml => {
                let text = serde_saphyr::to_string(value).map_err(|error| failed(&error))?;
                self.text(&text)
            }
        }
    }

    /// Prints a remark to standard error, so that the output stays readable for programs.
    pub(crate) fn remark(&self, text: &str) {
        // A remark that cannot be written is not worth an error.
        let _ = writeln!(io::stderr(), "{text}");
    }
}
