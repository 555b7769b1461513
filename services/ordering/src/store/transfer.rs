use std::collections::BTreeMap;

use errors::Failure;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, sea_query::ExprTrait,
};
use storage::{Field, Lapse, Listing, Page, PageRequest, Partners, fault, list, put, row};
use types::{CustomerName, PartnerName, SubscriptionName, TransferName};

use super::{
    Store,
    entity::{transfer_items as items, transfers},
    offer::money,
    previous_revision,
    read::{chain, on_record},
};
use crate::domain::{Change, Transfer, TransferItem, TransferState};

pub(crate) const TRANSFERS: Listing = Listing::of(
    "transfers",
    Partners::of(&["source", "seller", "reseller"]),
    &[
        Field::value::<PartnerName>("source", "source"),
        Field::value::<PartnerName>("target", "seller"),
        Field::value::<CustomerName>("customer", "customer"),
        Field::choice("state", "TRANSFER_STATE_", TransferState::TEXTS).lapsing(Lapse {
            from: "pending",
            to: "expired",
            at: "expire_time",
        }),
    ],
);

impl Store {
    /// One transfer.
    pub(crate) async fn transfer(&self, name: TransferName) -> Result<Option<Transfer>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let row = transfers::Entity::find_by_id(name.to_string()).one(&snapshot).await;
        let rows = row.map_err(fault)?.into_iter().collect();
        Ok(with_items(&snapshot, rows).await?.pop())
    }

    /// A page of transfers.
    pub(crate) async fn transfers(&self, page: &PageRequest) -> Result<Page<Transfer>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let page = list(&snapshot, transfers::Entity::find(), page).await?;
        let items = with_items(&snapshot, page.items).await?;
        Ok(Page { items, next_page_token: page.next_page_token })
    }

    /// Transfers of any of these subscriptions that are stored as pending.
    pub(crate) async fn pending_transfers_of(
        &self,
        subscriptions: &[SubscriptionName],
    ) -> Result<Vec<Transfer>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let names = subscriptions.iter().map(ToString::to_string);
        let found = items::Entity::find()
            .filter(items::Column::Subscription.is_in(names))
            .filter(items::Column::Pending.eq(true))
            .all(&snapshot)
            .await
            .map_err(fault)?;
        let names = found.into_iter().map(|row| row.transfer);
        let rows = transfers::Entity::find()
            .filter(transfers::Column::Name.is_in(names))
            .order_by_asc(transfers::Column::Name)
            .all(&snapshot)
            .await
            .map_err(fault)?;
        with_items(&snapshot, rows).await
    }
}

/// Writes transfers. The event of the last one is the response of the call.
pub(super) async fn write(
    transaction: &DatabaseTransaction,
    changes: &[Change<Transfer>],
) -> Result<(), Failure> {
    for Change { after, .. } in changes {
        let (key, revision) = (transfers::Column::Name, transfers::Column::Revision);
        let decided_on = previous_revision(after.resource_version);
        let key = key.eq(after.name.to_string());
        put(transaction, to_row(after), key, revision, decided_on).await?;
        for (place, item) in (0..).zip(&after.items) {
            let key = items::Column::Transfer.eq(after.name.to_string());
            let key = key.and(items::Column::Place.eq(place));
            // Items have no revision; their place stands in for it, because it never changes.
            let decided_on = decided_on.map(|_| place.into());
            let row = to_item_row(after, place, item)?;
            put(transaction, row, key, items::Column::Place, decided_on).await?;
        }
    }
    Ok(())
}

async fn with_items(
    reader: &impl ConnectionTrait,
    rows: Vec<transfers::Model>,
) -> Result<Vec<Transfer>, Failure> {
    let names = rows.iter().map(|row| row.name.clone());
    let found = items::Entity::find()
        .filter(items::Column::Transfer.is_in(names))
        .order_by_asc(items::Column::Place)
        .all(reader)
        .await
        .map_err(fault)?;
    let mut items = BTreeMap::<_, Vec<_>>::new();
    for item in found {
        items.entry(item.transfer.clone()).or_default().push(from_item_row(&item)?);
    }
    rows.into_iter()
        .map(|row| {
            let items = items.remove(&row.name).unwrap_or_default();
            from_row(&row, items)
        })
        .collect()
}

fn to_row(transfer: &Transfer) -> transfers::ActiveModel {
    let chain = transfer.chain;
    transfers::ActiveModel {
        name: Set(transfer.name.to_string()),
        source: Set(transfer.source.to_string()),
        seller: Set(chain.seller.to_string()),
        reseller: Set(chain.reseller.map(|it| it.to_string())),
        customer: Set(chain.customer.to_string()),
        attested: Set(transfer.attested),
        state: Set(transfer.state.to_string()),
        state_time: Set(transfer.state_time.as_microsecond()),
        state_reason: Set(transfer.state_reason.clone()),
        expire_time: Set(transfer.expire_time.as_microsecond()),
        order_name: Set(transfer.order.map(|it| it.to_string())),
        revision: Set(transfer.resource_version.revision),
        create_time: Set(transfer.resource_version.create_time.as_microsecond()),
        update_time: Set(transfer.resource_version.update_time.as_microsecond()),
    }
}

fn to_item_row(
    transfer: &Transfer,
    place: i32,
    item: &TransferItem,
) -> Result<items::ActiveModel, Failure> {
    Ok(items::ActiveModel {
        transfer: Set(transfer.name.to_string()),
        place: Set(place),
        subscription: Set(item.subscription.to_string()),
        partner_id: Set(item.on_record.partner_id.as_ref().map(ToString::to_string)),
        additional_ids: Set(row::to_json(&item.on_record.additional_ids)?),
        transferred_to: Set(item.transferred_to.map(|it| it.to_string())),
        credit_currency: Set(item.credit.map(|it| it.currency.to_string())),
        credit: Set(item.credit.map(|it| it.minor_units)),
        pending: Set(transfer.state == TransferState::Pending),
    })
}

fn from_row(row: &transfers::Model, items: Vec<TransferItem>) -> Result<Transfer, Failure> {
    Ok(Transfer {
        name: row::read(&row.name)?,
        source: row::read(&row.source)?,
        chain: chain!(row),
        attested: row.attested,
        items,
        state: row::read(&row.state)?,
        state_time: row::time(row.state_time)?,
        state_reason: row.state_reason.clone(),
        expire_time: row::time(row.expire_time)?,
        order: row::read_optional(row.order_name.as_deref())?,
        resource_version: row::resource_version(row.revision, row.create_time, row.update_time)?,
    })
}

fn from_item_row(row: &items::Model) -> Result<TransferItem, Failure> {
    let credit = row.credit_currency.as_deref().zip(row.credit);
    Ok(TransferItem {
        subscription: row::read(&row.subscription)?,
        on_record: on_record!(row),
        transferred_to: row::read_optional(row.transferred_to.as_deref())?,
        credit: credit.map(|(currency, amount)| money(currency, amount)).transpose()?,
    })
}
