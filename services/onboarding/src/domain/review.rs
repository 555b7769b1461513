//! Evidence for the requirements of a role, and the yearly review that holds them against it.

use types::{Timestamp, Violation};

use super::{
    Approved, Assessment, Denial, Enrollment, EnrollmentName, EnrollmentState, Evidence, Gate,
    Partner, Reason, Role, SuspensionCause,
    denial::{REQ_1, STATE},
    lifecycle::Move,
    time::{days_after, months_after},
};

/// How long before it is due a review is open: since the first notice.
const NOTICE_DAYS: i64 = 90;

impl Partner {
    /// Records what was shown for requirements, each in the place of what was shown before.
    pub fn record_evidence(
        self,
        role: Role,
        evidence: Vec<Evidence>,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        self.change(Move::Attest.event(), now, |partner| {
            let mut it = partner.enrollment(role)?.clone();
            for new in evidence {
                let of_it = |old: &Evidence| old.requirement == new.requirement;
                if it.evidence.iter().any(|old| of_it(old) && old.observed_time > new.observed_time)
                {
                    continue;
                }
                it.evidence.retain(|old| !of_it(old));
                it.evidence.push(new);
            }
            it.evidence.sort_by_key(|each| each.requirement.as_str());
            partner.put(it);
            Ok(())
        })
    }

    /// Passes the yearly review. A direct-bill partner that fails it when it is due is
    /// restricted from that day on.
    pub fn review(self, role: Role, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let name = self.named(role);
        self.step(Move::Review, role, now, |it| {
            let due = review_open(name, &it, now)?;
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
    /// What stands against the enrollment at a gate.
    pub(super) fn unmet(
        &self,
        name: EnrollmentName,
        now: Timestamp,
        asked: impl Fn(&Assessment) -> bool,
    ) -> Vec<Violation> {
        let unmet = self.assess(now).into_iter().filter(|each| !each.met && asked(each));
        unmet.map(|each| each.violated(name)).collect()
    }

    /// What it has shown of what is asked before it becomes active.
    pub(super) fn activation_evidence(&self, now: Timestamp) -> impl Iterator<Item = Evidence> {
        let asked = self.assess(now).into_iter().filter(|each| each.gate == Gate::Activation);
        asked.filter_map(|each| each.evidence)
    }

    /// Whether it has shown what it takes to become active.
    pub(super) fn may_activate(&self, now: Timestamp) -> bool {
        let asked = |each: &Assessment| each.gate == Gate::Activation && !each.met;
        self.review_time.is_some() || !self.assess(now).iter().any(asked)
    }

    /// Whether it is held back for a failed review and nothing else.
    pub(super) fn ends_with_review(&self) -> bool {
        self.shortfall_time.is_some()
            && (self.state == EnrollmentState::Restricted
                || self.suspension_cause == Some(SuspensionCause::EligibilityNotMet))
    }

    /// The same, with the review passed that was due at a time.
    fn reviewed(self, due: Timestamp, now: Timestamp) -> Self {
        let mut next = months_after(due, 12);
        while next <= now && next < Timestamp::MAX {
            next = months_after(next, 12);
        }
        let fell_short = self.ends_with_review();
        let it = Self { review_time: Some(next), shortfall_time: None, ..self };
        if fell_short { it.resumed(now) } else { it }
    }
}

impl Assessment {
    /// What to do where it is not met.
    #[must_use]
    pub fn next_step(&self) -> String {
        let (figure, at_most) = self.wanted.figure();
        let bound = if at_most { "at most" } else { "at least" };
        format!("show {bound} {figure} for {} and record it with RecordEvidence", self.requirement)
    }

    fn violated(&self, name: EnrollmentName) -> Violation {
        let (wanted, at_most) = self.wanted.figure();
        let bound = if at_most { "at most" } else { "at least" };
        let known = match &self.evidence {
            None => "none".to_owned(),
            Some(it) => format!("{} of {}", it.figure, it.observed_time),
        };
        REQ_1.violated(
            Reason::RequirementNotMet,
            name,
            format!("{} must be {bound} {wanted}; known is {known}", self.requirement),
            self.next_step(),
            &[
                ("requirement", self.requirement.to_string()),
                ("wantedFigure", wanted.to_string()),
                ("knownFigure", known),
                ("inForceTime", self.in_force_time.to_string()),
            ],
        )
    }
}

/// When the review is due, where it is open.
fn review_open(name: EnrollmentName, it: &Enrollment, now: Timestamp) -> Result<Timestamp, Denial> {
    match it.review_time {
        Some(due) if days_after(due, -NOTICE_DAYS) <= now => Ok(due),
        due => {
            let due = due.map_or_else(|| "none".to_owned(), |due| due.to_string());
            Err(Denial::Refused(vec![STATE.violated(
                Reason::ReviewNotOpen,
                name,
                format!("the next review is due at {due}; it opens {NOTICE_DAYS} days before"),
                "wait until the review is open",
                &[("state", it.state.to_string()), ("reviewTime", due)],
            )]))
        }
    }
}

/// Refuses to go on where the review was failed and not passed since.
pub(super) fn passed(name: EnrollmentName, it: &Enrollment) -> Result<(), Denial> {
    let Some(time) = it.shortfall_time else { return Ok(()) };
    Err(Denial::Refused(vec![REQ_1.violated(
        Reason::ReviewNotPassed,
        name,
        format!("the requirements were not met at {time}, and no review was passed since"),
        "record what is missing with RecordEvidence, then call ReviewEnrollment",
        &[("state", it.state.to_string()), ("shortfallTime", time.to_string())],
    )]))
}
