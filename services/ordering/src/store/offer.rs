use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use errors::Failure;
use rules::ProductFamily;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseBackend, DatabaseTransaction,
    EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use storage::{
    Event, Field, Listing, MutationContext, Page, PageRequest, Partners, events, fault, list, put,
    row,
};

use super::{
    Store,
    entity::offers,
    read::{Locking, padded},
};
use crate::domain::{Approved, Money, Offer, OfferName, OfferTerms};

/// Limits the later waits of a transaction that skips locked rows, for an insertion of another one with the
/// same key; without a statement of its own.
const SHORT_WAITS: &str = "set_config('lock_timeout', '100ms', true)";

const FAMILY: Field = Field {
    column: "family",
    ..Field::choice("product_family", "PRODUCT_FAMILY_", ProductFamily::TEXTS)
};

pub(crate) const OFFERS: Listing = Listing::of("offers", Partners::None, &[FAMILY]);

impl Store {
    /// The named offers that exist.
    pub(crate) async fn offers_named(
        &self,
        names: impl Iterator<Item = &OfferName> + Send,
    ) -> Result<BTreeMap<OfferName, Offer>, Failure> {
        let names: Vec<_> = names.map(ToString::to_string).collect();
        // In a transaction, whose statements end with the deadline of the call.
        let snapshot = self.database.snapshot().await?;
        let rows = offers::Entity::find().filter(offers::Column::Name.is_in(names));
        let rows = rows.all(&snapshot).await.map_err(fault)?;
        rows.iter().map(|row| from_row(row).map(|it| (it.name.clone(), it))).collect()
    }

    /// As [`Store::offers_named`], from memory if possible. A commit compares these offers with their rows,
    /// but a refusal has no commit and needs [`Store::changed_offers`].
    pub(crate) async fn cached_offers(
        &self,
        names: BTreeSet<OfferName>,
    ) -> Result<BTreeMap<OfferName, Arc<Offer>>, Failure> {
        let read = |missing: Vec<_>| async move {
            let offers = self.offers_named(missing.iter()).await?;
            Ok(offers.into_iter().map(|(name, offer)| (name, Arc::new(offer))).collect())
        };
        self.offers.find(names, read).await
    }

    /// The offers as they are, if they differ from these of the memory, which then forgets them.
    pub(crate) async fn changed_offers(
        &self,
        names: BTreeSet<OfferName>,
        cached: &BTreeMap<OfferName, Arc<Offer>>,
    ) -> Result<Option<BTreeMap<OfferName, Offer>>, Failure> {
        let current = self.offers_named(names.iter()).await?;
        if current.values().eq(cached.values().map(AsRef::as_ref)) {
            return Ok(None);
        }
        self.offers.forget(names);
        Ok(Some(current))
    }

    /// A page of offers.
    pub(crate) async fn offers(&self, page: &PageRequest) -> Result<Page<Offer>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let page = list(&snapshot, offers::Entity::find(), page).await?;
        page.try_map(|row| from_row(&row))
    }

    /// Writes an approved offer.
    pub(crate) async fn save_offer(
        &self,
        approved: Approved<Offer>,
        call: &MutationContext,
    ) -> Result<Offer, Failure> {
        let offer = approved.after();
        let transaction = self.database.begin().await?;
        let key = offers::Column::Name.eq(offer.name.to_string());
        let decided_on = approved.decided_on();
        put(&transaction, to_row(offer)?, key, offers::Column::Revision, decided_on).await?;
        let event = Event::new(approved.event(), &offer.name, offer.resource_version, offer)?;
        events::commit(transaction, call, vec![event]).await?;
        Ok(approved.into_after())
    }
}

/// Locks offers against changes until the transaction ends, and returns the revisions of those that exist.
pub(super) async fn lock(
    transaction: &DatabaseTransaction,
    names: BTreeSet<&OfferName>,
    locking: Locking,
) -> Result<BTreeMap<String, i64>, Failure> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = offers::Entity::find()
        .select_only()
        .columns([offers::Column::Name, offers::Column::Revision])
        .filter(offers::Column::Name.is_in(padded(names).map(ToString::to_string)))
        .order_by_asc(offers::Column::Name);
    let rows = match (locking, transaction.get_database_backend()) {
        (Locking::Skip, DatabaseBackend::Postgres) => rows.expr(Expr::cust(SHORT_WAITS)),
        _ => rows,
    };
    let rows = locking.share(rows).into_tuple().all(transaction).await.map_err(fault)?;
    Ok(rows.into_iter().collect())
}

fn to_row(offer: &Offer) -> Result<offers::ActiveModel, Failure> {
    let terms = &offer.terms;
    Ok(offers::ActiveModel {
        name: Set(offer.name.to_string()),
        display_name: Set(terms.display_name.clone()),
        family: Set(terms.family.to_string()),
        min_quantity: Set(terms.min_quantity),
        max_quantity: Set(terms.max_quantity),
        markets: Set(row::to_json(&terms.markets)?),
        third_party: Set(terms.third_party),
        attestation_required: Set(terms.attestation_required),
        plans: Set(row::to_json(&terms.plans)?),
        state: Set(offer.state.to_string()),
        state_reason: Set(offer.state_reason.clone()),
        revision: Set(offer.resource_version.revision),
        create_time: Set(offer.resource_version.create_time.as_microsecond()),
        update_time: Set(offer.resource_version.update_time.as_microsecond()),
    })
}

fn from_row(row: &offers::Model) -> Result<Offer, Failure> {
    let terms = OfferTerms {
        display_name: row.display_name.clone(),
        family: row::read(&row.family)?,
        min_quantity: row.min_quantity,
        max_quantity: row.max_quantity,
        markets: row::from_json(&row.markets)?,
        third_party: row.third_party,
        attestation_required: row.attestation_required,
        plans: row::from_json(&row.plans)?,
    };
    Ok(Offer {
        name: row::read(&row.name)?,
        terms,
        state: row::read(&row.state)?,
        state_reason: row.state_reason.clone(),
        resource_version: row::resource_version(row.revision, row.create_time, row.update_time)?,
    })
}

/// An amount from its two columns.
pub(super) fn money(currency: &str, minor_units: i64) -> Result<Money, Failure> {
    Ok(Money { currency: row::read(currency)?, minor_units })
}
