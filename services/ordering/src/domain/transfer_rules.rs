//! Ordering's own rules for a transfer.

use markets::Country;
use rules::{Denial, Lifecycle, Move, Reason, Responsible, Violation, refuse};
use types::Timestamp;

use super::{Answer, Subscription, Transfer, TransferFacts, TransferState, sale::outside_market};

/// The moves of a transfer.
pub(super) const LIFECYCLE: Lifecycle<TransferState> = {
    use TransferState::{Complete, Expired, Pending, Rejected, Withdrawn};
    Lifecycle {
        resource: "the transfer",
        reason: Reason::TransferStateConflict,
        moves: &[
            Move::new("CreateTransfer", &[], &[Pending]),
            Move::new("ApproveTransfer", &[Pending], &[Complete]),
            Move::new("RejectTransfer", &[Pending], &[Rejected]),
            Move::new("WithdrawTransfer", &[Pending], &[Withdrawn]),
            Move::effect("30 days", &[Pending], &[Expired]),
        ],
        otherwise: "create a new transfer with CreateTransfer",
    }
};

impl Transfer {
    /// Checks that the state of a transfer, as it is in effect now, allows a call.
    pub fn check_state(&self, call: &str) -> Result<(), Denial> {
        refuse([LIFECYCLE.check::<String>(self.name, self.state, self.state_time, call)])
    }

    /// Violations of ordering's own rules, in order of precedence.
    pub(super) fn violations(
        &self,
        facts: &TransferFacts,
        answer: &Answer,
        now: Timestamp,
    ) -> Vec<Violation> {
        let found = [
            outside_market(self.chain, answer, facts.item_offers()),
            self.to_itself(),
            self.not_of_source(facts),
            self.already_pending(facts, now),
            self.other_currency(facts, answer.seller_country),
            self.of_marketplace(facts),
        ];
        found.into_iter().flatten().collect()
    }

    /// TRF-1: source and target are two partners.
    fn to_itself(&self) -> Option<Violation> {
        (self.source == self.chain.seller).then(|| {
            Reason::TransferToSource.violation(
                self.source,
                Responsible::Caller,
                "source and target are the same partner".to_owned(),
                "name the partner that receives the subscriptions as target",
                vec![("source", self.source.to_string())],
            )
        })
    }

    /// TRF-2: the subscriptions run, and the source sells them to the customer.
    fn not_of_source(&self, facts: &TransferFacts) -> Option<Violation> {
        let is_wrong = |it: &&Subscription| {
            let sold = it.chain.seller == self.source && it.chain.customer == self.chain.customer;
            !(sold && it.runs())
        };
        let wrong = facts.subscriptions.iter().filter(is_wrong);
        let wrong: Vec<_> = wrong.map(|it| format!("{} ({})", it.name, it.state)).collect();
        let wrong = wrong.join(", ");
        (!wrong.is_empty()).then(|| {
            Reason::TransferItemNotOfSource.violation(
                self.source,
                Responsible::Caller,
                format!(
                    "subscriptions have ended, or the source did not sell them to the customer: {wrong}"
                ),
                "name running subscriptions that the source sells to the customer",
                vec![("wrongSubscriptions", wrong)],
            )
        })
    }

    /// TRF-3: a subscription is in at most one pending transfer.
    fn already_pending(&self, facts: &TransferFacts, now: Timestamp) -> Option<Violation> {
        let other = |it: &&Transfer| it.name != self.name && !it.overdue(now);
        let running: Vec<_> =
            facts.pending.iter().filter(other).map(|it| it.name.to_string()).collect();
        let running = running.join(", ");
        (!running.is_empty()).then(|| {
            Reason::TransferRunning.violation(
                self.chain.customer,
                Responsible::Caller,
                format!("subscriptions are in pending transfers already: {running}"),
                "wait for the decision of the source, or let the target withdraw those transfers",
                vec![("runningTransfers", running)],
            )
        })
    }

    /// TRF-4: prices stay, so they must be in the currency of the target's location.
    fn other_currency(&self, facts: &TransferFacts, target: Option<Country>) -> Option<Violation> {
        let expected = target.map(Country::currency);
        let currency = |it: &Subscription| it.product.unit_price.currency;
        let wrong = facts.subscriptions.iter().find(|it| Some(currency(it)) != expected)?;
        let expected = expected.map_or("unknown".to_owned(), |it| it.to_string());
        Some(Reason::TransferCurrencyDiffers.violation(
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

    /// TRF-5: marketplace offers of third parties cannot be transferred. An unknown offer counts as one.
    fn of_marketplace(&self, facts: &TransferFacts) -> Option<Violation> {
        let third_party = facts.subscriptions.iter().zip(facts.item_offers());
        let third_party =
            third_party.filter(|(_, offer)| offer.is_none_or(|it| it.terms.third_party));
        let named: Vec<_> = third_party.map(|(it, _)| it.name.to_string()).collect();
        let named = named.join(", ");
        (!named.is_empty()).then(|| {
            Reason::TransferOfMarketplaceOffer.violation(
                self.chain.customer,
                Responsible::Caller,
                format!("subscriptions of third-party offers cannot be transferred: {named}"),
                "remove them from the transfer, and place a new order for their offers",
                vec![("marketplaceSubscriptions", named)],
            )
        })
    }
}
