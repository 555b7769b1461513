//! Begins, completes and ends a transfer. For the target it is a sale, at the prices and for the
//! rest of the terms of the subscriptions.

use std::collections::BTreeMap;

use rules::{Denial, Line, OnRecord, Purpose, SalesChain, Transaction};
use types::{OrderName, SubscriptionName, Timestamp, TransferName};

use super::{
    Answer, Approved, Changes, Money, NewTransfer, Offer, OfferName, Order, OrderKind, OrderLine,
    Product, SeatBatch, Subscription, SubscriptionState, Transfer, TransferItem, TransferState,
};

/// What a transfer is decided on, after all that is due.
#[derive(Debug)]
pub struct TransferFacts {
    /// The subscriptions, in the order of the items.
    pub subscriptions: Vec<Subscription>,
    /// Their offers.
    pub offers: BTreeMap<OfferName, Offer>,
    /// Transfers of the subscriptions that are stored as pending.
    pub pending: Vec<Transfer>,
}

impl TransferFacts {
    /// The offer of each subscription; `None` if it does not exist.
    pub(super) fn item_offers(&self) -> impl Iterator<Item = Option<&Offer>> {
        self.subscriptions.iter().map(|it| self.offers.get(&it.product.offer))
    }
}

impl NewTransfer {
    /// The question for relationship.
    #[must_use]
    pub fn question(&self, facts: &TransferFacts) -> Transaction {
        let on_record = self.items.iter().map(|(_, on_record)| on_record.clone());
        question(self.chain, on_record, facts, self.attested)
    }

    /// Begins a transfer unless a rule is violated. The decision is preliminary: relationship decides
    /// again when the source approves.
    pub fn begin(
        self,
        facts: &TransferFacts,
        answer: Answer,
        name: TransferName,
        now: Timestamp,
    ) -> Result<Changes, Denial> {
        let transfer = Transfer::of(&self, name, now);
        answer.allow(transfer.violations(facts, &answer, now))?;
        let mut changes = Changes::default();
        for overdue in facts.pending.iter().filter(|it| it.overdue(now)) {
            let resource_version = overdue.resource_version.next(now);
            let expired = Transfer { resource_version, ..overdue.clone().effective_at(now) };
            changes.transfer(expired.state.event(), expired);
        }
        changes.transfer(transfer.state.event(), transfer);
        Ok(changes)
    }
}

fn question(
    chain: SalesChain,
    on_record: impl Iterator<Item = OnRecord>,
    facts: &TransferFacts,
    attested: bool,
) -> Transaction {
    let lines = facts.subscriptions.iter().zip(on_record);
    let lines =
        lines.map(|(it, on_record)| Line { family: it.product.family, on_record }).collect();
    Transaction { chain, purpose: Purpose::TransferIn, lines, attested }
}

impl Transfer {
    /// The question for relationship before the transfer is completed.
    #[must_use]
    pub fn question(&self, facts: &TransferFacts) -> Transaction {
        let on_record = self.items.iter().map(|item| item.on_record.clone());
        question(self.chain, on_record, facts, self.attested)
    }

    /// The source rejects the transfer.
    pub fn reject(self, reason: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        self.end("RejectTransfer", TransferState::Rejected, reason, now)
    }

    /// The target withdraws the transfer.
    pub fn withdraw(self, reason: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        self.end("WithdrawTransfer", TransferState::Withdrawn, reason, now)
    }

    fn end(
        self,
        call: &str,
        state: TransferState,
        reason: String,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        self.check_state(call)?;
        let (decided_on, resource_version) =
            (self.resource_version.revision, self.resource_version.next(now));
        let ended = Self { state, state_time: now, state_reason: reason, resource_version, ..self };
        Ok(Approved::changed(state.event(), decided_on, ended))
    }

    /// Completes the transfer: the subscriptions of the source end, and those of the target start
    /// under `names`.
    pub fn complete(
        mut self,
        facts: TransferFacts,
        answer: Answer,
        (order, names): (OrderName, Vec<SubscriptionName>),
        now: Timestamp,
    ) -> Result<Changes, Denial> {
        self.check_state("ApproveTransfer")?;
        answer.allow(self.violations(&facts, &answer, now))?;
        let mut changes = Changes::default();
        facts.item_offers().flatten().for_each(|offer| changes.require_offer(offer));
        let mut lines = Vec::new();
        let mut created = Vec::new();
        for ((item, from), name) in self.items.iter_mut().zip(facts.subscriptions).zip(names) {
            let credit = Money { minor_units: from.refund(now), ..from.product.unit_price };
            let to = from.transferred_in(self.chain, item, order, name, now);
            (item.transferred_to, item.credit) = (Some(name), Some(credit));
            let charge = to.batches.iter().map(|it| it.charge).fold(0, i64::saturating_add);
            lines.push(OrderLine::of(to.product.clone(), to.quantity(), name).charging(charge));
            changes.subscription("SubscriptionTransferred", from.transferred_out(name, now));
            created.push(to);
        }
        for to in created {
            changes.subscription("SubscriptionCreated", to);
        }
        let (kind, chain) = (OrderKind::TransferIn, self.chain);
        let by = Order::accepted(order, kind, chain, lines, self.attested, answer, now);
        changes.order("OrderAccepted", by);
        let (state, resource_version) = (TransferState::Complete, self.resource_version.next(now));
        let complete =
            Self { state, state_time: now, order: Some(order), resource_version, ..self };
        changes.transfer(state.event(), complete);
        Ok(changes)
    }
}

impl Subscription {
    /// The subscription of the target: the same units and return windows, for the rest of the term.
    fn transferred_in(
        &self,
        chain: SalesChain,
        item: &TransferItem,
        order: OrderName,
        name: SubscriptionName,
        now: Timestamp,
    ) -> Self {
        let product = Product { on_record: item.on_record.clone(), ..self.product.clone() };
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
            resource_version: types::ResourceVersion::first(now),
            ..self.clone()
        }
    }

    /// The ended subscription of the source.
    fn transferred_out(mut self, to: SubscriptionName, now: Timestamp) -> Self {
        self.enter(SubscriptionState::Transferred, "transferred to another partner", now);
        Self { transferred_to: Some(to), resource_version: self.resource_version.next(now), ..self }
    }
}
