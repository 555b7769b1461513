//! Price of a part of a term. Amounts are whole minor units and are rounded in favour of the
//! customer: charges down, refunds up. Days are counted in 24 hours from the start of the term. The
//! current day is charged on purchase and refunded on return, so units that are bought and returned
//! on the same day cost nothing.

use types::Timestamp;

const DAY: i64 = 24 * 3600;

/// A term of a subscription.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Start of the term.
    pub start: Timestamp,
    /// End of the term.
    pub end: Timestamp,
}

impl Span {
    /// Days that have not ended at `at`: all at the start, 0 at the end.
    pub(super) fn days_left(self, at: Timestamp) -> i64 {
        let days = |to: Timestamp| to.duration_since(self.start).as_secs().div_euclid(DAY);
        let all = days(self.end);
        (all - days(at)).clamp(0, all)
    }

    /// Charge from `from` to the end of the term, if the whole term costs `whole`.
    pub(super) fn charge(self, whole: i64, from: Timestamp) -> i64 {
        let (left, all) = (self.days_left(from), self.days_left(self.start).max(1));
        prorate(whole, left, all, 0)
    }

    /// Refund at `at` for units that were charged `charged` from `from`.
    pub(super) fn refund(self, charged: i64, from: Timestamp, at: Timestamp) -> i64 {
        let (left, charged_days) = (self.days_left(at), self.days_left(from).max(1));
        prorate_up(charged, left.min(charged_days), charged_days)
    }
}

/// `amount * part / of`, rounded up. At most `amount` if `part` is at most `of`.
pub(super) fn prorate_up(amount: i64, part: i64, of: i64) -> i64 {
    prorate(amount, part, of, of - 1)
}

fn prorate(amount: i64, part: i64, of: i64, round: i64) -> i64 {
    let exact = i128::from(amount) * i128::from(part) + i128::from(round);
    i64::try_from(exact / i128::from(of)).unwrap_or(i64::MAX)
}
