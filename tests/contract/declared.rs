//! The errors that the comment of each method declares, compared with the contracts and the services.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::MethodDescriptor;
use tonic::{Code, Status};

use crate::{
    Fixture,
    client::error_info,
    malformed,
    metadata::{code_of, errors},
    mutations::takes_an_etag,
    proto::{self, SERVICES, paragraphs, reasons},
    rules::rules,
};

/// The codes in the order in which a comment lists them.
const ORDER: [Code; 6] = [
    Code::InvalidArgument,
    Code::NotFound,
    Code::AlreadyExists,
    Code::FailedPrecondition,
    Code::Aborted,
    Code::Unavailable,
];
/// Codes whose only reason the methods omit.
const ONE_REASON: [(Code, &str); 2] =
    [(Code::InvalidArgument, "INVALID_FIELDS"), (Code::NotFound, "RESOURCE_NOT_FOUND")];
/// Methods that report refusals other than as errors, and the purposes of the refusals.
const REFUSALS_IN_RESPONSES: [(&str, Option<&str>); 2] =
    [("CheckTransaction", None), ("SettleSubscriptions", Some("PURPOSE_AUTOMATIC_RENEWAL"))];

/// The name of a code in comments, such as `NOT_FOUND`.
fn name(code: Code) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

/// The codes and reasons of a list such as `NOT_FOUND; ABORTED: STALE_ETAG, LOST_RACE.`
fn listed(list: &str) -> Vec<(&str, Vec<&str>)> {
    let list = list.strip_suffix('.').unwrap_or_else(|| panic!("no full stop ends `{list}`"));
    let codes = list.split("; ").map(|it| match it.split_once(": ") {
        Some((code, reasons)) => (code, reasons.split(", ").collect()),
        None => (it, Vec::new()),
    });
    codes.collect()
}

/// The last paragraph of a comment after a prefix.
fn last_paragraph(paragraphs: &[String], prefix: &str) -> Option<String> {
    paragraphs.last()?.strip_prefix(prefix).map(str::to_owned)
}

/// The reasons of a refusal for each purpose, as the comment of CheckTransaction states them.
fn reasons_by_purpose() -> BTreeMap<String, BTreeSet<String>> {
    let comment = paragraphs(&proto::method("relationship", "CheckTransaction"));
    let list = comment
        .iter()
        .find_map(|it| it.strip_prefix("Reasons of a refused decision, by purpose: - "));
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for item in list.expect("CheckTransaction lists the reasons by purpose").split(" - ") {
        let (purposes, list) = item.split_once(": ").expect("an item has purposes and reasons");
        let mut reasons = BTreeSet::new();
        for reason in list.trim_end_matches('.').split(", ") {
            match reason.strip_prefix("those of ") {
                Some(purpose) => reasons.extend(all[purpose].iter().cloned()),
                None => assert!(reasons.insert(reason.to_owned()), "{item} repeats {reason}"),
            }
        }
        all.extend(purposes.split(", ").map(|it| (it.to_owned(), reasons.clone())));
    }
    all
}

/// Codes with their reasons.
type Errors = BTreeMap<String, BTreeSet<String>>;

/// The errors that a method declares.
fn declared(method: &MethodDescriptor) -> Errors {
    let list = last_paragraph(&paragraphs(method), "Errors: ");
    let list =
        list.unwrap_or_else(|| panic!("the comment of {} ends without `Errors: `", method.name()));
    let mut errors = Errors::new();
    for (code, listed) in listed(&list) {
        let one = ONE_REASON.iter().find(|(it, _)| name(*it) == code);
        let mut reasons: BTreeSet<_> = one.into_iter().map(|(_, it)| (*it).to_owned()).collect();
        for reason in listed {
            let purpose =
                reason.strip_prefix("CheckTransaction(").map(|it| it.trim_end_matches(')'));
            match purpose {
                Some(purpose) => reasons.extend(reasons_by_purpose()[purpose].iter().cloned()),
                None => assert!(
                    reasons.insert(reason.to_owned()),
                    "the comment of {} repeats {reason}",
                    method.name()
                ),
            }
        }
        let before = errors.insert(code.to_owned(), reasons);
        assert!(before.is_none(), "the comment of {} repeats {code}", method.name());
    }
    errors
}

/// The errors that a service declares for every call.
fn declared_for_every_call(service: &str) -> Errors {
    let list = last_paragraph(&paragraphs(&proto::service(service)), "Errors of every call: ");
    let list = list.unwrap_or_else(|| panic!("the comment of {service} ends without its errors"));
    let owned = |it: Vec<&str>| it.into_iter().map(str::to_owned).collect();
    listed(&list).into_iter().map(|(code, it)| (code.to_owned(), owned(it))).collect()
}

fn methods() -> impl Iterator<Item = (&'static str, MethodDescriptor)> {
    SERVICES.iter().flat_map(|service| {
        proto::service(service).methods().map(|it| (*service, it)).collect::<Vec<_>>()
    })
}

/// The rule of a reason, which belongs to the service or to relationship.
fn rule_of(service: &str, reason: &str) -> Option<String> {
    let known = [reasons(service), reasons("relationship")].concat();
    known.into_iter().find(|it| it.word == reason)?.rule
}

#[test]
fn every_method_declares_its_errors_in_one_form() {
    for (service, method) in methods() {
        let list = last_paragraph(&paragraphs(&method), "Errors: ").unwrap_or_default();
        let codes: Vec<_> = listed(&list).into_iter().map(|(code, _)| code.to_owned()).collect();
        let declared = declared(&method);
        let order: Vec<_> =
            ORDER.map(name).into_iter().filter(|it| declared.contains_key(it)).collect();
        assert_eq!(codes, order, "codes of {}, in their order", method.name());
        let peers = if service == "ordering" { reasons("relationship") } else { Vec::new() };
        let known = [reasons(service), peers].concat();
        for (code, reason) in
            declared.iter().flat_map(|(code, it)| it.iter().map(move |it| (code, it)))
        {
            let case = format!("{} {code}: {reason}", method.name());
            assert!(known.iter().any(|it| it.word == *reason), "{case}: the reason does not exist");
            assert_eq!(*code, name(code_of(reason)), "{case}: the reason has another code");
        }
        for (code, reasons) in declared {
            assert!(!reasons.is_empty(), "{} {code} has no reason", method.name());
            let every = declared_for_every_call(service).remove(&code).unwrap_or_default();
            let twice: Vec<_> = every.intersection(&reasons).collect();
            assert!(twice.is_empty(), "{} repeats {twice:?} of every call", method.name());
        }
    }
}

#[test]
fn every_reason_is_declared_by_a_method() {
    for service in SERVICES {
        let methods = methods().filter(|(of, _)| *of == service);
        let all = methods.map(|(_, it)| declared(&it)).chain([declared_for_every_call(service)]);
        let mut all: BTreeSet<_> = all.flat_map(BTreeMap::into_values).flatten().collect();
        if service == "relationship" {
            all.extend(reasons_by_purpose().into_values().flatten());
        }
        let missing: Vec<_> =
            reasons(service).into_iter().map(|it| it.word).filter(|it| !all.contains(it)).collect();
        assert!(missing.is_empty(), "no method of {service} declares {missing:?}");
    }
}

#[test]
fn the_errors_of_request_ids_and_etags_follow_from_the_request() {
    for (_, method) in methods() {
        let errors = declared(&method);
        let declares = |code, reason| errors.get(&name(code)).is_some_and(|it| it.contains(reason));
        let request = method.input();
        let has_id = request.get_field_by_name("request_id").is_some();
        let has_etag = takes_an_etag(&request);
        let name = method.name();
        assert_eq!(declares(Code::AlreadyExists, "REQUEST_ID_REUSED"), has_id, "{name}");
        assert_eq!(declares(Code::Aborted, "LOST_RACE"), has_id, "{name}");
        assert_eq!(declares(Code::Aborted, "STALE_ETAG"), has_etag, "{name}");
        assert!(declares(Code::InvalidArgument, "INVALID_FIELDS"), "{name}");
    }
}

#[tokio::test]
async fn a_method_declares_reasons_of_exactly_the_rules_that_it_applies() {
    let fixture = Fixture::start().await;
    let rules = rules(&fixture).await;
    for (service, method) in methods() {
        let refusals =
            declared(&method).remove(&name(Code::FailedPrecondition)).unwrap_or_default();
        let in_response = REFUSALS_IN_RESPONSES.iter().filter(|(it, _)| *it == method.name());
        let in_response = in_response.flat_map(|(_, wanted)| {
            let all = reasons_by_purpose().into_iter();
            all.filter(move |(it, _)| wanted.is_none_or(|wanted| it == wanted)).flat_map(|it| it.1)
        });
        let stated = refusals.into_iter().chain(in_response);
        let stated: BTreeSet<_> = stated.filter_map(|it| rule_of(service, &it)).collect();
        let applied = rules.iter().filter(|it| it.applied_by.iter().any(|it| it == method.name()));
        let applied: BTreeSet<_> = applied.map(|it| it.id.clone()).collect();
        assert_eq!(
            stated,
            applied,
            "{}: rules of the declared reasons (left), and of ListRules (right)",
            method.name()
        );
    }
}

/// What is wrong with the error of a method, if the method does not declare it.
fn undeclared(service: &'static str, method: &str, status: &Status) -> Option<String> {
    let reason = error_info(status).reason;
    let code = name(status.code());
    let all = [declared(&proto::method(service, method)), declared_for_every_call(service)];
    let known = all.iter().any(|it| it.get(&code).is_some_and(|it| it.contains(&reason)));
    (!known).then(|| format!("{service} {method} returns {code}: {reason}"))
}

#[tokio::test]
async fn a_method_returns_only_errors_that_it_declares() {
    let fixture = Fixture::start().await;
    let mut wrong = Vec::new();
    let mut returned = BTreeSet::new();
    for seen in errors::all(&fixture).await {
        returned.insert((seen.method.clone(), error_info(&seen.status).reason));
        wrong.extend(undeclared(seen.service, &seen.method, &seen.status));
    }
    for (service, method, status) in malformed::answers(&fixture).await {
        returned.insert((method.to_owned(), error_info(&status).reason));
        wrong.extend(undeclared(service, method, &status));
    }
    assert!(returned.len() > 100, "the sample has only {} errors", returned.len());
    assert!(wrong.is_empty(), "{wrong:#?}\nadd them to the comment of the method, or fix the call");
}

#[test]
fn codes_and_lists_are_read() {
    assert_eq!(name(Code::NotFound), "NOT_FOUND");
    let list = listed("NOT_FOUND; ABORTED: STALE_ETAG, LOST_RACE.");
    assert_eq!(list, [("NOT_FOUND", vec![]), ("ABORTED", vec!["STALE_ETAG", "LOST_RACE"])]);
    assert_eq!(reasons_by_purpose().len(), 8);
}
