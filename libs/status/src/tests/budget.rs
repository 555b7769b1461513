//! Common clients can read every status, for any texts.

use std::time::Duration;

use proptest::prelude::*;
use tonic::Status;
use tonic_types::{ErrorDetail, StatusExt};

use authority::{Forbidden, NotForCaller, Role};
use errors::{Failure, FieldViolation, Resource, StaleEtag};
use rules::{Responsible, Violation};
use types::csp_tenant;
use uuid::Uuid;

use crate::{budget, from_failure};

/// Bytes of a status in the headers that tonic writes.
fn on_wire(status: &Status) -> usize {
    let headers = status.clone().into_http::<()>().into_parts().0.headers;
    let bytes = |name: &str| headers.get(name).map_or(0, |it| it.as_bytes().len());
    bytes("grpc-message") + bytes("grpc-status-details-bin")
}

/// A text of any characters, short or far too long.
fn text() -> impl Strategy<Value = String> {
    let repeated =
        (any::<char>(), 0..3000usize).prop_map(|(it, count)| String::from(it).repeat(count));
    prop_oneof![3 => "\\PC{0,80}", 1 => "[ -~]{0,400}", 1 => repeated]
}

fn resource() -> impl Strategy<Value = Resource> {
    prop_oneof![
        text().prop_map(Resource::named),
        (text(), text(), prop::option::of(text())).prop_map(|(kind, name, none)| Resource {
            kind,
            name,
            none
        }),
    ]
}

fn field() -> impl Strategy<Value = FieldViolation> {
    (text(), text()).prop_map(|(field, description)| FieldViolation { field, description })
}

prop_compose! {
    fn violation()(
        [rule, domain, reason, subject, explanation, next_step, source, partner_center_code]
            in prop::array::uniform8(text()),
        inputs in prop::collection::vec((text(), text()), 0..12),
        responsible in prop::sample::select(Responsible::ALL),
    ) -> Violation {
        // The reader of a list takes an element without a rule for the number of those left out.
        let rule = format!("R{rule}");
        Violation {
            rule, domain, reason, subject, explanation, inputs, responsible, next_step, source,
            partner_center_code,
        }
    }
}

/// A list of few or of many, since a caller can repeat what is wrong.
fn many<T: Clone + std::fmt::Debug>(
    one: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vec<T>> {
    (prop::collection::vec(one, 1..6), prop_oneof![Just(1usize), 1..80usize])
        .prop_map(|(some, times)| some.iter().cycle().take(some.len() * times).cloned().collect())
}

fn failure() -> impl Strategy<Value = Failure> {
    prop_oneof![
        many(field()).prop_map(Failure::Invalid),
        many(violation()).prop_map(Failure::Refused),
        resource().prop_map(Failure::Missing),
        resource().prop_map(Failure::Exists),
        (resource(), prop::collection::vec(text(), 0..20))
            .prop_map(|(changed, differing)| Failure::RequestIdReused { changed, differing }),
        (resource(), prop::array::uniform4(text())).prop_map(|(resource, texts)| {
            let [current, expected, change_time, changed_by] = texts;
            let stale = StaleEtag { resource, current, expected, change_time, changed_by };
            Failure::StaleEtag(Box::new(stale))
        }),
        Just(()).prop_map(|()| Failure::LostRace),
        any::<usize>().prop_map(|attempts| Failure::FactsChanged { attempts }),
        Just(()).prop_map(|()| Failure::DecisionExpired),
        any::<usize>().prop_map(|limit| Failure::Overloaded { of: "connection", limit }),
        Just(()).prop_map(|()| Failure::OutOfTime),
        text().prop_map(|cause| Failure::Unavailable { dependency: "relationship", cause }),
        (text(), text(), any::<u16>()).prop_map(|(customer, partner, seconds)| {
            let retry_after = Duration::from_secs(seconds.into());
            Failure::ReleaseInProgress { customer, partner, retry_after }
        }),
        (text(), text()).prop_map(|(method, caller)| Failure::Forbidden {
            method,
            forbidden: Forbidden {
                caller,
                has: Role::ALL.to_vec(),
                needs: Role::ALL.to_vec(),
                bound: true
            },
        }),
        (text(), 0..20usize).prop_map(|(caller, count)| {
            let partners = vec![csp_tenant(&Uuid::nil().to_string()).unwrap(); count];
            Failure::NotForCaller(NotForCaller { caller, partners })
        }),
        text().prop_map(|problem| Failure::Unauthenticated { cause: "NO_TOKEN", problem }),
        text().prop_map(|method| Failure::UnknownMethod { method, served: "ordering" }),
        text().prop_map(Failure::Bug),
    ]
}

/// How many violations a failure has.
fn count(failure: &Failure) -> usize {
    match failure {
        Failure::Invalid(violations) => violations.len(),
        Failure::Refused(violations) => violations.len(),
        Failure::Missing(_)
        | Failure::Exists(_)
        | Failure::RequestIdReused { .. }
        | Failure::StaleEtag(_)
        | Failure::LostRace
        | Failure::FactsChanged { .. }
        | Failure::DecisionExpired
        | Failure::Unauthenticated { .. }
        | Failure::Forbidden { .. }
        | Failure::NotForCaller(_)
        | Failure::Overloaded { .. }
        | Failure::UnknownMethod { .. }
        | Failure::ReleaseInProgress { .. }
        | Failure::OutOfTime
        | Failure::Unavailable { .. }
        | Failure::Bug(_) => 0,
    }
}

/// How many violations a status lists and leaves out.
fn counted(status: &Status) -> usize {
    let fields = status.get_details_bad_request().map(|it| it.field_violations).unwrap_or_default();
    let rules =
        status.get_details_precondition_failure().map(|it| it.violations).unwrap_or_default();
    let fields = fields.into_iter().map(|it| (it.field.is_empty(), it.description));
    let rules = rules.into_iter().map(|it| (it.r#type.is_empty(), it.description));
    let one = |(is_last, text): (bool, String)| {
        let more = text.strip_prefix("and ").and_then(|it| it.strip_suffix(" more"));
        more.filter(|_| is_last).and_then(|it| it.parse().ok()).unwrap_or(1)
    };
    fields.chain(rules).map(one).sum()
}

proptest! {
    #[test]
    fn no_failure_exceeds_the_budget_and_each_has_one_error_info_and_counts_what_it_omits(
        failure in failure()
    ) {
        let count = count(&failure);
        let is_refused = matches!(failure, Failure::Refused(_));
        let status = from_failure(failure, "ordering.csp");
        let size = on_wire(&status);
        prop_assert!(size <= 6 * 1024, "{size} bytes");
        prop_assert_eq!(budget::on_wire(&status), size);
        let details = status.check_error_details_vec().unwrap();
        let infos = details.iter().filter(|it| matches!(it, ErrorDetail::ErrorInfo(_))).count();
        prop_assert_eq!(infos, 1);
        prop_assert_eq!(counted(&status), count);
        let typed = crate::refusal(&status);
        let total = typed.violations.len() + typed.omitted_count as usize;
        prop_assert_eq!(total, if is_refused { count } else { 0 });
        prop_assert_eq!(typed.violations.is_empty(), !is_refused);
        if count > 0 {
            let metadata = status.get_details_error_info().unwrap().metadata;
            prop_assert_eq!(&metadata["violationCount"], &count.to_string());
        }
        // A client that compares the two message copies refuses the details where they differ.
        let read = Status::from_header_map(&status.clone().into_http::<()>().into_parts().0.headers);
        let read = read.unwrap();
        prop_assert_eq!(read.message(), status.message());
    }
}

fn invalid(count: usize, description: &str) -> Status {
    let violation = |at| FieldViolation {
        field: format!("order.lines[{at}].partner_id_on_record"),
        description: description.to_owned(),
    };
    from_failure(Failure::Invalid((0..count).map(violation).collect()), "ordering.csp")
}

#[test]
fn what_a_status_leaves_out_is_counted_in_the_list_the_message_and_the_metadata() {
    let status = invalid(300, "a PartnerID has 4 to 10 digits");
    let listed = status.get_details_bad_request().unwrap().field_violations;
    let more = format!("and {} more", 301 - listed.len());
    assert_eq!(listed.last().unwrap().description, more);
    assert!(listed.len() > 25, "only {} are listed", listed.len());
    assert!(status.message().contains("; and 2") && status.message().ends_with(" more"));
    assert_eq!(status.get_details_error_info().unwrap().metadata["violationCount"], "300");
    assert!(on_wire(&status) > 5 * 1024, "{} bytes use little of the budget", on_wire(&status));
}

#[test]
fn a_text_is_cut_where_a_character_ends_and_says_so() {
    assert_eq!(budget::cut("Müller", 6), "Mü…");
    assert_eq!(budget::cut("Müller", 7), "Müller");
    let message = budget::message(&"日".repeat(1000));
    assert!(message.ends_with("日…"), "{message}");
    let message = invalid(1, &"日".repeat(1000)).message().to_owned();
    assert!((60..90).contains(&message.matches('日').count()), "{message}");
}

#[test]
fn a_short_failure_is_whole() {
    let status = invalid(20, "is required");
    let listed = status.get_details_bad_request().unwrap().field_violations;
    assert_eq!(listed.len(), 20);
    assert!(listed.iter().all(|it| it.description == "is required"));
}
