use types::{Responsible, Violation, text_enum};

text_enum! {
    /// Why a request violates a rule of onboarding.
    pub enum Reason {
        /// The state of the enrollment does not allow the move.
        EnrollmentStateConflict = "ENROLLMENT_STATE_CONFLICT",
        /// The vetting result is for a check other than the open one.
        VettingCheckNotOpen = "VETTING_CHECK_NOT_OPEN",
        /// A partner applies again before the waiting time after a revocation is over.
        ReappliedTooEarly = "REAPPLIED_TOO_EARLY",
        /// The ownership conflicts with the recorded ownerships of the owner.
        OwnershipConflict = "OWNERSHIP_CONFLICT",
        /// The yearly review is not open yet.
        ReviewNotOpen = "REVIEW_NOT_OPEN",
        /// REQ-1: a requirement of the role is not met.
        RequirementNotMet = "REQUIREMENT_NOT_MET",
        /// REQ-1: the partner failed the yearly review and has not passed one since.
        ReviewNotPassed = "REVIEW_NOT_PASSED",
        /// ON-1: the partner is not enrolled in the role of the agreement.
        RoleNotEnrolled = "ROLE_NOT_ENROLLED",
        /// A collection has reached its limit.
        CollectionFull = "COLLECTION_FULL",
        /// ON-1: the acceptance was recorded for an earlier enrollment.
        AgreementOfEarlierEnrollment = "AGREEMENT_OF_EARLIER_ENROLLMENT",
        /// ON-5: the tenant is enrolled as indirect reseller, which excludes direct bill.
        TenantIsReseller = "TENANT_IS_RESELLER",
        /// ON-2: the enrollment has not passed vetting.
        EnrollmentNotVetted = "ENROLLMENT_NOT_VETTED",
        /// ON-2: no location account is associated with the tenant.
        LocationNotAssociated = "LOCATION_NOT_ASSOCIATED",
        /// ON-2: the signatory is not a Global admin.
        SignatoryNotGlobalAdmin = "SIGNATORY_NOT_GLOBAL_ADMIN",
        /// ON-3: location and tenant are in different countries.
        LocationCountryMismatch = "LOCATION_COUNTRY_MISMATCH",
        /// ON-3: the id belongs to a global account.
        LocationIsGlobalAccount = "LOCATION_IS_GLOBAL_ACCOUNT",
        /// ON-3: the partner already has a location, or the location already has a partner.
        LocationAlreadyAssociated = "LOCATION_ALREADY_ASSOCIATED",
    }
}

/// Why a change is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// The named resource does not exist.
    Missing(String),
    /// The named resource exists already.
    Exists(String),
    /// The change violates rules; the first violation takes precedence.
    Refused(Vec<Violation>),
}

pub(super) struct Rule {
    id: &'static str,
    source: &'static str,
    partner_center_code: &'static str,
}

/// A reseller must join, enroll and accept the MPA before it can transact.
pub(super) const ON_1: Rule =
    Rule { id: "ON-1", source: "CSP supported partner relationships", partner_center_code: "" };

/// Only a vetted partner with an associated location can accept the MPA.
pub(super) const ON_2: Rule = Rule {
    id: "ON-2",
    source: "Partner Center: indirect reseller tasks, Microsoft Partner Agreement",
    partner_center_code: "",
};

/// A location and its CSP tenant must be in the same country.
pub(super) const ON_3: Rule = Rule {
    id: "ON-3",
    source: "Partner Center: MPA FAQ for indirect providers, indirect reseller tasks",
    partner_center_code: "400/900154",
};

/// A tenant that is enrolled as indirect reseller cannot enroll as direct bill.
pub(super) const ON_5: Rule = Rule {
    id: "ON-5",
    source: "Partner Center: switch from direct-bill partner to indirect reseller",
    partner_center_code: "",
};

/// A partner must meet the requirements of its role that are in force.
pub(super) const REQ_1: Rule = Rule {
    id: "REQ-1",
    source: "Partner Center: direct partner new requirements, new indirect reseller requirement",
    partner_center_code: "",
};

/// The state of a resource must allow the move.
pub(super) const STATE: Rule =
    Rule { id: "STATE", source: "lifecycle of the resource", partner_center_code: "" };

pub(super) fn collection_full(subject: impl ToString, collection: &str, limit: usize) -> Denial {
    Denial::Refused(vec![STATE.violated(
        Reason::CollectionFull,
        subject,
        format!("the limit of {limit} {collection} is reached"),
        format!("use the recorded {collection}; they cannot be removed"),
        &[("collection", collection.to_owned()), ("limit", limit.to_string())],
    )])
}

impl Rule {
    pub(super) fn violated(
        &self,
        reason: Reason,
        subject: impl ToString,
        explanation: String,
        next_step: impl Into<String>,
        inputs: &[(&str, String)],
    ) -> Violation {
        Violation {
            rule: self.id.to_owned(),
            reason: reason.to_string(),
            subject: subject.to_string(),
            explanation,
            inputs: inputs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
            responsible: Responsible::Partner,
            next_step: next_step.into(),
            source: self.source.to_owned(),
            partner_center_code: self.partner_center_code.to_owned(),
        }
    }
}
