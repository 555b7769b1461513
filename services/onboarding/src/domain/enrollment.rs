use kernel::{Stamp, Timestamp, WorkEmail, text_enum};
use serde::{Deserialize, Serialize};

use super::{Approved, Denial, EnrollmentName, Partner, Reason, denial::STATE};

text_enum! {
    /// What a partner is in the programme.
    pub enum Role {
        /// Buys from Microsoft, sells to resellers.
        IndirectProvider = "indirect-provider",
        /// Buys from a provider, sells to customers.
        IndirectReseller = "indirect-reseller",
        /// Buys from Microsoft, sells to customers.
        DirectBill = "direct-bill",
    }
}

text_enum! {
    /// Where an enrollment stands.
    pub enum EnrollmentState {
        /// Vetting runs.
        Vetting = "vetting",
        /// Vetting failed.
        Rejected = "rejected",
        /// Vetted; the MPA is open.
        Qualified = "qualified",
        /// Vetted and the MPA accepted.
        Active = "active",
        /// Sells nothing new.
        Suspended = "suspended",
    }
}

/// Outcome of vetting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VettingResult {
    /// Every check passed.
    Authorized,
    /// A check failed.
    Rejected,
}

/// A partner's enrollment in one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrollment {
    /// The role.
    pub role: Role,
    /// Where it stands.
    pub state: EnrollmentState,
    /// Why it was rejected or suspended.
    pub state_reason: String,
    /// Whom vetting writes to.
    pub contact_email: WorkEmail,
    /// When it changed; the revision is the partner's at that change.
    pub stamp: Stamp,
}

impl Enrollment {
    /// Whether vetting has passed, at whatever time.
    pub fn vetted(&self) -> bool {
        match self.state {
            EnrollmentState::Vetting | EnrollmentState::Rejected => false,
            EnrollmentState::Qualified | EnrollmentState::Active | EnrollmentState::Suspended => {
                true
            }
        }
    }
}

/// Moves of an enrollment. Each changes the partner as a whole.
impl Partner {
    /// The enrollment in a role.
    pub fn enrollment(&self, role: Role) -> Result<&Enrollment, Denial> {
        let found = self.enrollments.iter().find(|enrollment| enrollment.role == role);
        let name = EnrollmentName { partner: self.name, role };
        found.ok_or_else(|| Denial::Missing(name.to_string()))
    }

    /// Enrolls in a role, or again after a rejection. Vetting begins.
    pub fn enroll(
        mut self,
        role: Role,
        contact_email: WorkEmail,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let decided_on = self.stamp.revision;
        self.stamp = self.stamp.next(now);
        let state = EnrollmentState::Vetting;
        let stamp = Stamp { create_time: now, ..self.stamp };
        let new = Enrollment { role, state, state_reason: String::new(), contact_email, stamp };
        match self.enrollments.iter_mut().find(|enrollment| enrollment.role == role) {
            None => self.enrollments.push(new),
            Some(old) if old.state == EnrollmentState::Rejected => {
                let create_time = old.stamp.create_time;
                *old = Enrollment { stamp: Stamp { create_time, ..stamp }, ..new };
            }
            Some(_) => {
                let name = EnrollmentName { partner: self.name, role };
                return Err(Denial::Exists(name.to_string()));
            }
        }
        Ok(Approved::changed("PartnerEnrolled", decided_on, self))
    }

    /// Records the outcome of vetting. An agreement that covers the role and was accepted
    /// before makes it active at once.
    pub fn record_vetting(
        self,
        role: Role,
        result: VettingResult,
        detail: String,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let (to, detail) = match result {
            VettingResult::Authorized => (self.qualified_or_active(role), String::new()),
            VettingResult::Rejected => (EnrollmentState::Rejected, detail),
        };
        self.step("VettingResultRecorded", role, &[EnrollmentState::Vetting], to, detail, now)
    }

    /// Suspends a vetted enrollment.
    pub fn suspend(
        self,
        role: Role,
        detail: String,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let from = [EnrollmentState::Qualified, EnrollmentState::Active];
        self.step("EnrollmentSuspended", role, &from, EnrollmentState::Suspended, detail, now)
    }

    /// Ends a suspension.
    pub fn reinstate(self, role: Role, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let to = self.qualified_or_active(role);
        let from = [EnrollmentState::Suspended];
        self.step("EnrollmentReinstated", role, &from, to, String::new(), now)
    }

    fn qualified_or_active(&self, role: Role) -> EnrollmentState {
        let covered = self.agreements.iter().any(|agreement| agreement.kind.covers(role));
        if covered { EnrollmentState::Active } else { EnrollmentState::Qualified }
    }

    fn step(
        mut self,
        event: &'static str,
        role: Role,
        from: &[EnrollmentState],
        to: EnrollmentState,
        state_reason: String,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let state = self.enrollment(role)?.state;
        if !from.contains(&state) {
            return Err(self.conflict(role, state, from));
        }
        let decided_on = self.stamp.revision;
        self.stamp = self.stamp.next(now);
        let stamp = self.stamp;
        for enrollment in self.enrollments.iter_mut().filter(|each| each.role == role) {
            let create_time = enrollment.stamp.create_time;
            enrollment.state = to;
            enrollment.state_reason.clone_from(&state_reason);
            enrollment.stamp = Stamp { create_time, ..stamp };
        }
        Ok(Approved::changed(event, decided_on, self))
    }

    fn conflict(&self, role: Role, state: EnrollmentState, from: &[EnrollmentState]) -> Denial {
        let needed: Vec<_> = from.iter().map(|state| state.as_str()).collect();
        let needed = needed.join(" or ");
        let next = match state {
            EnrollmentState::Vetting => "record the vetting result",
            EnrollmentState::Rejected => "enroll again with a corrected profile",
            EnrollmentState::Qualified => "associate the location, accept the MPA, or suspend",
            EnrollmentState::Active => "nothing is open; it may be suspended",
            EnrollmentState::Suspended => "reinstate the enrollment",
        };
        Denial::Refused(vec![STATE.violated(
            Reason::EnrollmentStateConflict,
            EnrollmentName { partner: self.name, role },
            format!("the enrollment is {state}; this move needs {needed}"),
            next,
            &[("state", state.to_string()), ("neededState", needed.clone())],
        )])
    }
}
