//! The rules of the programme as data: their texts, and the order in which a transaction is
//! checked against them. A rule that is not in [`CHECKS`] is not applied to transactions.

use super::{
    Purpose,
    denial::Finding,
    facts::Facts,
    rules::{account, additional, chain, customer, mpa, order, own_use, seller},
    transaction::Transaction,
};

/// A rule of the programme.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable id.
    pub id: &'static str,
    /// Statement of the rule, for people.
    pub text: &'static str,
    /// Document that states the rule.
    pub source: &'static str,
    /// Calls that apply the rule in addition to those that follow from [`CHECKS`].
    pub(super) also_applied_by: &'static [&'static str],
}

/// A rule that applies to transactions.
pub(super) struct Check {
    pub rule: &'static Rule,
    pub purposes: &'static [Purpose],
    /// `None` if the rule does not apply.
    pub judge: fn(&Transaction, &Facts) -> Option<Finding>,
}

pub(super) const TRANSFER: &[&str] = &["CreateTransfer", "ApproveTransfer"];
const ORDER: &[&str] = &["PlaceOrder"];
const RELATIONSHIPS: &str = "CSP supported partner relationships";

macro_rules! rules {
    ($($name:ident = $id:literal, $source:expr, $also_applied_by:expr, $text:literal;)*) => {
        $(
            #[doc = $text]
            pub(super) static $name: Rule =
                Rule { id: $id, text: $text, source: $source, also_applied_by: $also_applied_by };
        )*

        /// All rules, in order of precedence.
        pub static RULES: &[&Rule] = &[$(&$name,)*];
    };
}

rules! {
    PT_1 = "PT-1", RELATIONSHIPS, &["InvitePartnership", "AcceptPartnership", "CreateCustomer"],
        "Only an indirect provider or a direct-bill partner may buy from Microsoft; an indirect reseller may not.";
    ON_1 = "ON-1", RELATIONSHIPS, &["InvitePartnership", "AcceptPartnership", "AcceptAgreement", "CreateCustomer", "AttestCustomerAgreement", "RequestCustomerRelationship", "AcceptCustomerRelationship"],
        "A partner may transact only while its enrollment is active; a reseller must have joined the programme, enrolled and accepted the MPA. A restricted direct-bill partner may continue existing sales but not sell anything new. A suspended partner may manage existing subscriptions. A partner that is revoked or never enrolled may do nothing. Existing subscriptions renew automatically until a partner of the sales chain is revoked.";
    ON_2 = "ON-2", "Partner Center: indirect reseller tasks, Microsoft Partner Agreement", &["AcceptAgreement"],
        "Only a Global admin may accept the MPA, for a vetted partner that has associated a location account with its CSP tenant.";
    ON_4 = "ON-4", "Partner Center: new indirect reseller requirement, direct-bill eligibility requirements", &["InvitePartnership", "AcceptPartnership"],
        "A partner that did not pass its yearly re-authorization may not sell anything new from the day on which it is blocked.";
    ON_5 = "ON-5", "Partner Center: switch from direct-bill partner to indirect reseller", &["EnrollPartner", "SubmitEnrollment"],
        "A tenant that is enrolled as indirect reseller cannot become a direct-bill partner; direct bill requires a separate tenant.";
    REQ_1 = "REQ-1", "Partner Center: direct partner new requirements, new indirect reseller requirement", &["SubmitEnrollment", "ReviewEnrollment", "ReinstateEnrollment"],
        "A partner must meet the requirements of its role that are in force before it applies, before it becomes active, and every year.";
    MPA_3 = "MPA-3", "Partner Center API: error codes, 900124", &[],
        "The company that places the order must itself have accepted the MPA.";
    REL_1 = "REL-1", "Partner Center: indirect provider tasks", &["RequestCustomerRelationship", "AcceptCustomerRelationship"],
        "The partnership between provider and reseller must be active and accepted under their current enrollments.";
    REL_2 = "REL-2", "CSP supported partner relationships, scenario 7", &["InvitePartnership", "AcceptPartnership"],
        "A provider and a reseller may partner only within one CSP region.";
    ON_3 = "ON-3", "Partner Center: MPA FAQ for indirect providers, indirect reseller tasks", &["AssociateLocation"],
        "A location account must be in the same country as the CSP tenant that it is associated with.";
    MPA_1 = "MPA-1", RELATIONSHIPS, &[],
        "Until the reseller has accepted the MPA, its PartnerID must not be on a new subscription order.";
    MPA_2 = "MPA-2", RELATIONSHIPS, &[],
        "Until the reseller has accepted the MPA, the provider may not do new business with it.";
    REL_4 = "REL-4", "Partner Center: indirect reseller tasks, switch from direct-bill partner to indirect reseller", &["RequestCustomerRelationship", "AttestCustomerAgreement"],
        "Each partner of the sales chain must have its own relationship with the customer. A sale requires a resale relationship, acquired in the role in which the partner sells; managing requires a relationship of either kind.";
    REL_3 = "REL-3", "CSP supported partner relationships, scenario 6", &["CreateCustomer", "RequestCustomerRelationship", "AcceptCustomerRelationship"],
        "A partner may sell only to customers whose tenant is in the CSP region of the partner's CSP tenant.";
    REL_5 = "REL-5", "General knowledge: Microsoft stopped new sales in March 2022", &[],
        "Nothing may be sold or renewed in markets where sales are stopped: Belarus and Russia.";
    REL_6 = "REL-6", "Partner Center: remove a relationship", &["RemoveCustomerRelationship", "ReleaseCustomerRelationship"],
        "A resale relationship may be removed by a direct-bill partner or a provider, and for a reseller by its provider, when no subscription is active.";
    CUS_1 = "CUS-1", "Partner Center: confirm customer agreement, MCA re-acceptance, switch from direct-bill partner to indirect reseller", &["AttestCustomerAgreement"],
        "The customer must have accepted the Microsoft Customer Agreement at Microsoft, or the seller must attest the acceptance for its own sales. Since 2025-10-07, acceptances from before April 2023 are no longer valid. A reseller may not attest. China has no such agreement.";
    CUS_2 = "CUS-2", "Partner Center: customer account verification", &[],
        "While a customer's account is under review, nothing may be added. A customer whose account was rejected or is locked cannot transact.";
    OWN_1 = "OWN-1", "CSP supported partner relationships, scenario 5", &[],
        "A partner may not sell to itself or to an affiliate as the end customer.";
    OWN_2 = "OWN-2", "Partner Center: multi-partner", &["CreateCustomer", "RequestCustomerRelationship", "AcceptCustomerRelationship"],
        "Nothing may be sold into a partner's CSP tenant; a separate tenant of that partner is allowed.";
    OWN_3 = "OWN-3", "CSP supported partner relationships, scenario 4", &["CreateCustomer"],
        "For its own use, a partner may buy Azure into its one shared services tenant, or any product into a separate customer tenant from a reseller or a direct-bill partner.";
    ORD_1 = "ORD-1", "Partner Center API: order resources, 2072", &[],
        "The PartnerID on an order line must be the reseller's, never the provider's; an order without a reseller must not have one.";
    ORD_2 = "ORD-2", "Partner Center API: error codes, 900206", &[],
        "The seller must attest on every order in which role it acts.";
    ORD_8 = "ORD-8", "Partner Center API: order resources, additional PartnerIDs on record", &[],
        "A line may have up to five PartnerIDs in addition to the reseller's, for customers in the EU or EFTA. Each must belong to an active reseller of the seller that is not an affiliate of the customer (OWN-1).";
    ORD_3 = "ORD-3", "Partner Center: new commerce cancellation policy", &["CancelOrder", "CancelSubscription"],
        "A purchase may be cancelled within 168 hours of the purchase or renewal.";
    ORD_4 = "ORD-4", "Partner Center API: error codes, 900203", ORDER,
        "The seller must attest each line whose offer requires an attestation.";
    ORD_5 = "ORD-5", "Partner Center API: error codes, 800070", &["PlaceOrder", "AddQuantity", "CreateTransfer", "ApproveTransfer"],
        "An offer may be sold only to customers in its markets; adding units and transferring subscriptions is possible only there.";
    ORD_6 = "ORD-6", "Partner Center: regional authorization, billing currency", ORDER,
        "An order must be in the currency of the seller's location.";
    ORD_7 = "ORD-7", "Partner Center API: error codes, 800090", &["ReduceQuantity"],
        "Units may be returned within 168 hours of their purchase or renewal.";
    TRF_1 = "TRF-1", "Partner Center API: error codes, 900148", TRANSFER,
        "The source and the target of a transfer must be different partners.";
    TRF_2 = "TRF-2", "Partner Center API: transfer resources", TRANSFER,
        "A transferred subscription must be running and must belong to the source partner and the customer.";
    TRF_3 = "TRF-3", "Partner Center API: error codes, 900101", TRANSFER,
        "A subscription may be in at most one open transfer.";
    TRF_4 = "TRF-4", "Partner Center: regional authorization, billing currency", TRANSFER,
        "A transferred subscription must be priced in the currency of the target's location.";
    TRF_5 = "TRF-5", "Partner Center API: error codes, 900146", TRANSFER,
        "Subscriptions to third-party offers cannot be transferred.";
}

/// Purposes that change what the customer buys, or its terms.
const COMMERCIAL: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::Change,
    Purpose::TransferIn,
];
/// Rules that apply only to the commercial purposes do not block an automatic renewal.
const COMMERCIAL_OR_RENEWAL: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::Change,
    Purpose::TransferIn,
    Purpose::AutomaticRenewal,
];
/// Purposes that begin a term, or add units to one.
const TERM_OR_UNITS: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::TransferIn,
    Purpose::AutomaticRenewal,
];
/// Purposes that the seller submits to Microsoft.
const SUBMITTED: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::Change,
    Purpose::TransferIn,
    Purpose::Cancel,
];
/// Purposes that require a seller that buys from Microsoft.
const PURCHASE: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::Change,
    Purpose::TransferIn,
    Purpose::Cancel,
    Purpose::AutomaticRenewal,
];
/// Purposes that require an enrollment.
const ENROLLED: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::Manage,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::Change,
    Purpose::TransferIn,
    Purpose::AutomaticRenewal,
];
/// Purposes that involve all partners of the sales chain.
const CHAIN: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::Manage,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::Change,
    Purpose::TransferIn,
];

/// Rules of a transaction, in order of precedence.
pub(super) static CHECKS: &[Check] = &[
    Check { rule: &PT_1, purposes: PURCHASE, judge: seller::buys_from_microsoft },
    Check { rule: &ON_1, purposes: ENROLLED, judge: seller::is_active },
    Check { rule: &ON_4, purposes: COMMERCIAL, judge: seller::is_reauthorized },
    Check { rule: &MPA_3, purposes: SUBMITTED, judge: mpa::accepted_by_seller },
    Check { rule: &REL_1, purposes: COMMERCIAL, judge: chain::partnership_active },
    Check { rule: &REL_2, purposes: COMMERCIAL, judge: chain::partners_in_one_region },
    Check { rule: &ON_1, purposes: ENROLLED, judge: chain::reseller_active },
    Check { rule: &ON_4, purposes: COMMERCIAL, judge: chain::reseller_reauthorized },
    Check { rule: &ON_3, purposes: COMMERCIAL, judge: chain::reseller_located },
    Check { rule: &MPA_1, purposes: COMMERCIAL, judge: mpa::accepted_before_partner_id },
    Check { rule: &MPA_2, purposes: COMMERCIAL, judge: mpa::accepted_before_business },
    Check { rule: &REL_4, purposes: Purpose::ALL, judge: customer::related_to_seller },
    Check { rule: &REL_4, purposes: CHAIN, judge: customer::related_to_reseller },
    Check { rule: &REL_3, purposes: COMMERCIAL, judge: customer::in_region_of_seller },
    Check { rule: &REL_3, purposes: COMMERCIAL, judge: customer::in_region_of_reseller },
    Check { rule: &REL_5, purposes: TERM_OR_UNITS, judge: account::sales_not_stopped },
    Check { rule: &CUS_1, purposes: COMMERCIAL, judge: account::accepted_mca },
    Check { rule: &CUS_2, purposes: COMMERCIAL, judge: account::account_review_permits },
    Check { rule: &OWN_1, purposes: COMMERCIAL_OR_RENEWAL, judge: own_use::seller_is_no_affiliate },
    Check {
        rule: &OWN_1,
        purposes: COMMERCIAL_OR_RENEWAL,
        judge: own_use::reseller_is_no_affiliate,
    },
    Check {
        rule: &OWN_2,
        purposes: COMMERCIAL_OR_RENEWAL,
        judge: own_use::customer_not_in_csp_tenant,
    },
    Check { rule: &OWN_3, purposes: COMMERCIAL_OR_RENEWAL, judge: own_use::own_use_permitted },
    Check { rule: &ORD_1, purposes: COMMERCIAL, judge: order::partner_id_of_reseller },
    Check { rule: &ORD_2, purposes: COMMERCIAL, judge: order::attested },
    Check { rule: &ORD_8, purposes: COMMERCIAL, judge: additional::on_record },
];
