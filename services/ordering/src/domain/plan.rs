use jiff::{ToSpan, tz::TimeZone};
use serde::{Deserialize, Serialize};
use types::{Timestamp, text_enum};

use super::Money;

text_enum! {
    /// Duration of a term, after which a subscription renews or ends.
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
        /// A single payment at the start of the term.
        OneTime = "one-time",
    }
}

impl Term {
    /// End of a term that starts at `start`: the same day and time of a later month, or the last
    /// day of that month if it has no such day.
    #[must_use]
    pub fn end(self, start: Timestamp) -> Timestamp {
        let months = match self {
            Self::P1M => 1,
            Self::P1Y => 12,
            Self::P3Y => 36,
        };
        let end = start.to_zoned_datetime(TimeZone::UTC).checked_add(months.months());
        end.map_or(Timestamp::MAX, |end| end.timestamp())
    }
}

impl BillingCycle {
    /// Number of bills in a term.
    #[must_use]
    pub const fn times_in(self, term: Term) -> i64 {
        match (self, term) {
            (Self::Monthly, Term::P1Y) => 12,
            (Self::Monthly, Term::P3Y) => 36,
            (Self::Annual, Term::P3Y) => 3,
            (Self::Monthly, Term::P1M) | (Self::Annual | Self::OneTime, _) => 1,
        }
    }

    /// Whether a term may have this billing cycle.
    #[must_use]
    pub fn fits(self, term: Term) -> bool {
        match self {
            Self::Monthly => true,
            Self::Annual => term != Term::P1M,
            Self::OneTime => term == Term::P3Y,
        }
    }
}

/// A term and billing cycle with its price in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The term.
    pub term: Term,
    /// The billing cycle.
    pub billing_cycle: BillingCycle,
    /// Price of one unit for one billing cycle.
    pub unit_price: Money,
}
