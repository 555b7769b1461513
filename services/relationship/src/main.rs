//! The relationship service as a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::process::run::<relationship::Relationship>(version::BUILD)
}
