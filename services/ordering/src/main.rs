//! The ordering service as a separate process.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::process::run_with_jobs::<ordering::Ordering, ordering::Job>(
        version::BUILD,
        ordering::run,
    )
}
