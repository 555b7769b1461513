use std::time::Duration;

use kernel::{Responsible, Timestamp, Violation};

use super::{Approved, Denial, OrderState, Placement, SubscriptionState};

/// How long after its acceptance an order may be cancelled (rule ORD-3).
const WINDOW: Duration = Duration::from_secs(168 * 3600);

impl Placement {
    /// Cancels an order and its subscriptions.
    pub fn cancel(mut self, detail: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let violations = self.against_cancelling(now);
        if !violations.is_empty() {
            return Err(Denial::Refused(violations));
        }
        let decided_on = self.order.stamp.revision;
        self.order.state = OrderState::Cancelled;
        self.order.state_reason = detail;
        self.order.stamp = self.order.stamp.next(now);
        for subscription in &mut self.subscriptions {
            subscription.state = SubscriptionState::Cancelled;
            subscription.stamp = subscription.stamp.next(now);
        }
        Ok(Approved::changed("OrderCancelled", decided_on, self))
    }

    fn against_cancelling(&self, now: Timestamp) -> Vec<Violation> {
        let order = &self.order;
        let accepted = order.stamp.create_time;
        let until = accepted.saturating_add(WINDOW).unwrap_or(Timestamp::MAX);
        let violation =
            |rule: &str, reason: &str, explanation: String, next_step: &str| Violation {
                rule: rule.to_owned(),
                reason: reason.to_owned(),
                subject: order.name.to_string(),
                explanation,
                inputs: vec![
                    ("orderState".to_owned(), order.state.to_string()),
                    ("acceptTime".to_owned(), accepted.to_string()),
                    ("cancelUntil".to_owned(), until.to_string()),
                ],
                responsible: Responsible::Caller,
                next_step: next_step.to_owned(),
                source: String::new(),
                partner_center_code: String::new(),
            };
        if order.state == OrderState::Cancelled {
            return vec![Violation {
                source: "lifecycle of the resource".to_owned(),
                ..violation(
                    "STATE",
                    "ORDER_STATE_CONFLICT",
                    "the order is cancelled already".to_owned(),
                    "place a new order where one is wanted",
                )
            }];
        }
        if now > until {
            return vec![Violation {
                source: "Partner Center: new commerce cancellation policy".to_owned(),
                partner_center_code: "400/900117".to_owned(),
                ..violation(
                    "ORD-3",
                    "CANCELLATION_WINDOW_OVER",
                    format!("the order could be cancelled until {until}"),
                    "let the subscriptions end with their term",
                )
            }];
        }
        Vec::new()
    }
}
