use rules::Role;
use serde::{Deserialize, Serialize};
use types::{ResourceVersion, Timestamp, WorkEmail, text_enum};

use super::{Evidence, time::months_after};

/// How long a partner must wait after a revocation before it can apply again.
const REAPPLY_MONTHS: i32 = 12;

text_enum! {
    /// State of an enrollment.
    pub enum EnrollmentState {
        /// Recorded but not submitted.
        Draft = "draft",
        /// Vetting is in progress.
        Vetting = "vetting",
        /// Vetting failed.
        Rejected = "rejected",
        /// Vetted, but the location, the MPA or a requirement is missing.
        Qualified = "qualified",
        /// May transact.
        Active = "active",
        /// Cannot make new sales.
        Suspended = "suspended",
        /// A direct-bill partner below the requirements. Cannot make new sales.
        Restricted = "restricted",
        /// Ended. The partner can apply again after a waiting time.
        Revoked = "revoked",
    }
}

text_enum! {
    /// Vetting checks, in the order in which they run.
    pub enum VettingCheck {
        /// The contact reads mail at a work address.
        EmailOwnership = "email-ownership",
        /// The contact works for the company.
        Employment = "employment",
        /// The legal name and address are as registered.
        Business = "business",
    }
}

text_enum! {
    /// Cause of a suspension.
    pub enum SuspensionCause {
        /// Abuse of the programme.
        Abuse = "abuse",
        /// The profile failed vetting and was not corrected in time.
        ProfileRejected = "profile-rejected",
        /// The requirements of the role are not met.
        EligibilityNotMet = "eligibility-not-met",
        /// An invoice is more than 60 days overdue.
        InvoiceOverdue = "invoice-overdue",
        /// A problem with the partner's indirect provider.
        ProviderTrouble = "provider-trouble",
    }
}

/// Outcome of one vetting check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VettingResult {
    /// The check passed.
    Authorized,
    /// The check failed for this reason.
    Rejected(String),
}

/// A partner's enrollment in one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrollment {
    /// The role.
    pub role: Role,
    /// Number of the partner's application in this role, starting at 1. Enrolling again after a
    /// revocation increases it.
    #[serde(default = "first_application")]
    pub application: i32,
    /// The state.
    pub state: EnrollmentState,
    /// When the enrollment entered its state.
    pub state_time: Timestamp,
    /// Why it was rejected, suspended or revoked. Empty in other states.
    pub state_reason: String,
    /// Set only while suspended.
    pub suspension_cause: Option<SuspensionCause>,
    /// The vetting check that is open or failed. `None` after all have passed.
    pub open_check: Option<VettingCheck>,
    /// When the partner can apply again. Set only while revoked.
    pub reapply_time: Option<Timestamp>,
    /// When the next yearly review is due. `None` until the enrollment is active for the first time.
    pub review_time: Option<Timestamp>,
    /// Due time of the review that the partner failed. Cleared by the next passed review.
    pub shortfall_time: Option<Timestamp>,
    /// At most one per requirement, ordered by the text of the requirement.
    pub evidence: Vec<Evidence>,
    /// Primary contact for vetting.
    pub contact_email: WorkEmail,
    /// When it changed, and the revision of the partner at that change.
    pub resource_version: ResourceVersion,
}

impl VettingCheck {
    /// The first check of vetting.
    pub(super) const FIRST: Self = Self::EmailOwnership;

    /// The check after this one.
    pub(super) const fn next(self) -> Option<Self> {
        match self {
            Self::EmailOwnership => Some(Self::Employment),
            Self::Employment => Some(Self::Business),
            Self::Business => None,
        }
    }
}

/// Default for stored events without this field: they predate second applications.
pub(super) const fn first_application() -> i32 {
    1
}

impl Enrollment {
    /// A draft of the first application in a role.
    pub(super) fn draft(role: Role, contact_email: WorkEmail, now: Timestamp) -> Self {
        Self {
            role,
            application: first_application(),
            state: EnrollmentState::Draft,
            state_time: now,
            state_reason: String::new(),
            suspension_cause: None,
            open_check: Some(VettingCheck::FIRST),
            reapply_time: None,
            review_time: None,
            shortfall_time: None,
            evidence: Vec::new(),
            contact_email,
            resource_version: ResourceVersion::first(now),
        }
    }

    /// From when a review is needed for new sales. `None` if restricted: that state blocks new
    /// sales itself and allows existing subscriptions to continue.
    #[must_use]
    pub fn block_time(&self) -> Option<Timestamp> {
        self.review_time.filter(|_| self.state != EnrollmentState::Restricted)
    }

    /// Whether its partner takes part in the programme: it was submitted and is not revoked.
    pub const fn in_programme(&self) -> bool {
        match self.state {
            EnrollmentState::Draft | EnrollmentState::Revoked => false,
            EnrollmentState::Vetting
            | EnrollmentState::Rejected
            | EnrollmentState::Qualified
            | EnrollmentState::Active
            | EnrollmentState::Suspended
            | EnrollmentState::Restricted => true,
        }
    }

    /// Whether vetting has passed and the enrollment is not revoked.
    pub fn vetted(&self) -> bool {
        self.open_check.is_none() && self.state != EnrollmentState::Revoked
    }

    /// Enters a state and clears the fields that describe the previous one.
    pub(super) fn entering(self, state: EnrollmentState, since: Timestamp) -> Self {
        Self {
            state,
            state_time: since,
            state_reason: String::new(),
            suspension_cause: None,
            reapply_time: None,
            ..self
        }
    }

    /// Starts vetting with the first check.
    pub(super) fn in_vetting(self, since: Timestamp) -> Self {
        let open_check = Some(VettingCheck::FIRST);
        Self { open_check, ..self.entering(EnrollmentState::Vetting, since) }
    }

    /// Resumes after a suspension or restriction: qualified if vetted, otherwise in vetting from
    /// the first check.
    pub(super) fn resumed(self, since: Timestamp) -> Self {
        match self.vetted() {
            true => self.entering(EnrollmentState::Qualified, since),
            false => self.in_vetting(since),
        }
    }

    pub(super) fn suspended(
        self,
        cause: SuspensionCause,
        reason: String,
        since: Timestamp,
    ) -> Self {
        Self {
            state_reason: reason,
            suspension_cause: Some(cause),
            ..self.entering(EnrollmentState::Suspended, since)
        }
    }

    pub(super) fn revoked(self, reason: String, since: Timestamp) -> Self {
        Self {
            state_reason: reason,
            reapply_time: Some(months_after(since, REAPPLY_MONTHS)),
            shortfall_time: None,
            ..self.entering(EnrollmentState::Revoked, since)
        }
    }
}
