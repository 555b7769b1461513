use std::time::Duration;

use errors::{Failure, FieldViolation};
use rules::{Responsible, Violation};

use crate::{Error, Kind};

fn read(failure: Failure) -> Error {
    status::from_failure(failure, "ordering.csp").into()
}

fn violation(rule: &str, reason: &str) -> Violation {
    Violation {
        rule: rule.to_owned(),
        domain: "relationship.csp".to_owned(),
        reason: reason.to_owned(),
        subject: "partners/one".to_owned(),
        explanation: "it is so (state: none). Really: yes".to_owned(),
        inputs: vec![("state".to_owned(), "none".to_owned())],
        responsible: Responsible::Reseller,
        next_step: "act".to_owned(),
        source: "a page".to_owned(),
        partner_center_code: String::new(),
    }
}

#[test]
fn a_refusal_reads_back_as_the_service_sent_it() {
    let violations = vec![violation("REL-1", "NOT_RELATED"), violation("MPA-2", "NOT_ACCEPTED")];
    let error = read(Failure::Refused(violations));
    assert_eq!((error.kind, error.reason.as_str()), (Kind::Refused, "NOT_RELATED"));
    assert_eq!(error.domain, "relationship.csp");
    let [first, second] = error.refusal.violations.as_slice() else {
        panic!("{error:?}");
    };
    assert_eq!((first.rule_id.as_str(), second.rule_id.as_str()), ("REL-1", "MPA-2"));
    assert_eq!(first.subject, "partners/one");
    assert_eq!(first.explanation, "it is so (state: none). Really: yes");
    assert_eq!(
        (first.responsible(), first.next_step.as_str()),
        (crate::Responsible::Reseller, "act")
    );
    assert_eq!(
        second.to_string(),
        "MPA-2 NOT_ACCEPTED: it is so (state: none). Really: yes. Who must act: reseller. Next: act."
    );
}

#[test]
fn an_error_has_what_its_caller_needs() {
    let violation =
        FieldViolation { field: "order.seller".into(), description: "is required".into() };
    let error = read(Failure::Invalid(vec![violation]));
    assert_eq!((error.kind, error.fields[0].field.as_str()), (Kind::Invalid, "order.seller"));
    let error = read(Failure::missing("offers/a"));
    assert_eq!((error.kind, error.resource()), (Kind::Missing, Some("offers/a")));
    let error = read(Failure::Unavailable { dependency: "database", cause: "gone".to_owned() });
    assert_eq!((error.kind, error.retry_after), (Kind::Unavailable, Some(Duration::from_secs(1))));
    let error = read(Failure::bug("row 7 is broken"));
    assert_eq!(error.kind, Kind::Defect);
    assert!(error.incident().is_some_and(|it| error.message.contains(it)), "{error:?}");
    assert_eq!(read(Failure::LostRace).kind, Kind::Outdated);
    assert_eq!(read(Failure::OutOfTime).kind, Kind::TooLate);
    assert_eq!(read(Failure::Overloaded { of: "server", limit: 7 }).kind, Kind::Busy);
}

#[test]
fn a_status_without_details_is_read_too() {
    let error = Error::from(tonic::Status::new(tonic::Code::Unauthenticated, "who are you?"));
    assert_eq!(error.kind, Kind::Other(tonic::Code::Unauthenticated));
    assert_eq!(error.to_string(), "who are you?");
    assert!(
        error.reason.is_empty()
            && error.refusal.violations.is_empty()
            && error.retry_after.is_none()
    );
}
