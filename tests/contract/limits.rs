//! The limit of the size of requests.

use contracts::ordering::{
    BillingCycle, Order, OrderLine, PlaceOrderRequest, Term, order_line::SellerRole,
};
use prost::Message;
use serde_json::{Value, json};
use tonic::Code;

use crate::{
    Fixture,
    client::{call, error_info, send},
    proto,
};

const LIMIT: usize = 64 * 1024;

/// For each service a method with a string field, and one that accepts an empty request.
const CALLS: [(&str, &str, &str); 3] = [
    ("onboarding", "GetOrganization", "ListOrganizations"),
    ("relationship", "GetCustomer", "ListRules"),
    ("ordering", "GetOffer", "ListOffers"),
];

/// A request of a size in bytes: one for the tag, three for the length, the rest is text.
fn of_size(bytes: usize) -> Value {
    json!({ "name": "x".repeat(bytes - 4) })
}

#[tokio::test]
async fn a_request_over_64_kib_is_refused_and_the_connection_stays_usable() {
    let fixture = Fixture::start().await;
    for (service, sized, plain) in CALLS {
        let channel = fixture.channel(service).await;
        let method = proto::method(service, sized);
        let response = send(&channel, &method, &of_size(LIMIT + 1)).await;
        let status = response.expect_err("the request is too large");
        assert_eq!(status.code(), Code::InvalidArgument, "{service}: {status}");
        assert!(status.message().contains("message is longer than 65536 bytes"), "{status}");
        assert_eq!(error_info(&status).reason, "INVALID_FIELDS", "{service}: {status}");
        let next = call(&channel, &proto::method(service, plain), &json!({})).await;
        assert!(next.is_ok(), "{service} after a large request: {next:?}");
    }
}

#[tokio::test]
async fn a_request_of_64_kib_is_accepted() {
    let fixture = Fixture::start().await;
    for (service, sized, _) in CALLS {
        let channel = fixture.channel(service).await;
        let response = call(&channel, &proto::method(service, sized), &of_size(LIMIT)).await;
        let status = response.expect_err("no resource has such a name");
        assert_eq!(error_info(&status).reason, "INVALID_FIELDS", "{service}: {status}");
    }
}

/// Every input field at its maximum.
#[test]
fn the_largest_order_is_below_the_limit() {
    let line = OrderLine {
        offer: format!("offers/{}", "x".repeat(63)),
        quantity: i32::MAX,
        term: Term::P3y.into(),
        billing_cycle: BillingCycle::OneTime.into(),
        seller_role: Some(SellerRole::PartnerIdOnRecord("1234567890".to_owned())),
        currency_code: "EUR".to_owned(),
        attestation_accepted: true,
        additional_partner_ids_on_record: vec!["1234567890".to_owned(); 5],
        ..OrderLine::default()
    };
    let partner = "partners/0195f0a8-7c1e-7b3a-9c55-0242ac12ffff".to_owned();
    let order = Order {
        seller: partner.clone(),
        reseller: partner.clone(),
        customer: partner.replace("partners", "customers"),
        lines: vec![line; 300],
        partner_attestation_accepted: true,
        ..Order::default()
    };
    let request_id = "0195f0a8-7c1e-7b3a-9c55-0242ac12ffff".to_owned();
    let request = PlaceOrderRequest {
        order: Some(order),
        request_id,
        validate_only: true,
        ..Default::default()
    };
    let bytes = request.encoded_len();
    println!("the largest order has {bytes} bytes");
    assert!((LIMIT / 2..LIMIT).contains(&bytes), "{bytes} bytes");
}
