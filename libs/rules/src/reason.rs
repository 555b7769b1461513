//! Why a rule refuses, as data.

use types::text_enum;

use crate::{Rule, catalogue};

/// A service that judges rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// onboarding.
    Onboarding,
    /// relationship.
    Relationship,
    /// ordering.
    Ordering,
}

impl Service {
    /// The domain of its reasons, such as `relationship.csp`.
    #[must_use]
    pub const fn domain(self) -> &'static str {
        match self {
            Self::Onboarding => "onboarding.csp",
            Self::Relationship => "relationship.csp",
            Self::Ordering => "ordering.csp",
        }
    }
}

impl Rule {
    /// Why the rule refuses.
    pub fn reasons(&self) -> impl Iterator<Item = Reason> {
        Reason::ALL.iter().copied().filter(|reason| reason.rule().id == self.id)
    }
}

macro_rules! reasons {
    ($($rule:ident $service:ident $reason:ident = $text:literal $(as $code:literal)?,)*) => {
        text_enum! {
            /// Why a rule refuses. Each value is described at the value of `ErrorReason` of the same name.
            #[allow(missing_docs, reason = "each is described there")]
            pub enum Reason { $($reason = $text,)* }
        }

        impl Reason {
            /// The rule that refuses.
            #[must_use]
            pub fn rule(self) -> &'static Rule {
                match self { $(Self::$reason => &catalogue::$rule,)* }
            }

            /// The service that judges it.
            #[must_use]
            pub const fn service(self) -> Service {
                match self { $(Self::$reason => Service::$service,)* }
            }

            /// Code of the same refusal in Partner Center; empty if there is none.
            #[must_use]
            pub const fn partner_center_code(self) -> &'static str {
                match self { $(Self::$reason => concat!($($code)?),)* }
            }
        }
    };
}

reasons! {
    PT_1 Relationship SellerCannotBuyFromMicrosoft = "SELLER_CANNOT_BUY_FROM_MICROSOFT",
    PT_1 Relationship SellerIsNoProvider = "SELLER_IS_NO_PROVIDER",
    PT_1 Relationship ProviderNotEnrolled = "PROVIDER_NOT_ENROLLED",
    ON_1 Onboarding RoleNotEnrolled = "ROLE_NOT_ENROLLED",
    ON_1 Onboarding AgreementOfEarlierEnrollment = "AGREEMENT_OF_EARLIER_ENROLLMENT",
    ON_1 Relationship SellerNotActive = "SELLER_NOT_ACTIVE" as "403/800039",
    ON_1 Relationship ResellerNotEnrolled = "RESELLER_NOT_ENROLLED" as "403/900149",
    ON_1 Relationship ResellerNotActive = "RESELLER_NOT_ACTIVE" as "403/900149",
    ON_1 Relationship SellerRestricted = "SELLER_RESTRICTED" as "403/800039",
    ON_1 Relationship PartnerNotEnrolled = "PARTNER_NOT_ENROLLED" as "403/800039",
    ON_2 Onboarding EnrollmentNotVetted = "ENROLLMENT_NOT_VETTED",
    ON_2 Onboarding LocationNotAssociated = "LOCATION_NOT_ASSOCIATED",
    ON_2 Onboarding SignatoryNotGlobalAdmin = "SIGNATORY_NOT_GLOBAL_ADMIN",
    ON_4 Relationship SellerNotReauthorized = "SELLER_NOT_REAUTHORIZED" as "403/800039",
    ON_4 Relationship ResellerNotReauthorized = "RESELLER_NOT_REAUTHORIZED" as "403/900149",
    ON_5 Onboarding TenantIsReseller = "TENANT_IS_RESELLER",
    REQ_1 Onboarding RequirementNotMet = "REQUIREMENT_NOT_MET",
    REQ_1 Onboarding ReviewNotPassed = "REVIEW_NOT_PASSED",
    MPA_3 Relationship SellerMpaNotAccepted = "SELLER_MPA_NOT_ACCEPTED" as "403/900124",
    REL_1 Relationship PartnershipNotActive = "PARTNERSHIP_NOT_ACTIVE" as "400/900400",
    REL_1 Relationship PartnershipOfRevokedEnrollment = "PARTNERSHIP_OF_REVOKED_ENROLLMENT" as "400/900400",
    REL_2 Relationship PartnersInDifferentRegions = "PARTNERS_IN_DIFFERENT_REGIONS" as "400/2201",
    ON_3 Onboarding LocationCountryMismatch = "LOCATION_COUNTRY_MISMATCH" as "400/900154",
    ON_3 Onboarding LocationIsGlobalAccount = "LOCATION_IS_GLOBAL_ACCOUNT" as "400/900154",
    ON_3 Onboarding LocationAlreadyAssociated = "LOCATION_ALREADY_ASSOCIATED" as "400/900154",
    ON_3 Relationship ResellerLocationNotAssociated = "RESELLER_LOCATION_NOT_ASSOCIATED" as "400/900154",
    ON_3 Relationship ResellerLocationCountryMismatch = "RESELLER_LOCATION_COUNTRY_MISMATCH" as "400/900154",
    MPA_1 Relationship PartnerIdBeforeMpa = "PARTNER_ID_BEFORE_MPA" as "403/900123",
    MPA_2 Relationship ResellerMpaNotAccepted = "RESELLER_MPA_NOT_ACCEPTED" as "403/900123",
    REL_4 Relationship CustomerRelationshipMissing = "CUSTOMER_RELATIONSHIP_MISSING" as "403/20002",
    REL_4 Relationship CustomerRelationshipForManagement = "CUSTOMER_RELATIONSHIP_FOR_MANAGEMENT" as "403/20002",
    REL_4 Relationship CustomerRelationshipOfOtherRole = "CUSTOMER_RELATIONSHIP_OF_OTHER_ROLE" as "403/20002",
    REL_4 Relationship RelationshipRoleNotStated = "RELATIONSHIP_ROLE_NOT_STATED",
    REL_3 Relationship CustomerOutsideRegion = "CUSTOMER_OUTSIDE_REGION" as "403/2030",
    REL_5 Relationship SalesStopped = "SALES_STOPPED",
    REL_6 Relationship RemovalByStranger = "REMOVAL_BY_STRANGER",
    REL_6 Relationship RemovalByReseller = "REMOVAL_BY_RESELLER",
    REL_6 Relationship SubscriptionsNotRuledOut = "SUBSCRIPTIONS_NOT_RULED_OUT",
    REL_6 Ordering SubscriptionsRunning = "SUBSCRIPTIONS_RUNNING",
    CUS_1 Relationship CustomerAgreementMissing = "CUSTOMER_AGREEMENT_MISSING" as "403/13605",
    CUS_1 Relationship CustomerAgreementOutdated = "CUSTOMER_AGREEMENT_OUTDATED" as "403/13605",
    CUS_1 Relationship AttestedByNoSeller = "ATTESTED_BY_NO_SELLER",
    CUS_2 Relationship AccountUnderReview = "ACCOUNT_UNDER_REVIEW" as "403/800074",
    CUS_2 Relationship AccountRejected = "ACCOUNT_REJECTED" as "403/800075",
    CUS_2 Relationship AccountLocked = "ACCOUNT_LOCKED" as "403/900416",
    OWN_1 Relationship SaleToSelf = "SALE_TO_SELF",
    OWN_1 Relationship SaleToAffiliate = "SALE_TO_AFFILIATE",
    OWN_2 Relationship CustomerIsCspTenant = "CUSTOMER_IS_CSP_TENANT",
    OWN_3 Relationship SharedServicesTakesAzureOnly = "SHARED_SERVICES_TAKES_AZURE_ONLY",
    OWN_3 Relationship SharedServicesTenantNeeded = "SHARED_SERVICES_TENANT_NEEDED",
    OWN_3 Relationship SharedServicesOfAnother = "SHARED_SERVICES_OF_ANOTHER",
    OWN_3 Relationship OwnUseNeedsReseller = "OWN_USE_NEEDS_RESELLER",
    OWN_3 Relationship SharedServicesTenantExists = "SHARED_SERVICES_TENANT_EXISTS",
    ORD_1 Relationship PartnerIdMissing = "PARTNER_ID_MISSING",
    ORD_1 Relationship PartnerIdOfProvider = "PARTNER_ID_OF_PROVIDER" as "404/2072",
    ORD_1 Relationship PartnerIdNotOfReseller = "PARTNER_ID_NOT_OF_RESELLER" as "400/800016",
    ORD_1 Relationship PartnerIdWithoutReseller = "PARTNER_ID_WITHOUT_RESELLER",
    ORD_2 Relationship AttestationMissing = "ATTESTATION_MISSING" as "400/900206",
    ORD_8 Relationship AdditionalPartnerIdWithoutReseller = "ADDITIONAL_PARTNER_ID_WITHOUT_RESELLER",
    ORD_8 Relationship AdditionalPartnerIdOutsideEuEfta = "ADDITIONAL_PARTNER_ID_OUTSIDE_EU_EFTA",
    ORD_8 Relationship AdditionalPartnerIdNotOfReseller = "ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER" as "400/900400",
    ORD_3 Ordering CancellationWindowOver = "CANCELLATION_WINDOW_OVER" as "400/900117",
    ORD_4 Ordering LineAttestationMissing = "LINE_ATTESTATION_MISSING" as "400/900203",
    ORD_5 Ordering OfferNotInMarket = "OFFER_NOT_IN_MARKET" as "400/800070",
    ORD_6 Ordering CurrencyNotOfSeller = "CURRENCY_NOT_OF_SELLER" as "10000",
    ORD_7 Ordering ReductionWindowOver = "REDUCTION_WINDOW_OVER" as "400/800090",
    TRF_1 Ordering TransferToSource = "TRANSFER_TO_SOURCE" as "900148",
    TRF_2 Ordering TransferItemNotOfSource = "TRANSFER_ITEM_NOT_OF_SOURCE",
    TRF_3 Ordering TransferRunning = "TRANSFER_RUNNING" as "409/900101",
    TRF_4 Ordering TransferCurrencyDiffers = "TRANSFER_CURRENCY_DIFFERS",
    TRF_5 Ordering TransferOfMarketplaceOffer = "TRANSFER_OF_MARKETPLACE_OFFER" as "900146",
    STATE Onboarding EnrollmentStateConflict = "ENROLLMENT_STATE_CONFLICT",
    STATE Onboarding VettingCheckNotOpen = "VETTING_CHECK_NOT_OPEN",
    STATE Onboarding ReappliedTooEarly = "REAPPLIED_TOO_EARLY",
    STATE Onboarding OwnershipConflict = "OWNERSHIP_CONFLICT",
    STATE Onboarding CollectionFull = "COLLECTION_FULL",
    STATE Onboarding ReviewNotOpen = "REVIEW_NOT_OPEN",
    STATE Relationship PartnershipStateConflict = "PARTNERSHIP_STATE_CONFLICT",
    STATE Relationship CustomerRelationshipStateConflict = "CUSTOMER_RELATIONSHIP_STATE_CONFLICT",
    STATE Ordering OrderStateConflict = "ORDER_STATE_CONFLICT",
    STATE Ordering OfferStateConflict = "OFFER_STATE_CONFLICT",
    STATE Ordering SubscriptionStateConflict = "SUBSCRIPTION_STATE_CONFLICT",
    STATE Ordering QuantityWhileSuspended = "QUANTITY_WHILE_SUSPENDED" as "400/800091",
    STATE Ordering TransferStateConflict = "TRANSFER_STATE_CONFLICT" as "409/900102",
}
