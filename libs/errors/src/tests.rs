use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::Responsible;

use super::*;

mod budget;

fn violation(rule: &str, reason: &str) -> Violation {
    Violation {
        rule: rule.to_owned(),
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
            Failure::UnknownMethod { method: "a.B/C".into(), served: "a.D", elsewhere: None },
            Code::Unimplemented,
            "UNKNOWN_METHOD",
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
        let status = failure.into_status("test.csp");
        let info = status.get_details_error_info().unwrap();
        assert_eq!((status.code(), info.reason.as_str()), (code, reason));
        assert_eq!(info.domain, "test.csp");
        for secret in ["SQLSTATE", "row 7"] {
            assert!(!format!("{status:?}").contains(secret), "{status:?}");
        }
    }
}

#[test]
fn a_resource_is_named_with_the_type_of_its_collection() {
    for (name, kind) in [
        ("partners/1", "csp.onboarding.v1.Partner"),
        ("partners/1/enrollments/direct-bill", "csp.onboarding.v1.Enrollment"),
        ("customers/1/relationships/2", "csp.relationship.v1.CustomerRelationship"),
        ("offers/1", "csp.ordering.v1.Offer"),
    ] {
        assert_eq!(Resource::named(name).kind, kind);
    }
}

#[test]
fn a_refusal_names_the_first_rule_in_error_info_and_lists_all() {
    let violations = vec![violation("MPA-1", "A"), violation("MPA-2", "B")];
    let refusal = Refusal { domain: "relationship.csp", violations };
    let status = Failure::Refused(refusal).into_status("ordering.csp");
    let info = status.get_details_error_info().unwrap();
    assert_eq!((info.reason.as_str(), info.domain.as_str()), ("A", "relationship.csp"));
    assert_eq!(info.metadata["ruleId"], "MPA-1");
    assert_eq!(info.metadata["failedRules"], "MPA-1,MPA-2");
    assert_eq!(info.metadata["state"], "qualified");
    let listed = status.get_details_precondition_failure().unwrap().violations;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[1].r#type, "MPA-2");
    assert_eq!(listed[1].description, "B: it is so. Who must act: reseller. Next: accept it.");
}

#[test]
fn a_refusal_names_each_rule_once_and_counts_its_reasons() {
    for (rules, by) in [
        (&["ON-3"][..], "ON-3"),
        (&["ON-3", "ON-3"], "ON-3 for two reasons, first"),
        (&["ON-1", "ON-3"], "2 rules (ON-1,ON-3), first ON-1"),
        (
            &["REL-1", "REL-3", "REL-3", "ON-1", "REL-3"],
            "3 rules (REL-1,REL-3 for 3 reasons,ON-1), first REL-1",
        ),
    ] {
        let violations = rules.iter().map(|rule| violation(rule, "A")).collect();
        let refusal = Refusal { domain: "relationship.csp", violations };
        let status = Failure::Refused(refusal).into_status("relationship.csp");
        assert_eq!(status.message(), format!("refused by {by}: it is so"));
    }
}

#[test]
fn a_peer_that_is_away_is_unavailable_and_what_it_lacks_is_missing() {
    let away = read("onboarding", &Status::unavailable("tcp connect error 10.0.0.7"));
    let away = away.into_status("relationship.csp");
    assert_eq!(away.code(), Code::Unavailable);
    assert!(away.get_details_retry_info().is_some());
    assert!(!format!("{away:?}").contains("10.0.0.7"));
    let lacking = Failure::missing("orders/1").into_status("onboarding.csp");
    assert!(matches!(read("onboarding", &lacking), Failure::Missing(it) if it.name == "orders/1"));
    assert!(matches!(read("onboarding", &Status::internal("?")), Failure::Bug(_)));
}

#[test]
fn all_violations_of_a_request_are_answered_at_once() {
    let mut fields = Fields::new();
    let number = fields.parse::<u8>("a.number", "x");
    let text = fields.text("a.text", &"é".repeat(3), 2);
    fields.required::<()>("b", None);
    let Err(Failure::Invalid(violations)) = fields.finish(|| Some((number?, text?))) else {
        panic!("it is not invalid");
    };
    let paths: Vec<_> = violations.iter().map(|each| each.field.as_str()).collect();
    assert_eq!(paths, ["a.number", "a.text", "b"]);
}

#[test]
fn a_path_of_a_mask_that_cannot_be_used_is_answered_with_what_can() {
    let problem = |paths: &[&str]| {
        let mut fields = Fields::new();
        let paths: Vec<_> = paths.iter().map(ToString::to_string).collect();
        let read = fields.mask(Some(&paths), &["display_name", "country_code"]).map(<[_]>::len);
        match fields.finish(|| read) {
            Err(Failure::Invalid(violations)) => {
                format!("{} {}", violations[0].field, violations[0].description)
            }
            other => format!("{other:?}"),
        }
    };
    for (paths, said) in [
        (&["display_name", "country_code"][..], "Ok(2)"),
        (&[], "update_mask is required; use display_name or country_code"),
        (
            &["country_code", "displayName"],
            "update_mask has `displayName` in camelCase; write display_name",
        ),
        (
            &["etag"],
            "update_mask has `etag`, which is not a field that can change; use display_name or \
             country_code",
        ),
    ] {
        assert_eq!(problem(paths), said);
    }
}

#[test]
fn a_refusal_reads_back_as_far_as_a_status_tells() {
    let told = Violation { inputs: Vec::new(), ..violation("REL-6", "REMOVAL_BY_RESELLER") };
    let refusal =
        Refusal { domain: "relationship.csp", violations: vec![told.clone(), told.clone()] };
    let status = Failure::Refused(refusal).into_status("ordering.csp");
    let read = crate::read_refusal("relationship", "relationship.csp", &status).unwrap();
    let plain = Violation { source: String::new(), partner_center_code: String::new(), ..told };
    assert_eq!(read.violations, [plain.clone(), plain]);
    let other = Status::failed_precondition("no details");
    assert!(matches!(crate::read_refusal("relationship", "", &other), Err(Failure::Bug(_))));
}
