//! Evidence for the requirements of a role, and the yearly review that checks them.

use rules::{Denial, Reason, Responsible, Role, Violation};
use types::Timestamp;

use super::{
    Approved, Assessment, Enrollment, EnrollmentName, EnrollmentState, Evidence, Gate, Partner,
    SuspensionCause,
    time::{days_after, months_after},
};

/// How long before its due time a review opens. Microsoft sends the first notice then.
const NOTICE_DAYS: i64 = 90;

impl Partner {
    /// Records evidence. It replaces earlier evidence for the same requirement, but not evidence
    /// that was observed later.
    pub fn record_evidence(
        self,
        role: Role,
        evidence: Vec<Evidence>,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        self.change("EvidenceRecorded", now, |partner| {
            let mut it = partner.enrollment(role)?.clone();
            for new in evidence {
                let same = |old: &Evidence| old.requirement == new.requirement;
                if it.evidence.iter().any(|old| same(old) && old.observed_time > new.observed_time)
                {
                    continue;
                }
                it.evidence.retain(|old| !same(old));
                it.evidence.push(new);
            }
            it.evidence.sort_by_key(|each| each.requirement.as_str());
            partner.put(it);
            Ok(())
        })
    }

    /// Passes the yearly review. A direct-bill partner that fails a due review is restricted from
    /// the due time on.
    pub fn review(self, role: Role, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let name = self.enrollment_name(role);
        self.make_move("ReviewEnrollment", "EnrollmentReviewed", role, now, |it| {
            let due = open_review(name, &it, now)?;
            let unmet = it.unmet(name, now, |each| each.yearly);
            if unmet.is_empty() {
                return Ok(it.reviewed(due, now));
            }
            let falls_short = it.role == Role::DirectBill && it.state == EnrollmentState::Active;
            if !falls_short || now < due {
                return Err(Denial::Refused(unmet));
            }
            let it = it.entering(EnrollmentState::Restricted, due);
            Ok(Enrollment { shortfall_time: Some(due), ..it })
        })
    }
}

impl Enrollment {
    /// One violation per unmet requirement that is selected.
    pub(super) fn unmet(
        &self,
        name: EnrollmentName,
        now: Timestamp,
        selected: impl Fn(&Assessment) -> bool,
    ) -> Vec<Violation> {
        let unmet = self.assess(now).into_iter().filter(|each| !each.met && selected(each));
        unmet.map(|each| each.violated(name)).collect()
    }

    /// Recorded evidence for the requirements of activation.
    pub(super) fn activation_evidence(&self, now: Timestamp) -> impl Iterator<Item = Evidence> {
        let gated = self.assess(now).into_iter().filter(|each| each.gate == Gate::Activation);
        gated.filter_map(|each| each.evidence)
    }

    /// Whether it meets the requirements of activation. They are checked only the first time.
    pub(super) fn may_activate(&self, now: Timestamp) -> bool {
        let missing = |each: &Assessment| each.gate == Gate::Activation && !each.met;
        self.review_time.is_some() || !self.assess(now).iter().any(missing)
    }

    /// Whether passing the failed review ends the restriction or suspension.
    pub(super) fn blocked_by_review_only(&self) -> bool {
        self.shortfall_time.is_some()
            && (self.state == EnrollmentState::Restricted
                || self.suspension_cause == Some(SuspensionCause::EligibilityNotMet))
    }

    /// Passes the review due at `due` and schedules the next one after `now`.
    fn reviewed(self, due: Timestamp, now: Timestamp) -> Self {
        let mut next = months_after(due, 12);
        while next <= now && next < Timestamp::MAX {
            next = months_after(next, 12);
        }
        let fell_short = self.blocked_by_review_only();
        let it = Self { review_time: Some(next), shortfall_time: None, ..self };
        if fell_short { it.resumed(now) } else { it }
    }
}

impl Assessment {
    /// What to do if it is not met.
    #[must_use]
    pub fn next_step(&self) -> String {
        let (figure, at_most) = self.wanted.figure();
        let bound = if at_most { "at most" } else { "at least" };
        format!("record evidence of {bound} {figure} for {} with RecordEvidence", self.requirement)
    }

    fn violated(&self, name: EnrollmentName) -> Violation {
        let (wanted, at_most) = self.wanted.figure();
        let bound = if at_most { "at most" } else { "at least" };
        let recorded = match &self.evidence {
            None => "none".to_owned(),
            Some(it) => format!("{} of {}", it.figure, it.observed_time),
        };
        Reason::RequirementNotMet.violation(
            name,
            Responsible::Partner,
            format!("{} must be {bound} {wanted}; recorded: {recorded}", self.requirement),
            self.next_step(),
            vec![
                ("requirement", self.requirement.to_string()),
                ("wantedFigure", wanted.to_string()),
                ("knownFigure", recorded),
                ("inForceTime", self.in_force_time.to_string()),
            ],
        )
    }
}

/// The due time of the review if the review is open.
fn open_review(name: EnrollmentName, it: &Enrollment, now: Timestamp) -> Result<Timestamp, Denial> {
    match it.review_time {
        Some(due) if days_after(due, -NOTICE_DAYS) <= now => Ok(due),
        due => {
            let explanation = match due {
                None => "no yearly review is due".to_owned(),
                Some(due) => {
                    format!("the next review is due at {due}; it opens {NOTICE_DAYS} days before")
                }
            };
            let due = due.map_or_else(|| "none".to_owned(), |due| due.to_string());
            Err(Reason::ReviewNotOpen
                .violation(
                    name,
                    Responsible::Partner,
                    explanation,
                    "wait until the review is open",
                    vec![("state", it.state.to_string()), ("reviewTime", due)],
                )
                .into())
        }
    }
}

/// Denies a move while a failed review has not been followed by a passed one.
pub(super) fn require_passed_review(name: EnrollmentName, it: &Enrollment) -> Result<(), Denial> {
    let Some(time) = it.shortfall_time else { return Ok(()) };
    Err(Reason::ReviewNotPassed
        .violation(
            name,
            Responsible::Partner,
            format!("the requirements were not met at {time}, and no review has passed since then"),
            "record what is missing with RecordEvidence, then call ReviewEnrollment",
            vec![("state", it.state.to_string()), ("shortfallTime", time.to_string())],
        )
        .into())
}
