//! Who stands on record for a line of an order or an item of a transfer.

use std::collections::BTreeSet;

use contracts::ordering::order_line::SellerRole;
use errors::Fields;
use types::LocationAccountId;

use crate::domain::OnRecord;

/// Most additional PartnerIDs on one line.
const MAX_ADDITIONAL_IDS: usize = 5;
/// Most different ones on all lines, since relationship must ask about each.
const MAX_DISTINCT_IDS: usize = 50;

/// Who stands on record for the line at a path.
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

/// Rejects lines that have too many different additional PartnerIDs among them.
pub(super) fn limit_distinct_ids<'a>(
    fields: &mut Fields,
    path: &str,
    additional: impl Iterator<Item = &'a String>,
) {
    if additional.collect::<BTreeSet<_>>().len() > MAX_DISTINCT_IDS {
        fields.reject(path, format!("have more than {MAX_DISTINCT_IDS} additional PartnerIDs"));
    }
}

/// The PartnerID on record; none for a direct partner. The outer `None` means a violation.
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

/// Additional PartnerIDs: limit_distinct_ids, each once, none the line's own.
fn additional_ids(
    fields: &mut Fields,
    path: &str,
    role: Option<&SellerRole>,
    texts: &[String],
) -> Option<Vec<LocationAccountId>> {
    let field = format!("{path}.additional_partner_ids_on_record");
    if texts.len() > MAX_ADDITIONAL_IDS {
        fields.reject(field, format!("has more than {MAX_ADDITIONAL_IDS} entries"));
        return None;
    }
    let ids = texts.iter().enumerate();
    let ids: Vec<_> = ids.map(|(at, id)| fields.parse(format!("{field}[{at}]"), id)).collect();
    let own = |id: &String| matches!(role, Some(SellerRole::PartnerIdOnRecord(own)) if own == id);
    if texts.iter().collect::<BTreeSet<_>>().len() < texts.len() || texts.iter().any(own) {
        fields.reject(field, "has an entry twice, or the line's own PartnerID");
    }
    ids.into_iter().collect()
}
