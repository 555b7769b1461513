use types::{Responsible, Violation, text_enum};

text_enum! {
    /// Why a rule of onboarding stands against a request.
    pub enum Reason {
        /// The state of the enrollment does not allow the move.
        EnrollmentStateConflict = "ENROLLMENT_STATE_CONFLICT",
        /// The vetting result is about another check than the open one.
        VettingCheckNotOpen = "VETTING_CHECK_NOT_OPEN",
        /// A revoked enrollment applies again too early.
        ReappliedTooEarly = "REAPPLIED_TOO_EARLY",
        /// The recorded ties of an owner do not allow this one.
        OwnershipConflict = "OWNERSHIP_CONFLICT",
        /// No yearly review is open.
        ReviewNotOpen = "REVIEW_NOT_OPEN",
        /// REQ-1: a requirement of the role is not met.
        RequirementNotMet = "REQUIREMENT_NOT_MET",
        /// REQ-1: the yearly review was failed and not passed since.
        ReviewNotPassed = "REVIEW_NOT_PASSED",
        /// ON-1: the agreement's role was not enrolled in first.
        RoleNotEnrolled = "ROLE_NOT_ENROLLED",
        /// A collection of a resource has reached its limit.
        CollectionFull = "COLLECTION_FULL",
        /// ON-1: the acceptance is that of an earlier enrollment.
        AgreementOfEarlierEnrollment = "AGREEMENT_OF_EARLIER_ENROLLMENT",
        /// ON-5: the tenant is enrolled as indirect reseller.
        TenantIsReseller = "TENANT_IS_RESELLER",
        /// ON-2: the role is not vetted.
        EnrollmentNotVetted = "ENROLLMENT_NOT_VETTED",
        /// ON-2: no location account is tied to the tenant.
        LocationNotAssociated = "LOCATION_NOT_ASSOCIATED",
        /// ON-2: the signatory is no Global admin.
        SignatoryNotGlobalAdmin = "SIGNATORY_NOT_GLOBAL_ADMIN",
        /// ON-3: location and tenant are in different countries.
        LocationCountryMismatch = "LOCATION_COUNTRY_MISMATCH",
        /// ON-3: the id is a global account.
        LocationIsGlobalAccount = "LOCATION_IS_GLOBAL_ACCOUNT",
        /// ON-3: the partner has a location, or the location has a partner.
        LocationAlreadyAssociated = "LOCATION_ALREADY_ASSOCIATED",
    }
}

/// Why a change does not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// What it is about does not exist.
    Missing(String),
    /// What it would make exists already.
    Exists(String),
    /// Rules stand against it, in order of precedence.
    Refused(Vec<Violation>),
}

pub(super) struct Rule {
    id: &'static str,
    source: &'static str,
    partner_center_code: &'static str,
}

/// A reseller transacts only after it has joined, enrolled and accepted the MPA.
pub(super) const ON_1: Rule =
    Rule { id: "ON-1", source: "CSP supported partner relationships", partner_center_code: "" };

/// The MPA is accepted only by a vetted partner whose location is tied to its tenant.
pub(super) const ON_2: Rule = Rule {
    id: "ON-2",
    source: "Partner Center: indirect reseller tasks, Microsoft Partner Agreement",
    partner_center_code: "",
};

/// A location and the CSP tenant that it is tied to are in one country.
pub(super) const ON_3: Rule = Rule {
    id: "ON-3",
    source: "Partner Center: MPA FAQ for indirect providers, indirect reseller tasks",
    partner_center_code: "400/900154",
};

/// Direct bill takes a tenant that is not enrolled as indirect reseller.
pub(super) const ON_5: Rule = Rule {
    id: "ON-5",
    source: "Partner Center: switch from direct-bill partner to indirect reseller",
    partner_center_code: "",
};

/// A partner meets the dated requirements of its role.
pub(super) const REQ_1: Rule = Rule {
    id: "REQ-1",
    source: "Partner Center: direct partner new requirements, new indirect reseller requirement",
    partner_center_code: "",
};

/// A state allows some moves and no others.
pub(super) const STATE: Rule =
    Rule { id: "STATE", source: "lifecycle of the resource", partner_center_code: "" };

/// Refuses to add to a collection that has reached its limit.
pub(super) fn full(subject: impl ToString, collection: &str, limit: usize) -> Denial {
    Denial::Refused(vec![STATE.violated(
        Reason::CollectionFull,
        subject,
        format!("there are {limit} {collection} already, which is the limit"),
        "use those that are recorded; none of them can be removed",
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
