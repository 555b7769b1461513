use std::time::Duration;

use serde::{Deserialize, Serialize};
use types::Timestamp;

use super::proration::{Span, share};

/// How long after a purchase or renewal units may be returned.
pub(super) const WINDOW: Duration = Duration::from_secs(168 * 3600);

/// Units of a subscription that were bought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatBatch {
    /// How many are left of them. Never 0.
    pub quantity: i32,
    /// When they were bought or renewed.
    pub buy_time: Timestamp,
    /// From when they are charged: when they were bought, or taken over.
    pub charge_time: Timestamp,
    /// What is charged for them from then to the end of the term, in minor units.
    pub charge: i64,
}

impl SeatBatch {
    /// Units that are bought now.
    pub(super) const fn bought(quantity: i32, charge: i64, now: Timestamp) -> Self {
        Self { quantity, buy_time: now, charge_time: now, charge }
    }

    /// Until when they may be returned; this moment included.
    #[must_use]
    pub fn return_until(&self) -> Timestamp {
        window_end(self.buy_time)
    }

    /// What is given back for all of them.
    pub(super) fn refund(&self, span: Span, now: Timestamp) -> i64 {
        span.refund(self.charge, self.charge_time, now)
    }

    /// Takes units out, and tells what is given back for them.
    fn take(&mut self, quantity: i32, span: Span, now: Timestamp) -> i64 {
        let charge = share(self.charge, quantity.into(), self.quantity.into());
        self.quantity -= quantity;
        self.charge -= charge;
        Self { quantity, charge, ..*self }.refund(span, now)
    }
}

/// The last moment of the window that opens then.
pub(super) fn window_end(opens: Timestamp) -> Timestamp {
    opens.saturating_add(WINDOW).unwrap_or(Timestamp::MAX)
}

/// Batches that may still be returned, newest first.
pub(super) fn returnable(
    batches: &[SeatBatch],
    now: Timestamp,
) -> impl Iterator<Item = &SeatBatch> + Clone {
    batches.iter().rev().filter(move |batch| now <= batch.return_until())
}

/// Takes units out of the batches that may still be returned, newest first, and tells what is given
/// back for them; nothing where there are not enough.
pub(super) fn take_back(
    batches: &mut Vec<SeatBatch>,
    quantity: i32,
    span: Span,
    now: Timestamp,
) -> Option<i64> {
    let (mut left, mut refund) = (quantity, 0_i64);
    for batch in batches.iter_mut().rev().filter(|batch| now <= batch.return_until()) {
        let taken = left.min(batch.quantity);
        if taken > 0 {
            refund = refund.saturating_add(batch.take(taken, span, now));
            left -= taken;
        }
    }
    batches.retain(|batch| batch.quantity > 0);
    (left == 0).then_some(refund)
}
