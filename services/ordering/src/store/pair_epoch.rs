//! Serializes the release of a relationship with the orders of its partner. Each pair of customer and
//! partner has a row that both lock in their transactions. A release increments its epoch and closes
//! the pair for a limited time. An order is committed only if the pair is open and still in the epoch
//! in which relationship was asked.

use std::{collections::BTreeSet, time::Duration};

use errors::Failure;
use rules::SalesChain;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use storage::{Transaction, fault};
use types::{CustomerName, PartnerName, Timestamp};

use super::{
    Store,
    entity::{partner_customer_epochs, subscriptions},
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
    fn has(&self, row: &partner_customer_epochs::Model) -> bool {
        row.customer == self.customer.to_string() && row.partner == self.partner.to_string()
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
    /// The current epochs of seller and reseller with the customer. Fails while one pair is closed: a
    /// decision could precede the removal of the relationship.
    pub(crate) async fn epochs(
        &self,
        chain: SalesChain,
        now: Timestamp,
    ) -> Result<Vec<PairEpoch>, Failure> {
        let customer = chain.customer;
        let partners: Vec<_> = [Some(chain.seller), chain.reseller].into_iter().flatten().collect();
        let pairs = partner_customer_epochs::Entity::find().filter(of_pairs(customer, &partners));
        let found = pairs.all(self.database.reader()).await.map_err(fault)?;
        if let Some(closed) = found.iter().find(|row| is_closed(row, now)) {
            return Err(release_in_progress(closed, now));
        }
        let epoch = |partner: &PartnerName| {
            let row = found.iter().find(|row| row.partner == partner.to_string());
            row.map_or(FIRST_EPOCH, |row| row.epoch)
        };
        let pair = |partner| PairEpoch { customer, partner, epoch: epoch(&partner) };
        Ok(partners.iter().copied().map(pair).collect())
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
        insert_if_missing(&transaction, customer, partner).await?;
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

/// Locks the pairs against releases until the transaction ends, and returns whether all are open and
/// in the given epochs. The lock is shared between orders. A release waits for all orders in flight;
/// if they overlap without a gap, it runs out of time.
pub(super) async fn lock_open(
    transaction: &DatabaseTransaction,
    epochs: impl Iterator<Item = &PairEpoch>,
    now: Timestamp,
) -> Result<bool, Failure> {
    let epochs: BTreeSet<_> = epochs.copied().collect();
    if epochs.is_empty() {
        return Ok(true);
    }
    let mut rows = locked(transaction, &epochs).await?;
    if rows.len() < epochs.len() {
        let is_missing = |pair: &&PairEpoch| !rows.iter().any(|row| pair.has(row));
        for pair in epochs.iter().filter(is_missing) {
            insert_if_missing(transaction, pair.customer, pair.partner).await?;
        }
        rows = locked(transaction, &epochs).await?;
    }
    let is_open = |pair: &PairEpoch| {
        let row = rows.iter().find(|row| pair.has(row));
        row.is_some_and(|row| row.epoch == pair.epoch && !is_closed(row, now))
    };
    Ok(epochs.iter().all(is_open))
}

/// Locks the rows in their order, so that two orders do not deadlock.
async fn locked(
    transaction: &DatabaseTransaction,
    pairs: &BTreeSet<PairEpoch>,
) -> Result<Vec<partner_customer_epochs::Model>, Failure> {
    use partner_customer_epochs::Column;

    let mut which = Condition::any();
    for pair in pairs {
        which = which.add(of_pair(pair.customer, pair.partner));
    }
    let rows = partner_customer_epochs::Entity::find().filter(which);
    let rows = rows.order_by_asc(Column::Customer).order_by_asc(Column::Partner).lock_shared();
    rows.all(transaction).await.map_err(fault)
}

async fn insert_if_missing(
    transaction: &DatabaseTransaction,
    customer: CustomerName,
    partner: PartnerName,
) -> Result<(), Failure> {
    let row = partner_customer_epochs::ActiveModel {
        customer: Set(customer.to_string()),
        partner: Set(partner.to_string()),
        epoch: Set(FIRST_EPOCH),
        closed_until: Set(0),
    };
    let key = [partner_customer_epochs::Column::Customer, partner_customer_epochs::Column::Partner];
    let insert = partner_customer_epochs::Entity::insert(row);
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

fn of_pair(customer: CustomerName, partner: PartnerName) -> Condition {
    of_pairs(customer, &[partner])
}

fn of_pairs(customer: CustomerName, partners: &[PartnerName]) -> Condition {
    Condition::all().add(partner_customer_epochs::Column::Customer.eq(customer.to_string())).add(
        partner_customer_epochs::Column::Partner.is_in(partners.iter().map(ToString::to_string)),
    )
}
