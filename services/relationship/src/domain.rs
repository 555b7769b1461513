//! Decisions of relationship, without transport, storage or clock.

// A new state must not fall into an existing wildcard arm.
#![warn(clippy::wildcard_enum_match_arm)]

mod applied;
mod approved;
mod catalogue;
mod customer;
mod customer_agreement;
mod customer_relationship;
mod decision;
mod denial;
mod facts;
mod lifecycle;
mod next_step;
mod partnership;
mod relationship_request;
mod rules;
mod transaction;

pub use approved::Approved;
pub use catalogue::{RULES, Rule};
pub use customer::{AccountReview, AccountState, Customer, CustomerKind, NewCustomer};
pub use customer_agreement::CustomerAgreement;
pub use customer_relationship::{
    CustomerRelationship, RelationshipKind, RelationshipState, Removal,
};
pub use decision::{Decision, RuleOutcome, Verdict, decide};
pub use denial::{Denial, Fault, Finding, Reason};
pub use facts::{
    AdditionalPartner, BuyerStanding, EnrollmentStep, Facts, Location, Role, RoleStanding,
    RoleState, Standing, StandingAgreement,
};
pub use lifecycle::{Change, Ending};
pub use next_step::{NextStep, Step};
pub use partnership::{Applications, Partners, Partnership, PartnershipSide, PartnershipState};
pub use relationship_request::{Applicant, NewRelationship, Parties};
pub use transaction::{Line, ProductFamily, Purpose, Transaction};

#[cfg(test)]
#[allow(clippy::wildcard_enum_match_arm)]
mod tests;
