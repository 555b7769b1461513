//! How a transaction is checked against the rules.

use rules::{
    Rule, Transaction,
    catalogue::{
        CUS_1, CUS_2, MPA_1, MPA_2, MPA_3, ON_1, ON_3, ON_4, ORD_1, ORD_2, ORD_8, OWN_1, OWN_2,
        OWN_3, PT_1, REL_1, REL_2, REL_3, REL_4, REL_5,
    },
};

use super::{
    Finding,
    facts::Facts,
    judges::{account, additional, chain, customer, mpa, order, own_use, seller},
};

/// A rule that applies to transactions of its purposes, for one party.
pub(super) struct Check {
    pub rule: &'static Rule,
    /// `None` if the rule does not apply.
    pub judge: fn(&Transaction, &Facts) -> Option<Finding>,
}

/// In order of precedence.
pub(super) static CHECKS: &[Check] = &[
    Check { rule: &PT_1, judge: seller::buys_from_microsoft },
    Check { rule: &ON_1, judge: seller::is_active },
    Check { rule: &ON_4, judge: seller::is_reauthorized },
    Check { rule: &MPA_3, judge: mpa::accepted_by_seller },
    Check { rule: &REL_1, judge: chain::partnership_active },
    Check { rule: &REL_2, judge: chain::partners_in_one_region },
    Check { rule: &ON_1, judge: chain::reseller_active },
    Check { rule: &ON_4, judge: chain::reseller_reauthorized },
    Check { rule: &ON_3, judge: chain::reseller_located },
    Check { rule: &MPA_1, judge: mpa::accepted_before_partner_id },
    Check { rule: &MPA_2, judge: mpa::accepted_before_business },
    Check { rule: &REL_4, judge: customer::related_to_seller },
    Check { rule: &REL_4, judge: customer::related_to_reseller },
    Check { rule: &REL_3, judge: customer::in_region_of_seller },
    Check { rule: &REL_3, judge: customer::in_region_of_reseller },
    Check { rule: &REL_5, judge: account::sales_not_stopped },
    Check { rule: &CUS_1, judge: account::accepted_mca },
    Check { rule: &CUS_2, judge: account::account_review_permits },
    Check { rule: &OWN_1, judge: own_use::seller_is_no_affiliate },
    Check { rule: &OWN_1, judge: own_use::reseller_is_no_affiliate },
    Check { rule: &OWN_2, judge: own_use::customer_not_in_csp_tenant },
    Check { rule: &OWN_3, judge: own_use::own_use_permitted },
    Check { rule: &ORD_1, judge: order::partner_id_of_reseller },
    Check { rule: &ORD_2, judge: order::attested },
    Check { rule: &ORD_8, judge: additional::on_record },
];
