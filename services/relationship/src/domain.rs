//! Decisions of relationship, without transport, storage or clock.

// A new state must not fall into an existing wildcard arm.
#![warn(clippy::wildcard_enum_match_arm)]

mod approved;
mod authority;
mod checks;
mod customer;
mod customer_agreement;
mod customer_relationship;
mod decision;
mod facts;
mod judges;
mod lifecycle;
mod next_step;
mod partnership;
mod relationship_request;

pub use approved::Approved;
pub use customer::{AccountReview, AccountState, Customer, CustomerKind, NewCustomer};
pub use customer_agreement::CustomerAgreement;
pub use customer_relationship::{
    CustomerRelationship, RelationshipKind, RelationshipState, Removal,
};
pub use decision::{Decision, RuleOutcome, Verdict, decide};
pub use facts::{
    AdditionalPartner, BuyerStanding, Facts, Location, RoleStanding, RoleState, Standing,
    StandingAgreement,
};
pub use lifecycle::{Change, Ending};
pub use next_step::{NextStep, Step};
pub use partnership::{Applications, Partners, Partnership, PartnershipSide, PartnershipState};
pub use relationship_request::{Applicant, NewRelationship, Parties};

/// Result of a rule that applies.
pub type Finding = rules::Finding<NextStep>;
/// What is wrong, who must act, and how to fix it.
pub type Fault = rules::Fault<NextStep>;

#[cfg(test)]
#[allow(clippy::wildcard_enum_match_arm)]
mod tests;
