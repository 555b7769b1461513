//! The kinds of resources: how each is read, and what a table shows of it.

use clap::ValueEnum;
use serde_json::Value;

use crate::{
    labels::Labels,
    value::{choice, day, money, text},
};

/// A kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    #[value(alias = "organization")]
    Organizations,
    #[value(alias = "partner")]
    Partners,
    #[value(alias = "enrollment")]
    Enrollments,
    #[value(alias = "agreement")]
    Agreements,
    #[value(alias = "customer")]
    Customers,
    #[value(alias = "relationship")]
    Relationships,
    #[value(alias = "partnership")]
    Partnerships,
    #[value(alias = "offer")]
    Offers,
    #[value(alias = "order")]
    Orders,
    #[value(alias = "subscription")]
    Subscriptions,
    #[value(alias = "transfer")]
    Transfers,
}

/// How a kind of resource is read.
#[derive(Debug)]
pub(crate) struct Methods {
    pub(crate) get: &'static str,
    pub(crate) list: &'static str,
    /// Field of the resource in the response of `get`; with an `s` that of `list`.
    pub(crate) field: &'static str,
    /// The kind of resource that it belongs to.
    pub(crate) parent: Option<Kind>,
    /// Most resources in a page. 0 means that the list has no pages, filter and order.
    pub(crate) page: u32,
}

const fn methods(get: &'static str, list: &'static str, field: &'static str) -> Methods {
    Methods { get, list, field, parent: None, page: 200 }
}

impl Kind {
    /// Its collection, as in names, such as `partners`.
    pub(crate) fn collection(self) -> String {
        format!("{}s", self.noun())
    }

    /// The word for one of its resources.
    pub(crate) fn noun(self) -> &'static str {
        self.methods().field
    }

    /// The kind of a resource with this name. A name may also have the noun in place of the collection.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let collections: Vec<_> = name.split('/').step_by(2).collect();
        let whole = name.split('/').count() == collections.len() * 2;
        let last = collections.last().filter(|_| whole)?;
        let kinds = Self::value_variants().iter().copied();
        let mut kinds = kinds.filter(|it| it.noun() == *last || it.collection() == *last);
        kinds.find(|it| collections.len() == 1 + usize::from(it.methods().parent.is_some()))
    }

    pub(crate) fn methods(self) -> Methods {
        let of = |parent, methods| Methods { parent: Some(parent), ..methods };
        match self {
            Self::Organizations => methods("GetOrganization", "ListOrganizations", "organization"),
            Self::Partners => methods("GetPartner", "ListPartners", "partner"),
            Self::Enrollments => {
                let methods = methods("GetEnrollment", "ListEnrollments", "enrollment");
                of(Self::Partners, Methods { page: 0, ..methods })
            }
            Self::Agreements => {
                let methods = methods("GetAgreement", "ListAgreements", "agreement");
                of(Self::Partners, Methods { page: 0, ..methods })
            }
            Self::Customers => methods("GetCustomer", "ListCustomers", "customer"),
            Self::Relationships => of(
                Self::Customers,
                methods("GetCustomerRelationship", "ListCustomerRelationships", "relationship"),
            ),
            Self::Partnerships => methods("GetPartnership", "ListPartnerships", "partnership"),
            Self::Offers => methods("GetOffer", "ListOffers", "offer"),
            Self::Orders => Methods { page: 50, ..methods("GetOrder", "ListOrders", "order") },
            Self::Subscriptions => methods("GetSubscription", "ListSubscriptions", "subscription"),
            Self::Transfers => methods("GetTransfer", "ListTransfers", "transfer"),
        }
    }

    /// Titles of the columns of a table.
    pub(crate) fn titles(self) -> [&'static str; 6] {
        match self {
            Self::Organizations => ["NAME", "DISPLAY NAME", "COUNTRY", "PGA", "", ""],
            Self::Partners => ["NAME", "COMPANY", "COUNTRY", "REGION", "PARTNERID", ""],
            Self::Enrollments => ["NAME", "STATE", "SINCE", "REVIEW", "", ""],
            Self::Agreements => ["NAME", "KIND", "VERSION", "ACCEPTED", "", ""],
            Self::Customers => ["NAME", "DISPLAY NAME", "COUNTRY", "KIND", "MCA", "ACCOUNT"],
            Self::Relationships => ["NAME", "CUSTOMER", "PARTNER", "KIND", "STATE", ""],
            Self::Partnerships => ["NAME", "PROVIDER", "RESELLER", "STATE", "ACCEPTED", ""],
            Self::Offers => ["NAME", "DISPLAY NAME", "FAMILY", "STATE", "", ""],
            Self::Orders => ["NAME", "KIND", "CUSTOMER", "SOLD BY", "TOTAL", "STATE"],
            Self::Subscriptions => ["NAME", "CUSTOMER", "OFFER", "UNITS", "STATE", "TERM ENDS"],
            Self::Transfers => ["NAME", "CUSTOMER", "FROM", "TO", "STATE", "EXPIRES"],
        }
    }

    /// The columns of a resource.
    pub(crate) fn columns(self, it: &Value, labels: &Labels) -> [String; 6] {
        let plain = |path| text(it, path).to_owned();
        let name = || plain("/name");
        let label = |path| labels.short(text(it, path)).to_owned();
        let date = |path| day(text(it, path));
        let value = |path, prefix| choice(text(it, path), prefix);
        let none = String::new;
        match self {
            Self::Organizations => [
                name(),
                plain("/displayName"),
                plain("/countryCode"),
                plain("/globalAccountId"),
                none(),
                none(),
            ],
            Self::Partners => [
                name(),
                label("/organization"),
                plain("/countryCode"),
                plain("/cspRegion"),
                plain("/locationAccountId"),
                none(),
            ],
            Self::Enrollments => [
                name(),
                value("/state", "ENROLLMENT_STATE_"),
                date("/stateTime"),
                date("/reviewTime"),
                none(),
                none(),
            ],
            Self::Agreements => [
                name(),
                value("/kind", "AGREEMENT_KIND_"),
                plain("/version"),
                date("/acceptTime"),
                none(),
                none(),
            ],
            Self::Customers => [
                name(),
                plain("/displayName"),
                plain("/countryCode"),
                value("/kind", "CUSTOMER_KIND_"),
                date("/agreement/acceptTime"),
                value("/accountState", "ACCOUNT_STATE_"),
            ],
            Self::Relationships => [
                name(),
                labels.short(&owner(text(it, "/name"))).to_owned(),
                label("/partner"),
                value("/kind", "CUSTOMER_RELATIONSHIP_KIND_"),
                value("/state", "CUSTOMER_RELATIONSHIP_STATE_"),
                none(),
            ],
            Self::Partnerships => [
                name(),
                label("/provider"),
                label("/reseller"),
                value("/state", "PARTNERSHIP_STATE_"),
                date("/acceptTime"),
                none(),
            ],
            Self::Offers => [
                name(),
                plain("/displayName"),
                value("/productFamily", "PRODUCT_FAMILY_"),
                value("/state", "OFFER_STATE_"),
                none(),
                none(),
            ],
            Self::Orders => [
                name(),
                value("/kind", "ORDER_KIND_"),
                label("/customer"),
                sold_by(it, labels),
                money(it, "/total"),
                value("/state", "ORDER_STATE_"),
            ],
            Self::Subscriptions => [
                name(),
                label("/customer"),
                plain("/offer"),
                it["quantity"].to_string(),
                value("/state", "SUBSCRIPTION_STATE_"),
                date("/termEndTime"),
            ],
            Self::Transfers => [
                name(),
                label("/customer"),
                label("/source"),
                label("/target"),
                value("/state", "TRANSFER_STATE_"),
                date("/expireTime"),
            ],
        }
    }
}

/// The resource that a nested name belongs to.
fn owner(name: &str) -> String {
    name.splitn(3, '/').take(2).collect::<Vec<_>>().join("/")
}

/// Seller and, if there is one, reseller.
fn sold_by(it: &Value, labels: &Labels) -> String {
    let parties = [text(it, "/seller"), text(it, "/reseller")].map(|it| labels.short(it));
    parties.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" → ")
}
