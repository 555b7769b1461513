//! What part of a term costs. Amounts are whole minor units, and every remainder goes to the
//! customer: charges are rounded down, refunds up. A day is 24 hours from the start of the term. One
//! that has begun is charged where units are bought and given back where they are returned, so units
//! that are bought and returned on one day cost nothing.

use types::Timestamp;

const DAY: i64 = 24 * 3600;

/// A term of a subscription.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// When it starts.
    pub start: Timestamp,
    /// When it is over.
    pub end: Timestamp,
}

impl Span {
    /// Days that are not over yet: all at the start, none at the end.
    pub(super) fn days_left(self, at: Timestamp) -> i64 {
        let days = |to: Timestamp| to.duration_since(self.start).as_secs().div_euclid(DAY);
        let all = days(self.end);
        (all - days(at)).clamp(0, all)
    }

    /// What units cost from then to the end of the term, given what they cost for all of it.
    pub(super) fn charge(self, whole: i64, from: Timestamp) -> i64 {
        let (left, all) = (self.days_left(from), self.days_left(self.start).max(1));
        part(whole, left, all, 0)
    }

    /// What is given back at a time for units that were charged from an earlier one.
    pub(super) fn refund(self, charged: i64, from: Timestamp, at: Timestamp) -> i64 {
        let (left, charged_days) = (self.days_left(at), self.days_left(from).max(1));
        share(charged, left.min(charged_days), charged_days)
    }
}

/// A part of an amount, rounded up. Not more than the amount where `part` is not more than `of`.
pub(super) fn share(amount: i64, taken: i64, of: i64) -> i64 {
    part(amount, taken, of, of - 1)
}

fn part(amount: i64, taken: i64, of: i64, round: i64) -> i64 {
    let exact = i128::from(amount) * i128::from(taken) + i128::from(round);
    i64::try_from(exact / i128::from(of)).unwrap_or(i64::MAX)
}
