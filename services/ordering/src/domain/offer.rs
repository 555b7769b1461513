use markets::{Country, Currency};
use rules::{Denial, Lifecycle, Move, ProductFamily, Reason, refuse};
use serde::{Deserialize, Serialize};
use types::{ResourceVersion, Timestamp, text_enum};

use super::{Approved, BillingCycle, Money, OfferName, Plan, Term};

text_enum! {
    /// State of an offer.
    pub enum OfferState {
        /// Can be ordered.
        Active = "active",
        /// No longer sold. Its subscriptions continue and renew.
        Retired = "retired",
    }
}

/// The moves of an offer.
pub(super) const LIFECYCLE: Lifecycle<OfferState> = Lifecycle {
    resource: "the offer",
    reason: Reason::OfferStateConflict,
    moves: &[
        Move::new("CreateOffer", &[], &[OfferState::Active]),
        Move::staying("UpdateOffer", &[OfferState::Active]),
        Move::new("RetireOffer", &[OfferState::Active], &[OfferState::Retired]),
    ],
    otherwise: "create an offer under another id with CreateOffer",
};

/// Where an offer is sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Markets {
    /// In every CSP market.
    Every,
    /// To customers in these countries.
    Only(Vec<Country>),
}

impl Markets {
    /// Whether a customer in this country may buy.
    #[must_use]
    pub fn include(&self, country: Country) -> bool {
        match self {
            Self::Every => true,
            Self::Only(countries) => countries.contains(&country),
        }
    }
}

/// A product that can be ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Its resource name.
    pub name: OfferName,
    /// The product, its limits and prices.
    #[serde(flatten)]
    pub terms: OfferTerms,
    /// Its state.
    pub state: OfferState,
    /// Why the offer was retired; empty before.
    pub state_reason: String,
    /// Revision, create time and update time.
    pub resource_version: ResourceVersion,
}

/// The part of an offer that its owner sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferTerms {
    /// Display name.
    pub display_name: String,
    /// Product family under the programme's rules.
    pub family: ProductFamily,
    /// Minimum quantity of a subscription.
    pub min_quantity: i32,
    /// Maximum quantity of a subscription.
    pub max_quantity: i32,
    /// Where it is sold.
    pub markets: Markets,
    /// Whether a third party sells the offer in the marketplace.
    pub third_party: bool,
    /// Whether the seller must attest each order line of this offer (ORD-4).
    pub attestation_required: bool,
    /// Terms and prices. No duplicates of term, billing cycle and currency.
    pub plans: Vec<Plan>,
}

/// Why an offer has no price for a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceError {
    /// The offer has no plan with this term and billing cycle.
    UnknownPlan,
    /// The offer has such a plan, but not in this currency.
    UnknownCurrency,
}

impl Offer {
    /// Creates an offer. `taken` means that its name is in use.
    pub fn create(
        name: OfferName,
        terms: OfferTerms,
        taken: bool,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        if taken {
            return Err(Denial::Exists(name.to_string()));
        }
        let (state, state_reason) = (OfferState::Active, String::new());
        let offer = Self {
            name,
            terms,
            state,
            state_reason,
            resource_version: ResourceVersion::first(now),
        };
        Ok(Approved::created("OfferCreated", offer))
    }

    /// Changes the terms of later orders. Existing subscriptions keep theirs.
    pub fn update(self, terms: OfferTerms, now: Timestamp) -> Result<Approved<Self>, Denial> {
        self.check_state("UpdateOffer")?;
        let (decided_on, resource_version) =
            (self.resource_version.revision, self.resource_version.next(now));
        Ok(Approved::changed("OfferUpdated", decided_on, Self { terms, resource_version, ..self }))
    }

    /// Ends the sale of an offer. Existing subscriptions continue.
    pub fn retire(self, reason: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        self.check_state("RetireOffer")?;
        let (decided_on, resource_version) =
            (self.resource_version.revision, self.resource_version.next(now));
        let retired =
            Self { state: OfferState::Retired, state_reason: reason, resource_version, ..self };
        Ok(Approved::changed("OfferRetired", decided_on, retired))
    }

    fn check_state(&self, call: &str) -> Result<(), Denial> {
        // A retired offer never changes.
        let since = self.resource_version.update_time;
        refuse([LIFECYCLE.check::<String>(&self.name, self.state, since, call)])
    }

    /// Unit price for a term, billing cycle and currency.
    pub fn price(
        &self,
        term: Term,
        billing_cycle: BillingCycle,
        currency: Currency,
    ) -> Result<Money, PriceError> {
        let plans = &self.terms.plans;
        let sold = |plan: &&Plan| plan.term == term && plan.billing_cycle == billing_cycle;
        let mut prices = plans.iter().filter(sold).map(|plan| plan.unit_price).peekable();
        prices.peek().ok_or(PriceError::UnknownPlan)?;
        prices.find(|price| price.currency == currency).ok_or(PriceError::UnknownCurrency)
    }
}
