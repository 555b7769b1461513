//! Calls that apply a rule.

use super::{
    Purpose, Rule,
    catalogue::{CHECKS, TRANSFER},
};

impl Rule {
    /// Calls that apply the rule, without duplicates: first those that check a transaction of a
    /// purpose that the rule applies to.
    #[must_use]
    pub fn applied_by(&self) -> Vec<&'static str> {
        let checks: Vec<_> = CHECKS.iter().filter(|check| check.rule.id == self.id).collect();
        let check = checks.first().map(|_| "CheckTransaction");
        let applies = |purpose: &&Purpose| checks.iter().any(|it| it.purposes.contains(purpose));
        let by_purpose = Purpose::ALL.iter().filter(applies).flat_map(|it| calls(*it));
        let mut all = Vec::new();
        for call in check.iter().chain(by_purpose).chain(self.also_applied_by) {
            if !all.contains(call) {
                all.push(*call);
            }
        }
        all
    }
}

/// Calls of ordering that check a transaction of a purpose.
const fn calls(purpose: Purpose) -> &'static [&'static str] {
    match purpose {
        Purpose::NewSubscription => &["PlaceOrder"],
        Purpose::Manage => &["SuspendSubscription", "ResumeSubscription", "SetAutomaticRenewal"],
        Purpose::AddQuantity => &["AddQuantity"],
        Purpose::Renew => &["RenewSubscription"],
        Purpose::Change => &["ReduceQuantity", "ScheduleNextTerm"],
        Purpose::TransferIn => TRANSFER,
        Purpose::Cancel => &["CancelSubscription", "CancelOrder"],
        Purpose::AutomaticRenewal => &["SettleSubscriptions"],
    }
}
