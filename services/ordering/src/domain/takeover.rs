//! How a transfer begins and ends. To the target it is a sale, at the prices and for the rest of the
//! terms that the subscriptions have.

use kernel::{OrderName, Responsible, SubscriptionName, Timestamp, TransferName, Violation};
use markets::Country;

use super::{
    Answer, Changes, Denial, Money, NewTransfer, Order, OrderKind, OrderLine, Product, Purpose,
    Question, SeatBatch, Subscription, SubscriptionState, Transfer, TransferItem, TransferState,
    rule::Rule,
};

const STATE: Rule = Rule {
    id: "STATE",
    reason: "TRANSFER_STATE_CONFLICT",
    source: "Partner Center API: error codes, 900102",
    code: "409/900102",
};
const TWO_PARTNERS: Rule = Rule {
    id: "TRF-1",
    reason: "TRANSFER_TO_SOURCE",
    source: "Partner Center API: error codes, 900148",
    code: "900148",
};
const ITEMS: Rule = Rule {
    id: "TRF-2",
    reason: "TRANSFER_ITEM_NOT_OF_SOURCE",
    source: "Partner Center API: transfer resources",
    code: "",
};
const ONE_TRANSFER: Rule = Rule {
    id: "TRF-3",
    reason: "TRANSFER_RUNNING",
    source: "Partner Center API: error codes, 900101",
    code: "409/900101",
};
const CURRENCY: Rule = Rule {
    id: "TRF-4",
    reason: "TRANSFER_CURRENCY_DIFFERS",
    source: "Partner Center: regional authorization, billing currency",
    code: "",
};

/// What a transfer is held against: its subscriptions as they are now, in the order of the items.
#[derive(Debug)]
pub struct Held {
    /// The subscriptions.
    pub subscriptions: Vec<Subscription>,
    /// Other open transfers of them.
    pub running: Vec<Transfer>,
}

impl NewTransfer {
    /// What relationship is to be asked.
    #[must_use]
    pub fn question(&self, held: &Held) -> Question {
        let ids = self.items.iter().map(|(_, partner_id)| partner_id.clone());
        question(self.chain, ids, held, self.attested)
    }

    /// Begins a transfer, if nothing stands against it. What relationship says now is advice: it is
    /// asked again when the source approves.
    pub fn begin(
        self,
        held: &Held,
        answer: Answer,
        name: TransferName,
        changes: &mut Changes,
        now: Timestamp,
    ) -> Result<(), Denial> {
        let transfer = Transfer::of(&self, name, now);
        answer.allow(transfer.against(held, &answer, now))?;
        for overdue in held.running.iter().filter(|it| it.overdue(now)) {
            let stamp = overdue.stamp.next(now);
            let expired = Transfer { stamp, ..overdue.clone().seen_at(now) };
            changes.transfer("TransferExpired", expired);
        }
        changes.transfer("TransferBegun", transfer);
        Ok(())
    }
}

fn question(
    chain: super::Chain,
    ids: impl Iterator<Item = Option<kernel::LocationAccountId>>,
    held: &Held,
    attested: bool,
) -> Question {
    let lines = held.subscriptions.iter().zip(ids);
    let lines = lines.map(|(it, partner_id)| (it.product.family, partner_id)).collect();
    Question { chain, purpose: Purpose::TransferIn, lines, attested }
}

impl Transfer {
    /// What relationship is to be asked before it is completed.
    #[must_use]
    pub fn question(&self, held: &Held) -> Question {
        let ids = self.items.iter().map(|item| item.partner_id.clone());
        question(self.chain, ids, held, self.attested)
    }

    /// Whether it can still be answered.
    pub fn may_end(&self, now: Timestamp) -> Result<(), Denial> {
        let state = self.clone().seen_at(now).state;
        if state == TransferState::Pending {
            return Ok(());
        }
        Err(Denial::Refused(vec![STATE.violation(
            self.name,
            Responsible::Caller,
            format!("the transfer is {state}, which is final"),
            "begin a new transfer where one is wanted",
            vec![
                ("transferState", state.to_string()),
                ("legalMoves", String::new()),
                ("expireTime", self.expire_time.to_string()),
            ],
        )]))
    }

    /// Ends it without a change of anything else.
    pub fn end(self, state: TransferState, why: String, now: Timestamp) -> Result<Changes, Denial> {
        self.may_end(now)?;
        let event = match state {
            TransferState::Rejected => "TransferRejected",
            _ => "TransferWithdrawn",
        };
        let stamp = self.stamp.next(now);
        let ended = Self { state, state_time: now, state_reason: why, stamp, ..self };
        let mut changes = Changes::default();
        changes.transfer(event, ended);
        Ok(changes)
    }

    /// Completes it as the source approves: the subscriptions end, and go on under new names.
    /// `names` are those of the new subscriptions.
    pub fn complete(
        mut self,
        held: Held,
        answer: Answer,
        (order, names): (OrderName, Vec<SubscriptionName>),
        changes: &mut Changes,
        now: Timestamp,
    ) -> Result<(), Denial> {
        self.may_end(now)?;
        answer.allow(self.against(&held, &answer, now))?;
        let mut lines = Vec::new();
        let mut taken = Vec::new();
        for ((item, from), name) in self.items.iter_mut().zip(held.subscriptions).zip(names) {
            let credit = Money { minor_units: from.refund(now), ..from.product.unit_price };
            let to = from.taken_over(self.chain, item, order, name, now);
            (item.transferred_to, item.credit) = (Some(name), Some(credit));
            let charge = to.batches.iter().map(|it| it.charge).fold(0, i64::saturating_add);
            lines.push(OrderLine::of(to.product.clone(), to.quantity(), name).charging(charge));
            changes.subscription("SubscriptionTransferred", from.given_up(name, now));
            taken.push(to);
        }
        for to in taken {
            changes.subscription("SubscriptionCreated", to);
        }
        let (kind, chain) = (OrderKind::TransferIn, self.chain);
        let by = Order::accepted(order, kind, chain, lines, self.attested, answer, now);
        changes.order("OrderAccepted", by);
        let (state, stamp) = (TransferState::Complete, self.stamp.next(now));
        let complete = Self { state, state_time: now, order: Some(order), stamp, ..self };
        changes.transfer("TransferCompleted", complete);
        Ok(())
    }

    /// What stands against it besides the rules that relationship applies.
    fn against(&self, held: &Held, answer: &Answer, now: Timestamp) -> Vec<Violation> {
        let found = [
            self.to_itself(),
            self.not_of_source(held),
            self.running(held, now),
            self.other_currency(held, answer.seller_country),
        ];
        found.into_iter().flatten().collect()
    }

    /// TRF-1: source and target are two partners.
    fn to_itself(&self) -> Option<Violation> {
        (self.source == self.chain.seller).then(|| {
            TWO_PARTNERS.violation(
                self.source,
                Responsible::Caller,
                "source and target are one partner".to_owned(),
                "name the partner that takes over as target",
                vec![("source", self.source.to_string())],
            )
        })
    }

    /// TRF-2: the subscriptions run, and are those of the source for the customer.
    fn not_of_source(&self, held: &Held) -> Option<Violation> {
        let of_source = |it: &&Subscription| {
            let ours = it.chain.seller == self.source && it.chain.customer == self.chain.customer;
            !(ours && it.runs())
        };
        let wrong = held.subscriptions.iter().filter(of_source);
        let wrong: Vec<_> = wrong.map(|it| format!("{} ({})", it.name, it.state)).collect();
        let wrong = wrong.join(", ");
        (!wrong.is_empty()).then(|| {
            ITEMS.violation(
                self.source,
                Responsible::Caller,
                format!(
                    "these do not run, or the source did not sell them to the customer: {wrong}"
                ),
                "name subscriptions that the source sells to the customer, and that run",
                vec![("wrongSubscriptions", wrong)],
            )
        })
    }

    /// TRF-3: a subscription is in one open transfer.
    fn running(&self, held: &Held, now: Timestamp) -> Option<Violation> {
        let other = |it: &&Transfer| it.name != self.name && !it.overdue(now);
        let running: Vec<_> =
            held.running.iter().filter(other).map(|it| it.name.to_string()).collect();
        let running = running.join(", ");
        (!running.is_empty()).then(|| {
            ONE_TRANSFER.violation(
                self.chain.customer,
                Responsible::Caller,
                format!("subscriptions are in open transfers already: {running}"),
                "wait until those are answered, or have their targets withdraw them",
                vec![("runningTransfers", running)],
            )
        })
    }

    /// TRF-4: prices go on, so they are in the currency of the target's location.
    fn other_currency(&self, held: &Held, target: Option<Country>) -> Option<Violation> {
        let expected = target.map(Country::currency);
        let currency = |it: &Subscription| it.product.unit_price.currency;
        let wrong = held.subscriptions.iter().find(|it| Some(currency(it)) != expected)?;
        let expected = expected.map_or("unknown".to_owned(), |it| it.to_string());
        Some(CURRENCY.violation(
            self.chain.seller,
            Responsible::Caller,
            format!(
                "{} is priced in {}, the target is billed in {expected}",
                wrong.name,
                currency(wrong)
            ),
            "place an order in the target's currency instead",
            vec![("targetCurrency", expected), ("currency", currency(wrong).to_string())],
        ))
    }
}

impl Subscription {
    /// The subscription of the target: the same units for the rest of the term, in their windows.
    fn taken_over(
        &self,
        chain: super::Chain,
        item: &TransferItem,
        order: OrderName,
        name: SubscriptionName,
        now: Timestamp,
    ) -> Self {
        let product = Product { partner_id: item.partner_id.clone(), ..self.product.clone() };
        let batches = self.batches.iter().map(|batch| {
            let whole = product.amount(batch.quantity).unwrap_or(i64::MAX);
            SeatBatch { charge: self.span().charge(whole, now), charge_time: now, ..*batch }
        });
        Self {
            name,
            order,
            chain,
            batches: batches.collect(),
            product,
            transferred_from: Some(self.name),
            stamp: kernel::Stamp::first(now),
            ..self.clone()
        }
    }

    /// The subscription of the source.
    fn given_up(mut self, to: SubscriptionName, now: Timestamp) -> Self {
        self.enter(SubscriptionState::Transferred, "taken over by another partner", now);
        Self { transferred_to: Some(to), stamp: self.stamp.next(now), ..self }
    }
}
