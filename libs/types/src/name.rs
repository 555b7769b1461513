//! Resource names. Each collection has its own type, so that names cannot be mixed up.

use std::{fmt, str::FromStr};

use thiserror::Error;
use uuid::Uuid;

use crate::{LocationAccountId, quoted};

/// Why a text is not a resource name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// The collection is not the expected one.
    #[error("must look like `{0}`")]
    Pattern(&'static str),
    /// The id is not a GUID.
    #[error("{} is not a GUID of the form 00000000-0000-0000-0000-000000000000", quoted(.0))]
    Guid(String),
    /// A PartnerID instead of the partner's name.
    #[error(
        "`{0}` is a PartnerID, not a CSP tenant; to find its partner, call ListPartners of onboarding \
         with the filter `location_account_id = {0}`"
    )]
    PartnerId(LocationAccountId),
}

/// Parses a hyphenated GUID, in either case.
///
/// # Errors
/// [`NameError::Guid`] for any other text.
pub fn tenant_id(text: &str) -> Result<Uuid, NameError> {
    let hyphenated = text.len() == 36;
    Uuid::try_parse(text)
        .ok()
        .filter(|_| hyphenated)
        .ok_or_else(|| NameError::Guid(text.to_owned()))
}

/// Parses the CSP tenant of a partner.
///
/// # Errors
/// [`NameError::PartnerId`] for a PartnerID, [`NameError::Guid`] for any other text.
pub fn csp_tenant(text: &str) -> Result<PartnerName, NameError> {
    tenant_id(text).map(PartnerName).map_err(|error| explain(PARTNERS, text, error))
}

const PARTNERS: &str = "partners";

/// The error of an invalid name. Detects a PartnerID instead of a partner's name.
fn explain(collection: &str, text: &str, error: NameError) -> NameError {
    let id = text.strip_prefix("partners/").unwrap_or(text);
    match id.parse() {
        Ok(id) if collection == PARTNERS => NameError::PartnerId(id),
        _ => error,
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $collection:literal, $id:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The name of the resource with this id.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The id alone.
            #[must_use]
            pub const fn id(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($collection, "/{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                let id = text
                    .strip_prefix(concat!($collection, "/"))
                    .ok_or(NameError::Pattern(concat!($collection, "/", $id)))
                    .and_then(tenant_id);
                id.map(Self).map_err(|error| explain($collection, text, error))
            }
        }

        crate::serde_as_text!($name);
    };
}

name! {
    /// A legal entity.
    OrganizationName, "organizations", "{uid}"
}
name! {
    /// A partner account; the id is its CSP tenant.
    PartnerName, "partners", "{tenant}"
}
name! {
    /// A provider–reseller partnership.
    PartnershipName, "partnerships", "{uid}"
}
name! {
    /// A customer; the id is its Entra tenant.
    CustomerName, "customers", "{tenant}"
}
name! {
    /// An order.
    OrderName, "orders", "{uid}"
}
name! {
    /// A subscription.
    SubscriptionName, "subscriptions", "{uid}"
}
name! {
    /// A transfer of subscriptions between partners.
    TransferName, "transfers", "{uid}"
}

/// A relationship of one customer with one partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerRelationshipName {
    /// The customer.
    pub customer: CustomerName,
    /// The relationship.
    pub uid: Uuid,
}

impl fmt::Display for CustomerRelationshipName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/relationships/{}", self.customer, self.uid)
    }
}

impl FromStr for CustomerRelationshipName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (customer, uid) = text
            .split_once("/relationships/")
            .ok_or(NameError::Pattern("customers/{tenant}/relationships/{uid}"))?;
        Ok(Self { customer: customer.parse()?, uid: tenant_id(uid)? })
    }
}

crate::serde_as_text!(CustomerRelationshipName);

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "0195f0a8-7c1e-7b3a-9c55-0242ac120002";

    #[test]
    fn parsing_is_the_inverse_of_formatting() {
        let partner: PartnerName = format!("partners/{GUID}").parse().unwrap();
        assert_eq!(partner.to_string(), format!("partners/{GUID}"));
        let text = format!("customers/{GUID}/relationships/{GUID}");
        assert_eq!(text.parse::<CustomerRelationshipName>().unwrap().to_string(), text);
    }

    #[test]
    fn a_partner_id_instead_of_a_name_is_answered_with_how_to_find_the_partner() {
        let hint = "`4847383` is a PartnerID, not a CSP tenant; to find its partner, call \
                    ListPartners of onboarding with the filter `location_account_id = 4847383`";
        for text in ["4847383", "partners/4847383"] {
            assert_eq!(text.parse::<PartnerName>().unwrap_err().to_string(), hint);
        }
        assert_eq!(csp_tenant("4847383").unwrap_err().to_string(), hint);
        let customer = "customers/4847383".parse::<CustomerName>().unwrap_err();
        assert!(customer.to_string().contains("is not a GUID"), "{customer}");
    }

    #[test]
    fn upper_and_lower_case_name_the_same_tenant() {
        let upper: PartnerName = format!("partners/{}", GUID.to_uppercase()).parse().unwrap();
        assert_eq!(upper, format!("partners/{GUID}").parse().unwrap());
    }

    #[test]
    fn other_collections_and_other_guid_forms_are_refused() {
        assert!(format!("customers/{GUID}").parse::<PartnerName>().is_err());
        for id in ["", "1", &GUID.replace('-', ""), &format!("{{{GUID}}}"), "not-a-guid"] {
            assert!(tenant_id(id).is_err(), "{id}");
        }
    }
}
