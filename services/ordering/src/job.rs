//! Jobs that a timer runs: each calls a running server and exits.

use std::time::Duration;

use clap::Subcommand;
use contracts::ordering::{
    SettleSubscriptionsRequest, ordering_service_client::OrderingServiceClient,
};
use identity::{CredentialFiles, Credentials};
use rpc_client::{Channel, Settings, Urls};
use tonic::Status;
use types::Clock;

/// Timeout of one call. The server's own limit is shorter.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Subscriptions that one call settles: few enough for the server's time limit of a call.
const BATCH_SIZE: i32 = 20;

/// A job.
#[derive(Debug, Subcommand)]
pub enum Job {
    /// Settle every subscription that is due, and exit.
    Settle {
        /// Address of ordering.
        #[arg(long, default_value = "http://127.0.0.1:50053")]
        at: Urls,
        /// With what the job proves who it is.
        #[command(flatten)]
        credentials: CredentialFiles,
    },
}

/// Runs a job and prints its result.
///
/// # Errors
/// A message that says what failed and why.
pub async fn run(job: Job) -> Result<(), String> {
    let Job::Settle { at, credentials } = job;
    let credentials = Credentials::load(credentials, Clock::system())?;
    let (settled, left) = settle(at, credentials).await?;
    println!("settled {settled}, left {left}");
    if left > 0 {
        return Err(format!(
            "{left} subscriptions could not be settled and stay due; see the log of ordering"
        ));
    }
    Ok(())
}

/// Settles all that is due, and skips failures. Returns how many were settled and how many failed.
async fn settle(at: Urls, credentials: Credentials) -> Result<(i64, i64), String> {
    let address = at.to_string();
    let channel =
        Channel::new(Settings { urls: at, timeout: TIMEOUT, connections: 1, credentials });
    let mut client = OrderingServiceClient::new(channel);
    let (mut settled, mut left, mut token) = (0, 0, String::new());
    loop {
        let request = SettleSubscriptionsRequest { max_count: BATCH_SIZE, token };
        let response = client.settle_subscriptions(request).await;
        let response = response.map_err(|status| failed(&address, settled, &status))?.into_inner();
        settled += i64::from(response.settled_count);
        left += i64::from(response.left_count);
        token = response.next_token;
        if token.is_empty() {
            return Ok((settled, left));
        }
    }
}

fn failed(address: &str, settled: i64, status: &Status) -> String {
    format!("settled {settled}, then {address}: {:?}: {}", status.code(), status.message())
}
