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
    /// The sum; `None` on overflow.
    #[must_use]
    pub fn add(self, minor_units: i64) -> Option<Self> {
        let minor_units = self.minor_units.checked_add(minor_units)?;
        Some(Self { minor_units, ..self })
    }
}
