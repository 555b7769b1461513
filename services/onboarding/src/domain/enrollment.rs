use serde::{Deserialize, Serialize};
use types::{ResourceVersion, Timestamp, WorkEmail, text_enum};

use super::{Evidence, time::months_after};

/// How long a revoked partner waits before it may apply again.
const WAITING_MONTHS: i32 = 12;

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
        /// Recorded and not handed in.
        Draft = "draft",
        /// Vetting runs.
        Vetting = "vetting",
        /// Vetting failed.
        Rejected = "rejected",
        /// Vetted; location or MPA is open.
        Qualified = "qualified",
        /// May transact.
        Active = "active",
        /// Sells nothing new.
        Suspended = "suspended",
        /// A direct-bill partner below the requirements: sells nothing new.
        Restricted = "restricted",
        /// Out of the programme.
        Revoked = "revoked",
    }
}

text_enum! {
    /// The checks of vetting, in their order.
    pub enum VettingCheck {
        /// The contact reads mail at a work address.
        EmailOwnership = "email-ownership",
        /// The contact belongs to the company.
        Employment = "employment",
        /// The company is what it says.
        Business = "business",
    }
}

text_enum! {
    /// What an enrollment is suspended for.
    pub enum SuspensionCause {
        /// Abuse of the programme.
        Abuse = "abuse",
        /// The profile failed vetting.
        ProfileRejected = "profile-rejected",
        /// The requirements of the role are not met.
        EligibilityNotMet = "eligibility-not-met",
        /// An invoice is more than 60 days overdue.
        InvoiceOverdue = "invoice-overdue",
        /// Trouble at the provider.
        ProviderTrouble = "provider-trouble",
    }
}

/// Outcome of one check of vetting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VettingResult {
    /// It passed.
    Authorized,
    /// It failed, for this reason.
    Rejected(String),
}

/// A partner's enrollment in one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrollment {
    /// The role.
    pub role: Role,
    /// Which application of the partner in this role it is, from 1 on. A revoked partner that
    /// enrolls again makes the next one.
    #[serde(default = "first_application")]
    pub application: i32,
    /// Where it stands.
    pub state: EnrollmentState,
    /// Since when.
    pub state_time: Timestamp,
    /// Why, where it was rejected, suspended or revoked.
    pub state_reason: String,
    /// What for, where it is suspended.
    pub suspension_cause: Option<SuspensionCause>,
    /// The check of vetting that is open or failed; none once all have passed.
    pub open_check: Option<VettingCheck>,
    /// From when on it may apply again, where it is revoked.
    pub reapply_time: Option<Timestamp>,
    /// When the next yearly review is due; none before it was active.
    pub review_time: Option<Timestamp>,
    /// The review at which it was found below the requirements, until it passes one.
    pub shortfall_time: Option<Timestamp>,
    /// What was shown for the requirements, at most one each, in the order of their texts.
    pub evidence: Vec<Evidence>,
    /// Whom vetting writes to.
    pub contact_email: WorkEmail,
    /// When it changed; the revision is the partner's at that change.
    pub resource_version: ResourceVersion,
}

impl VettingCheck {
    /// The check that vetting begins with.
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

/// The application of events that do not state one: nobody could tell two apart then.
pub(super) const fn first_application() -> i32 {
    1
}

impl Enrollment {
    /// The first application in a role, to be submitted.
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

    /// From when on nothing new is sold without a review. A restricted one is barred by its state
    /// alone, which lets it go on with what it sold.
    #[must_use]
    pub fn block_time(&self) -> Option<Timestamp> {
        self.review_time.filter(|_| self.state != EnrollmentState::Restricted)
    }

    /// Whether it makes its partner one of the programme: it was submitted, and not revoked since.
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

    /// Whether vetting has passed, and the enrollment has not ended since.
    pub fn vetted(&self) -> bool {
        self.open_check.is_none() && self.state != EnrollmentState::Revoked
    }

    /// The same in another state, with nothing left of the reasons for the one it was in.
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

    /// The same at the beginning of vetting.
    pub(super) fn in_vetting(self, since: Timestamp) -> Self {
        let open_check = Some(VettingCheck::FIRST);
        Self { open_check, ..self.entering(EnrollmentState::Vetting, since) }
    }

    /// The same where nothing holds it back any more: at the beginning of vetting, if that has
    /// not passed.
    pub(super) fn resumed(self, since: Timestamp) -> Self {
        match self.vetted() {
            true => self.entering(EnrollmentState::Qualified, since),
            false => self.in_vetting(since),
        }
    }

    /// The same, suspended.
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

    /// The same, at its end.
    pub(super) fn revoked(self, reason: String, since: Timestamp) -> Self {
        Self {
            state_reason: reason,
            reapply_time: Some(months_after(since, WAITING_MONTHS)),
            shortfall_time: None,
            ..self.entering(EnrollmentState::Revoked, since)
        }
    }
}
