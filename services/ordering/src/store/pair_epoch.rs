//! Serializes the release of a relationship with the orders of its partner. Each pair of customer and
//! partner has a row that both lock in their transactions. A release increments its epoch and closes
//! the pair for a limited time. An order is committed only if the pair is open and still in the epoch
//! in which relationship was asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use errors::Failure;
use rules::SalesChain;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, Select,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use storage::{Transaction, fault};
use types::{CustomerName, PartnerName, Timestamp};

use super::{
    Store,
    entity::{partner_customer_epochs, subscriptions},
    read::{Locking, padded},
    subscription,
};
use crate::domain::{Approved, Release, Subscription, SubscriptionState};

/// A pair stays closed for this long if its release does not end: longer than any call to
/// relationship that the release may have left running.
const CLOSED_FOR: Duration = Duration::from_secs(60);

/// The epoch of a pair that was never released.
const FIRST_EPOCH: i64 = 0;
/// Longest duration of a release. One that has not ended by then was interrupted, and its pair opens
/// when `CLOSED_FOR` is over.
const LONGEST_RELEASE: Duration = Duration::from_secs(10);
/// Retry delay while a release is running.
const RETRY_WHILE_RUNNING: Duration = Duration::from_secs(1);

/// A customer and partner, and the epoch in which relationship was asked about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PairEpoch {
    customer: CustomerName,
    partner: PartnerName,
    epoch: i64,
}

impl PairEpoch {
    pub(super) fn key(&self) -> (CustomerName, PartnerName) {
        (self.customer, self.partner)
    }

    fn has(&self, row: &partner_customer_epochs::Model) -> bool {
        is_of(row, self.key())
    }
}

/// A release whose pair is closed once the transaction commits. Dropping it rolls back.
#[derive(Debug)]
pub(crate) struct BegunRelease(Transaction);

impl BegunRelease {
    pub(crate) async fn commit(self, _: &Approved<Release>) -> Result<(), Failure> {
        self.0.commit().await
    }
}

impl Store {
    /// The epochs of seller and reseller with the customer. Fails while a pair is closed: a decision could
    /// precede the removal of the relationship. An epoch from memory may be old; then the commit fails.
    pub(crate) async fn epochs(
        &self,
        chain: SalesChain,
        now: Timestamp,
    ) -> Result<Vec<PairEpoch>, Failure> {
        let key = |partner| (chain.customer, partner);
        let keys = [Some(chain.seller), chain.reseller].into_iter().flatten().map(key).collect();
        let epochs = self.epochs.find(keys, |missing| self.read_epochs(missing, now)).await?;
        let pair = |((customer, partner), epoch)| PairEpoch { customer, partner, epoch };
        Ok(epochs.into_iter().map(pair).collect())
    }

    async fn read_epochs(
        &self,
        pairs: Vec<(CustomerName, PartnerName)>,
        now: Timestamp,
    ) -> Result<BTreeMap<(CustomerName, PartnerName), i64>, Failure> {
        let found =
            of_all(pairs.iter().copied()).all(self.database.reader()).await.map_err(fault)?;
        if let Some(closed) = found.iter().find(|row| is_closed(row, now)) {
            return Err(release_in_progress(closed, now));
        }
        let epoch = |pair| {
            let row = found.iter().find(|row| is_of(row, pair));
            (pair, row.map_or(FIRST_EPOCH, |row| row.epoch))
        };
        Ok(pairs.into_iter().map(epoch).collect())
    }

    /// Closes the pair in an open transaction, and reads the subscriptions that the partner sold to the
    /// customer and that are stored as running. Fails if another release has closed the pair. After
    /// the commit no order is accepted on an earlier decision.
    pub(crate) async fn begin_release(
        &self,
        release: &Release,
        now: Timestamp,
    ) -> Result<(BegunRelease, Vec<Subscription>), Failure> {
        let (customer, partner) = (release.name.customer, release.partner);
        let transaction = self.database.begin().await?;
        insert_missing(&transaction, &[(customer, partner)]).await?;
        let until = closed_until(now);
        let closed = partner_customer_epochs::Entity::update_many()
            .col_expr(
                partner_customer_epochs::Column::Epoch,
                Expr::col(partner_customer_epochs::Column::Epoch).add(1),
            )
            .col_expr(partner_customer_epochs::Column::ClosedUntil, Expr::value(until))
            .filter(of_pair(customer, partner))
            .filter(partner_customer_epochs::Column::ClosedUntil.lte(now.as_microsecond()));
        if closed.exec(&*transaction).await.map_err(fault)?.rows_affected == 0 {
            let row = partner_customer_epochs::Entity::find()
                .filter(of_pair(customer, partner))
                .one(&*transaction)
                .await;
            let row =
                row.map_err(fault)?.ok_or_else(|| Failure::bug("the row of a pair is missing"))?;
            return Err(release_in_progress(&row, now));
        }
        let sold = running_subscriptions(&*transaction, customer, partner).await?;
        Ok((BegunRelease(transaction), sold))
    }

    /// Opens the pair of a release that began at `begun`, unless another release has closed it since.
    pub(crate) async fn end_release(
        &self,
        release: &Release,
        begun: Timestamp,
    ) -> Result<(), Failure> {
        let opened = partner_customer_epochs::Entity::update_many()
            .col_expr(partner_customer_epochs::Column::ClosedUntil, Expr::value(0_i64))
            .filter(of_pair(release.name.customer, release.partner))
            .filter(partner_customer_epochs::Column::ClosedUntil.eq(closed_until(begun)));
        opened.exec(self.database.reader()).await.map(drop).map_err(fault)
    }
}

fn is_closed(row: &partner_customer_epochs::Model, now: Timestamp) -> bool {
    row.closed_until > now.as_microsecond()
}

fn release_in_progress(row: &partner_customer_epochs::Model, now: Timestamp) -> Failure {
    let left = u64::try_from(row.closed_until - now.as_microsecond()).unwrap_or(0);
    let left = Duration::from_micros(left);
    Failure::ReleaseInProgress {
        customer: row.customer.clone(),
        partner: row.partner.clone(),
        retry_after: if left > CLOSED_FOR - LONGEST_RELEASE { RETRY_WHILE_RUNNING } else { left },
    }
}

fn closed_until(begun: Timestamp) -> i64 {
    begun.saturating_add(CLOSED_FOR).unwrap_or(Timestamp::MAX).as_microsecond()
}

/// Locked rows of pairs.
#[derive(Debug)]
pub(super) struct Pairs(Vec<partner_customer_epochs::Model>);

impl Pairs {
    /// Whether the pair is open and still in its epoch; `None` if it was not locked.
    pub(super) fn is_open(&self, pair: &PairEpoch, now: Timestamp) -> Option<bool> {
        let row = self.0.iter().find(|row| pair.has(row))?;
        Some(row.epoch == pair.epoch && !is_closed(row, now))
    }
}

/// Locks the pairs against releases until the transaction ends. The lock is shared between orders. A
/// release waits for all orders in flight; if they overlap without a gap, it runs out of time.
pub(super) async fn lock(
    transaction: &DatabaseTransaction,
    pairs: BTreeSet<&PairEpoch>,
    locking: Locking,
) -> Result<Pairs, Failure> {
    if pairs.is_empty() {
        return Ok(Pairs(Vec::new()));
    }
    let mut rows = locked(transaction, &pairs, locking).await?;
    let is_missing = |pair: &&&PairEpoch| !rows.iter().any(|row| pair.has(row));
    let mut missing: Vec<_> = pairs.iter().filter(is_missing).map(|it| it.key()).collect();
    if !missing.is_empty() {
        if matches!(locking, Locking::Skip) {
            // An insertion waits for the transaction that has locked a skipped row.
            let existing = of_all(missing.iter().copied()).all(transaction).await.map_err(fault)?;
            missing.retain(|pair| !existing.iter().any(|row| is_of(row, *pair)));
        }
        insert_missing(transaction, &missing).await?;
        rows = locked(transaction, &pairs, locking).await?;
    }
    Ok(Pairs(rows))
}

/// Locks the rows in their order, so that two orders do not deadlock.
async fn locked(
    transaction: &DatabaseTransaction,
    pairs: &BTreeSet<&PairEpoch>,
    locking: Locking,
) -> Result<Vec<partner_customer_epochs::Model>, Failure> {
    use partner_customer_epochs::Column;

    let rows = of_all(pairs.iter().map(|it| it.key()));
    let rows = rows.order_by_asc(Column::Customer).order_by_asc(Column::Partner);
    locking.share(rows).all(transaction).await.map_err(fault)
}

/// Inserts the rows of pairs that have none.
async fn insert_missing(
    transaction: &DatabaseTransaction,
    pairs: &[(CustomerName, PartnerName)],
) -> Result<(), Failure> {
    if pairs.is_empty() {
        return Ok(());
    }
    let row =
        |(customer, partner): &(CustomerName, PartnerName)| partner_customer_epochs::ActiveModel {
            customer: Set(customer.to_string()),
            partner: Set(partner.to_string()),
            epoch: Set(FIRST_EPOCH),
            closed_until: Set(0),
        };
    let key = [partner_customer_epochs::Column::Customer, partner_customer_epochs::Column::Partner];
    let insert = partner_customer_epochs::Entity::insert_many(pairs.iter().map(row));
    let insert = insert.on_conflict(OnConflict::columns(key).do_nothing().to_owned());
    insert.exec_without_returning(transaction).await.map(drop).map_err(fault)
}

/// The subscriptions that a partner sold to a customer and that are stored as running.
async fn running_subscriptions(
    reader: &impl ConnectionTrait,
    customer: CustomerName,
    partner: PartnerName,
) -> Result<Vec<Subscription>, Failure> {
    use subscriptions::Column;

    let partner = partner.to_string();
    let by = Condition::any().add(Column::Seller.eq(&partner)).add(Column::Reseller.eq(&partner));
    let running = SubscriptionState::ALL.iter().filter(|it| it.runs());
    let rows = subscriptions::Entity::find()
        .filter(Column::Customer.eq(customer.to_string()))
        .filter(by)
        .filter(Column::State.is_in(running.map(|it| it.as_str())))
        .all(reader)
        .await
        .map_err(fault)?;
    rows.iter().map(subscription::from_row).collect()
}

fn is_of(
    row: &partner_customer_epochs::Model,
    (customer, partner): (CustomerName, PartnerName),
) -> bool {
    row.customer == customer.to_string() && row.partner == partner.to_string()
}

/// The rows of these pairs, at least one.
fn of_all(
    pairs: impl Iterator<Item = (CustomerName, PartnerName)>,
) -> Select<partner_customer_epochs::Entity> {
    let which = padded(pairs)
        .fold(Condition::any(), |which, (customer, partner)| which.add(of_pair(customer, partner)));
    partner_customer_epochs::Entity::find().filter(which)
}

fn of_pair(customer: CustomerName, partner: PartnerName) -> Condition {
    use partner_customer_epochs::Column;

    let of_customer = Column::Customer.eq(customer.to_string());
    Condition::all().add(of_customer).add(Column::Partner.eq(partner.to_string()))
}
