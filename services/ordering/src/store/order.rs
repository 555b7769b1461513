use std::collections::BTreeMap;

use failure::Failure;
use kernel::{OrderName, PageRequest};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};
use storage::{Call, Event, events, fault, insert, list, put, row};

use super::{
    Freshness, Store,
    entity::{order_lines as lines, orders, subscriptions},
    offer::money,
    read::{chain, product},
    subscription,
};
use crate::domain::{Approved, Order, OrderLine, Placement};

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

    /// A page of orders.
    pub(crate) async fn orders(&self, page: &PageRequest) -> Result<Vec<Order>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let rows = list(&snapshot, orders::Entity::find(), orders::Column::Name, page).await?;
        with_lines(&snapshot, rows).await
    }

    /// Writes an order that was accepted, with its lines, subscriptions and decision, while
    /// that decision is fresh.
    pub(crate) async fn accept_order(
        &self,
        approved: Approved<Placement>,
        fresh: &Freshness,
        call: &Call,
    ) -> Result<Order, Failure> {
        let Placement { order, subscriptions } = approved.after();
        let transaction = self.database.begin().await?;
        insert(&transaction, to_row(order)?).await?;
        for each in subscriptions {
            insert(&transaction, subscription::to_row(each)).await?;
            let event = Event::new("SubscriptionCreated", each.name, each.stamp, each);
            events::append_beside(&transaction, call, event).await?;
        }
        for (at, line) in (0..).zip(&order.lines) {
            insert(&transaction, to_line_row(order.name, at, line)).await?;
        }
        let event = Event::new(approved.event(), order.name, order.stamp, order);
        events::append(&transaction, call, event).await?;
        if !fresh.holds() {
            return Err(Failure::DecisionExpired);
        }
        transaction.commit().await.map_err(fault)?;
        Ok(approved.into_after().order)
    }

    /// Writes an order that was cancelled, with its subscriptions.
    pub(crate) async fn cancel_order(
        &self,
        approved: Approved<Placement>,
        call: &Call,
    ) -> Result<Order, Failure> {
        let Placement { order, subscriptions } = approved.after();
        let transaction = self.database.begin().await?;
        let key = orders::Column::Name.eq(order.name.to_string());
        let decided_on = approved.decided_on();
        put(&transaction, to_row(order)?, key, orders::Column::Revision, decided_on).await?;
        for each in subscriptions {
            let key = subscriptions::Column::Name.eq(each.name.to_string());
            let before = Some(each.stamp.revision - 1);
            let revision = subscriptions::Column::Revision;
            put(&transaction, subscription::to_row(each), key, revision, before).await?;
            let event = Event::new("SubscriptionCancelled", each.name, each.stamp, each);
            events::append_beside(&transaction, call, event).await?;
        }
        let event = Event::new(approved.event(), order.name, order.stamp, order);
        events::commit(transaction, call, event).await?;
        Ok(approved.into_after().order)
    }
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
        seller: Set(order.chain.seller.to_string()),
        reseller: Set(order.chain.reseller.map(|it| it.to_string())),
        customer: Set(order.chain.customer.to_string()),
        attested: Set(order.attested),
        state: Set(order.state.to_string()),
        state_reason: Set(order.state_reason.clone()),
        currency: Set(order.total.currency.to_string()),
        total: Set(order.total.minor_units),
        legs: Set(row::to_json(&order.legs)?),
        evidence: Set(row::to_json(&order.evidence)?),
        revision: Set(order.stamp.revision),
        create_time: Set(order.stamp.create_time.as_microsecond()),
        update_time: Set(order.stamp.update_time.as_microsecond()),
    })
}

fn to_line_row(order: OrderName, at: i32, line: &OrderLine) -> lines::ActiveModel {
    let product = &line.product;
    lines::ActiveModel {
        order_name: Set(order.to_string()),
        line: Set(at),
        offer: Set(product.offer.to_string()),
        family: Set(product.family.to_string()),
        quantity: Set(line.quantity),
        term: Set(product.term.to_string()),
        billing_cycle: Set(product.billing_cycle.to_string()),
        partner_id: Set(product.partner_id.as_ref().map(ToString::to_string)),
        attested: Set(line.attested),
        currency: Set(product.unit_price.currency.to_string()),
        unit_price: Set(product.unit_price.minor_units),
        subscription: Set(line.subscription.to_string()),
    }
}

fn from_row(row: &orders::Model, lines: Vec<OrderLine>) -> Result<Order, Failure> {
    Ok(Order {
        name: row::read(&row.name)?,
        chain: chain!(row),
        lines,
        attested: row.attested,
        state: row::read(&row.state)?,
        state_reason: row.state_reason.clone(),
        total: money(&row.currency, row.total)?,
        legs: row::from_json(&row.legs)?,
        evidence: row::from_json(&row.evidence)?,
        stamp: row::stamp(row.revision, row.create_time, row.update_time)?,
    })
}

fn from_line_row(row: &lines::Model) -> Result<OrderLine, Failure> {
    Ok(OrderLine {
        product: product!(row),
        quantity: row.quantity,
        attested: row.attested,
        subscription: row::read(&row.subscription)?,
    })
}
