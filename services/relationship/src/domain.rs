//! What relationship decides, without transport, storage or clock.

mod approved;
mod catalogue;
mod customer;
mod customer_relationship;
mod decision;
mod denial;
mod facts;
mod partnership;
mod rules;
mod transaction;

pub use approved::Approved;
pub use catalogue::{RULES, Rule};
pub use customer::{Customer, CustomerAgreement, CustomerKind, NewCustomer};
pub use customer_relationship::{
    CustomerRelationship, NewRelationship, RelationshipKind, RelationshipState,
};
pub use decision::{Decision, RuleOutcome, decide};
pub use denial::{Denial, Fault, Finding, Reason};
pub use facts::{
    AgreementKind, BuyerStanding, Facts, Location, Role, RoleStanding, RoleState, Standing,
    StandingAgreement,
};
pub use partnership::{Partners, Partnership, PartnershipState};
pub use transaction::{Line, ProductFamily, Purpose, Transaction};

#[cfg(test)]
mod tests;
