//! The rules of the programme as data, in order of precedence.

use crate::{
    Purpose::{AutomaticRenewal, Cancel, Manage},
    Purposes, Rule,
    source::{
        ACCOUNT_VALIDATION, CANCELLATION, CUSTOMER_AGREEMENT, DIRECT_BILL, ERROR_CODES,
        INDIRECT_RESELLER, LIFECYCLE, MPA, MPA_FAQ, MULTIPARTNER, ORDERS, PROVIDER_TASKS, REGIONS,
        RELATIONSHIPS, REMOVAL, RESELLER_TASKS, SALES_STOP, TRANSFERS, TRANSITION,
    },
};

/// Refuses a call that the state of a resource does not allow. Not a rule of the programme.
pub(crate) static STATE: Rule = Rule {
    id: "STATE",
    text: "The state of a resource must allow the call.",
    sources: &[LIFECYCLE.whole()],
    purposes: Purposes::NONE,
    calls: &[],
};

macro_rules! or_default {
    ($default:expr) => {
        $default
    };
    ($default:expr, $value:expr) => {
        $value
    };
}

macro_rules! rules {
    ($($name:ident = $id:literal {
        text: $text:literal,
        sources: $sources:expr,
        $(purposes: $purposes:expr,)?
        $(calls: $calls:expr,)?
    })*) => {
        $(
            #[doc = $text]
            pub static $name: Rule = Rule {
                id: $id,
                text: $text,
                sources: &$sources,
                purposes: or_default!(Purposes::NONE $(, $purposes)?),
                calls: &or_default!([] $(, $calls)?),
            };
        )*

        /// All rules, in order of precedence.
        pub static RULES: &[&Rule] = &[$(&$name,)*];
    };
}

rules! {
    PT_1 = "PT-1" {
        text: "Only an indirect provider or a direct-bill partner may buy from Microsoft; an \
               indirect reseller may not.",
        sources: [RELATIONSHIPS.whole()],
        purposes: Purposes::COMMERCIAL.with(Cancel).with(AutomaticRenewal),
        calls: ["InvitePartnership", "AcceptPartnership", "CreateCustomer"],
    }
    ON_1 = "ON-1" {
        text: "A partner may transact only while its enrollment is active; a reseller must have \
               joined the programme, enrolled and accepted the MPA. A restricted direct-bill \
               partner may continue existing sales but not sell anything new. A suspended partner \
               may manage existing subscriptions. A partner that is revoked or never enrolled may \
               do nothing. Existing subscriptions renew automatically until a partner of the \
               sales chain is revoked.",
        sources: [RELATIONSHIPS.whole()],
        purposes: Purposes::COMMERCIAL.with(Manage).with(AutomaticRenewal),
        calls: [
            "InvitePartnership", "AcceptPartnership", "AcceptAgreement", "CreateCustomer",
            "AttestCustomerAgreement", "RequestCustomerRelationship", "AcceptCustomerRelationship"
        ],
    }
    ON_2 = "ON-2" {
        text: "Only a Global admin may accept the MPA, for a vetted partner that has associated a \
               location account with its CSP tenant.",
        sources: [RESELLER_TASKS.whole(), MPA.whole()],
        calls: ["AcceptAgreement"],
    }
    ON_4 = "ON-4" {
        text: "A partner that did not pass its yearly re-authorization may not sell anything new \
               from the day on which it is blocked.",
        sources: [INDIRECT_RESELLER.whole(), DIRECT_BILL.whole()],
        purposes: Purposes::COMMERCIAL,
        calls: ["InvitePartnership", "AcceptPartnership"],
    }
    ON_5 = "ON-5" {
        text: "A tenant that is enrolled as indirect reseller cannot become a direct-bill \
               partner; direct bill requires a separate tenant.",
        sources: [TRANSITION.whole()],
        calls: ["EnrollPartner", "SubmitEnrollment"],
    }
    REQ_1 = "REQ-1" {
        text: "A partner must meet the requirements of its role that are in force before it \
               applies, before it becomes active, and every year.",
        sources: [DIRECT_BILL.whole(), INDIRECT_RESELLER.whole()],
        calls: ["SubmitEnrollment", "ReviewEnrollment", "ReinstateEnrollment"],
    }
    MPA_3 = "MPA-3" {
        text: "The company that places the order must itself have accepted the MPA.",
        sources: [ERROR_CODES.at("900124")],
        purposes: Purposes::COMMERCIAL.with(Cancel),
    }
    REL_1 = "REL-1" {
        text: "The partnership between provider and reseller must be active and accepted under \
               their current enrollments.",
        sources: [PROVIDER_TASKS.whole()],
        purposes: Purposes::COMMERCIAL,
        calls: ["RequestCustomerRelationship", "AcceptCustomerRelationship"],
    }
    REL_2 = "REL-2" {
        text: "A provider and a reseller may partner only within one CSP region.",
        sources: [RELATIONSHIPS.at("scenario 7")],
        purposes: Purposes::COMMERCIAL,
        calls: ["InvitePartnership", "AcceptPartnership"],
    }
    ON_3 = "ON-3" {
        text: "A location account must be in the same country as the CSP tenant that it is \
               associated with.",
        sources: [MPA_FAQ.whole(), RESELLER_TASKS.whole()],
        purposes: Purposes::COMMERCIAL,
        calls: ["AssociateLocation"],
    }
    MPA_1 = "MPA-1" {
        text: "Until the reseller has accepted the MPA, its PartnerID must not be on a new \
               subscription order.",
        sources: [RELATIONSHIPS.whole()],
        purposes: Purposes::COMMERCIAL,
    }
    MPA_2 = "MPA-2" {
        text: "Until the reseller has accepted the MPA, the provider may not do new business with \
               it.",
        sources: [RELATIONSHIPS.whole()],
        purposes: Purposes::COMMERCIAL,
    }
    REL_4 = "REL-4" {
        text: "Each partner of the sales chain must have its own relationship with the customer. \
               A sale requires a resale relationship, acquired in the role in which the partner \
               sells; managing requires a relationship of either kind.",
        sources: [RESELLER_TASKS.whole(), TRANSITION.whole()],
        purposes: Purposes::ALL,
        calls: ["RequestCustomerRelationship", "AttestCustomerAgreement"],
    }
    REL_3 = "REL-3" {
        text: "A partner may sell only to customers whose tenant is in the CSP region of the \
               partner's CSP tenant.",
        sources: [RELATIONSHIPS.at("scenario 6")],
        purposes: Purposes::COMMERCIAL,
        calls: ["CreateCustomer", "RequestCustomerRelationship", "AcceptCustomerRelationship"],
    }
    REL_5 = "REL-5" {
        text: "Nothing may be sold or renewed in markets where sales are stopped: Belarus and \
               Russia.",
        sources: [SALES_STOP.whole()],
        purposes: Purposes::TERM_OR_UNITS,
    }
    REL_6 = "REL-6" {
        text: "A resale relationship may be removed by a direct-bill partner or a provider, and \
               for a reseller by its provider, when no subscription is active.",
        sources: [REMOVAL.whole()],
        calls: ["RemoveCustomerRelationship", "ReleaseCustomerRelationship"],
    }
    CUS_1 = "CUS-1" {
        text: "The customer must have accepted the Microsoft Customer Agreement at Microsoft, or \
               the seller must attest the acceptance for its own sales. Since 2025-10-07, \
               acceptances from before April 2023 are no longer valid. A reseller may not attest. \
               China has no such agreement.",
        sources: [CUSTOMER_AGREEMENT.whole(), TRANSITION.whole()],
        purposes: Purposes::COMMERCIAL,
        calls: ["AttestCustomerAgreement"],
    }
    CUS_2 = "CUS-2" {
        text: "While a customer's account is under review, nothing may be added. A customer whose \
               account was rejected or is locked cannot transact.",
        sources: [ACCOUNT_VALIDATION.whole()],
        purposes: Purposes::COMMERCIAL,
    }
    OWN_1 = "OWN-1" {
        text: "A partner may not sell to itself or to an affiliate as the end customer.",
        sources: [RELATIONSHIPS.at("scenario 5")],
        purposes: Purposes::COMMERCIAL.with(AutomaticRenewal),
    }
    OWN_2 = "OWN-2" {
        text: "Nothing may be sold into a partner's CSP tenant; a separate tenant of that partner \
               is allowed.",
        sources: [MULTIPARTNER.whole()],
        purposes: Purposes::COMMERCIAL.with(AutomaticRenewal),
        calls: ["CreateCustomer", "RequestCustomerRelationship", "AcceptCustomerRelationship"],
    }
    OWN_3 = "OWN-3" {
        text: "For its own use, a partner may buy Azure into its one shared services tenant, or \
               any product into a separate customer tenant from a reseller or a direct-bill \
               partner.",
        sources: [RELATIONSHIPS.at("scenario 4")],
        purposes: Purposes::COMMERCIAL.with(AutomaticRenewal),
        calls: ["CreateCustomer"],
    }
    ORD_1 = "ORD-1" {
        text: "The PartnerID on an order line must be the reseller's, never the provider's; an \
               order without a reseller must not have one.",
        sources: [ORDERS.whole(), ERROR_CODES.at("2072")],
        purposes: Purposes::COMMERCIAL,
    }
    ORD_2 = "ORD-2" {
        text: "The seller must attest on every order in which role it acts.",
        sources: [ERROR_CODES.at("900206")],
        purposes: Purposes::COMMERCIAL,
    }
    ORD_8 = "ORD-8" {
        text: "A line may have up to five PartnerIDs in addition to the reseller's, for customers \
               in the EU or EFTA. Each must belong to an active reseller of the seller that is \
               not an affiliate of the customer (OWN-1).",
        sources: [ORDERS.at("additional PartnerIDs on record")],
        purposes: Purposes::COMMERCIAL,
    }
    ORD_3 = "ORD-3" {
        text: "A purchase may be cancelled within 168 hours of the purchase or renewal.",
        sources: [CANCELLATION.whole()],
        calls: ["CancelOrder", "CancelSubscription"],
    }
    ORD_4 = "ORD-4" {
        text: "The seller must attest each line whose offer requires an attestation.",
        sources: [ERROR_CODES.at("900203")],
        calls: ["PlaceOrder"],
    }
    ORD_5 = "ORD-5" {
        text: "An offer may be sold only to customers in its markets; adding units and \
               transferring subscriptions is possible only there.",
        sources: [ERROR_CODES.at("800070")],
        calls: ["PlaceOrder", "AddQuantity", "ScheduleNextTerm", "CreateTransfer", "ApproveTransfer"],
    }
    ORD_6 = "ORD-6" {
        text: "An order must be in the currency of the seller's location.",
        sources: [REGIONS.at("billing currency")],
        calls: ["PlaceOrder"],
    }
    ORD_7 = "ORD-7" {
        text: "Units may be returned within 168 hours of their purchase or renewal.",
        sources: [ERROR_CODES.at("800090")],
        calls: ["ReduceQuantity"],
    }
    TRF_1 = "TRF-1" {
        text: "The source and the target of a transfer must be different partners.",
        sources: [ERROR_CODES.at("900148")],
        calls: ["CreateTransfer", "ApproveTransfer"],
    }
    TRF_2 = "TRF-2" {
        text: "A transferred subscription must be running and must belong to the source partner \
               and the customer.",
        sources: [TRANSFERS.whole()],
        calls: ["CreateTransfer", "ApproveTransfer"],
    }
    TRF_3 = "TRF-3" {
        text: "A subscription may be in at most one open transfer.",
        sources: [ERROR_CODES.at("900101")],
        calls: ["CreateTransfer", "ApproveTransfer"],
    }
    TRF_4 = "TRF-4" {
        text: "A transferred subscription must be priced in the currency of the target's \
               location.",
        sources: [REGIONS.at("billing currency")],
        calls: ["CreateTransfer", "ApproveTransfer"],
    }
    TRF_5 = "TRF-5" {
        text: "Subscriptions to third-party offers cannot be transferred.",
        sources: [ERROR_CODES.at("900146")],
        calls: ["CreateTransfer", "ApproveTransfer"],
    }
}
