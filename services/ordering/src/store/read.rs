//! What the reads of several tables have in common.

use sea_orm::{
    QuerySelect,
    sea_query::{LockBehavior, LockType},
};

macro_rules! chain {
    ($row:ident) => {
        rules::SalesChain {
            seller: row::read(&$row.seller)?,
            reseller: row::read_optional($row.reseller.as_deref())?,
            customer: row::read(&$row.customer)?,
        }
    };
}

macro_rules! on_record {
    ($row:ident) => {
        rules::OnRecord {
            partner_id: row::read_optional($row.partner_id.as_deref())?,
            additional_ids: row::from_json(&$row.additional_ids)?,
        }
    };
}

pub(super) use {chain, on_record};

/// The items, and the last one again until their number is a power of two: so that statements with lists of
/// any length have few texts, each of which is prepared one time.
pub(super) fn padded<T: Copy>(items: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
    let mut items: Vec<_> = items.into_iter().collect();
    if let Some(last) = items.last().copied() {
        items.resize(items.len().next_power_of_two(), last);
    }
    items.into_iter()
}

/// Whether a transaction that would wait for a row waits or skips the row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Locking {
    Wait,
    Skip,
}

impl Locking {
    /// Locks the selected rows against changes, and shares the lock with other orders.
    pub(super) fn share<S: QuerySelect>(self, rows: S) -> S {
        match self {
            Self::Wait => rows.lock_shared(),
            Self::Skip => rows.lock_with_behavior(LockType::Share, LockBehavior::SkipLocked),
        }
    }
}
