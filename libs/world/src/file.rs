//! The world file. Its comments are the descriptions of the JSON Schema.

mod check;
mod position;
mod values;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::{Options, options};

pub use check::{Problem, Problems};
pub use position::At;
pub use values::{
    Account, BillingCycle, Family, Market, Mca, Ownership, Purpose, Role, Stage, Tenant, Term, Time,
};

/// Longest file, in bytes.
const LONGEST: usize = 4 << 20;

/// Partners, customers, offers and orders by alias. An alias has lower-case letters, digits and hyphens, or is the
/// GUID of the tenant.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "csp-channel world")]
pub struct World {
    /// Address of this schema, for editors.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// What the file shows.
    pub description: Option<String>,
    /// Time at which a throwaway cluster starts. Default: now.
    pub start_time: Option<Time>,
    /// Companies other than those that `partners` and `customers` describe, such as owners.
    pub organizations: BTreeMap<At<String>, Organization>,
    /// Partners.
    pub partners: BTreeMap<At<String>, Partner>,
    /// Customers.
    pub customers: BTreeMap<At<String>, Customer>,
    /// Offers. The alias is the id of the offer.
    pub offers: BTreeMap<At<String>, Offer>,
    /// Orders to place. Each must be accepted.
    pub orders: BTreeMap<At<String>, Order>,
    /// Assertions, in order.
    pub tests: Vec<At<Test>>,
}

/// A company.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// Legal name. Default: the alias.
    pub name: Option<String>,
    /// Country of registration, ISO 3166-1 alpha-2.
    pub country: Market,
    /// Owners by alias: a share such as `60%`, or `control` of the management.
    #[serde(default)]
    pub owners: BTreeMap<At<String>, Ownership>,
}

/// A partner: a CSP tenant with one role.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// Legal name of its company. Default: the alias.
    pub name: Option<String>,
    /// Country of the CSP tenant, ISO 3166-1 alpha-2.
    pub country: Market,
    /// Role in the programme.
    pub role: Role,
    /// Alias of its company, if other than its own.
    pub company: Option<At<String>>,
    /// PartnerID of its location, 4 to 10 digits. Default: derived from the alias.
    pub location: Option<At<String>>,
    /// How far it got. Default: `active`, with an accepted Microsoft Partner Agreement.
    #[serde(default)]
    pub reached: Stage,
    /// When it accepted the Microsoft Partner Agreement. Default: the day before.
    pub mpa: Option<Time>,
    /// Providers with which a reseller has a partnership.
    #[serde(default)]
    pub providers: Vec<At<String>>,
}

/// A customer: an Entra tenant.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// Display name. Default: the alias.
    pub name: Option<String>,
    /// Country of the tenant, ISO 3166-1 alpha-2.
    pub country: Market,
    /// Alias of its company, if other than its own.
    pub company: Option<At<String>>,
    /// Use of the tenant. Default: `company`.
    #[serde(default)]
    pub kind: Tenant,
    /// Acceptance of the Microsoft Customer Agreement: `accepted` at Microsoft the day before (the default),
    /// `none`, or the time of the acceptance.
    #[serde(default)]
    pub mca: Mca,
    /// Partners that attest the agreement for their own sales.
    #[serde(default)]
    pub attested_by: Vec<At<String>>,
    /// Result of the review of its account.
    pub account: Option<Account>,
    /// Partners with a resale relationship.
    #[serde(default)]
    pub sold_by: Vec<At<String>>,
    /// Partners with a management relationship.
    #[serde(default)]
    pub managed_by: Vec<At<String>>,
    /// Partners that requested a resale relationship that the customer has not accepted.
    #[serde(default)]
    pub requested_by: Vec<At<String>>,
}

/// An offer, in every currency of CSP, for 1 to 300 units.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Display name. Default: the alias.
    pub name: Option<String>,
    /// Product family.
    pub family: Family,
    /// Price of one unit for a month, in minor units of each currency. Default: 1000.
    #[serde(default = "ten")]
    pub price: i64,
    /// Countries of the customers that may buy it, ISO 3166-1 alpha-2. Default: every market.
    #[serde(default)]
    pub markets: Vec<Market>,
    /// A third-party offer.
    #[serde(default)]
    pub third_party: bool,
    /// The seller must attest each line.
    #[serde(default)]
    pub attestation_required: bool,
}

fn ten() -> i64 {
    1000
}

/// An order of one line. The PartnerID on record is that of the reseller.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Provider or direct-bill partner.
    pub seller: At<String>,
    /// Reseller between seller and customer.
    pub reseller: Option<At<String>>,
    /// The customer.
    pub customer: At<String>,
    /// The offer.
    pub offer: At<String>,
    /// Units. Default: 1.
    #[serde(default = "one")]
    pub quantity: i32,
    /// Term. Default: `P1Y`.
    #[serde(default)]
    pub term: Term,
    /// Billing cycle. Default: `monthly`.
    #[serde(default)]
    pub billing: BillingCycle,
    /// Whether the seller attests its role. Default: true.
    #[serde(default = "yes")]
    pub attested: bool,
    /// Whether the seller attests the line. Default: true.
    #[serde(default = "yes")]
    pub line_attested: bool,
    /// PartnerID on record, if other than that of the reseller: digits, or an alias of a partner.
    pub partner_id: Option<At<String>>,
    /// PartnerIDs on record of further resellers, by alias.
    #[serde(default)]
    pub additional_resellers: Vec<At<String>>,
    /// Currency, ISO 4217. Default: that of the seller's country.
    pub currency: Option<String>,
}

fn one() -> i32 {
    1
}

fn yes() -> bool {
    true
}

/// A question to CheckTransaction. With a product family it has one line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Provider or direct-bill partner.
    pub seller: At<String>,
    /// Reseller between seller and customer.
    pub reseller: Option<At<String>>,
    /// The customer.
    pub customer: At<String>,
    /// Purpose. Default: `new-subscription`.
    #[serde(default)]
    pub purpose: Purpose,
    /// Product family of the line.
    pub family: Option<Family>,
    /// Whether the seller attests its role. Default: true.
    #[serde(default = "yes")]
    pub attested: bool,
}

/// A call of any method.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Name of the method, such as `AcceptAgreement`.
    pub method: At<String>,
    /// The request as JSON. Names such as `partners/fabrikam`, `customers/litware/relationships/fabrikam`,
    /// `partnerships/northwind/fabrikam`, `orders/first` and `subscriptions/first` stand for the resources of
    /// these aliases, `partners/fabrikam/tenant` and `partners/fabrikam/location` for the ids of a partner.
    pub request: BTreeMap<String, serde_json::Value>,
    /// Whether to call with `validate_only`, which changes nothing. Default: true.
    #[serde(default = "yes")]
    pub dry_run: bool,
}

/// An assertion: exactly one of `order`, `check` and `call`, and the expected answer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// Title of this test and those after it.
    pub scenario: Option<String>,
    /// What the test asks.
    pub name: Option<String>,
    /// The time of the question. Moves the clock of a throwaway cluster forward.
    pub at: Option<Time>,
    /// A dry run of an order.
    pub order: Option<Order>,
    /// A check of a transaction.
    pub check: Option<Check>,
    /// A call of any method.
    pub call: Option<Call>,
    /// The answer.
    pub expect: Expect,
    /// Texts that the explanations must contain.
    #[serde(default)]
    pub because: Vec<String>,
}

/// The expected answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// Allowed.
    Allowed,
    /// Refused by exactly these rules, in any order.
    Refused(Vec<String>),
}

impl World {
    /// Reads a file and checks that everything that it refers to is in it.
    ///
    /// # Errors
    /// All problems, with line and column. A file that is not of the form has one.
    pub fn read(text: &str) -> Result<Self, Problems> {
        if text.len() > LONGEST {
            return Err(Problem::anywhere(format!(
                "the file has {} bytes; the limit is {LONGEST}",
                text.len()
            ))
            .into());
        }
        let options: Options = options! { with_snippet: false };
        let world: Self = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| Problems::from(Problem::from(&error)))?;
        check::all(&world)?;
        Ok(world)
    }

    /// The JSON Schema of the file.
    #[must_use]
    pub fn json_schema() -> schemars::Schema {
        schemars::schema_for!(Self)
    }
}

#[cfg(test)]
mod tests;
