//! Calls by name and JSON through the client for Rust.

use client::{Error, Kind};
use serde_json::{Value, json};

use crate::{Fixture, proto};

async fn failed(fixture: &Fixture, method: &str, request: Value) -> Error {
    let answer = fixture.client.call(method, request).await;
    answer.expect_err("the call fails").into()
}

#[tokio::test]
async fn a_method_is_called_by_its_name_or_full_name() {
    let fixture = Fixture::start().await;
    let request = json!({"organization": {"display_name": "Fabrikam", "countryCode": "FR"}});
    let created = fixture.client.call("CreateOrganization", request).await.expect("it is valid");
    let created = &created["organization"];
    assert_eq!((&created["displayName"], &created["revision"]), (&json!("Fabrikam"), &json!("1")));
    assert!(created.get("owners").is_none(), "a default value: {created}");
    let method = "csp.onboarding.v1.OnboardingService/GetOrganization";
    let read = fixture.client.call(method, json!({"name": created["name"]})).await;
    assert_eq!(read.expect("it exists")["organization"], *created);
    let rules = fixture.client.call("ListRules", json!({})).await.expect("it has rules");
    assert!(rules["rules"].as_array().expect("a list").len() > 20, "{rules}");
    let orders = fixture.client.call("ListOrders", json!({"pageSize": 5})).await;
    assert_eq!(orders.expect("it has no orders"), json!({}));
}

#[tokio::test]
async fn a_call_by_name_gets_a_request_id() {
    let fixture = Fixture::start().await;
    // ordering requires a request id for each order.
    let error = failed(&fixture, "PlaceOrder", json!({})).await;
    let fields: Vec<_> = error.fields.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["order"]);
}

#[tokio::test]
async fn an_unknown_method_is_reported_with_similar_ones() {
    let fixture = Fixture::start().await;
    for (method, message) in [
        ("PlaceOrders", "`PlaceOrders` is unknown; did you mean PlaceOrder"),
        (
            "csp.relationship.v1.RelationshipService/PlaceOrder",
            "did you mean csp.ordering.v1.OrderingService/PlaceOrder",
        ),
        ("x", "`x` is unknown; use a method of proto/, such as `PlaceOrder`"),
    ] {
        let error = failed(&fixture, method, json!({})).await;
        assert_eq!((error.kind, error.fields[0].field.as_str()), (Kind::Invalid, "method"));
        assert!(error.message.contains(message), "{error}");
    }
}

#[tokio::test]
async fn json_that_does_not_fit_the_request_is_reported_with_its_path() {
    let fixture = Fixture::start().await;
    for (request, field, description) in [
        (
            json!({"order": {"lines": [{"quantity": "many"}]}}),
            "order.lines[0].quantity",
            "`\"many\"`",
        ),
        (json!({"order": {"lines": [{"term": "TERM_P9Y"}]}}), "order.lines[0].term", "TERM_P9Y"),
        (json!({"order": {"sellers": 1}}), "order", "'sellers'"),
        (json!([]), "message", "sequence"),
    ] {
        let error = failed(&fixture, "PlaceOrder", request).await;
        let violation = &error.fields[0];
        assert_eq!((error.kind, violation.field.as_str()), (Kind::Invalid, field), "{error}");
        assert!(violation.description.contains(description), "{error}");
    }
}

#[test]
fn no_two_methods_have_the_same_name() {
    let methods = proto::pool().services().flat_map(|it| it.methods().collect::<Vec<_>>());
    let mut names: Vec<_> = methods.map(|it| it.name().to_owned()).collect();
    names.sort();
    let twice = names.windows(2).find(|it| it[0] == it[1]);
    assert!(names.len() > 60 && twice.is_none(), "{twice:?}: clients call methods by name");
}
