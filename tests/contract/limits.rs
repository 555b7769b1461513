//! Requests that are too large to be read.

use serde_json::{Value, json};
use tonic::Code;

use crate::{
    Stage,
    client::{call, error_info, send},
    proto,
};

const LIMIT: usize = 256 * 1024;

/// For each service a request whose size can be chosen, and one that is always answered.
const CALLS: [(&str, &str, &str); 3] = [
    ("onboarding", "GetOrganization", "ListOrganizations"),
    ("relationship", "GetCustomer", "ListRules"),
    ("ordering", "GetOffer", "ListOffers"),
];

/// A request of a given size in bytes: one for the tag, three for the length, the rest text.
fn of_size(bytes: usize) -> Value {
    json!({ "name": "x".repeat(bytes - 4) })
}

#[tokio::test]
async fn a_request_beyond_256_kib_is_refused_and_the_service_goes_on() {
    let stage = Stage::open().await;
    for (service, sized, plain) in CALLS {
        let channel = stage.channel(service).await;
        let method = proto::method(service, sized);
        let answer = send(&channel, &method, &of_size(LIMIT + 1)).await;
        let code = answer.map_or_else(|status| status.code(), |_| Code::Ok);
        assert_eq!(code, Code::OutOfRange, "{service} is sent {LIMIT} bytes and one");
        let next = call(&channel, &proto::method(service, plain), &json!({})).await;
        assert!(next.is_ok(), "{service} does not go on after a large request: {next:?}");
    }
}

#[tokio::test]
async fn a_request_of_256_kib_is_read() {
    let stage = Stage::open().await;
    for (service, sized, _) in CALLS {
        let channel = stage.channel(service).await;
        let answer = call(&channel, &proto::method(service, sized), &of_size(LIMIT)).await;
        let status = answer.expect_err("no resource has such a name");
        assert_eq!(error_info(&status).reason, "INVALID_FIELDS", "{service}: {status}");
    }
}
