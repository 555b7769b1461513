use markets::{Country, Currency};
use serde::{Deserialize, Serialize};
use types::{ResourceVersion, Responsible, StateConflict, Timestamp, text_enum};

use super::{
    Approved, BillingCycle, Denial, Money, OfferName, Plan, ProductFamily, Term, rule::Rule,
};

const STATE: Rule = Rule {
    id: "STATE",
    reason: "OFFER_STATE_CONFLICT",
    source: "lifecycle of the resource",
    code: "",
};

text_enum! {
    /// Where an offer stands.
    pub enum OfferState {
        /// May be ordered.
        Active = "active",
        /// Is no longer sold. Subscriptions of it go on and renew.
        Retired = "retired",
    }
}

/// Where an offer is sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Markets {
    /// To customers of every CSP market.
    Every,
    /// To customers of these countries.
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

/// Something that may be ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Its resource name.
    pub name: OfferName,
    /// What is sold, and how.
    #[serde(flatten)]
    pub terms: OfferTerms,
    /// Where it stands.
    pub state: OfferState,
    /// Why it was retired.
    pub state_reason: String,
    /// How often it changed, and when.
    pub resource_version: ResourceVersion,
}

/// What is sold, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferTerms {
    /// Name to show.
    pub display_name: String,
    /// What kind of product it is.
    pub family: ProductFamily,
    /// Least quantity of a subscription.
    pub min_quantity: i32,
    /// Greatest quantity of a subscription.
    pub max_quantity: i32,
    /// Where it is sold.
    pub markets: Markets,
    /// Whether it is a third party's, sold in the marketplace.
    pub third_party: bool,
    /// Whether each line of it must be attested (ORD-4).
    pub attestation_required: bool,
    /// How it is sold. Each term, billing cycle and currency stands once.
    pub plans: Vec<Plan>,
}

/// Why a line cannot be priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsold {
    /// The offer does not have this term and billing cycle.
    Plan,
    /// It has, but not in this currency.
    Currency,
}

impl Offer {
    /// Records an offer.
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

    /// Changes what is sold from now on. What was bought of it stays as it is.
    pub fn update(self, terms: OfferTerms, now: Timestamp) -> Result<Approved<Self>, Denial> {
        self.on_sale("UpdateOffer")?;
        let (decided_on, resource_version) =
            (self.resource_version.revision, self.resource_version.next(now));
        Ok(Approved::changed("OfferUpdated", decided_on, Self { terms, resource_version, ..self }))
    }

    /// Takes an offer out of sale. What was bought of it stays.
    pub fn retire(self, reason: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        self.on_sale("RetireOffer")?;
        let (decided_on, resource_version) =
            (self.resource_version.revision, self.resource_version.next(now));
        let retired =
            Self { state: OfferState::Retired, state_reason: reason, resource_version, ..self };
        Ok(Approved::changed("OfferRetired", decided_on, retired))
    }

    fn on_sale(&self, call: &str) -> Result<(), Denial> {
        if self.state == OfferState::Active {
            return Ok(());
        }
        let conflict = StateConflict {
            what: "the offer",
            state: self.state.as_str(),
            // Nothing changes an offer after it was retired.
            since: self.resource_version.update_time,
            call,
            reached: call == "RetireOffer",
            legal: &[],
            otherwise: "create an offer under another id with CreateOffer",
        };
        Err(Denial::Refused(vec![STATE.violation(
            &self.name,
            Responsible::Caller,
            conflict.explanation(),
            &conflict.next_step(),
            vec![("offerState", self.state.to_string()), ("stateTime", conflict.since.to_string())],
        )]))
    }

    /// The price under a term, billing cycle and currency.
    pub fn price(
        &self,
        term: Term,
        billing_cycle: BillingCycle,
        currency: Currency,
    ) -> Result<Money, Unsold> {
        let plans = &self.terms.plans;
        let sold = |plan: &&Plan| plan.term == term && plan.billing_cycle == billing_cycle;
        let mut prices = plans.iter().filter(sold).map(|plan| plan.unit_price).peekable();
        prices.peek().ok_or(Unsold::Plan)?;
        prices.find(|price| price.currency == currency).ok_or(Unsold::Currency)
    }
}
