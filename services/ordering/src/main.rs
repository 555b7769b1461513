//! The ordering service as a separate process.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::process::run_or::<ordering::Ordering, ordering::Job>(version::BUILD, ordering::run)
}
