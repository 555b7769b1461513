//! The conditions under which changes may be committed.

use std::collections::BTreeMap;

use errors::Failure;
use sea_orm::DatabaseTransaction;
use storage::ServerTime;
use types::Timestamp;

use super::{DecisionValidity, PairEpoch, offer, pair_epoch, read::Locking};
use crate::domain::OfferName;

/// What must be true at the commit of some changes: every decision behind them is valid, its pairs are
/// open and in its epochs, and the offers are unchanged.
#[derive(Debug, Clone)]
pub(super) struct Conditions {
    pub offers: BTreeMap<OfferName, i64>,
    pub decisions: Vec<DecisionValidity>,
    /// The same by the clock of the server, which checks it in the commit of new orders.
    pub commit_by: Option<ServerTime>,
    /// Start of the call.
    pub now: Timestamp,
}

/// Rows of conditions, locked against changes until the end of the transaction.
#[derive(Debug)]
pub(super) struct Locked {
    offers: BTreeMap<String, i64>,
    pairs: pair_epoch::Pairs,
}

/// What locked rows say about conditions.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Check {
    Met,
    NotMet,
    /// A row does not exist or was skipped.
    NotLocked,
}

impl Conditions {
    /// The pairs of all decisions.
    pub(super) fn pairs(&self) -> impl Iterator<Item = &PairEpoch> {
        self.decisions.iter().flat_map(|it| &it.epochs)
    }

    pub(super) fn are_valid(&self) -> bool {
        self.decisions.iter().all(DecisionValidity::is_valid)
    }

    pub(super) fn check(&self, locked: &Locked) -> Check {
        let offers = self.offers.iter().map(|(name, revision)| {
            locked.offers.get(&name.to_string()).map(|found| found == revision)
        });
        let pairs = self.pairs().map(|pair| locked.pairs.is_open(pair, self.now));
        let rows: Vec<_> = offers.chain(pairs).collect();
        match rows.contains(&None) {
            true => Check::NotLocked,
            false if self.are_valid() && !rows.contains(&Some(false)) => Check::Met,
            false => Check::NotMet,
        }
    }
}

impl Locked {
    /// Locks the rows of these conditions. Locks are shared between orders.
    pub(super) async fn read(
        transaction: &DatabaseTransaction,
        conditions: &[&Conditions],
        locking: Locking,
    ) -> Result<Self, Failure> {
        let offers = conditions.iter().flat_map(|it| it.offers.keys()).collect();
        let pairs = conditions.iter().flat_map(|it| it.pairs()).collect();
        Ok(Self {
            offers: offer::lock(transaction, offers, locking).await?,
            pairs: pair_epoch::lock(transaction, pairs, locking).await?,
        })
    }
}
