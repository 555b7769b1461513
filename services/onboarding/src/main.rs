//! Runs the onboarding service as a separate process.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::process::run::<onboarding::Onboarding>(version::BUILD)
}
