use std::collections::BTreeMap;

use errors::Failure;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
};
use storage::{Field, Listing, Page, PageRequest, Partners, fault, insert, list, put, row};
use types::{CustomerName, OrderName, PartnerName, SubscriptionName, Timestamp};

use super::{
    Store,
    entity::subscriptions::{ActiveModel, Column, Entity, Model},
    offer::money,
    previous_revision,
    read::{chain, on_record},
};
use crate::domain::{Change, OfferName, Product, Subscription, SubscriptionState};

pub(crate) const SUBSCRIPTIONS: Listing = Listing::of(
    "subscriptions",
    Partners::of(&["seller", "reseller"]),
    &[
        Field::value::<OrderName>("order", "order_name"),
        Field::value::<PartnerName>("seller", "seller"),
        Field::value::<PartnerName>("reseller", "reseller"),
        Field::value::<CustomerName>("customer", "customer"),
        Field::value::<OfferName>("offer", "offer"),
        Field::choice("state", "SUBSCRIPTION_STATE_", SubscriptionState::TEXTS),
    ],
);

impl Store {
    /// One subscription.
    pub(crate) async fn subscription(
        &self,
        name: SubscriptionName,
    ) -> Result<Option<Subscription>, Failure> {
        let row = Entity::find_by_id(name.to_string()).one(self.database.reader()).await;
        row.map_err(fault)?.map(|row| from_row(&row)).transpose()
    }

    /// The named subscriptions that exist.
    pub(crate) async fn subscriptions_named(
        &self,
        names: &[SubscriptionName],
    ) -> Result<BTreeMap<SubscriptionName, Subscription>, Failure> {
        named(self.database.reader(), names).await
    }

    /// A page of subscriptions.
    pub(crate) async fn subscriptions(
        &self,
        page: &PageRequest,
    ) -> Result<Page<Subscription>, Failure> {
        let page = list(self.database.reader(), Entity::find(), page).await?;
        page.try_map(|row| from_row(&row))
    }
}

/// Writes subscriptions in the order of their changes, each with its event.
pub(super) async fn write(
    transaction: &DatabaseTransaction,
    changes: &[Change<Subscription>],
) -> Result<(), Failure> {
    let (new, changed): (Vec<_>, Vec<_>) = changes
        .iter()
        .map(|it| &it.after)
        .partition(|it| previous_revision(it.resource_version).is_none());
    let new = new.into_iter().map(to_row);
    insert(transaction, new.collect::<Result<Vec<_>, _>>()?).await?;
    for after in changed {
        let key = Column::Name.eq(after.name.to_string());
        let decided_on = previous_revision(after.resource_version);
        put(transaction, to_row(after)?, key, Column::Revision, decided_on).await?;
    }
    Ok(())
}

/// The named subscriptions that exist.
pub(super) async fn named(
    reader: &impl ConnectionTrait,
    names: &[SubscriptionName],
) -> Result<BTreeMap<SubscriptionName, Subscription>, Failure> {
    let names = names.iter().map(ToString::to_string);
    let rows = Entity::find().filter(Column::Name.is_in(names)).all(reader).await.map_err(fault)?;
    let found = rows.iter().map(|row| from_row(row).map(|it| (it.name, it)));
    found.collect()
}

pub(super) fn to_row(subscription: &Subscription) -> Result<ActiveModel, Failure> {
    let (chain, product) = (subscription.chain, &subscription.product);
    Ok(ActiveModel {
        name: Set(subscription.name.to_string()),
        order_name: Set(subscription.order.to_string()),
        seller: Set(chain.seller.to_string()),
        reseller: Set(chain.reseller.map(|it| it.to_string())),
        customer: Set(chain.customer.to_string()),
        offer: Set(product.offer.to_string()),
        family: Set(product.family.to_string()),
        quantity: Set(subscription.quantity()),
        term: Set(product.term.to_string()),
        billing_cycle: Set(product.billing_cycle.to_string()),
        partner_id: Set(product.on_record.partner_id.as_ref().map(ToString::to_string)),
        additional_ids: Set(row::to_json(&product.on_record.additional_ids)?),
        currency: Set(product.unit_price.currency.to_string()),
        unit_price: Set(product.unit_price.minor_units),
        batches: Set(row::to_json(&subscription.batches)?),
        term_start: Set(subscription.term_start.as_microsecond()),
        term_end: Set(subscription.term_end.as_microsecond()),
        automatic_renewal: Set(subscription.automatic_renewal),
        next_term: Set(subscription.next_term.as_ref().map(row::to_json).transpose()?),
        refused_increase: Set(subscription
            .refused_increase
            .as_ref()
            .map(row::to_json)
            .transpose()?),
        transferred_from: Set(subscription.transferred_from.map(|it| it.to_string())),
        transferred_to: Set(subscription.transferred_to.map(|it| it.to_string())),
        state: Set(subscription.state.to_string()),
        state_time: Set(subscription.state_time.as_microsecond()),
        state_reason: Set(subscription.state_reason.clone()),
        due_time: Set(subscription.due_time().map(Timestamp::as_microsecond)),
        revision: Set(subscription.resource_version.revision),
        create_time: Set(subscription.resource_version.create_time.as_microsecond()),
        update_time: Set(subscription.resource_version.update_time.as_microsecond()),
    })
}

pub(super) fn from_row(row: &Model) -> Result<Subscription, Failure> {
    Ok(Subscription {
        name: row::read(&row.name)?,
        order: row::read(&row.order_name)?,
        chain: chain!(row),
        product: product(row)?,
        batches: row::from_json(&row.batches)?,
        term_start: row::time(row.term_start)?,
        term_end: row::time(row.term_end)?,
        automatic_renewal: row.automatic_renewal,
        next_term: row.next_term.as_deref().map(row::from_json).transpose()?,
        refused_increase: row.refused_increase.as_deref().map(row::from_json).transpose()?,
        transferred_from: row::read_optional(row.transferred_from.as_deref())?,
        transferred_to: row::read_optional(row.transferred_to.as_deref())?,
        state: row::read(&row.state)?,
        state_time: row::time(row.state_time)?,
        state_reason: row.state_reason.clone(),
        resource_version: row::resource_version(row.revision, row.create_time, row.update_time)?,
    })
}

fn product(row: &Model) -> Result<Product, Failure> {
    Ok(Product {
        offer: row::read(&row.offer)?,
        family: row::read(&row.family)?,
        term: row::read(&row.term)?,
        billing_cycle: row::read(&row.billing_cycle)?,
        on_record: on_record!(row),
        unit_price: money(&row.currency, row.unit_price)?,
    })
}
