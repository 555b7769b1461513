//! Ordering's own rules for changes of a subscription.

use types::{Responsible, StateConflict, Timestamp, Violation};

use super::{
    Action, Answer, Denial, Offer, Subscription,
    SubscriptionState::{self, Active, Cancelled, Disabled, Expired, Suspended},
    batch::returnable,
    rule::Rule,
    sale::outside_market,
};

const STATE: Rule = Rule {
    id: "STATE",
    reason: "SUBSCRIPTION_STATE_CONFLICT",
    source: "lifecycle of the resource",
    code: "",
};
const QUANTITY_WHILE_SUSPENDED: Rule =
    Rule { source: "Partner Center API: error codes, 800091", code: "400/800091", ..STATE };
/// ORD-3: an order or subscription may be cancelled within 168 hours.
pub(super) const CANCELLATION: Rule = Rule {
    id: "ORD-3",
    reason: "CANCELLATION_WINDOW_OVER",
    source: "Partner Center: new commerce cancellation policy",
    code: "400/900117",
};
const REDUCTION: Rule = Rule {
    id: "ORD-7",
    reason: "REDUCTION_WINDOW_OVER",
    source: "Partner Center API: error codes, 800090",
    code: "400/800090",
};

impl Action {
    /// The states that allow the action, and the name of its call.
    const fn legal(&self) -> (&'static [SubscriptionState], &'static str) {
        match self {
            Self::Add(_) => (&[Active], "AddQuantity"),
            Self::Reduce(_) => (&[Active], "ReduceQuantity"),
            Self::Suspend(_) => (&[Active], "SuspendSubscription"),
            Self::Resume => (&[Suspended], "ResumeSubscription"),
            Self::Cancel(_) => (&[Active, Suspended], "CancelSubscription"),
            Self::SetAutomaticRenewal(_) => (&[Active, Suspended], "SetAutomaticRenewal"),
            Self::NextTerm(_) => (&[Active, Suspended], "ScheduleNextTerm"),
            Self::Renew => (&[Expired, Disabled], "RenewSubscription"),
        }
    }

    /// The state that the action leads to: in that state nothing is left to do.
    const fn goal(&self) -> Option<SubscriptionState> {
        match self {
            Self::Suspend(_) => Some(Suspended),
            Self::Resume => Some(Active),
            Self::Cancel(_) => Some(Cancelled),
            Self::Add(_)
            | Self::Reduce(_)
            | Self::SetAutomaticRenewal(_)
            | Self::NextTerm(_)
            | Self::Renew => None,
        }
    }
}

/// One action of each kind, to list those that a state allows.
fn actions() -> [Action; 8] {
    [
        Action::Add(0),
        Action::Reduce(0),
        Action::Suspend(String::new()),
        Action::Resume,
        Action::Cancel(String::new()),
        Action::SetAutomaticRenewal(true),
        Action::NextTerm(None),
        Action::Renew,
    ]
}

impl Subscription {
    /// Checks that the state allows an action.
    pub fn check_state(&self, requested: &Action) -> Result<(), Denial> {
        let (states, call) = requested.legal();
        if states.contains(&self.state) {
            return Ok(());
        }
        let quantity = matches!(requested, Action::Add(_) | Action::Reduce(_));
        let suspended = self.state == Suspended;
        let rule = if suspended && quantity { QUANTITY_WHILE_SUSPENDED } else { STATE };
        let legal = actions().into_iter().map(|action| action.legal());
        let legal = legal.filter(|(states, _)| states.contains(&self.state)).map(|(_, call)| call);
        let legal: Vec<_> = legal.collect();
        let conflict = StateConflict {
            what: "the subscription",
            state: self.state.as_str(),
            since: self.state_time,
            call,
            reached: requested.goal() == Some(self.state),
            legal: &legal,
            otherwise: "place an order for a new subscription with PlaceOrder",
        };
        let next = if quantity && self.state == Suspended {
            "resume it first with ResumeSubscription".to_owned()
        } else {
            conflict.next_step()
        };
        Err(Denial::Refused(vec![rule.violation(
            self.name,
            Responsible::Caller,
            conflict.explanation(),
            &next,
            vec![
                ("subscriptionState", self.state.to_string()),
                ("stateTime", self.state_time.to_string()),
                ("legalMoves", legal.join(", ")),
            ],
        )]))
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
            CANCELLATION.violation(
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
            REDUCTION.violation(
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
