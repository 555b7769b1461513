//! Every mutation has a request id, a dry run, and an etag if it changes a resource.

use std::collections::BTreeSet;

use prost_reflect::{Kind, MessageDescriptor};

use crate::proto::{self, SERVICES};

/// Spans two services; the other part has a dry run.
const WITHOUT_DRY_RUN: [&str; 1] = ["ReleaseCustomerRelationship"];

/// Name and request of every mutation: every method with a request id.
fn mutations() -> Vec<(String, MessageDescriptor)> {
    let methods =
        SERVICES.iter().flat_map(|service| proto::service(service).methods().collect::<Vec<_>>());
    let all = methods.map(|method| (method.name().to_owned(), method.input()));
    all.filter(|(_, request)| request.get_field_by_name("request_id").is_some()).collect()
}

fn has(message: &MessageDescriptor, field: &str, kind: &Kind) -> bool {
    message.get_field_by_name(field).is_some_and(|it| it.kind() == *kind)
}

/// Whether the request names an existing resource, directly or in the resource to update.
fn names_a_resource(request: &MessageDescriptor) -> bool {
    ["name", "parent", "update_mask"].iter().any(|it| request.get_field_by_name(it).is_some())
}

/// Whether the request has an etag, directly or in the resource to update.
pub fn takes_an_etag(request: &MessageDescriptor) -> bool {
    let updates = request.get_field_by_name("update_mask").is_some();
    let mut parts = request.fields().filter_map(|field| field.kind().as_message().cloned());
    match updates {
        true => parts.any(|resource| has(&resource, "etag", &Kind::String)),
        false => has(request, "etag", &Kind::String),
    }
}

fn without(lacks: impl Fn(&MessageDescriptor) -> bool) -> BTreeSet<String> {
    let all = mutations().into_iter().filter(|(_, request)| lacks(request));
    all.map(|(name, _)| name).collect()
}

#[test]
fn every_mutation_has_a_dry_run() {
    let found = without(|it| !has(it, "validate_only", &Kind::Bool));
    let expected = WITHOUT_DRY_RUN.map(str::to_owned);
    assert_eq!(found, BTreeSet::from(expected), "without `bool validate_only`");
}

#[test]
fn exactly_the_mutations_of_existing_resources_have_an_etag() {
    let found = without(|it| names_a_resource(it) && !takes_an_etag(it));
    assert_eq!(found, BTreeSet::new(), "without `string etag`");
    let found = without(|it| !names_a_resource(it) && takes_an_etag(it));
    assert_eq!(found, BTreeSet::new(), "with an etag but no resource");
}

#[test]
fn exactly_the_methods_that_return_one_order_have_a_view_of_it() {
    for method in proto::service("ordering").methods() {
        let order = method.output().get_field_by_name("order").is_some();
        let view = method.input().get_field_by_name("view").is_some();
        assert_eq!(order, view, "{}", method.name());
    }
}

#[test]
fn every_method_is_a_read_or_has_a_request_id() {
    // SettleSubscriptions is idempotent by itself.
    let reads = ["Get", "List", "Batch", "Check", "Assess", "SettleSubscriptions", "Verify"];
    for service in SERVICES {
        for method in proto::service(service).methods() {
            let is_read = reads.iter().any(|it| method.name().starts_with(it));
            let has_request_id = method.input().get_field_by_name("request_id").is_some();
            assert_eq!(is_read, !has_request_id, "{}", method.name());
        }
    }
}
