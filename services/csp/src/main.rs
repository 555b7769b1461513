//! The command line of csp-channel.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    csp::main().await
}
