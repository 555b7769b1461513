use rules::{Purpose, SalesChain, Transaction};
use serde::{Deserialize, Serialize};
use types::{OrderName, ResourceVersion, SubscriptionName, Timestamp, text_enum};

use super::{Answer, Evidence, Money, Product, Subscription, product::transaction};

text_enum! {
    /// State of an order.
    pub enum OrderState {
        /// Accepted by the programme's rules.
        Accepted = "accepted",
        /// Cancelled with all its subscriptions.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// Kind of an order.
    pub enum OrderKind {
        /// Buys new subscriptions.
        Purchase = "purchase",
        /// Adds units to a subscription.
        AddQuantity = "add-quantity",
        /// Returns units of a subscription.
        ReduceQuantity = "reduce-quantity",
        /// Renews a subscription on request.
        Renew = "renew",
        /// Renews a subscription automatically.
        AutomaticRenewal = "automatic-renewal",
        /// Schedules the next term of a subscription.
        ScheduleNextTerm = "schedule-next-term",
        /// Turns automatic renewal of a subscription on or off.
        SetAutomaticRenewal = "set-automatic-renewal",
        /// Suspends a subscription.
        Suspend = "suspend",
        /// Resumes a suspended subscription.
        Resume = "resume",
        /// Cancels subscriptions.
        Cancel = "cancel",
        /// Transfers subscriptions from another partner.
        TransferIn = "transfer-in",
    }
}

/// An accepted order with the decision that allowed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its resource name.
    pub name: OrderName,
    /// Its kind.
    pub kind: OrderKind,
    /// Seller, reseller and customer.
    #[serde(flatten)]
    pub chain: SalesChain,
    /// One line for each subscription that the order creates or changes.
    pub lines: Vec<OrderLine>,
    /// Whether the seller attested its role (ORD-2).
    pub attested: bool,
    /// Its state.
    pub state: OrderState,
    /// Why the order was cancelled; empty before.
    pub state_reason: String,
    /// Sum of all lines for one billing cycle.
    pub total: Money,
    /// Amount added to the charges of the current terms.
    pub charge: Money,
    /// Amount refunded from the charges of the current terms.
    pub refund: Money,
    /// The complete decision of relationship.
    #[serde(rename = "evidence_sha256")]
    pub evidence: Evidence,
    /// Revision, create time and update time.
    pub resource_version: ResourceVersion,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The product, as priced by this order.
    #[serde(flatten)]
    pub product: Product,
    /// Units bought, returned or affected.
    pub quantity: i32,
    /// Whether the seller attested the line, as the offer may require (ORD-4).
    pub attested: bool,
    /// The subscription that the line created or changed.
    pub subscription: SubscriptionName,
    /// Amount added to the charge of the subscription's term.
    pub charge: Money,
    /// Amount refunded from that charge.
    pub refund: Money,
}

impl OrderLine {
    /// A line without charge and refund.
    pub(super) fn of(product: Product, quantity: i32, subscription: SubscriptionName) -> Self {
        let zero = Money { minor_units: 0, ..product.unit_price };
        Self { product, quantity, attested: false, subscription, charge: zero, refund: zero }
    }

    pub(super) fn charging(self, minor_units: i64) -> Self {
        Self { charge: Money { minor_units, ..self.charge }, ..self }
    }

    pub(super) fn refunding(self, minor_units: i64) -> Self {
        Self { refund: Money { minor_units, ..self.refund }, ..self }
    }
}

impl Order {
    /// The question to relationship about a purchase. Those about other kinds depend on the subscription, too.
    #[must_use]
    pub fn purchase_question(&self) -> Option<Transaction> {
        let products = self.lines.iter().map(|line| &line.product);
        let question =
            || transaction(self.chain, Purpose::NewSubscription, products, self.attested);
        (self.kind == OrderKind::Purchase).then(question)
    }

    /// An order that relationship allows. `lines` must not be empty.
    pub(super) fn accepted(
        name: OrderName,
        kind: OrderKind,
        chain: SalesChain,
        lines: Vec<OrderLine>,
        attested: bool,
        answer: Answer,
        now: Timestamp,
    ) -> Self {
        let currency = lines[0].product.unit_price.currency;
        let sum = |amount: fn(&OrderLine) -> i64| Money {
            currency,
            minor_units: lines.iter().map(amount).fold(0, i64::saturating_add),
        };
        Self {
            name,
            kind,
            chain,
            attested,
            state: OrderState::Accepted,
            state_reason: String::new(),
            total: sum(|it| it.product.unit_price.minor_units.saturating_mul(it.quantity.into())),
            charge: sum(|it| it.charge.minor_units),
            refund: sum(|it| it.refund.minor_units),
            lines,
            evidence: answer.evidence,
            resource_version: ResourceVersion::first(now),
        }
    }
}

/// An order with its subscriptions, which are cancelled together.
#[derive(Debug, Clone)]
pub struct Placement {
    /// The order.
    pub order: Order,
    /// One for each line, in the order of the lines.
    pub subscriptions: Vec<Subscription>,
}
