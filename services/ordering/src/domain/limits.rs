//! Ordering's own rules for changes of a subscription.

use rules::{Denial, Lifecycle, Move, Reason, Responsible, Violation, refuse};
use types::Timestamp;

use super::{
    Action, Answer, Offer, Subscription,
    SubscriptionState::{
        self, Active, Cancelled, Deleted, Disabled, Expired, Suspended, Transferred,
    },
    batch::returnable,
    sale::outside_market,
};

/// The moves of a subscription.
pub(super) const LIFECYCLE: Lifecycle<SubscriptionState> = Lifecycle {
    resource: "the subscription",
    reason: Reason::SubscriptionStateConflict,
    moves: &[
        Move::new("PlaceOrder", &[], &[Active]),
        Move::effect("ApproveTransfer", &[], &[Active, Suspended]),
        Move::staying("AddQuantity", &[Active]),
        Move::staying("ReduceQuantity", &[Active]),
        Move::new("SuspendSubscription", &[Active], &[Suspended]),
        Move::new("ResumeSubscription", &[Suspended], &[Active]),
        Move::new("CancelSubscription", &[Active, Suspended], &[Cancelled]),
        Move::effect("CancelOrder", &[Active, Suspended], &[Cancelled]),
        Move::effect("ApproveTransfer", &[Active, Suspended], &[Transferred]),
        Move::staying("SetAutomaticRenewal", &[Active, Suspended]),
        Move::staying("ScheduleNextTerm", &[Active, Suspended]),
        Move::effect("the term ends without renewal", &[Active, Suspended], &[Expired]),
        Move::new("RenewSubscription", &[Expired, Disabled], &[Active]).achieved_in(&[]),
        Move::effect("30 days", &[Expired], &[Disabled]),
        Move::effect("90 days", &[Disabled], &[Deleted]),
    ],
    otherwise: "place an order for a new subscription with PlaceOrder",
};

impl Action {
    /// The name of its call.
    const fn call(&self) -> &'static str {
        match self {
            Self::Add(_) => "AddQuantity",
            Self::Reduce(_) => "ReduceQuantity",
            Self::Suspend(_) => "SuspendSubscription",
            Self::Resume => "ResumeSubscription",
            Self::Cancel(_) => "CancelSubscription",
            Self::SetAutomaticRenewal(_) => "SetAutomaticRenewal",
            Self::NextTerm(_) => "ScheduleNextTerm",
            Self::Renew => "RenewSubscription",
        }
    }
}

impl Subscription {
    /// Checks that the state allows an action.
    pub fn check_state(&self, requested: &Action) -> Result<(), Denial> {
        let call = requested.call();
        let mut finding = LIFECYCLE.check(self.name, self.state, self.state_time, call);
        let quantity = matches!(requested, Action::Add(_) | Action::Reduce(_));
        if let Some(fault) = finding.fault.as_mut().filter(|_| quantity && self.state == Suspended)
        {
            fault.reason = Reason::QuantityWhileSuspended;
            fault.next_step = "resume it first with ResumeSubscription".to_owned();
        }
        refuse([finding])
    }

    /// Violations of ordering's own rules by an action that the state allows.
    pub(super) fn violations(
        &self,
        requested: &Action,
        offer: &Offer,
        answer: &Answer,
        now: Timestamp,
    ) -> Vec<Violation> {
        let found = match requested {
            Action::Add(_) => outside_market(self.chain, answer, [Some(offer)].into_iter()),
            Action::NextTerm(next) => next
                .filter(|next| next.quantity > self.quantity())
                .and_then(|_| outside_market(self.chain, answer, [Some(offer)].into_iter())),
            Action::Cancel(_) => self.window_over(now),
            Action::Reduce(quantity) => self.not_returnable(*quantity, now),
            Action::Suspend(_)
            | Action::Resume
            | Action::SetAutomaticRenewal(_)
            | Action::Renew => None,
        };
        found.into_iter().collect()
    }

    /// ORD-3: a subscription may be cancelled within 168 hours of purchase or renewal.
    fn window_over(&self, now: Timestamp) -> Option<Violation> {
        let until = self.cancel_until();
        (now > until).then(|| {
            Reason::CancellationWindowOver.violation(
                self.name,
                Responsible::Caller,
                format!("the subscription could be cancelled until {until}"),
                "turn automatic renewal off; the subscription then ends with its term",
                vec![
                    ("termStart", self.term_start.to_string()),
                    ("cancelUntil", until.to_string()),
                    ("termEnd", self.term_end.to_string()),
                ],
            )
        })
    }

    /// ORD-7: units may be returned within 168 hours of their purchase or renewal.
    fn not_returnable(&self, quantity: i32, now: Timestamp) -> Option<Violation> {
        let open = returnable(&self.batches, now);
        let all: i32 = open.clone().map(|batch| batch.quantity).sum();
        (quantity > all).then(|| {
            let windows = open.map(|it| format!("{} until {}", it.quantity, it.return_until()));
            let windows: Vec<_> = windows.collect();
            let windows = if windows.is_empty() { "none".to_owned() } else { windows.join(", ") };
            Reason::ReductionWindowOver.violation(
                self.name,
                Responsible::Caller,
                format!("{all} of {quantity} units can be returned: {windows}"),
                "return those, or schedule a smaller next term",
                vec![
                    ("wantedQuantity", quantity.to_string()),
                    ("returnableQuantity", all.to_string()),
                    ("returnableUntil", windows),
                    ("termEnd", self.term_end.to_string()),
                ],
            )
        })
    }
}
