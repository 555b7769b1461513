use std::time::Duration;

use authority::{Forbidden, NotForCaller, Role};
use rules::{Responsible, Violation};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::*;

mod budget;

fn violation(rule: &str, reason: &str) -> Violation {
    Violation {
        rule: rule.to_owned(),
        domain: "relationship.csp".to_owned(),
        reason: reason.to_owned(),
        subject: "partners/x".to_owned(),
        explanation: "it is so".to_owned(),
        inputs: vec![("state".to_owned(), "qualified".to_owned())],
        responsible: Responsible::Reseller,
        next_step: "accept it".to_owned(),
        source: "the book".to_owned(),
        partner_center_code: "403/900123".to_owned(),
    }
}

fn forbidden() -> Forbidden {
    let needs = vec![Role::Operator, Role::Ordering];
    Forbidden { caller: "portal".into(), has: vec![Role::Reader], needs, bound: false }
}

#[test]
fn every_kind_has_its_code_and_exactly_one_error_info() {
    let kinds = [
        (Failure::Invalid(vec![]), Code::InvalidArgument, "INVALID_FIELDS"),
        (Failure::missing("orders/1"), Code::NotFound, "RESOURCE_NOT_FOUND"),
        (Failure::exists("orders/1"), Code::AlreadyExists, "RESOURCE_EXISTS"),
        (Failure::LostRace, Code::Aborted, "LOST_RACE"),
        (Failure::FactsChanged { attempts: 5 }, Code::Aborted, "FACTS_CHANGED"),
        (Failure::DecisionExpired, Code::Aborted, "DECISION_EXPIRED"),
        (
            Failure::Unavailable { dependency: "database", cause: "SQLSTATE 57P01".into() },
            Code::Unavailable,
            "DEPENDENCY_UNAVAILABLE",
        ),
        (
            Failure::UnknownMethod { method: "a.B/C".into(), served: "a.D" },
            Code::Unimplemented,
            "UNKNOWN_METHOD",
        ),
        (
            Failure::Unauthenticated { cause: "NO_TOKEN", problem: "it sent no token".into() },
            Code::Unauthenticated,
            "CALLER_NOT_PROVEN",
        ),
        (
            Failure::Forbidden { method: "PlaceOrder".into(), forbidden: forbidden() },
            Code::PermissionDenied,
            "ROLE_REQUIRED",
        ),
        (
            Failure::NotForCaller(NotForCaller { caller: "portal".into(), partners: vec![] }),
            Code::PermissionDenied,
            "TENANT_REQUIRED",
        ),
        (Failure::Overloaded { of: "server", limit: 7 }, Code::ResourceExhausted, "OVERLOADED"),
        (Failure::OutOfTime, Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
        (
            Failure::ReleaseInProgress {
                customer: "customers/1".to_owned(),
                partner: "partners/1".to_owned(),
                retry_after: Duration::from_secs(7),
            },
            Code::Unavailable,
            "RELEASE_IN_PROGRESS",
        ),
        (Failure::bug("row 7 is broken"), Code::Internal, "INTERNAL"),
    ];
    for (failure, code, reason) in kinds {
        let status = from_failure(failure, "test.csp");
        let info = status.get_details_error_info().unwrap();
        assert_eq!((status.code(), info.reason.as_str()), (code, reason));
        assert_eq!(info.domain, "test.csp");
        for secret in ["SQLSTATE", "row 7"] {
            assert!(!format!("{status:?}").contains(secret), "{status:?}");
        }
    }
}

#[test]
fn a_refusal_names_the_first_rule_in_error_info_and_lists_all() {
    let violations = vec![violation("MPA-1", "A"), violation("MPA-2", "B")];
    let status = from_failure(Failure::Refused(violations), "ordering.csp");
    let info = status.get_details_error_info().unwrap();
    assert_eq!((info.reason.as_str(), info.domain.as_str()), ("A", "relationship.csp"));
    assert_eq!(info.metadata["ruleId"], "MPA-1");
    assert_eq!(info.metadata["failedRules"], "MPA-1,MPA-2");
    assert_eq!(info.metadata["state"], "qualified");
    let listed = status.get_details_precondition_failure().unwrap().violations;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[1].r#type, "MPA-2");
    assert_eq!(listed[1].description, "it is so");
}

#[test]
fn a_refusal_names_each_rule_once_and_counts_its_reasons() {
    for (rules, by) in [
        (&["ON-3"][..], "refused by ON-3"),
        (&["ON-3", "ON-3"], "ON-3 failed for two reasons"),
        (&["ON-1", "ON-3"], "2 rules failed (ON-1, ON-3)"),
        (
            &["REL-1", "REL-3", "REL-3", "ON-1", "REL-3"],
            "3 rules failed (REL-1, REL-3 for 3 reasons, ON-1)",
        ),
    ] {
        let violations = rules.iter().map(|rule| violation(rule, "A")).collect();
        let status = from_failure(Failure::Refused(violations), "relationship.csp");
        assert_eq!(status.message(), format!("{by}: it is so"));
    }
}

#[test]
fn an_unreachable_peer_is_unavailable_and_its_missing_resource_is_missing() {
    let away = read("onboarding", &Status::unavailable("tcp connect error 10.0.0.7"));
    let away = from_failure(away, "relationship.csp");
    assert_eq!(away.code(), Code::Unavailable);
    assert!(away.get_details_retry_info().is_some());
    assert!(!format!("{away:?}").contains("10.0.0.7"));
    let lacking = from_failure(Failure::missing("orders/1"), "onboarding.csp");
    assert!(matches!(read("onboarding", &lacking), Failure::Missing(it) if it.name == "orders/1"));
    assert!(matches!(read("onboarding", &Status::internal("?")), Failure::Bug(_)));
}

#[test]
fn a_refusal_reads_back_whole() {
    let violations = vec![violation("REL-6", "A"), violation("ORD-1", "B")];
    let status = from_failure(Failure::Refused(violations.clone()), "ordering.csp");
    assert_eq!(read_refusal("relationship", &status).unwrap(), violations);
    let other = Status::failed_precondition("no details");
    assert!(matches!(read_refusal("relationship", &other), Err(Failure::Bug(_))));
}

#[test]
fn a_refusal_that_is_too_long_omits_inputs_before_violations() {
    let inputs = vec![("x".to_owned(), "y".repeat(200)); 8];
    let long = Violation { inputs, ..violation("ORD-1", "A") };
    for (count, listed, with_inputs) in [(1, 1, true), (8, 8, false), (300, 20, false)] {
        let violations = vec![long.clone(); count];
        let status = from_failure(Failure::Refused(violations), "ordering.csp");
        let found = super::refusal(&status);
        assert!(found.violations.len() >= listed, "{} of {count}", found.violations.len());
        assert_eq!(found.violations.len() + found.omitted_count as usize, count);
        assert_eq!(!found.violations[0].inputs.is_empty(), with_inputs, "{count}");
    }
}
