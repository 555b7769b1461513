use std::{collections::BTreeMap, fmt::Display};

use errors::Failure;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder,
};
use serde::Serialize;
use storage::{
    Event, Field, Listing, MutationContext, Page, PageRequest, events, fault, insert, list, put,
    row,
};
use types::{CustomerName, OrderName, PartnerName, ResourceVersion};

use super::{
    Decided, DecisionValidity, Store,
    entity::{order_lines as lines, orders},
    offer::{self, money},
    pair_epoch, previous_revision,
    read::{chain, on_record, product},
    subscription, transfer,
};
use crate::domain::{Change, Changes, Evidence, Order, OrderLine, OrderState, Placement};

pub(crate) const ORDERS: Listing = Listing {
    // An order may have hundreds of lines, and clients accept 4 MiB by default.
    max_size: 50,
    chunk: 5,
    ..Listing::of(
        "orders",
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
        let snapshot = self.database.snapshot().await?;
        let names = names.iter().map(ToString::to_string);
        let rows = orders::Entity::find().filter(orders::Column::Name.is_in(names));
        let rows = rows.all(&snapshot).await.map_err(fault)?;
        with_lines(&snapshot, rows).await
    }

    /// A page of orders.
    pub(crate) async fn orders(&self, page: &PageRequest) -> Result<Page<Order>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let page = list(&snapshot, orders::Entity::find(), page).await?;
        let items = with_lines(&snapshot, page.items).await?;
        Ok(Page { items, next_page_token: page.next_page_token })
    }

    /// Writes all changes of a call if every decision behind them is valid and every offer unchanged.
    /// The last transfer is the response, or the last order if there is no transfer.
    pub(crate) async fn commit(
        &self,
        decided: &Decided<Changes>,
        call: &MutationContext,
    ) -> Result<(), Failure> {
        let (changes, decisions) = (decided.changes(), &decided.decisions);
        let transaction = self.database.begin().await?;
        for Change { after, .. } in changes.orders() {
            let key = orders::Column::Name.eq(after.name.to_string());
            let revision = orders::Column::Revision;
            put(
                &transaction,
                to_row(after)?,
                key,
                revision,
                previous_revision(after.resource_version),
            )
            .await?;
        }
        subscription::write(&transaction, changes.subscriptions()).await?;
        write_lines(&transaction, changes.orders()).await?;
        transfer::write(&transaction, changes.transfers()).await?;
        events::append(&transaction, call, events_of(changes)?).await?;
        let unchanged = offer::lock_unchanged(&transaction, changes.required_offers()).await?;
        let epochs = decisions.iter().flat_map(|it| &it.epochs);
        let open = pair_epoch::lock_open(&transaction, epochs, call.now).await?;
        if !unchanged || !open || !decisions.iter().all(DecisionValidity::is_valid) {
            return Err(Failure::DecisionExpired);
        }
        events::end(transaction, call).await
    }
}

/// The events of all changes. The last one answers the call.
fn events_of(changes: &Changes) -> Result<Vec<Event>, Failure> {
    fn event<T: Serialize>(
        change: &Change<T>,
        name: impl Display,
        version: ResourceVersion,
    ) -> Result<Event, Failure> {
        Event::new(change.event, name, version, &change.after)
    }
    let subscriptions = changes.subscriptions().iter();
    let subscriptions = subscriptions.map(|it| event(it, it.after.name, it.after.resource_version));
    let orders = changes.orders().iter();
    let orders = orders.map(|it| event(it, it.after.name, it.after.resource_version));
    let transfers = changes.transfers().iter();
    let transfers = transfers.map(|it| event(it, it.after.name, it.after.resource_version));
    subscriptions.chain(orders).chain(transfers).collect()
}

/// Writes the lines of new orders; they never change.
async fn write_lines(
    transaction: &DatabaseTransaction,
    orders: &[Change<Order>],
) -> Result<(), Failure> {
    let new = orders.iter().map(|it| &it.after);
    let new = new.filter(|order| previous_revision(order.resource_version).is_none());
    let lines = new.flat_map(|order| {
        (0..).zip(&order.lines).map(|(at, line)| to_line_row(order.name, at, line))
    });
    insert(transaction, lines.collect::<Result<Vec<_>, _>>()?).await
}

async fn read(reader: &impl ConnectionTrait, name: OrderName) -> Result<Option<Order>, Failure> {
    let row = orders::Entity::find_by_id(name.to_string()).one(reader).await.map_err(fault)?;
    let rows = row.into_iter().collect();
    Ok(with_lines(reader, rows).await?.pop())
}

async fn with_lines(
    reader: &impl ConnectionTrait,
    rows: Vec<orders::Model>,
) -> Result<Vec<Order>, Failure> {
    let names = rows.iter().map(|row| row.name.clone());
    let found = lines::Entity::find()
        .filter(lines::Column::OrderName.is_in(names))
        .order_by_asc(lines::Column::Line)
        .all(reader)
        .await
        .map_err(fault)?;
    let mut lines = BTreeMap::<_, Vec<_>>::new();
    for line in found {
        lines.entry(line.order_name.clone()).or_default().push(from_line_row(&line)?);
    }
    rows.into_iter()
        .map(|row| {
            let lines = lines.remove(&row.name).unwrap_or_default();
            from_row(&row, lines)
        })
        .collect()
}

fn to_row(order: &Order) -> Result<orders::ActiveModel, Failure> {
    Ok(orders::ActiveModel {
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
        legs: Set(row::to_json(&order.legs)?),
        evidence: Set(order.evidence.0.clone()),
        revision: Set(order.resource_version.revision),
        create_time: Set(order.resource_version.create_time.as_microsecond()),
        update_time: Set(order.resource_version.update_time.as_microsecond()),
    })
}

fn to_line_row(order: OrderName, at: i32, line: &OrderLine) -> Result<lines::ActiveModel, Failure> {
    let product = &line.product;
    Ok(lines::ActiveModel {
        order_name: Set(order.to_string()),
        line: Set(at),
        offer: Set(product.offer.to_string()),
        family: Set(product.family.to_string()),
        quantity: Set(line.quantity),
        term: Set(product.term.to_string()),
        billing_cycle: Set(product.billing_cycle.to_string()),
        partner_id: Set(product.on_record.partner_id.as_ref().map(ToString::to_string)),
        additional_ids: Set(row::to_json(&product.on_record.additional_ids)?),
        attested: Set(line.attested),
        currency: Set(product.unit_price.currency.to_string()),
        unit_price: Set(product.unit_price.minor_units),
        charge: Set(line.charge.minor_units),
        refund: Set(line.refund.minor_units),
        subscription: Set(line.subscription.to_string()),
    })
}

fn from_row(row: &orders::Model, lines: Vec<OrderLine>) -> Result<Order, Failure> {
    Ok(Order {
        name: row::read(&row.name)?,
        kind: row::read(&row.kind)?,
        chain: chain!(row),
        lines,
        attested: row.attested,
        state: row::read(&row.state)?,
        state_reason: row.state_reason.clone(),
        total: money(&row.currency, row.total)?,
        charge: money(&row.currency, row.charge)?,
        refund: money(&row.currency, row.refund)?,
        legs: row::from_json(&row.legs)?,
        evidence: Evidence(row.evidence.clone()),
        resource_version: row::resource_version(row.revision, row.create_time, row.update_time)?,
    })
}

fn from_line_row(row: &lines::Model) -> Result<OrderLine, Failure> {
    Ok(OrderLine {
        product: product!(row),
        quantity: row.quantity,
        attested: row.attested,
        subscription: row::read(&row.subscription)?,
        charge: money(&row.currency, row.charge)?,
        refund: money(&row.currency, row.refund)?,
    })
}
