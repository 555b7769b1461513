use std::collections::BTreeMap;

use failure::Failure;
use kernel::{PageRequest, SubscriptionName};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use storage::{fault, list, row};

use super::{
    Store,
    entity::subscriptions::{ActiveModel, Column, Entity, Model},
    offer::money,
    read::{chain, product},
};
use crate::domain::Subscription;

impl Store {
    /// One subscription.
    pub(crate) async fn subscription(
        &self,
        name: SubscriptionName,
    ) -> Result<Option<Subscription>, Failure> {
        let row = Entity::find_by_id(name.to_string()).one(self.database.reader()).await;
        row.map_err(fault)?.map(|row| from_row(&row)).transpose()
    }

    /// A page of subscriptions.
    pub(crate) async fn subscriptions(
        &self,
        page: &PageRequest,
    ) -> Result<Vec<Subscription>, Failure> {
        let rows = list(self.database.reader(), Entity::find(), Column::Name, page).await?;
        rows.iter().map(from_row).collect()
    }
}

/// The named subscriptions, as far as they exist.
pub(super) async fn named(
    reader: &impl ConnectionTrait,
    names: &[SubscriptionName],
) -> Result<BTreeMap<SubscriptionName, Subscription>, Failure> {
    let names = names.iter().map(ToString::to_string);
    let rows = Entity::find().filter(Column::Name.is_in(names)).all(reader).await.map_err(fault)?;
    let found = rows.iter().map(|row| from_row(row).map(|it| (it.name, it)));
    found.collect()
}

pub(super) fn to_row(subscription: &Subscription) -> ActiveModel {
    let (chain, product) = (subscription.chain, &subscription.product);
    ActiveModel {
        name: Set(subscription.name.to_string()),
        order_name: Set(subscription.order.to_string()),
        seller: Set(chain.seller.to_string()),
        reseller: Set(chain.reseller.map(|it| it.to_string())),
        customer: Set(chain.customer.to_string()),
        offer: Set(product.offer.to_string()),
        family: Set(product.family.to_string()),
        quantity: Set(subscription.quantity),
        term: Set(product.term.to_string()),
        billing_cycle: Set(product.billing_cycle.to_string()),
        partner_id: Set(product.partner_id.as_ref().map(ToString::to_string)),
        currency: Set(product.unit_price.currency.to_string()),
        unit_price: Set(product.unit_price.minor_units),
        state: Set(subscription.state.to_string()),
        revision: Set(subscription.stamp.revision),
        create_time: Set(subscription.stamp.create_time.as_microsecond()),
        update_time: Set(subscription.stamp.update_time.as_microsecond()),
    }
}

pub(super) fn from_row(row: &Model) -> Result<Subscription, Failure> {
    Ok(Subscription {
        name: row::read(&row.name)?,
        order: row::read(&row.order_name)?,
        chain: chain!(row),
        product: product!(row),
        quantity: row.quantity,
        state: row::read(&row.state)?,
        stamp: row::stamp(row.revision, row.create_time, row.update_time)?,
    })
}
