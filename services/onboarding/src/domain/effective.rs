//! Changes of enrollments without a request: time limits that expire, and activation when the last
//! condition is met.

use types::Timestamp;

use super::{
    Enrollment, EnrollmentState, Partner, SuspensionCause,
    time::{days_after, months_after},
};

/// How long an enrollment can stay rejected before it is suspended.
const REJECTED_DAYS: i64 = 30;
/// How long after a failed review a direct-bill enrollment is suspended.
const SUSPENDED_AFTER_DAYS: i64 = 30;
/// How long after a failed review a direct-bill enrollment is revoked.
const REVOKED_AFTER_DAYS: i64 = 60;

impl Partner {
    /// The partner with all changes whose time has come by `now`. Enrollments are ordered by role,
    /// so direct bill, whose MPA can cover the reseller role, is updated first.
    #[must_use]
    pub fn effective_at(mut self, now: Timestamp) -> Self {
        for at in 0..self.enrollments.len() {
            while let Some(later) = self.expired(&self.enrollments[at], now) {
                self.enrollments[at] = later;
            }
        }
        self
    }

    /// The enrollment after the time limit of its state, if that has expired by `now`.
    fn expired(&self, it: &Enrollment, now: Timestamp) -> Option<Enrollment> {
        let (time, later) = match it.state {
            EnrollmentState::Rejected => {
                let time = days_after(it.state_time, REJECTED_DAYS);
                let reason = format!("rejected for {REJECTED_DAYS} days: {}", it.state_reason);
                let cause = SuspensionCause::ProfileRejected;
                (time, it.clone().suspended(cause, reason, time))
            }
            EnrollmentState::Restricted => {
                let time = days_after(it.shortfall_time?, SUSPENDED_AFTER_DAYS);
                let reason = format!("below the requirements for {SUSPENDED_AFTER_DAYS} days");
                let cause = SuspensionCause::EligibilityNotMet;
                (time, it.clone().suspended(cause, reason, time))
            }
            EnrollmentState::Suspended => {
                let time = days_after(it.shortfall_time?, REVOKED_AFTER_DAYS).max(it.state_time);
                let reason = format!("below the requirements for {REVOKED_AFTER_DAYS} days");
                (time, it.clone().revoked(reason, time))
            }
            EnrollmentState::Active if self.covered(it.role, now) => return None,
            EnrollmentState::Active => {
                let time = self.uncovered_since(it.role)?;
                (time, it.clone().entering(EnrollmentState::Qualified, time))
            }
            EnrollmentState::Draft
            | EnrollmentState::Vetting
            | EnrollmentState::Qualified
            | EnrollmentState::Revoked => return None,
        };
        (time <= now).then_some(later)
    }

    /// Activates qualified enrollments that meet all conditions.
    pub(super) fn activate(&mut self, now: Timestamp) {
        for at in 0..self.enrollments.len() {
            let it = &self.enrollments[at];
            if it.state == EnrollmentState::Qualified && self.ready(it, now) {
                self.enrollments[at] = activated(it.clone(), self.active_since(it, now), now);
            }
        }
    }

    /// The time from which a ready enrollment was actually active, even if recorded later. This is
    /// the acceptance time, because vetting and location precede the MPA and have no dates of their
    /// own; the state time if vetting passed again or a suspension ended after the acceptance was
    /// recorded; or the time of later evidence. An acceptance for another role counts from `now`.
    fn active_since(&self, it: &Enrollment, now: Timestamp) -> Timestamp {
        let own = self.covering(it.role).filter(|each| each.kind.role() == it.role);
        let own = own.filter(|each| each.counts(self.country, now));
        let accepted = own.map(|each| match it.state_time > each.resource_version.create_time {
            true => it.state_time,
            false => each.accept_time,
        });
        let observed = it.activation_evidence(now).map(|each| each.observed_time).max();
        let accepted = accepted.min().unwrap_or(now);
        observed.map_or(accepted, |observed| observed.max(accepted))
    }

    /// Whether a vetted enrollment meets all conditions for transactions.
    fn ready(&self, it: &Enrollment, now: Timestamp) -> bool {
        self.location.is_some() && self.covered(it.role, now) && it.may_activate(now)
    }
}

/// Activates an enrollment, or restricts it if it failed a review. The first activation sets the
/// time of the yearly review, 12 months after `since`.
fn activated(it: Enrollment, since: Timestamp, now: Timestamp) -> Enrollment {
    let state = match it.shortfall_time {
        None => EnrollmentState::Active,
        Some(_) => EnrollmentState::Restricted,
    };
    let first = it.has_review().then(|| months_after(since, 12));
    let review_time = it.review_time.or(first);
    Enrollment { review_time, ..it.entering(state, now) }
}
