//! Error metadata: the keys that the comments of error_reason.proto document.

pub mod errors;

use std::{collections::BTreeSet, time::Duration};

use cluster::scenario_client::order;
use contracts::relationship::{Outcome, ProductFamily, Purpose, Transaction, TransactionLine};
use errors::Seen;
use tonic::{Code, Status};
use tonic_types::{ErrorInfo, StatusExt};

use crate::{
    Fixture,
    client::error_info,
    proto::{SERVICES, pool, reasons},
};

/// The id of no resource.
const UNKNOWN_ID: &str = "0195f0a8-7c1e-7b3a-9c55-0242ac12ffff";

/// The code of each reason; all other reasons are refusals by rules.
const CODES: [(&str, Code); 17] = [
    ("INVALID_FIELDS", Code::InvalidArgument),
    ("RESOURCE_NOT_FOUND", Code::NotFound),
    ("RESOURCE_EXISTS", Code::AlreadyExists),
    ("REQUEST_ID_REUSED", Code::AlreadyExists),
    ("LOST_RACE", Code::Aborted),
    ("STALE_ETAG", Code::Aborted),
    ("DECISION_EXPIRED", Code::Aborted),
    ("FACTS_CHANGED", Code::Aborted),
    ("DEPENDENCY_UNAVAILABLE", Code::Unavailable),
    ("UNKNOWN_METHOD", Code::Unimplemented),
    ("RELEASE_IN_PROGRESS", Code::Unavailable),
    ("OVERLOADED", Code::ResourceExhausted),
    ("DEADLINE_EXCEEDED", Code::DeadlineExceeded),
    ("INTERNAL", Code::Internal),
    ("CALLER_NOT_PROVEN", Code::Unauthenticated),
    ("ROLE_REQUIRED", Code::PermissionDenied),
    ("TENANT_REQUIRED", Code::PermissionDenied),
];

/// The code of a reason.
pub fn code_of(reason: &str) -> Code {
    let common = CODES.iter().find(|(word, _)| *word == reason);
    common.map_or(Code::FailedPrecondition, |(_, code)| *code)
}

/// Resource types with the patterns of their names.
pub const TYPES: [(&str, &str); 11] = [
    ("csp.onboarding.v1.Organization", "organizations/*"),
    ("csp.onboarding.v1.Partner", "partners/*"),
    ("csp.onboarding.v1.Enrollment", "partners/*/enrollments/*"),
    ("csp.onboarding.v1.Agreement", "partners/*/agreements/*"),
    ("csp.relationship.v1.Partnership", "partnerships/*"),
    ("csp.relationship.v1.Customer", "customers/*"),
    ("csp.relationship.v1.CustomerRelationship", "customers/*/relationships/*"),
    ("csp.ordering.v1.Offer", "offers/*"),
    ("csp.ordering.v1.Order", "orders/*"),
    ("csp.ordering.v1.Subscription", "subscriptions/*"),
    ("csp.ordering.v1.Transfer", "transfers/*"),
];

fn pattern(name: &str) -> String {
    let parts = name.split('/').enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 0 { part } else { "*" });
    parts.collect::<Vec<_>>().join("/")
}

/// Compares an error with the comment of its reason.
fn check(seen: &Seen) -> Result<(), String> {
    let ErrorInfo { reason, domain, metadata } = error_info(&seen.status);
    let owner = domain.trim_end_matches(".csp");
    let known = [seen.service, "relationship"].contains(&owner);
    if !known || !SERVICES.contains(&owner) {
        return Err(format!("{} sends the domain {domain}", seen.service));
    }
    let documented = reasons(owner).into_iter().find(|it| it.word == reason);
    let documented = documented.ok_or_else(|| format!("{domain} has no reason {reason}"))?;
    let common = CODES.iter().find(|(word, _)| *word == reason);
    let code = code_of(&reason);
    if seen.status.code() != code {
        return Err(format!("{reason} has {:?}, not {code:?}", seen.status.code()));
    }
    let sent: BTreeSet<_> = metadata.keys().cloned().collect();
    let missing: Vec<_> = documented.keys.difference(&sent).collect();
    if !missing.is_empty() {
        return Err(format!("{domain} {reason} documents {missing:?} but sends {sent:?}"));
    }
    let more: Vec<_> = sent.difference(&documented.keys).collect();
    match common {
        Some(_) if !more.is_empty() => Err(format!("{domain} {reason} does not document {more:?}")),
        None if more.is_empty() => Err(format!("{domain} {reason} has no facts of the rule")),
        _ => Ok(()),
    }
}

fn fail_on(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "\n{}\nfix libs/status/src/render.rs, the call, or the comment in error_reason.proto",
        wrong.join("\n")
    );
}

#[tokio::test]
async fn an_error_has_the_documented_metadata_keys() {
    let fixture = Fixture::start().await;
    let seen = errors::all(&fixture).await;
    let wrong: Vec<_> = seen.iter().filter_map(|it| check(it).err()).collect();
    fail_on(&wrong);
    let kinds: BTreeSet<_> = seen.iter().map(|it| error_info(&it.status).reason).collect();
    assert!(kinds.len() > 12, "the sample has too few reasons: {kinds:?}");
}

/// The faults of a refusal by rules.
fn faults_of_refusal(status: &Status) -> Vec<String> {
    let ErrorInfo { reason, domain, metadata } = error_info(status);
    let listed = status.get_details_precondition_failure().map(|it| it.violations);
    let listed = listed.unwrap_or_default();
    let rules: Vec<_> = listed.iter().map(|it| it.r#type.as_str()).collect();
    let first = listed.first().map(|it| (it.r#type.as_str(), it.subject.as_str()));
    let stated = (metadata["ruleId"].as_str(), metadata["subject"].as_str());
    // Rules of ordering follow those of relationship.
    let known = [reasons(domain.trim_end_matches(".csp")), reasons("ordering")].concat();
    let rule = known.iter().find(|it| it.word == reason).and_then(|it| it.rule.as_deref());
    let typed = client::refusal(status).violations;
    let of_typed = typed.iter().map(|it| (&it.rule_id, &it.subject, &it.explanation));
    let of_listed = listed.iter().map(|it| (&it.r#type, &it.subject, &it.description));
    let agree = of_typed.eq(of_listed);
    let unknown = typed.iter().any(|it| known.iter().all(|known| known.word != it.reason));
    let unspecified = typed.iter().any(|it| it.responsible == 0);
    let words = |key: &str| !metadata[key].is_empty();
    let checks = [
        (first == Some(stated), "PreconditionFailure starts with another rule or subject"),
        (rules.join(",") == metadata["failedRules"], "failedRules lists other rules"),
        (rule.unwrap_or("STATE") == stated.0, "error_reason.proto names another rule than ruleId"),
        (agree, "PreconditionFailure and Refusal list other violations"),
        (!unknown, "Refusal has reasons that error_reason.proto does not have"),
        (!unspecified, "Refusal has a violation without a responsible"),
        (words("nextStep") && words("source"), "nextStep or source is empty"),
        (is_responsible(&metadata["responsible"]), "responsible is not a value of Responsible"),
    ];
    let wrong = checks.into_iter().filter(|(correct, _)| !correct);
    wrong.map(|(_, what)| format!("{reason}: {what}: {metadata:?} {listed:?}")).collect()
}

fn is_responsible(word: &str) -> bool {
    let name = format!("RESPONSIBLE_{}", word.to_uppercase());
    let known = pool().get_enum_by_name("csp.rules.v1.Responsible");
    known.is_some_and(|it| it.get_value_by_name(&name).is_some_and(|value| value.number() != 0))
}

#[tokio::test]
async fn metadata_and_violations_of_a_refusal_have_the_same_rules() {
    let fixture = Fixture::start().await;
    let seen = errors::all(&fixture).await;
    let refused =
        seen.iter().map(|it| &it.status).filter(|it| it.code() == Code::FailedPrecondition);
    let refused: Vec<_> = refused.collect();
    assert!(refused.len() > 8, "only {} of the sample are refusals", refused.len());
    fail_on(&refused.into_iter().flat_map(faults_of_refusal).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_resource_in_an_error_has_its_type() {
    let fixture = Fixture::start().await;
    let mut wrong = Vec::new();
    for Seen { service, status, .. } in errors::all(&fixture).await {
        let ErrorInfo { reason, metadata, .. } = error_info(&status);
        if !matches!(status.code(), Code::NotFound | Code::AlreadyExists) {
            continue;
        }
        let Some(info) = status.get_details_resource_info() else {
            wrong.push(format!("{service} {reason}: no ResourceInfo"));
            continue;
        };
        let (kind, name) = (info.resource_type.as_str(), info.resource_name.as_str());
        if (metadata["resourceType"].as_str(), metadata["resourceName"].as_str()) != (kind, name) {
            wrong
                .push(format!("{service} {reason}: ErrorInfo {metadata:?}, ResourceInfo {info:?}"));
        }
        if !TYPES.contains(&(kind, &pattern(name))) {
            wrong.push(format!("{service} {reason}: `{name}` has the type {kind}"));
        }
    }
    fail_on(&wrong);
}

#[tokio::test]
async fn a_refused_order_has_the_facts_of_the_decision() {
    let fixture = Fixture::start().await;
    let client = &fixture.client;
    let (provider, reseller) =
        (client.provider("FR").await.unwrap(), client.reseller("US").await.unwrap());
    let customer = client.customer("FR").await.unwrap();
    let offer = client.offer(ProductFamily::Azure).await.unwrap();
    let order = order(&provider, Some(&reseller), &customer, &offer);
    let line = TransactionLine {
        product_family: ProductFamily::Azure.into(),
        partner_id_on_record: reseller.location.clone(),
        ..TransactionLine::default()
    };
    let transaction = Transaction {
        seller: order.seller.clone(),
        reseller: order.reseller.clone(),
        customer,
        purpose: Purpose::NewSubscription.into(),
        lines: vec![line],
        partner_attestation_accepted: true,
    };
    let outcomes = client.check(transaction).await.unwrap().outcomes.into_iter();
    let failed: Vec<_> = outcomes.filter(|it| it.outcome() == Outcome::Failed).collect();
    let info = error_info(&client.place(order).await.unwrap_err());
    assert_eq!(info.domain, "relationship.csp");
    let rules: Vec<_> = failed.iter().map(|it| it.rule_id.as_str()).collect();
    assert_eq!(info.metadata["failedRules"], rules.join(","));
    let first = &failed[0];
    assert_eq!(info.reason, first.reason);
    let expected = [&first.rule_id, &first.subject, &first.next_step, &first.source];
    let keys = ["ruleId", "subject", "nextStep", "source"];
    assert_eq!(keys.map(|key| &info.metadata[key]), expected);
    assert_eq!(info.metadata["partnerCenterCode"], first.partner_center_code);
    for input in &first.inputs {
        assert_eq!(info.metadata.get(&input.name), Some(&input.value), "the fact {}", input.name);
    }
}

#[tokio::test]
async fn a_service_without_its_peer_names_the_peer() {
    let fixture = Fixture::start().await;
    let client = &fixture.client;
    let (provider, reseller) =
        (client.provider("FR").await.unwrap(), client.reseller("FR").await.unwrap());
    let customer = client.customer("FR").await.unwrap();
    let offer = client.offer(ProductFamily::Azure).await.unwrap();
    fixture.cluster.onboarding.stop().await;
    let invited = client.invite(&provider, &reseller).await.unwrap_err();
    fixture.cluster.relationship.stop().await;
    let placed = client.place(order(&provider, None, &customer, &offer)).await.unwrap_err();
    for (service, method, status, peer) in [
        ("relationship", "InvitePartnership", invited, "onboarding"),
        ("ordering", "PlaceOrder", placed, "relationship"),
    ] {
        assert_eq!(error_info(&status).metadata.get("dependency").map(String::as_str), Some(peer));
        assert!(status.get_details_retry_info().is_some(), "{service} sends no RetryInfo");
        check(&Seen { service, method: method.to_owned(), status }).unwrap();
    }
}

#[tokio::test]
async fn a_decision_that_expires_at_once_is_refused_as_expired() {
    let fixture = Fixture::with(|plan| plan.relationship.valid_for = Duration::ZERO).await;
    let client = &fixture.client;
    let direct = client.direct_bill("FR").await.unwrap();
    let customer = client.customer("FR").await.unwrap();
    client.onboard_customer(&customer, &[&direct]).await.unwrap();
    let offer = client.offer(ProductFamily::Azure).await.unwrap();
    let status = client.place(order(&direct, None, &customer, &offer)).await.unwrap_err();
    assert_eq!(error_info(&status).reason, "DECISION_EXPIRED");
    check(&Seen { service: "ordering", method: "PlaceOrder".to_owned(), status }).unwrap();
}

#[test]
fn every_reason_with_a_code_exists() {
    for (word, _) in CODES {
        let has = |service: &&str| reasons(service).iter().any(|it| it.word == word);
        assert!(SERVICES.iter().any(has), "no error_reason.proto has {word}: fix CODES");
    }
}
