use std::fmt::Display;

/// The message of a partner.
pub(crate) const PARTNER: &str = "csp.onboarding.v1.Partner";

/// The message type of each collection.
const KINDS: &[(&str, &str)] = &[
    ("organizations", "csp.onboarding.v1.Organization"),
    ("partners", PARTNER),
    ("partners/enrollments", "csp.onboarding.v1.Enrollment"),
    ("partners/agreements", "csp.onboarding.v1.Agreement"),
    ("partnerships", "csp.relationship.v1.Partnership"),
    ("customers", "csp.relationship.v1.Customer"),
    ("customers/relationships", "csp.relationship.v1.CustomerRelationship"),
    ("offers", "csp.ordering.v1.Offer"),
    ("orders", "csp.ordering.v1.Order"),
    ("subscriptions", "csp.ordering.v1.Subscription"),
    ("transfers", "csp.ordering.v1.Transfer"),
];

/// A resource by type and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Message name, such as `csp.onboarding.v1.Partner`.
    pub kind: String,
    /// Resource name, such as `partners/{tenant}`, or the value that was searched for.
    pub name: String,
    /// The message, if the resource was not searched for by name.
    pub none: Option<String>,
}

impl Resource {
    /// The resource with this name. Its type is that of its collection.
    pub fn named(name: impl Display) -> Self {
        let name = name.to_string();
        let collections: Vec<_> = name.split('/').step_by(2).collect();
        let collections = collections.join("/");
        let found = KINDS.iter().find(|(collection, _)| *collection == collections);
        let kind = found.map_or("", |(_, kind)| *kind).to_owned();
        Self { kind, name, none: None }
    }
}
