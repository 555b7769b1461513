//! Ids from aliases: one alias is one id in every cluster.

use types::{CustomerName, OrganizationName, PartnerName, PartnershipName, tenant_id};
use uuid::Uuid;

/// Namespace of all derived ids. Never changes, because it would rename every resource.
const NAMESPACE: Uuid = Uuid::from_u128(0x5e9f_2c61_8b0d_4f5a_9c37_d2a4_71e8_06b3);

/// The organization with this alias or GUID.
#[must_use]
pub fn organization(alias: &str) -> OrganizationName {
    OrganizationName::new(id("organizations", alias))
}

/// The partner with this alias or GUID of its CSP tenant.
#[must_use]
pub fn partner(alias: &str) -> PartnerName {
    PartnerName::new(id("partners", alias))
}

/// The customer with this alias or GUID of its tenant.
#[must_use]
pub fn customer(alias: &str) -> CustomerName {
    CustomerName::new(id("customers", alias))
}

/// The partnership of a provider and a reseller.
#[must_use]
pub fn partnership(provider: PartnerName, reseller: PartnerName) -> PartnershipName {
    PartnershipName::new(derived(&format!("partnerships/{}/{}", provider.id(), reseller.id())))
}

/// The id of an alias in a collection; a GUID is its own id.
fn id(collection: &str, alias: &str) -> Uuid {
    tenant_id(alias).unwrap_or_else(|_| derived(&format!("{collection}/{alias}")))
}

/// The id of a text.
pub(crate) fn derived(text: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, text.as_bytes())
}
