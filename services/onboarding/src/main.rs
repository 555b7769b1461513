//! The onboarding service as a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::process::run::<onboarding::Onboarding>(version::BUILD)
}
