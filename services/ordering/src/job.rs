//! What the program does beside serving: it sends a running server on the errands of a timer.

use std::time::Duration;

use clap::Subcommand;
use contracts::ordering::{
    SettleSubscriptionsRequest, ordering_service_client::OrderingServiceClient,
};
use rpc_client::{Channel, Settings, Urls};
use tonic::{Request, Status, metadata::MetadataValue};

/// How long one call may take; the server gives up before.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How many one call settles: well within the time that a server works for a call.
const AT_ONCE: i32 = 20;

/// An errand.
#[derive(Debug, Subcommand)]
pub enum Job {
    /// Have every subscription settled that time has made due, and exit.
    Settle {
        /// Where ordering serves.
        #[arg(long, default_value = "http://127.0.0.1:50053")]
        at: Urls,
    },
}

/// Runs an errand and prints what came of it.
///
/// # Errors
/// What was not done and why, in words.
pub async fn run(errand: Job) -> Result<(), String> {
    let Job::Settle { at } = errand;
    let (settled, left) = settle(at).await?;
    println!("settled {settled}, left {left}");
    if left > 0 {
        return Err(format!("{left} could not be settled and stay due; ordering's log says why"));
    }
    Ok(())
}

/// Walks through all that is due, past what cannot be settled. Tells how many were, and were not.
async fn settle(at: Urls) -> Result<(i64, i64), String> {
    let address = at.to_string();
    let channel = Channel::new(Settings { urls: at, timeout: TIMEOUT, connections: 1 });
    let mut client = OrderingServiceClient::new(channel);
    let (mut settled, mut left, mut token) = (0, 0, String::new());
    loop {
        let mut request = Request::new(SettleSubscriptionsRequest { max_count: AT_ONCE, token });
        request.metadata_mut().insert("csp-actor", MetadataValue::from_static("settlement"));
        let answer = client.settle_subscriptions(request).await;
        let answer = answer.map_err(|status| failed(&address, settled, &status))?.into_inner();
        settled += i64::from(answer.settled_count);
        left += i64::from(answer.left_count);
        token = answer.next_token;
        if token.is_empty() {
            return Ok((settled, left));
        }
    }
}

fn failed(address: &str, settled: i64, status: &Status) -> String {
    format!("settled {settled}, then {address}: {:?}: {}", status.code(), status.message())
}
