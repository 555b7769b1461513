//! PartnerIDs: each id belongs to one organization (global account) or one partner (location).

use std::fmt::Display;

use errors::Failure;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait};
use storage::{fault, insert};

use super::{Store, entity::partner_ids};

impl Store {
    /// Resource name of the organization or partner that has this PartnerID.
    pub(crate) async fn holder_of_partner_id(&self, id: &str) -> Result<Option<String>, Failure> {
        let row = partner_ids::Entity::find_by_id(id).one(self.database.reader()).await;
        Ok(row.map_err(fault)?.map(|row| row.holder))
    }
}

/// Assigns a PartnerID to a holder, unless the holder has it already. If another transaction
/// assigned the id first, this fails with [`Failure::LostRace`].
pub(super) async fn claim(
    transaction: &DatabaseTransaction,
    id: impl Display,
    holder: impl Display,
) -> Result<(), Failure> {
    let (id, holder) = (id.to_string(), holder.to_string());
    let existing = partner_ids::Entity::find_by_id(&id).one(transaction).await.map_err(fault)?;
    match existing {
        Some(row) if row.holder == holder => Ok(()),
        _ => {
            let row = partner_ids::ActiveModel { id: Set(id), holder: Set(holder) };
            insert(transaction, [row]).await
        }
    }
}
