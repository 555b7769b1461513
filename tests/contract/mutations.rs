//! Every mutation is called in one way: it can be repeated, tried, and bound to what was read.

use std::collections::BTreeSet;

use prost_reflect::{Kind, MessageDescriptor};

use crate::proto::{self, SERVICES};

/// It is done in two services, of which the other can be tried.
const WITHOUT_TRIAL: [&str; 1] = ["ReleaseCustomerRelationship"];

/// The name and the request of every mutation: what takes a request id.
fn mutations() -> Vec<(String, MessageDescriptor)> {
    let methods =
        SERVICES.iter().flat_map(|service| proto::service(service).methods().collect::<Vec<_>>());
    let all = methods.map(|method| (method.name().to_owned(), method.input()));
    all.filter(|(_, request)| request.get_field_by_name("request_id").is_some()).collect()
}

fn has(message: &MessageDescriptor, field: &str, kind: &Kind) -> bool {
    message.get_field_by_name(field).is_some_and(|it| it.kind() == *kind)
}

/// Whether it names a resource that there must be: itself, or in the fields to update.
fn names_a_resource(request: &MessageDescriptor) -> bool {
    ["name", "parent", "update_mask"].iter().any(|it| request.get_field_by_name(it).is_some())
}

/// Whether it takes an etag: itself, or in the resource to update.
fn takes_an_etag(request: &MessageDescriptor) -> bool {
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
fn every_mutation_can_be_tried() {
    let found = without(|it| !has(it, "validate_only", &Kind::Bool));
    let expected = WITHOUT_TRIAL.map(str::to_owned);
    assert_eq!(found, BTreeSet::from(expected), "without `bool validate_only`");
}

#[test]
fn every_mutation_that_names_a_resource_takes_its_etag_and_no_other_does() {
    let found = without(|it| names_a_resource(it) && !takes_an_etag(it));
    assert_eq!(found, BTreeSet::new(), "without `string etag`");
    let found = without(|it| !names_a_resource(it) && takes_an_etag(it));
    assert_eq!(found, BTreeSet::new(), "with an etag of nothing");
}

#[test]
fn whatever_is_no_question_is_a_mutation() {
    // A repetition of SettleSubscriptions finds nothing more to do.
    let questions = ["Get", "List", "BatchGet", "Check", "Assess", "SettleSubscriptions"];
    for service in SERVICES {
        for method in proto::service(service).methods() {
            let asks = questions.iter().any(|it| method.name().starts_with(it));
            let repeats = method.input().get_field_by_name("request_id").is_some();
            assert_eq!(asks, !repeats, "{}", method.name());
        }
    }
}
