//! How a transfer begins and ends. To the target it is a sale, at the prices and for the rest of the
//! terms that the subscriptions have.

use std::collections::BTreeMap;

use types::{OrderName, SubscriptionName, Timestamp, TransferName};

use super::{
    Answer, Approved, Changes, Denial, Money, NewTransfer, Offer, OfferName, OnRecord, Order,
    OrderKind, OrderLine, Product, Purpose, Question, SeatBatch, Subscription, SubscriptionState,
    Transfer, TransferItem, TransferState,
};

/// What a transfer is held against: its subscriptions as they are now, in the order of the items.
#[derive(Debug)]
pub struct TransferFacts {
    /// The subscriptions.
    pub subscriptions: Vec<Subscription>,
    /// What they are of.
    pub offers: BTreeMap<OfferName, Offer>,
    /// Other open transfers of them.
    pub running: Vec<Transfer>,
}

impl TransferFacts {
    /// The offer of each subscription, as far as it is known.
    pub(super) fn of(&self) -> impl Iterator<Item = Option<&Offer>> {
        self.subscriptions.iter().map(|it| self.offers.get(&it.product.offer))
    }
}

impl NewTransfer {
    /// What relationship is to be asked.
    #[must_use]
    pub fn question(&self, held: &TransferFacts) -> Question {
        let on_record = self.items.iter().map(|(_, on_record)| on_record.clone());
        question(self.chain, on_record, held, self.attested)
    }

    /// Begins a transfer, if nothing stands against it. What relationship says now is advice: it is
    /// asked again when the source approves.
    pub fn begin(
        self,
        held: &TransferFacts,
        answer: Answer,
        name: TransferName,
        now: Timestamp,
    ) -> Result<Changes, Denial> {
        let transfer = Transfer::of(&self, name, now);
        answer.allow(transfer.against(held, &answer, now))?;
        let mut changes = Changes::default();
        for overdue in held.running.iter().filter(|it| it.overdue(now)) {
            let resource_version = overdue.resource_version.next(now);
            let expired = Transfer { resource_version, ..overdue.clone().effective_at(now) };
            changes.transfer(expired.state.event(), expired);
        }
        changes.transfer(transfer.state.event(), transfer);
        Ok(changes)
    }
}

fn question(
    chain: super::SalesChain,
    on_record: impl Iterator<Item = OnRecord>,
    held: &TransferFacts,
    attested: bool,
) -> Question {
    let lines = held.subscriptions.iter().zip(on_record);
    let lines = lines.map(|(it, on_record)| (it.product.family, on_record)).collect();
    Question { chain, purpose: Purpose::TransferIn, lines, attested }
}

impl Transfer {
    /// What relationship is to be asked before it is completed.
    #[must_use]
    pub fn question(&self, held: &TransferFacts) -> Question {
        let on_record = self.items.iter().map(|item| item.on_record.clone());
        question(self.chain, on_record, held, self.attested)
    }

    /// Ends it without a change of anything else.
    pub fn end(
        self,
        state: TransferState,
        reason: String,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        self.may_become(state)?;
        let (decided_on, resource_version) =
            (self.resource_version.revision, self.resource_version.next(now));
        let ended = Self { state, state_time: now, state_reason: reason, resource_version, ..self };
        Ok(Approved::changed(state.event(), decided_on, ended))
    }

    /// Completes it as the source approves: the subscriptions end, and go on under new names.
    /// `names` are those of the new subscriptions.
    pub fn complete(
        mut self,
        held: TransferFacts,
        answer: Answer,
        (order, names): (OrderName, Vec<SubscriptionName>),
        now: Timestamp,
    ) -> Result<Changes, Denial> {
        self.may_become(TransferState::Complete)?;
        answer.allow(self.against(&held, &answer, now))?;
        let mut changes = Changes::default();
        held.of().flatten().for_each(|offer| changes.sold_by(offer));
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
        let (state, resource_version) = (TransferState::Complete, self.resource_version.next(now));
        let complete =
            Self { state, state_time: now, order: Some(order), resource_version, ..self };
        changes.transfer(state.event(), complete);
        Ok(changes)
    }
}

impl Subscription {
    /// The subscription of the target: the same units for the rest of the term, in their windows.
    fn taken_over(
        &self,
        chain: super::SalesChain,
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

    /// The subscription of the source.
    fn given_up(mut self, to: SubscriptionName, now: Timestamp) -> Self {
        self.enter(SubscriptionState::Transferred, "taken over by another partner", now);
        Self { transferred_to: Some(to), resource_version: self.resource_version.next(now), ..self }
    }
}
