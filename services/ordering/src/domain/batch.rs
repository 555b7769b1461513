use std::time::Duration;

use serde::{Deserialize, Serialize};
use types::Timestamp;

use super::proration::{Span, prorate_up};

/// Units may be returned for this long after their purchase or renewal.
pub(super) const WINDOW: Duration = Duration::from_secs(168 * 3600);

/// Units of a subscription that were bought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatBatch {
    /// Units that were not returned. Never 0.
    pub quantity: i32,
    /// When the units were bought or renewed.
    pub buy_time: Timestamp,
    /// Start of the charge: the time of purchase, renewal or transfer.
    pub charge_time: Timestamp,
    /// Charge from `charge_time` to the end of the term, in minor units.
    pub charge: i64,
}

impl SeatBatch {
    pub(super) const fn bought(quantity: i32, charge: i64, now: Timestamp) -> Self {
        Self { quantity, buy_time: now, charge_time: now, charge }
    }

    /// Last moment at which the units may be returned.
    #[must_use]
    pub fn return_until(&self) -> Timestamp {
        window_end(self.buy_time)
    }

    /// Refund for all units.
    pub(super) fn refund(&self, span: Span, now: Timestamp) -> i64 {
        span.refund(self.charge, self.charge_time, now)
    }

    /// Removes units and returns their refund.
    fn remove(&mut self, quantity: i32, span: Span, now: Timestamp) -> i64 {
        let charge = prorate_up(self.charge, quantity.into(), self.quantity.into());
        self.quantity -= quantity;
        self.charge -= charge;
        Self { quantity, charge, ..*self }.refund(span, now)
    }
}

/// Last moment of the window that starts at `start`.
pub(super) fn window_end(start: Timestamp) -> Timestamp {
    start.saturating_add(WINDOW).unwrap_or(Timestamp::MAX)
}

/// Batches whose window is open, newest first.
pub(super) fn returnable(
    batches: &[SeatBatch],
    now: Timestamp,
) -> impl Iterator<Item = &SeatBatch> + Clone {
    batches.iter().rev().filter(move |batch| now <= batch.return_until())
}

/// Removes units from the batches whose window is open, newest first, and returns their refund;
/// `None` if there are too few.
pub(super) fn return_units(
    batches: &mut Vec<SeatBatch>,
    quantity: i32,
    span: Span,
    now: Timestamp,
) -> Option<i64> {
    let (mut left, mut refund) = (quantity, 0_i64);
    for batch in batches.iter_mut().rev().filter(|batch| now <= batch.return_until()) {
        let taken = left.min(batch.quantity);
        if taken > 0 {
            refund = refund.saturating_add(batch.remove(taken, span, now));
            left -= taken;
        }
    }
    batches.retain(|batch| batch.quantity > 0);
    (left == 0).then_some(refund)
}
