//! PartnerIDs of both kinds, and who holds them.

use std::fmt::Display;

use errors::Failure;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait};
use storage::{fault, insert};

use super::{Store, entity::partner_ids};

impl Store {
    /// Who has this PartnerID, of whichever kind, by name.
    pub(crate) async fn holder_of_partner_id(&self, id: &str) -> Result<Option<String>, Failure> {
        let row = partner_ids::Entity::find_by_id(id).one(self.database.reader()).await;
        Ok(row.map_err(fault)?.map(|row| row.holder))
    }
}

/// Gives a PartnerID to a holder, unless it has it already. Whoever comes second has lost.
pub(super) async fn claim(
    transaction: &DatabaseTransaction,
    id: impl Display,
    holder: impl Display,
) -> Result<(), Failure> {
    let (id, holder) = (id.to_string(), holder.to_string());
    let held = partner_ids::Entity::find_by_id(&id).one(transaction).await.map_err(fault)?;
    match held {
        Some(row) if row.holder == holder => Ok(()),
        _ => {
            let row = partner_ids::ActiveModel { id: Set(id), holder: Set(holder) };
            insert(transaction, row).await
        }
    }
}
