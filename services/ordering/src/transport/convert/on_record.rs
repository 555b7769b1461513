//! PartnerIDs on record of an order line or a transfer item.

use std::collections::BTreeSet;

use contracts::ordering::order_line::SellerRole;
use errors::Fields;
use rules::OnRecord;
use types::LocationAccountId;

/// Maximum number of distinct additional PartnerIDs on all lines: relationship looks up each.
const MAX_DISTINCT_IDS: usize = 50;

/// PartnerIDs on record of the line at a path.
pub(super) fn on_record(
    fields: &mut Fields,
    path: &str,
    role: Option<&SellerRole>,
    additional: &[String],
) -> Option<OnRecord> {
    let partner_id = seller_role(fields, path, role);
    let additional_ids = additional_ids(fields, path, role, additional);
    Some(OnRecord { partner_id: partner_id?, additional_ids: additional_ids? })
}

/// Rejects lines that together have too many distinct additional PartnerIDs.
pub(super) fn limit_distinct_ids<'a>(
    fields: &mut Fields,
    path: &str,
    additional: impl Iterator<Item = &'a String>,
) {
    if additional.collect::<BTreeSet<_>>().len() > MAX_DISTINCT_IDS {
        fields.reject(
            path,
            format!("have more than {MAX_DISTINCT_IDS} distinct additional PartnerIDs"),
        );
    }
}

/// The PartnerID on record; `Some(None)` for a direct partner, `None` for an invalid field.
fn seller_role(
    fields: &mut Fields,
    path: &str,
    role: Option<&SellerRole>,
) -> Option<Option<LocationAccountId>> {
    let by_id = format!("{path}.partner_id_on_record");
    match role {
        Some(SellerRole::PartnerIdOnRecord(id)) if !id.is_empty() => {
            fields.parse(by_id, id).map(Some)
        }
        Some(SellerRole::ActingAsDirectPartner(true)) => Some(None),
        Some(SellerRole::ActingAsDirectPartner(false)) => {
            let field = format!("{path}.acting_as_direct_partner");
            fields.reject(field, "must be true; or set partner_id_on_record");
            None
        }
        _ => {
            fields.reject(by_id, "is required; or set acting_as_direct_partner to true");
            None
        }
    }
}

/// Additional PartnerIDs: not too many, no duplicates, none equal to the PartnerID on record.
fn additional_ids(
    fields: &mut Fields,
    path: &str,
    role: Option<&SellerRole>,
    texts: &[String],
) -> Option<Vec<LocationAccountId>> {
    let field = format!("{path}.additional_partner_ids_on_record");
    let max = OnRecord::MAX_ADDITIONAL;
    if texts.len() > max {
        fields.reject(field, format!("has more than {max} entries"));
        return None;
    }
    let ids = texts.iter().enumerate();
    let ids: Vec<_> = ids.map(|(at, id)| fields.parse(format!("{field}[{at}]"), id)).collect();
    let own = |id: &String| matches!(role, Some(SellerRole::PartnerIdOnRecord(own)) if own == id);
    if texts.iter().collect::<BTreeSet<_>>().len() < texts.len() || texts.iter().any(own) {
        fields.reject(field, "has duplicates, or repeats partner_id_on_record");
    }
    ids.into_iter().collect()
}
