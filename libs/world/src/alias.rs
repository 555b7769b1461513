//! Ids from aliases: one alias is one id in every cluster.

use types::{
    CustomerName, CustomerRelationshipName, OrganizationName, PartnerName, PartnershipName,
    tenant_id,
};
use uuid::Uuid;

use crate::World;

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

/// The relationship of a customer with a partner in this kind.
#[must_use]
pub fn relationship(
    customer: CustomerName,
    partner: PartnerName,
    kind: &str,
) -> CustomerRelationshipName {
    let uid = derived(&format!("relationships/{}/{}/{kind}", customer.id(), partner.id()));
    CustomerRelationshipName { customer, uid }
}

/// PartnerID of the location of a partner: ten digits.
#[must_use]
pub fn location(partner: &str) -> String {
    let (high, low) = derived(&format!("locations/{partner}")).as_u64_pair();
    (1_000_000_000 + (high ^ low) % 9_000_000_000).to_string()
}

impl World {
    /// The text with aliases for the names of the file's resources.
    #[must_use]
    pub fn with_aliases(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let mut replace = |name: String, alias: &str| {
            if text.contains(&name) {
                text = text.replace(&name, alias);
            }
        };
        let World { organizations, partners, customers, .. } = self;
        for key in organizations.keys().chain(partners.keys()).chain(customers.keys()) {
            replace(organization(key).to_string(), key);
        }
        partners.keys().for_each(|key| replace(partner(key).to_string(), key));
        customers.keys().for_each(|key| replace(customer(key).to_string(), key));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_always_the_same_resource() {
        let (provider, reseller) = (partner("northwind"), partner("fabrikam"));
        assert_eq!(provider.to_string(), "partners/8112bcaa-fd65-5368-9b22-8ea350934ff3");
        assert_eq!(
            partnership(provider, reseller).to_string(),
            "partnerships/e86effd9-ca19-556c-986e-d1d65ce67532"
        );
        assert_eq!(
            customer("litware").to_string(),
            "customers/dffcddc1-7616-55cc-832f-674b4a84d63c"
        );
        assert_eq!(location("fabrikam"), "3846081754");
    }

    #[test]
    fn a_guid_is_its_own_id() {
        let tenant = "20000000-0000-4000-8000-000000000001";
        assert_eq!(partner(tenant).to_string(), format!("partners/{tenant}"));
    }

    #[test]
    fn collections_do_not_share_ids() {
        assert_ne!(partner("fabrikam").id(), customer("fabrikam").id());
        assert_ne!(partner("fabrikam").id(), organization("fabrikam").id());
    }
}
