use std::collections::BTreeSet;

use contracts::ordering::{self as pb, order_line, transfer_item};
use errors::{Fields, Mutation, mutation_options};
use rules::{OnRecord, SalesChain};
use types::{SubscriptionName, TransferName};

use super::{
    Converted, idempotent_mutation,
    on_record::{limit_distinct_ids, on_record},
};
use crate::domain::NewTransfer;

const MAX_ITEMS: usize = 25;

pub(in crate::transport) fn create_transfer(
    request: &pb::CreateTransferRequest,
) -> Converted<(Mutation, NewTransfer)> {
    let mut fields = Fields::new();
    let mutation = idempotent_mutation(&mut fields, mutation_options!(new request));
    let new = fields
        .required("transfer", request.transfer.as_ref())
        .and_then(|message| new_transfer(&mut fields, message));
    fields.finish(|| Some((mutation?, new?)))
}

fn new_transfer(fields: &mut Fields, message: &pb::Transfer) -> Option<NewTransfer> {
    let source = fields.parse("transfer.source", &message.source);
    let seller = fields.parse("transfer.target", &message.target);
    let reseller = fields.parse_optional("transfer.target_reseller", &message.target_reseller);
    if seller.is_some() && reseller == Some(seller) {
        fields.reject(
            "transfer.target_reseller",
            "is the same as the target; leave it empty for a direct partner",
        );
    }
    let customer = fields.parse("transfer.customer", &message.customer);
    let items = items(fields, &message.items);
    Some(NewTransfer {
        source: source?,
        chain: SalesChain { seller: seller?, reseller: reseller?, customer: customer? },
        items: items?,
        attested: message.partner_attestation_accepted,
    })
}

type Item = (SubscriptionName, OnRecord);

fn items(fields: &mut Fields, messages: &[pb::TransferItem]) -> Option<Vec<Item>> {
    if messages.is_empty() || messages.len() > MAX_ITEMS {
        let problem = format!("has {} entries, must have 1 to {MAX_ITEMS}", messages.len());
        fields.reject("transfer.items", problem);
        return None;
    }
    let items: Vec<_> = messages.iter().enumerate().map(|(at, it)| item(fields, at, it)).collect();
    let ids = messages.iter().flat_map(|item| &item.additional_partner_ids_on_record);
    limit_distinct_ids(fields, "transfer.items", ids);
    let items = items.into_iter().collect::<Option<Vec<_>>>()?;
    let names: BTreeSet<_> = items.iter().map(|(name, _)| name).collect();
    if names.len() < items.len() {
        fields.reject("transfer.items", "has duplicate subscriptions");
    }
    Some(items)
}

fn item(fields: &mut Fields, at: usize, message: &pb::TransferItem) -> Option<Item> {
    let path = format!("transfer.items[{at}]");
    let subscription = fields.parse(format!("{path}.subscription"), &message.subscription);
    let role = message.seller_role.clone().map(|role| match role {
        transfer_item::SellerRole::PartnerIdOnRecord(id) => {
            order_line::SellerRole::PartnerIdOnRecord(id)
        }
        transfer_item::SellerRole::ActingAsDirectPartner(direct) => {
            order_line::SellerRole::ActingAsDirectPartner(direct)
        }
    });
    let additional = &message.additional_partner_ids_on_record;
    let on_record = on_record(fields, &path, role.as_ref(), additional);
    Some((subscription?, on_record?))
}

pub(in crate::transport) fn approve_transfer(
    request: &pb::ApproveTransferRequest,
) -> Converted<(Mutation, TransferName)> {
    let mut fields = Fields::new();
    let mutation = idempotent_mutation(&mut fields, mutation_options!(request));
    let name = fields.parse("name", &request.name);
    fields.finish(|| Some((mutation?, name?)))
}
