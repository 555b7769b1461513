//! The rules of the programme as data: their texts, and the order in which a transaction is
//! held against them. A rule that is not in [`CHECKS`] is not applied to transactions.

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
    /// The rule in a sentence.
    pub text: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Calls that apply it besides those that follow from [`CHECKS`].
    pub(super) applied_beside: &'static [&'static str],
}

/// A rule held against a transaction.
pub(super) struct Check {
    /// The rule.
    pub rule: &'static Rule,
    /// Purposes that it applies to.
    pub purposes: &'static [Purpose],
    /// Finds out, or gives `None` where the rule does not apply.
    pub judge: fn(&Transaction, &Facts) -> Option<Finding>,
}

pub(super) const TRANSFER: &[&str] = &["CreateTransfer", "ApproveTransfer"];
const ORDER: &[&str] = &["PlaceOrder"];
const RELATIONSHIPS: &str = "CSP supported partner relationships";

macro_rules! rules {
    ($($name:ident = $id:literal, $source:expr, $applied_beside:expr, $text:literal;)*) => {
        $(
            #[doc = $text]
            pub(super) static $name: Rule =
                Rule { id: $id, text: $text, source: $source, applied_beside: $applied_beside };
        )*

        /// Every rule, in order of precedence.
        pub static RULES: &[&Rule] = &[$(&$name,)*];
    };
}

rules! {
    PT_1 = "PT-1", RELATIONSHIPS, &["InvitePartnership", "AcceptPartnership", "CreateCustomer"],
        "Only an indirect provider or a direct-bill partner buys from Microsoft; an indirect reseller never does.";
    ON_1 = "ON-1", RELATIONSHIPS, &["InvitePartnership", "AcceptPartnership", "AcceptAgreement", "CreateCustomer", "AttestCustomerAgreement", "RequestCustomerRelationship", "AcceptCustomerRelationship"],
        "A partner transacts only while its enrollment is active: a reseller after it has joined the programme, enrolled and accepted the MPA. A restricted direct-bill partner goes on with what it sold and sells nothing new. One that is suspended manages what exists; one that never enrolled or is revoked does nothing. What was sold renews itself until a partner of the chain is revoked.";
    ON_2 = "ON-2", "Partner Center: indirect reseller tasks, Microsoft Partner Agreement", &["AcceptAgreement"],
        "The MPA is accepted only by a Global admin of a partner that is vetted and whose location account is tied to its CSP tenant.";
    ON_4 = "ON-4", "Partner Center: new indirect reseller requirement, direct-bill eligibility requirements", &["InvitePartnership", "AcceptPartnership"],
        "A partner that did not pass its yearly re-authorization sells nothing new from the day on that it is blocked.";
    ON_5 = "ON-5", "Partner Center: switch from direct-bill partner to indirect reseller", &["EnrollPartner", "SubmitEnrollment"],
        "A tenant that is enrolled as indirect reseller does not become a direct-bill partner; direct bill takes a tenant of its own.";
    REQ_1 = "REQ-1", "Partner Center: direct partner new requirements, new indirect reseller requirement", &["SubmitEnrollment", "ReviewEnrollment", "ReinstateEnrollment"],
        "A partner meets the dated requirements of its role before it applies, before it becomes active, and every year.";
    MPA_3 = "MPA-3", "Partner Center API: error codes, 900124", &[],
        "The ordering company itself must have accepted the MPA.";
    REL_1 = "REL-1", "Partner Center: indirect provider tasks", &["RequestCustomerRelationship", "AcceptCustomerRelationship"],
        "The partnership of provider and reseller must be active, and accepted under the enrollments that they have now.";
    REL_2 = "REL-2", "CSP supported partner relationships, scenario 7", &["InvitePartnership", "AcceptPartnership"],
        "Partners may partner only inside one CSP region.";
    ON_3 = "ON-3", "Partner Center: MPA FAQ for indirect providers, indirect reseller tasks", &["AssociateLocation"],
        "A location account and the CSP tenant that it is tied to must be in the same country.";
    MPA_1 = "MPA-1", RELATIONSHIPS, &[],
        "Before the reseller has accepted the MPA, its PartnerID may not go onto a new subscription order.";
    MPA_2 = "MPA-2", RELATIONSHIPS, &[],
        "Before the reseller has accepted the MPA, there is no new business between the provider and that reseller.";
    REL_4 = "REL-4", "Partner Center: indirect reseller tasks, switch from direct-bill partner to indirect reseller", &["RequestCustomerRelationship", "AttestCustomerAgreement"],
        "Each partner of the chain must itself hold a relationship with the customer: for a sale one to resell, acquired in the role in which it sells, of either kind to manage.";
    REL_3 = "REL-3", "CSP supported partner relationships, scenario 6", &["CreateCustomer", "RequestCustomerRelationship", "AcceptCustomerRelationship"],
        "A partner sells only to customers whose tenant country lies in the CSP region of the partner's CSP tenant.";
    REL_5 = "REL-5", "General knowledge: Microsoft stopped new sales in March 2022", &[],
        "Nothing is sold or renewed in a market in which sales are stopped: Belarus and Russia.";
    REL_6 = "REL-6", "Partner Center: remove a relationship", &["RemoveCustomerRelationship", "ReleaseCustomerRelationship"],
        "A relationship to sell is removed by a direct-bill partner or provider, for a reseller by its provider, once no subscription is active.";
    CUS_1 = "CUS-1", "Partner Center: confirm customer agreement, MCA re-acceptance, switch from direct-bill partner to indirect reseller", &["AttestCustomerAgreement"],
        "The customer must have accepted the Microsoft Customer Agreement, from 2025-10-07 on after March 2023; at Microsoft, or as the seller attests for its own sales. A reseller attests nothing. In China there is none to accept.";
    CUS_2 = "CUS-2", "Partner Center: customer account verification", &[],
        "While a customer's account is under review nothing is added to what it has; one that was rejected or is locked makes no deal.";
    OWN_1 = "OWN-1", "CSP supported partner relationships, scenario 5", &[],
        "No partner sells to itself or to an affiliate as end customer.";
    OWN_2 = "OWN-2", "Partner Center: multi-partner", &["CreateCustomer", "RequestCustomerRelationship", "AcceptCustomerRelationship"],
        "No sale into a CSP tenant of a partner; a separate tenant of that partner is fine.";
    OWN_3 = "OWN-3", "CSP supported partner relationships, scenario 4", &["CreateCustomer"],
        "For its own use a partner buys Azure into its one shared services tenant, or anything into a separate customer tenant from a reseller or a direct-bill partner.";
    ORD_1 = "ORD-1", "Partner Center API: order resources, 2072", &[],
        "The PartnerID on an order line is the reseller's, never the provider's; without a reseller there is none.";
    ORD_2 = "ORD-2", "Partner Center API: error codes, 900206", &[],
        "The seller attests on every order in which role it acts.";
    ORD_8 = "ORD-8", "Partner Center API: order resources, additional PartnerIDs on record", &[],
        "Up to five further PartnerIDs stand on a line beside the reseller's, for customers in the EU or EFTA; each is that of an active reseller of the seller that is no affiliate of the customer (OWN-1).";
    ORD_3 = "ORD-3", "Partner Center: new commerce cancellation policy", &["CancelOrder", "CancelSubscription"],
        "What was bought is cancelled within 168 hours of its purchase or renewal.";
    ORD_4 = "ORD-4", "Partner Center API: error codes, 900203", ORDER,
        "The seller attests each line whose offer demands it.";
    ORD_5 = "ORD-5", "Partner Center API: error codes, 800070", &["PlaceOrder", "AddQuantity", "CreateTransfer", "ApproveTransfer"],
        "An offer is sold only to customers in its markets; units are added and subscriptions taken over only there.";
    ORD_6 = "ORD-6", "Partner Center: regional authorization, billing currency", ORDER,
        "An order is in the currency of the seller's location.";
    ORD_7 = "ORD-7", "Partner Center API: error codes, 800090", &["ReduceQuantity"],
        "Units are returned within 168 hours of their purchase or renewal.";
    TRF_1 = "TRF-1", "Partner Center API: error codes, 900148", TRANSFER,
        "Source and target of a transfer are two partners.";
    TRF_2 = "TRF-2", "Partner Center API: transfer resources", TRANSFER,
        "What is transferred runs, and is the source's for the customer.";
    TRF_3 = "TRF-3", "Partner Center API: error codes, 900101", TRANSFER,
        "A subscription is in one open transfer at most.";
    TRF_4 = "TRF-4", "Partner Center: regional authorization, billing currency", TRANSFER,
        "What is transferred is priced in the currency of the target's location.";
    TRF_5 = "TRF-5", "Partner Center API: error codes, 900146", TRANSFER,
        "What a third party sells is not transferred.";
}

/// What changes hands for money, or on what terms.
const DEAL: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::Change,
    Purpose::TransferIn,
];
/// A deal, or the automatic renewal of one. What is held against DEAL alone, the programme lets an
/// automatic renewal go on without.
const SALE: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::Change,
    Purpose::TransferIn,
    Purpose::AutomaticRenewal,
];
/// What begins a term, or adds units to one.
const TERMS: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::TransferIn,
    Purpose::AutomaticRenewal,
];
/// What the seller hands in at Microsoft.
const ORDERS: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::Change,
    Purpose::TransferIn,
    Purpose::Cancel,
];
/// What the seller must be able to buy at Microsoft, then or again.
const PURCHASE: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::Change,
    Purpose::TransferIn,
    Purpose::Cancel,
    Purpose::AutomaticRenewal,
];
/// What takes an enrollment in some state: deals, the automatic renewal of one, and managing.
const ENROLLED: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::Manage,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::Change,
    Purpose::TransferIn,
    Purpose::AutomaticRenewal,
];
/// What all partners of the chain take part in: deals, and managing.
const CHAIN: &[Purpose] = &[
    Purpose::NewSubscription,
    Purpose::Manage,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::Change,
    Purpose::TransferIn,
];

/// The order in which a transaction is held against the rules.
pub(super) static CHECKS: &[Check] = &[
    Check { rule: &PT_1, purposes: PURCHASE, judge: seller::buys_from_microsoft },
    Check { rule: &ON_1, purposes: ENROLLED, judge: seller::is_active },
    Check { rule: &ON_4, purposes: DEAL, judge: seller::is_reauthorized },
    Check { rule: &MPA_3, purposes: ORDERS, judge: mpa::accepted_by_seller },
    Check { rule: &REL_1, purposes: DEAL, judge: chain::partnership_active },
    Check { rule: &REL_2, purposes: DEAL, judge: chain::one_region },
    Check { rule: &ON_1, purposes: ENROLLED, judge: chain::reseller_active },
    Check { rule: &ON_4, purposes: DEAL, judge: chain::reseller_reauthorized },
    Check { rule: &ON_3, purposes: DEAL, judge: chain::reseller_located },
    Check { rule: &MPA_1, purposes: DEAL, judge: mpa::before_partner_id },
    Check { rule: &MPA_2, purposes: DEAL, judge: mpa::before_business },
    Check { rule: &REL_4, purposes: Purpose::ALL, judge: customer::tied_to_seller },
    Check { rule: &REL_4, purposes: CHAIN, judge: customer::tied_to_reseller },
    Check { rule: &REL_3, purposes: DEAL, judge: customer::in_region_of_seller },
    Check { rule: &REL_3, purposes: DEAL, judge: customer::in_region_of_reseller },
    Check { rule: &REL_5, purposes: TERMS, judge: account::sales_go_on },
    Check { rule: &CUS_1, purposes: DEAL, judge: account::accepted_mca },
    Check { rule: &CUS_2, purposes: DEAL, judge: account::account_in_order },
    Check { rule: &OWN_1, purposes: SALE, judge: own_use::seller_is_no_affiliate },
    Check { rule: &OWN_1, purposes: SALE, judge: own_use::reseller_is_no_affiliate },
    Check { rule: &OWN_2, purposes: SALE, judge: own_use::no_csp_tenant },
    Check { rule: &OWN_3, purposes: SALE, judge: own_use::own_use_as_allowed },
    Check { rule: &ORD_1, purposes: DEAL, judge: order::partner_id_of_reseller },
    Check { rule: &ORD_2, purposes: DEAL, judge: order::attested },
    Check { rule: &ORD_8, purposes: DEAL, judge: additional::on_record },
];
