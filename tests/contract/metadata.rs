//! What errors carry: the keys that the comments of error_reason.proto promise.

mod errors;

use std::{collections::BTreeSet, time::Duration};

use cluster::scenario_client::order;
use contracts::relationship::{Outcome, ProductFamily, Purpose, Transaction, TransactionLine};
use errors::Seen;
use tonic::{Code, Status};
use tonic_types::{ErrorInfo, StatusExt};

use crate::{
    Stage,
    client::error_info,
    proto::{SERVICES, pool, reasons},
};

/// The id of nothing.
const NOWHERE: &str = "0195f0a8-7c1e-7b3a-9c55-0242ac12ffff";

/// The code that each reason comes with; every other reason is a refusal by a rule.
const CODES: [(&str, Code); 14] = [
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
];

/// Types of resources, and what their names look like.
const TYPES: [(&str, &str); 11] = [
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

fn shape(name: &str) -> String {
    let parts = name.split('/').enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 0 { part } else { "*" });
    parts.collect::<Vec<_>>().join("/")
}

/// Holds an error against the comment of its reason.
fn check(seen: &Seen) -> Result<(), String> {
    let ErrorInfo { reason, domain, metadata } = error_info(&seen.status);
    let vocabulary = domain.trim_end_matches(".csp");
    let at_home = [seen.service, "relationship"].contains(&vocabulary);
    if !at_home || !SERVICES.contains(&vocabulary) {
        return Err(format!("{} speaks in the domain {domain}", seen.service));
    }
    let promised = reasons(vocabulary).into_iter().find(|it| it.word == reason);
    let promised = promised.ok_or_else(|| format!("{domain} has no reason {reason}"))?;
    let common = CODES.iter().find(|(word, _)| *word == reason);
    let code = common.map_or(Code::FailedPrecondition, |(_, code)| *code);
    if seen.status.code() != code {
        return Err(format!("{reason} comes with {:?}, not {code:?}", seen.status.code()));
    }
    let sent: BTreeSet<_> = metadata.keys().cloned().collect();
    let missing: Vec<_> = promised.keys.difference(&sent).collect();
    if !missing.is_empty() {
        return Err(format!("{domain} {reason} promises {missing:?} and sends {sent:?}"));
    }
    let more: Vec<_> = sent.difference(&promised.keys).collect();
    match common {
        Some(_) if !more.is_empty() => Err(format!("{domain} {reason} does not promise {more:?}")),
        None if more.is_empty() => Err(format!("{domain} {reason} tells no facts looked at")),
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
async fn an_error_carries_the_keys_that_its_reason_promises() {
    let stage = Stage::open().await;
    let seen = errors::all(&stage).await;
    let wrong: Vec<_> = seen.iter().filter_map(|it| check(it).err()).collect();
    fail_on(&wrong);
    let kinds: BTreeSet<_> = seen.iter().map(|it| error_info(&it.status).reason).collect();
    assert!(kinds.len() > 12, "the sample has lost its variety: {kinds:?}");
}

/// What is wrong with a refusal by rules.
fn against_refusal(status: &Status) -> Vec<String> {
    let ErrorInfo { reason, domain, metadata } = error_info(status);
    let listed = status.get_details_precondition_failure().map(|it| it.violations);
    let listed = listed.unwrap_or_default();
    let rules: Vec<_> = listed.iter().map(|it| it.r#type.as_str()).collect();
    let first = listed.first().map(|it| (it.r#type.as_str(), it.subject.as_str()));
    let told = (metadata["ruleId"].as_str(), metadata["subject"].as_str());
    // Rules of ordering follow those of relationship.
    let known = [reasons(domain.trim_end_matches(".csp")), reasons("ordering")].concat();
    let rule = known.iter().find(|it| it.word == reason).and_then(|it| it.rule.as_deref());
    let typed = client::refusal(status).violations;
    let of_typed = typed.iter().map(|it| (&it.rule_id, &it.subject, &it.explanation));
    let of_listed = listed.iter().map(|it| (&it.r#type, &it.subject, &it.description));
    let agree = of_typed.eq(of_listed);
    let strange = typed.iter().any(|it| known.iter().all(|known| known.word != it.reason));
    let unspecified = typed.iter().any(|it| it.responsible == 0);
    let words = |key: &str| !metadata[key].is_empty();
    let checks = [
        (first == Some(told), "PreconditionFailure starts with another rule or subject"),
        (rules.join(",") == metadata["failedRules"], "failedRules lists other rules"),
        (rule.unwrap_or("STATE") == told.0, "error_reason.proto names another rule than ruleId"),
        (agree, "PreconditionFailure and Refusal list other violations"),
        (!strange, "Refusal holds reasons that error_reason.proto does not have"),
        (!unspecified, "Refusal holds a violation without a responsible"),
        (words("nextStep") && words("source"), "nextStep or source is empty"),
        (is_responsible(&metadata["responsible"]), "responsible is no value of Responsible"),
    ];
    let wrong = checks.into_iter().filter(|(kept, _)| !kept);
    wrong.map(|(_, what)| format!("{reason}: {what}: {metadata:?} {listed:?}")).collect()
}

fn is_responsible(word: &str) -> bool {
    let name = format!("RESPONSIBLE_{}", word.to_uppercase());
    let known = pool().get_enum_by_name("csp.rules.v1.Responsible");
    known.is_some_and(|it| it.get_value_by_name(&name).is_some_and(|value| value.number() != 0))
}

#[tokio::test]
async fn a_refusal_tells_the_same_rules_to_programs_and_to_people() {
    let stage = Stage::open().await;
    let seen = errors::all(&stage).await;
    let refused =
        seen.iter().map(|it| &it.status).filter(|it| it.code() == Code::FailedPrecondition);
    let refused: Vec<_> = refused.collect();
    assert!(refused.len() > 8, "only {} of the sample are refusals", refused.len());
    fail_on(&refused.into_iter().flat_map(against_refusal).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_resource_in_an_error_is_named_with_its_own_type() {
    let stage = Stage::open().await;
    let mut wrong = Vec::new();
    for Seen { service, status } in errors::all(&stage).await {
        let ErrorInfo { reason, metadata, .. } = error_info(&status);
        if !matches!(status.code(), Code::NotFound | Code::AlreadyExists) {
            continue;
        }
        let Some(info) = status.get_details_resource_info() else {
            wrong.push(format!("{service} {reason}: it has no ResourceInfo"));
            continue;
        };
        let (kind, name) = (info.resource_type.as_str(), info.resource_name.as_str());
        if (metadata["resourceType"].as_str(), metadata["resourceName"].as_str()) != (kind, name) {
            wrong
                .push(format!("{service} {reason}: ErrorInfo {metadata:?}, ResourceInfo {info:?}"));
        }
        if !TYPES.contains(&(kind, &shape(name))) {
            wrong.push(format!("{service} {reason}: `{name}` is said to be a {kind}"));
        }
    }
    fail_on(&wrong);
}

#[tokio::test]
async fn a_refused_order_tells_the_facts_of_the_decision() {
    let stage = Stage::open().await;
    let cast = &stage.cast;
    let (provider, reseller) =
        (cast.provider("FR").await.unwrap(), cast.reseller("US").await.unwrap());
    let customer = cast.customer("FR").await.unwrap();
    let offer = cast.offer(ProductFamily::Azure).await.unwrap();
    let order = order(&provider, Some(&reseller), &customer, &offer);
    let line = TransactionLine {
        product_family: ProductFamily::Azure.into(),
        partner_id_on_record: reseller.location.clone(),
        ..TransactionLine::default()
    };
    let asked = Transaction {
        seller: order.seller.clone(),
        reseller: order.reseller.clone(),
        customer,
        purpose: Purpose::NewSubscription.into(),
        lines: vec![line],
        partner_attestation_accepted: true,
    };
    let outcomes = cast.check(asked).await.unwrap().outcomes.into_iter();
    let failed: Vec<_> = outcomes.filter(|it| it.outcome() == Outcome::Failed).collect();
    let info = error_info(&cast.place(order).await.unwrap_err());
    assert_eq!(info.domain, "relationship.csp");
    let rules: Vec<_> = failed.iter().map(|it| it.rule_id.as_str()).collect();
    assert_eq!(info.metadata["failedRules"], rules.join(","));
    let first = &failed[0];
    assert_eq!(info.reason, first.reason);
    let told = [&first.rule_id, &first.subject, &first.next_step, &first.source];
    let keys = ["ruleId", "subject", "nextStep", "source"];
    assert_eq!(keys.map(|key| &info.metadata[key]), told);
    assert_eq!(info.metadata["partnerCenterCode"], first.partner_center_code);
    for input in &first.inputs {
        assert_eq!(info.metadata.get(&input.name), Some(&input.value), "the fact {}", input.name);
    }
}

#[tokio::test]
async fn a_service_without_its_peer_says_who_is_missing() {
    let stage = Stage::open().await;
    let cast = &stage.cast;
    let (provider, reseller) =
        (cast.provider("FR").await.unwrap(), cast.reseller("FR").await.unwrap());
    let customer = cast.customer("FR").await.unwrap();
    let offer = cast.offer(ProductFamily::Azure).await.unwrap();
    stage.cluster.onboarding.stop().await;
    let invited = cast.invite(&provider, &reseller).await.unwrap_err();
    stage.cluster.relationship.stop().await;
    let placed = cast.place(order(&provider, None, &customer, &offer)).await.unwrap_err();
    for (service, status, peer) in
        [("relationship", invited, "onboarding"), ("ordering", placed, "relationship")]
    {
        assert_eq!(error_info(&status).metadata.get("dependency").map(String::as_str), Some(peer));
        assert!(status.get_details_retry_info().is_some(), "{service} does not say when to retry");
        check(&Seen { service, status }).unwrap();
    }
}

#[tokio::test]
async fn a_decision_that_is_never_fresh_is_told_as_such() {
    let stage = Stage::with(|plan| plan.relationship.valid_for = Duration::ZERO).await;
    let cast = &stage.cast;
    let direct = cast.direct_bill("FR").await.unwrap();
    let customer = cast.customer("FR").await.unwrap();
    cast.onboard_customer(&customer, &[&direct]).await.unwrap();
    let offer = cast.offer(ProductFamily::Azure).await.unwrap();
    let status = cast.place(order(&direct, None, &customer, &offer)).await.unwrap_err();
    assert_eq!(error_info(&status).reason, "DECISION_EXPIRED");
    check(&Seen { service: "ordering", status }).unwrap();
}

#[test]
fn every_common_reason_has_a_code_and_is_common() {
    for (word, _) in CODES {
        let has = |service: &&str| reasons(service).iter().any(|it| it.word == word);
        assert!(SERVICES.iter().any(has), "no error_reason.proto has {word}: mend CODES");
    }
}
