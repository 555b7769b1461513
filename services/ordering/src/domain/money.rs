use markets::Currency;
use serde::{Deserialize, Serialize};

/// An amount in whole minor units of a currency: cents for EUR, yen for JPY.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// The currency.
    pub currency: Currency,
    /// The amount.
    pub minor_units: i64,
}

impl Money {
    /// The price of several units; `None` beyond what 64 bits hold.
    #[must_use]
    pub fn times(self, quantity: i32) -> Option<Self> {
        let minor_units = self.minor_units.checked_mul(i64::from(quantity))?;
        Some(Self { minor_units, ..self })
    }

    /// The sum; `None` for two currencies, or beyond what 64 bits hold.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let minor_units = self.minor_units.checked_add(other.minor_units)?;
        (self.currency == other.currency).then_some(Self { minor_units, ..self })
    }
}
