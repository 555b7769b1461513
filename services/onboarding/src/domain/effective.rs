//! What happens to enrollments without a request: by the passing of time, and because the last
//! thing that was missing has come.

use types::Timestamp;

use super::{
    Enrollment, EnrollmentState, Partner, SuspensionCause,
    time::{days_after, months_after},
};

/// How long an enrollment may be rejected before it is suspended.
const REJECTED_DAYS: i64 = 30;
/// How long after a failed review a direct-bill partner is suspended, and revoked.
const SUSPENDED_AFTER_DAYS: i64 = 30;
const REVOKED_AFTER_DAYS: i64 = 60;

impl Partner {
    /// The partner as it is by now, with all that time alone has changed. Direct bill, whose MPA
    /// may cover the reseller role, comes first in the order of the roles.
    #[must_use]
    pub fn effective_at(mut self, now: Timestamp) -> Self {
        for at in 0..self.enrollments.len() {
            while let Some(later) = self.overdue(&self.enrollments[at], now) {
                self.enrollments[at] = later;
            }
        }
        self
    }

    /// What has become of an enrollment whose time in its state was over before now.
    fn overdue(&self, it: &Enrollment, now: Timestamp) -> Option<Enrollment> {
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

    /// Makes qualified enrollments active that lack nothing more.
    pub(super) fn activate(&mut self, now: Timestamp) {
        for at in 0..self.enrollments.len() {
            let it = &self.enrollments[at];
            if it.state == EnrollmentState::Qualified && self.ready(it, now) {
                self.enrollments[at] = activated(it.clone(), self.active_since(it, now), now);
            }
        }
    }

    /// Since when an enrollment that is ready was active in fact, however late that is recorded.
    /// Vetting and location come before the MPA and have no date of their own, so the date of the
    /// acceptance counts, unless vetting passed again or a suspension ended after it was recorded;
    /// so does that of later evidence. An acceptance in another role counts from now on.
    fn active_since(&self, it: &Enrollment, now: Timestamp) -> Timestamp {
        let own = self.covering(it.role).filter(|each| each.kind.role() == it.role);
        let own = own.filter(|each| each.counts(self.country, now));
        let accepted = own.map(|each| match it.state_time > each.resource_version.create_time {
            true => it.state_time,
            false => each.accept_time,
        });
        let shown = it.activation_evidence(now).map(|each| each.observed_time).max();
        let accepted = accepted.min().unwrap_or(now);
        shown.map_or(accepted, |shown| shown.max(accepted))
    }

    /// Whether a vetted enrollment lacks nothing more to transact.
    fn ready(&self, it: &Enrollment, now: Timestamp) -> bool {
        self.location.is_some() && self.covered(it.role, now) && it.may_activate(now)
    }
}

/// The enrollment as it goes on when it lacks nothing more. The first time sets its anniversary,
/// which is counted from the day on which it was active in fact.
fn activated(it: Enrollment, since: Timestamp, now: Timestamp) -> Enrollment {
    let state = match it.shortfall_time {
        None => EnrollmentState::Active,
        Some(_) => EnrollmentState::Restricted,
    };
    let first = it.role.reviewed().then(|| months_after(since, 12));
    let review_time = it.review_time.or(first);
    Enrollment { review_time, ..it.entering(state, now) }
}
