use contracts::{
    ordering::{self as pb, transfer_item::SellerRole},
    time::to_wire,
};

use super::{additional_ids, money};
use crate::domain::{Transfer, TransferItem, TransferState};

pub(in crate::transport) fn transfer(it: Transfer) -> pb::Transfer {
    let (resource_version, chain) = (it.resource_version, it.chain);
    pb::Transfer {
        name: it.name.to_string(),
        source: it.source.to_string(),
        target: chain.seller.to_string(),
        target_reseller: chain.reseller.map(|it| it.to_string()).unwrap_or_default(),
        customer: chain.customer.to_string(),
        items: it.items.iter().map(item).collect(),
        partner_attestation_accepted: it.attested,
        state: match it.state {
            TransferState::Pending => pb::TransferState::Pending,
            TransferState::Complete => pb::TransferState::Complete,
            TransferState::Rejected => pb::TransferState::Rejected,
            TransferState::Withdrawn => pb::TransferState::Withdrawn,
            TransferState::Expired => pb::TransferState::Expired,
        }
        .into(),
        state_time: Some(to_wire(it.state_time)),
        state_reason: it.state_reason,
        expire_time: Some(to_wire(it.expire_time)),
        order: it.order.map(|it| it.to_string()).unwrap_or_default(),
        revision: resource_version.revision,
        etag: resource_version.etag(),
        create_time: Some(to_wire(resource_version.create_time)),
        update_time: Some(to_wire(resource_version.update_time)),
    }
}

/// Clears name, etag, revision and times, for a dry run.
pub(in crate::transport) fn clear_identity(transfer: &mut pb::Transfer) {
    transfer.name.clear();
    transfer.etag.clear();
    transfer.revision = 0;
    (transfer.create_time, transfer.update_time) = (None, None);
}

/// Clears the names of the order and subscriptions that a dry run of an approval does not create.
pub(in crate::transport) fn clear_new_names(transfer: &mut pb::Transfer) {
    transfer.order.clear();
    transfer.items.iter_mut().for_each(|item| item.transferred_to.clear());
}

fn item(item: &TransferItem) -> pb::TransferItem {
    pb::TransferItem {
        subscription: item.subscription.to_string(),
        seller_role: Some(match &item.on_record.partner_id {
            Some(id) => SellerRole::PartnerIdOnRecord(id.to_string()),
            None => SellerRole::ActingAsDirectPartner(true),
        }),
        additional_partner_ids_on_record: additional_ids(&item.on_record),
        transferred_to: item.transferred_to.map(|it| it.to_string()).unwrap_or_default(),
        credit: item.credit.map(money),
    }
}
