use errors::Failure;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, Iterable, QueryFilter,
    QuerySelect, Select,
};
use storage::{Field, Listing, Page, PageRequest, Partners, ServerTime, fault, list, put, row};
use types::{CustomerName, OrderName, PartnerName};

use super::{
    Store,
    entity::orders::{ActiveModel, Column, Entity, Model},
    offer::money,
    previous_revision,
    read::chain,
    subscription,
};
use crate::domain::{Change, Order, OrderState, Placement};

pub(crate) const ORDERS: Listing = Listing {
    // An order may have hundreds of lines, and clients accept 4 MiB by default.
    max_size: 50,
    chunk: 5,
    ..Listing::of(
        "orders",
        Partners::of(&["seller", "reseller"]),
        &[
            Field::value::<PartnerName>("seller", "seller"),
            Field::value::<PartnerName>("reseller", "reseller"),
            Field::value::<CustomerName>("customer", "customer"),
            Field::choice("state", "ORDER_STATE_", OrderState::TEXTS),
        ],
    )
};

impl Store {
    /// One order.
    pub(crate) async fn order(&self, name: OrderName) -> Result<Option<Order>, Failure> {
        // In a transaction, whose statements end with the deadline of the call; also the lists below.
        let snapshot = self.database.snapshot().await?;
        read(&snapshot, name).await
    }

    /// One order with its subscriptions.
    pub(crate) async fn placement(&self, name: OrderName) -> Result<Option<Placement>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let Some(order) = read(&snapshot, name).await? else { return Ok(None) };
        let names: Vec<_> = order.lines.iter().map(|line| line.subscription).collect();
        let mut found = subscription::named(&snapshot, &names).await?;
        let in_order = names.iter().filter_map(|name| found.remove(name)).collect();
        Ok(Some(Placement { order, subscriptions: in_order }))
    }

    /// The named orders that exist.
    pub(crate) async fn orders_named(&self, names: &[OrderName]) -> Result<Vec<Order>, Failure> {
        let names = names.iter().map(ToString::to_string);
        let snapshot = self.database.snapshot().await?;
        let rows = rows().filter(Column::Name.is_in(names));
        let rows = rows.all(&snapshot).await.map_err(fault)?;
        rows.iter().map(from_row).collect()
    }

    /// The encoded decision of an order.
    ///
    /// # Errors
    /// [`Failure::Bug`] if the stored decision differs from its digest.
    pub(crate) async fn decision(&self, order: &Order) -> Result<Vec<u8>, Failure> {
        if let Some(decision) = order.evidence.decision() {
            return Ok(decision.to_vec());
        }
        let snapshot = self.database.snapshot().await?;
        let row = Entity::find_by_id(order.name.to_string()).one(&snapshot).await.map_err(fault)?;
        let decision = row.and_then(|it| it.evidence);
        let decision = decision.filter(|it| order.evidence.identifies(it));
        decision.ok_or_else(|| {
            Failure::bug(format!(
                "the stored decision of {} does not have the SHA-256 {}",
                order.name, order.evidence
            ))
        })
    }

    /// A page of orders.
    pub(crate) async fn orders(&self, page: &PageRequest) -> Result<Page<Order>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let page = list(&snapshot, rows(), page).await?;
        page.try_map(|row| from_row(&row))
    }
}

/// Writes orders in the order of their changes. New ones must be committed by a time of the server.
pub(super) async fn write(
    transaction: &DatabaseTransaction,
    changes: &[Change<Order>],
    commit_by: Option<ServerTime>,
) -> Result<(), Failure> {
    for Change { after, .. } in changes {
        let key = Column::Name.eq(after.name.to_string());
        let decided_on = previous_revision(after.resource_version);
        put(transaction, to_row(after, commit_by)?, key, Column::Revision, decided_on).await?;
    }
    Ok(())
}

/// Rows without the decision, which may be larger than the rest and is only in the full view.
fn rows() -> Select<Entity> {
    let columns = Column::iter().filter(|it| !matches!(it, Column::Evidence));
    Entity::find().select_only().columns(columns)
}

async fn read(reader: &impl ConnectionTrait, name: OrderName) -> Result<Option<Order>, Failure> {
    let row = rows().filter(Column::Name.eq(name.to_string())).one(reader).await.map_err(fault)?;
    row.map(|row| from_row(&row)).transpose()
}

pub(super) fn to_row(order: &Order, commit_by: Option<ServerTime>) -> Result<ActiveModel, Failure> {
    let is_new = previous_revision(order.resource_version).is_none();
    let of_commit = |value: fn(ServerTime) -> i64| match is_new {
        true => Set(commit_by.map(value)),
        false => NotSet,
    };
    Ok(ActiveModel {
        name: Set(order.name.to_string()),
        kind: Set(order.kind.to_string()),
        seller: Set(order.chain.seller.to_string()),
        reseller: Set(order.chain.reseller.map(|it| it.to_string())),
        customer: Set(order.chain.customer.to_string()),
        attested: Set(order.attested),
        state: Set(order.state.to_string()),
        state_reason: Set(order.state_reason.clone()),
        currency: Set(order.total.currency.to_string()),
        total: Set(order.total.minor_units),
        charge: Set(order.charge.minor_units),
        refund: Set(order.refund.minor_units),
        lines: Set(row::to_json(&order.lines)?),
        // Set when the order is new; a change leaves it as it is.
        evidence: order.evidence.decision().map_or(NotSet, |it| Set(Some(it.to_vec()))),
        evidence_sha256: Set(order.evidence.to_string()),
        commit_by: of_commit(|it| it.time),
        commit_server: of_commit(|it| it.server),
        revision: Set(order.resource_version.revision),
        create_time: Set(order.resource_version.create_time.as_microsecond()),
        update_time: Set(order.resource_version.update_time.as_microsecond()),
    })
}

fn from_row(row: &Model) -> Result<Order, Failure> {
    Ok(Order {
        name: row::read(&row.name)?,
        kind: row::read(&row.kind)?,
        chain: chain!(row),
        lines: row::from_json(&row.lines)?,
        attested: row.attested,
        state: row::read(&row.state)?,
        state_reason: row.state_reason.clone(),
        total: money(&row.currency, row.total)?,
        charge: money(&row.currency, row.charge)?,
        refund: money(&row.currency, row.refund)?,
        evidence: row::read(&row.evidence_sha256)?,
        resource_version: row::resource_version(row.revision, row.create_time, row.update_time)?,
    })
}
