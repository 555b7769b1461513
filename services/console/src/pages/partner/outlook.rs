//! What blocks a partner, or will, and when.

use contracts::onboarding::{Agreement, Enrollment, EnrollmentState, PartnerStanding};
use maud::{Markup, html};
use types::Timestamp;

use crate::{
    enums::{self, plain},
    format, html,
};

const DAY: i64 = 24 * 60 * 60;

/// An event that time brings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    time: Timestamp,
    text: String,
}

/// The events of the enrollments and agreements, in the order of their times.
fn events(enrollments: &[Enrollment], agreements: &[Agreement]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut add = |time: Option<Timestamp>, text: String| {
        events.extend(time.map(|time| Event { time, text }));
    };
    for it in enrollments {
        let role = enums::role(it.role());
        let time = |time: &Option<prost_types::Timestamp>| time.as_ref().and_then(format::time);
        add(
            time(&it.review_time),
            format!(
                "Yearly review as {role} is due: new sales are blocked from then until it is passed."
            ),
        );
        let shortfall = time(&it.shortfall_time);
        add(
            shortfall.and_then(|time| after(time, 30)),
            format!("Enrollment as {role} is suspended, unless the failed review is passed."),
        );
        add(
            shortfall.and_then(|time| after(time, 60)),
            format!("Enrollment as {role} is revoked, unless the failed review is passed."),
        );
        add(time(&it.reapply_time), format!("May enroll again as {role} from then on."));
        let rejected = it.state() == EnrollmentState::Rejected;
        add(
            time(&it.state_time).filter(|_| rejected).and_then(|time| after(time, 30)),
            format!("Rejected enrollment as {role} is suspended, unless it is resubmitted."),
        );
    }
    for it in agreements {
        let kind = plain("AGREEMENT_KIND_", it.kind().as_str_name());
        add(
            it.lapse_time.as_ref().and_then(format::time),
            format!("MPA ({kind}, {}) lapses: a newer version must be accepted.", it.version),
        );
    }
    events.sort();
    events
}

fn after(time: Timestamp, days: i64) -> Option<Timestamp> {
    Timestamp::from_second(time.as_second() + days * DAY).ok()
}

pub(super) fn section(
    enrollments: &[Enrollment],
    agreements: &[Agreement],
    standing: &PartnerStanding,
    now: Timestamp,
) -> Markup {
    let events = events(enrollments, agreements);
    let blocked = standing.roles.iter().filter_map(|role| {
        let next = role.next_steps().next()?;
        Some((enums::role(role.role()), enums::step(next)))
    });
    let blocked: Vec<_> = blocked.collect();
    html! {
        section #outlook {
            h2 { "What will block it, and when" }
            @if events.is_empty() && blocked.is_empty() { p.none { "Nothing is due." } }
            @else {
                ul.events {
                    @for (role, step) in &blocked {
                        li.past { strong { "Now" } " New sales as " (role) " are blocked. Next: " (step) "." }
                    }
                    @for event in &events {
                        li.past[event.time <= now] { (html::day(event.time, now)) " " (event.text) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use contracts::{onboarding::Role, time::to_wire};

    use super::*;

    fn at(text: &str) -> Option<prost_types::Timestamp> {
        Some(to_wire(text.parse().unwrap()))
    }

    #[test]
    fn events_are_in_the_order_of_their_times() {
        let enrollment = Enrollment {
            role: Role::DirectBill.into(),
            state: EnrollmentState::Restricted.into(),
            review_time: at("2027-01-01T00:00:00Z"),
            shortfall_time: at("2026-03-01T00:00:00Z"),
            ..Enrollment::default()
        };
        let agreement =
            Agreement { lapse_time: at("2027-03-01T00:00:00Z"), ..Agreement::default() };
        let events = events(&[enrollment], &[agreement]);
        let days: Vec<_> = events.iter().map(|it| format::day(it.time)).collect();
        assert_eq!(days, ["2026-03-31", "2026-04-30", "2027-01-01", "2027-03-01"]);
        assert!(events[0].text.contains("suspended") && events[1].text.contains("revoked"));
    }

    #[test]
    fn only_a_rejected_enrollment_is_suspended_by_time() {
        let mut enrollment =
            Enrollment { state_time: at("2026-03-01T00:00:00Z"), ..Enrollment::default() };
        assert_eq!(events(&[enrollment.clone()], &[]), []);
        enrollment.set_state(EnrollmentState::Rejected);
        assert_eq!(events(&[enrollment], &[]).len(), 1);
    }
}
