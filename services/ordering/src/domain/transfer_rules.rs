//! Ordering's own rules for a transfer.

use markets::Country;
use types::{Responsible, StateConflict, Timestamp, Violation};

use super::{
    Answer, Denial, Subscription, Transfer, TransferFacts, TransferState, rule::Rule,
    sale::outside_market,
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
const MARKETPLACE: Rule = Rule {
    id: "TRF-5",
    reason: "TRANSFER_OF_MARKETPLACE_OFFER",
    source: "Partner Center API: error codes, 900146",
    code: "900146",
};

impl Transfer {
    /// Checks that a transfer, as it is in effect now, can still end in this state.
    pub fn may_become(&self, requested: TransferState) -> Result<(), Denial> {
        let Self { state, state_time, .. } = *self;
        if state == TransferState::Pending {
            return Ok(());
        }
        let conflict = StateConflict {
            what: "the transfer",
            state: state.as_str(),
            since: state_time,
            call: requested.method().unwrap_or("this call"),
            reached: state == requested,
            legal: &[],
            otherwise: "create a new transfer with CreateTransfer",
        };
        Err(Denial::Refused(vec![STATE.violation(
            self.name,
            Responsible::Caller,
            conflict.explanation(),
            &conflict.next_step(),
            vec![
                ("transferState", state.to_string()),
                ("stateTime", state_time.to_string()),
                ("legalMoves", String::new()),
                ("expireTime", self.expire_time.to_string()),
            ],
        )]))
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
            TWO_PARTNERS.violation(
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
            ITEMS.violation(
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
            ONE_TRANSFER.violation(
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

    /// TRF-5: marketplace offers of third parties cannot be transferred. An unknown offer counts as one.
    fn of_marketplace(&self, facts: &TransferFacts) -> Option<Violation> {
        let third_party = facts.subscriptions.iter().zip(facts.item_offers());
        let third_party =
            third_party.filter(|(_, offer)| offer.is_none_or(|it| it.terms.third_party));
        let named: Vec<_> = third_party.map(|(it, _)| it.name.to_string()).collect();
        let named = named.join(", ");
        (!named.is_empty()).then(|| {
            MARKETPLACE.violation(
                self.chain.customer,
                Responsible::Caller,
                format!("subscriptions of third-party offers cannot be transferred: {named}"),
                "remove them from the transfer, and place a new order for their offers",
                vec![("marketplaceSubscriptions", named)],
            )
        })
    }
}
