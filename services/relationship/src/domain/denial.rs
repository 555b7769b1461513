use types::{Responsible, Violation, text_enum};

use super::{NextStep, Rule};

text_enum! {
    /// Why a rule refuses a transaction or a change.
    #[allow(missing_docs, reason = "each is described at the enum value of the same name")]
    pub enum Reason {
        PartnershipStateConflict = "PARTNERSHIP_STATE_CONFLICT",
        CustomerRelationshipStateConflict = "CUSTOMER_RELATIONSHIP_STATE_CONFLICT",
        SellerCannotBuyFromMicrosoft = "SELLER_CANNOT_BUY_FROM_MICROSOFT",
        SellerIsNoProvider = "SELLER_IS_NO_PROVIDER",
        SellerNotActive = "SELLER_NOT_ACTIVE",
        SellerRestricted = "SELLER_RESTRICTED",
        PartnerNotReauthorized = "PARTNER_NOT_REAUTHORIZED",
        SellerMpaNotAccepted = "SELLER_MPA_NOT_ACCEPTED",
        PartnershipNotActive = "PARTNERSHIP_NOT_ACTIVE",
        PartnershipOfRevokedEnrollment = "PARTNERSHIP_OF_REVOKED_ENROLLMENT",
        PartnersInDifferentRegions = "PARTNERS_IN_DIFFERENT_REGIONS",
        ResellerNotEnrolled = "RESELLER_NOT_ENROLLED",
        ResellerNotActive = "RESELLER_NOT_ACTIVE",
        ResellerLocationNotAssociated = "RESELLER_LOCATION_NOT_ASSOCIATED",
        ResellerLocationCountryMismatch = "RESELLER_LOCATION_COUNTRY_MISMATCH",
        PartnerIdBeforeMpa = "PARTNER_ID_BEFORE_MPA",
        ResellerMpaNotAccepted = "RESELLER_MPA_NOT_ACCEPTED",
        CustomerRelationshipMissing = "CUSTOMER_RELATIONSHIP_MISSING",
        CustomerRelationshipForManagement = "CUSTOMER_RELATIONSHIP_FOR_MANAGEMENT",
        CustomerRelationshipOfOtherRole = "CUSTOMER_RELATIONSHIP_OF_OTHER_ROLE",
        RelationshipRoleNotStated = "RELATIONSHIP_ROLE_NOT_STATED",
        CustomerOutsideRegion = "CUSTOMER_OUTSIDE_REGION",
        CustomerAgreementMissing = "CUSTOMER_AGREEMENT_MISSING",
        CustomerAgreementOutdated = "CUSTOMER_AGREEMENT_OUTDATED",
        AttestedByNoSeller = "ATTESTED_BY_NO_SELLER",
        AccountUnderReview = "ACCOUNT_UNDER_REVIEW",
        AccountRejected = "ACCOUNT_REJECTED",
        AccountLocked = "ACCOUNT_LOCKED",
        SalesStopped = "SALES_STOPPED",
        SaleToSelf = "SALE_TO_SELF",
        SaleToAffiliate = "SALE_TO_AFFILIATE",
        CustomerIsCspTenant = "CUSTOMER_IS_CSP_TENANT",
        SharedServicesTakesAzureOnly = "SHARED_SERVICES_TAKES_AZURE_ONLY",
        SharedServicesTenantNeeded = "SHARED_SERVICES_TENANT_NEEDED",
        SharedServicesTenantExists = "SHARED_SERVICES_TENANT_EXISTS",
        SharedServicesOfAnother = "SHARED_SERVICES_OF_ANOTHER",
        OwnUseNeedsReseller = "OWN_USE_NEEDS_RESELLER",
        PartnerIdMissing = "PARTNER_ID_MISSING",
        PartnerIdOfProvider = "PARTNER_ID_OF_PROVIDER",
        PartnerIdNotOfReseller = "PARTNER_ID_NOT_OF_RESELLER",
        PartnerIdWithoutReseller = "PARTNER_ID_WITHOUT_RESELLER",
        AttestationMissing = "ATTESTATION_MISSING",
        AdditionalPartnerIdWithoutReseller = "ADDITIONAL_PARTNER_ID_WITHOUT_RESELLER",
        AdditionalPartnerIdOutsideEuEfta = "ADDITIONAL_PARTNER_ID_OUTSIDE_EU_EFTA",
        AdditionalPartnerIdNotOfReseller = "ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER",
        ProviderNotEnrolled = "PROVIDER_NOT_ENROLLED",
        PartnerNotEnrolled = "PARTNER_NOT_ENROLLED",
        RemovalByStranger = "REMOVAL_BY_STRANGER",
        RemovalByReseller = "REMOVAL_BY_RESELLER",
        SubscriptionsNotRuledOut = "SUBSCRIPTIONS_NOT_RULED_OUT",
    }
}

/// Why a change is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// The resource of this name already exists.
    Exists(String),
    /// Rules that fail, in order of precedence.
    Refused(Vec<Violation>),
}

/// Result of a rule that applies.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Resource that the rule checks.
    pub subject: String,
    /// Facts that the rule used, by lowerCamelCase name.
    pub inputs: Vec<(&'static str, String)>,
    /// What is wrong; `None` if the rule passes.
    pub fault: Option<Fault>,
    /// Input that the request lacks; without it the rule is undetermined.
    pub lacks: Option<&'static str>,
}

/// What is wrong, who must act, and how to fix it.
#[derive(Debug, Clone)]
pub struct Fault {
    pub reason: Reason,
    /// Lower case, without a full stop.
    pub explanation: String,
    pub responsible: Responsible,
    pub next_step: NextStep,
    /// Error code of Partner Center for this refusal; empty if it has none.
    pub code: &'static str,
}

impl Finding {
    /// A finding that passes until a fault is added.
    pub(super) fn of(subject: impl ToString, inputs: Vec<(&'static str, String)>) -> Self {
        Self { subject: subject.to_string(), inputs, fault: None, lacks: None }
    }

    /// Makes the rule undetermined if the request lacks input.
    pub(super) fn lacking(mut self, lacks: Option<&'static str>) -> Self {
        self.lacks = lacks;
        self
    }

    /// Replaces the next step of the fault, if both exist.
    pub(super) fn with_next_step(mut self, step: Option<impl Into<NextStep>>) -> Self {
        if let (Some(fault), Some(step)) = (&mut self.fault, step) {
            fault.next_step = step.into();
        }
        self
    }

    /// Sets who must act on the fault, and its Partner Center code.
    pub(super) fn attributed_to(mut self, responsible: Responsible, code: &'static str) -> Self {
        self.fault = self.fault.map(|fault| Fault { responsible, code, ..fault });
        self
    }

    /// Adds the fault unless the rule passes.
    pub(super) fn unless(mut self, passes: bool, fault: impl FnOnce() -> Fault) -> Self {
        if !passes {
            self.fault = Some(fault());
        }
        self
    }
}

impl Rule {
    /// Violation for the error of a change; `None` if the rule passes.
    pub(super) fn violation(&self, finding: Finding) -> Option<Violation> {
        let fault = finding.fault?;
        let inputs = finding.inputs.into_iter().map(|(key, value)| (key.to_owned(), value));
        Some(Violation {
            rule: self.id.to_owned(),
            reason: fault.reason.to_string(),
            subject: finding.subject,
            explanation: fault.explanation,
            inputs: inputs.collect(),
            responsible: fault.responsible,
            next_step: fault.next_step.to_string(),
            source: self.source.to_owned(),
            partner_center_code: fault.code.to_owned(),
        })
    }
}

/// Refuses if any rule fails.
pub(super) fn refuse<'a>(
    findings: impl IntoIterator<Item = (&'a Rule, Finding)>,
) -> Result<(), Denial> {
    let violations: Vec<_> =
        findings.into_iter().filter_map(|(rule, finding)| rule.violation(finding)).collect();
    if violations.is_empty() { Ok(()) } else { Err(Denial::Refused(violations)) }
}
