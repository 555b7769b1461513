//! What keeps a release of a relationship and the orders of its partner apart. Each pair of customer
//! and partner has a row that both touch in their transactions. A release moves its epoch on and
//! closes it for a while; an order is committed only in the epoch in which its decision was asked
//! for, and while the pair is open.

use std::time::Duration;

use errors::Failure;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use storage::{Transaction, fault};
use types::{CustomerName, PartnerName, Timestamp};

use super::{
    Store,
    entity::{partner_customer_epochs, subscriptions},
    subscription,
};
use crate::domain::{Approved, Release, SalesChain, Subscription, SubscriptionState};

/// How long a release that does not end keeps its pair closed: longer than any call of
/// relationship that it may have left running.
const CLOSED: Duration = Duration::from_secs(60);

/// The epoch of a pair that was never released.
const FIRST: i64 = 0;
/// How long a release takes at most while it works. One that has not ended by then was cut off, and
/// its pair opens only when its time is up.
const LONGEST_RELEASE: Duration = Duration::from_secs(10);
/// When to ask again while a release works.
const SOON: Duration = Duration::from_secs(1);

/// Customer and partner, and the epoch in which a decision on them was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PairEpoch {
    customer: CustomerName,
    partner: PartnerName,
    epoch: i64,
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
    /// The epochs of a chain as they are before a decision on it is asked for. While one of them is
    /// closed none is asked for: it might be given before the relationship is removed.
    pub(crate) async fn epochs(
        &self,
        chain: SalesChain,
        now: Timestamp,
    ) -> Result<Vec<PairEpoch>, Failure> {
        let customer = chain.customer;
        let partners = [Some(chain.seller), chain.reseller];
        let mut epochs = Vec::new();
        for partner in partners.into_iter().flatten() {
            let found = partner_customer_epochs::Entity::find().filter(key(customer, partner));
            let found = found.one(self.database.reader()).await.map_err(fault)?;
            if let Some(row) = found.as_ref().filter(|row| is_closed(row, now)) {
                return Err(in_progress(row, now));
            }
            let epoch = found.map_or(FIRST, |row| row.epoch);
            epochs.push(PairEpoch { customer, partner, epoch });
        }
        Ok(epochs)
    }

    /// Closes the pair of a release in an open transaction, and reads the subscriptions that the
    /// partner sold to the customer and that had not ended when they were written. Fails if another
    /// release has closed the pair. After the commit no order is accepted on an earlier decision.
    pub(crate) async fn begin_release(
        &self,
        release: &Release,
        now: Timestamp,
    ) -> Result<(BegunRelease, Vec<Subscription>), Failure> {
        let (customer, partner) = (release.name.customer, release.partner);
        let transaction = self.database.begin().await?;
        open(&transaction, customer, partner).await?;
        let until = closed_until(now);
        let closed = partner_customer_epochs::Entity::update_many()
            .col_expr(
                partner_customer_epochs::Column::Epoch,
                Expr::col(partner_customer_epochs::Column::Epoch).add(1),
            )
            .col_expr(partner_customer_epochs::Column::ClosedUntil, Expr::value(until))
            .filter(key(customer, partner))
            .filter(partner_customer_epochs::Column::ClosedUntil.lte(now.as_microsecond()));
        if closed.exec(&*transaction).await.map_err(fault)?.rows_affected == 0 {
            let row = partner_customer_epochs::Entity::find()
                .filter(key(customer, partner))
                .one(&*transaction)
                .await;
            let row =
                row.map_err(fault)?.ok_or_else(|| Failure::bug("the row of a pair is gone"))?;
            return Err(in_progress(&row, now));
        }
        let sold = sold(&*transaction, customer, partner).await?;
        Ok((BegunRelease(transaction), sold))
    }

    /// Opens the pair of a release again, which was begun then, unless another has closed it since.
    pub(crate) async fn end_release(
        &self,
        release: &Release,
        begun: Timestamp,
    ) -> Result<(), Failure> {
        let opened = partner_customer_epochs::Entity::update_many()
            .col_expr(partner_customer_epochs::Column::ClosedUntil, Expr::value(0_i64))
            .filter(key(release.name.customer, release.partner))
            .filter(partner_customer_epochs::Column::ClosedUntil.eq(closed_until(begun)));
        opened.exec(self.database.reader()).await.map(drop).map_err(fault)
    }
}

fn is_closed(row: &partner_customer_epochs::Model, now: Timestamp) -> bool {
    row.closed_until > now.as_microsecond()
}

/// Why nothing of a closed pair goes on, and when it may.
fn in_progress(row: &partner_customer_epochs::Model, now: Timestamp) -> Failure {
    let left = u64::try_from(row.closed_until - now.as_microsecond()).unwrap_or(0);
    let left = Duration::from_micros(left);
    Failure::ReleaseInProgress {
        customer: row.customer.clone(),
        partner: row.partner.clone(),
        retry_after: if left > CLOSED - LONGEST_RELEASE { SOON } else { left },
    }
}

fn closed_until(begun: Timestamp) -> i64 {
    begun.saturating_add(CLOSED).unwrap_or(Timestamp::MAX).as_microsecond()
}

/// Whether an order may be committed now on decisions about these epochs. Nobody else can close them
/// until this transaction ends; other orders pass. A release waits for orders in work, and where
/// these follow each other without a gap, until its time is up.
pub(super) async fn hold(
    transaction: &DatabaseTransaction,
    epochs: impl Iterator<Item = &PairEpoch>,
    now: Timestamp,
) -> Result<bool, Failure> {
    // In one order everywhere, so that two orders do not wait for each other.
    let epochs: std::collections::BTreeSet<_> = epochs.collect();
    for pair in epochs {
        let locked = async || {
            let row = partner_customer_epochs::Entity::find()
                .filter(key(pair.customer, pair.partner))
                .lock_shared();
            row.one(transaction).await.map_err(fault)
        };
        let mut row = locked().await?;
        if row.is_none() {
            open(transaction, pair.customer, pair.partner).await?;
            row = locked().await?;
        }
        let held =
            |row: partner_customer_epochs::Model| row.epoch == pair.epoch && !is_closed(&row, now);
        if !row.is_some_and(held) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes the row of a pair where there is none.
async fn open(
    transaction: &DatabaseTransaction,
    customer: CustomerName,
    partner: PartnerName,
) -> Result<(), Failure> {
    let row = partner_customer_epochs::ActiveModel {
        customer: Set(customer.to_string()),
        partner: Set(partner.to_string()),
        epoch: Set(FIRST),
        closed_until: Set(0),
    };
    let key = [partner_customer_epochs::Column::Customer, partner_customer_epochs::Column::Partner];
    let insert = partner_customer_epochs::Entity::insert(row);
    let insert = insert.on_conflict(OnConflict::columns(key).do_nothing().to_owned());
    insert.exec_without_returning(transaction).await.map(drop).map_err(fault)
}

/// What a partner sold to a customer and what had not ended when it was written.
async fn sold(
    reader: &impl ConnectionTrait,
    customer: CustomerName,
    partner: PartnerName,
) -> Result<Vec<Subscription>, Failure> {
    use subscriptions::Column;

    let partner = partner.to_string();
    let by = Condition::any().add(Column::Seller.eq(&partner)).add(Column::Reseller.eq(&partner));
    let running = [SubscriptionState::Active, SubscriptionState::Suspended];
    let rows = subscriptions::Entity::find()
        .filter(Column::Customer.eq(customer.to_string()))
        .filter(by)
        .filter(Column::State.is_in(running.map(SubscriptionState::as_str)))
        .all(reader)
        .await
        .map_err(fault)?;
    rows.iter().map(subscription::from_row).collect()
}

fn key(customer: CustomerName, partner: PartnerName) -> Condition {
    Condition::all()
        .add(partner_customer_epochs::Column::Customer.eq(customer.to_string()))
        .add(partner_customer_epochs::Column::Partner.eq(partner.to_string()))
}
