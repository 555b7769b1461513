//! Runs the relationship service as a process.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::process::run::<relationship::Relationship>(version::BUILD)
}
