use std::{fmt, str::FromStr};

use kernel::{NameError, Stamp, Timestamp, text_enum};
use serde::{Deserialize, Serialize};

use super::{Approved, Denial, Money};

text_enum! {
    /// How long a subscription runs before it renews or ends.
    pub enum Term {
        /// One month.
        P1M = "P1M",
        /// One year.
        P1Y = "P1Y",
        /// Three years.
        P3Y = "P3Y",
    }
}

text_enum! {
    /// How often a term is billed.
    pub enum BillingCycle {
        /// Every month.
        Monthly = "monthly",
        /// Every year.
        Annual = "annual",
        /// Once, at the start of the term.
        OneTime = "one-time",
    }
}

text_enum! {
    /// What kind of product an offer is to the programme's rules.
    pub enum ProductFamily {
        /// Microsoft 365 and Office 365.
        Microsoft365 = "microsoft-365",
        /// Dynamics 365 and Power Platform.
        Dynamics365 = "dynamics-365",
        /// Azure for customers.
        Azure = "azure",
        /// Azure for a partner's own use.
        AzureSharedServices = "azure-shared-services",
        /// Software subscriptions and perpetual licences.
        Software = "software",
    }
}

impl BillingCycle {
    /// Whether a term may be billed this way.
    #[must_use]
    pub fn fits(self, term: Term) -> bool {
        match self {
            Self::Monthly => true,
            Self::Annual => term != Term::P1M,
            Self::OneTime => term == Term::P3Y,
        }
    }
}

/// Name of an offer, `offers/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfferName(String);

impl OfferName {
    /// The name of the offer with this id: 1 to 63 lower-case letters, digits and hyphens.
    ///
    /// # Errors
    /// Any other text.
    pub fn new(id: &str) -> Result<Self, NameError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let valid = (1..=63).contains(&id.len()) && id.bytes().all(plain);
        valid.then(|| Self(id.to_owned())).ok_or(NameError::Pattern(
            "offers/{id}, the id of 1 to 63 lower-case letters, digits and hyphens",
        ))
    }
}

impl fmt::Display for OfferName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offers/{}", self.0)
    }
}

impl FromStr for OfferName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text.strip_prefix("offers/").unwrap_or_default())
    }
}

kernel::serde_as_text!(OfferName);

/// Something that may be ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Its resource name.
    pub name: OfferName,
    /// Name to show.
    pub display_name: String,
    /// What kind of product it is.
    pub family: ProductFamily,
    /// Least quantity on a line.
    pub min_quantity: i32,
    /// Greatest quantity on a line.
    pub max_quantity: i32,
    /// How it is sold, all in one currency.
    pub plans: Vec<Plan>,
    /// How often it changed, and when.
    pub stamp: Stamp,
}

/// A term and billing cycle with its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The term.
    pub term: Term,
    /// The billing cycle.
    pub billing_cycle: BillingCycle,
    /// Price of one unit for one billing cycle.
    pub unit_price: Money,
}

/// An offer to be recorded.
#[derive(Debug, Clone)]
pub struct NewOffer {
    /// Its resource name.
    pub name: OfferName,
    /// Name to show.
    pub display_name: String,
    /// What kind of product it is.
    pub family: ProductFamily,
    /// Least quantity on a line.
    pub min_quantity: i32,
    /// Greatest quantity on a line.
    pub max_quantity: i32,
    /// How it is sold.
    pub plans: Vec<Plan>,
}

impl Offer {
    /// Records an offer.
    pub fn create(new: NewOffer, taken: bool, now: Timestamp) -> Result<Approved<Self>, Denial> {
        if taken {
            return Err(Denial::Exists(new.name.to_string()));
        }
        let offer = Self {
            name: new.name,
            display_name: new.display_name,
            family: new.family,
            min_quantity: new.min_quantity,
            max_quantity: new.max_quantity,
            plans: new.plans,
            stamp: Stamp::first(now),
        };
        Ok(Approved::created("OfferCreated", offer))
    }

    /// The price under a term and billing cycle, if it is sold that way.
    #[must_use]
    pub fn price(&self, term: Term, billing_cycle: BillingCycle) -> Option<Money> {
        let sold = |plan: &&Plan| plan.term == term && plan.billing_cycle == billing_cycle;
        self.plans.iter().find(sold).map(|plan| plan.unit_price)
    }
}
