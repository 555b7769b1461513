//! The pages. Each reads what it shows with few concurrent calls, and then only renders.

pub(crate) mod customer;
pub(crate) mod markets;
pub(crate) mod order;
pub(crate) mod partner;
pub(crate) mod rules;
pub(crate) mod search;
pub(crate) mod start;

/// Full names of the services without the package `csp`, for commands.
const ONBOARDING: &str = "onboarding.v1.OnboardingService";
const RELATIONSHIP: &str = "relationship.v1.RelationshipService";
const ORDERING: &str = "ordering.v1.OrderingService";
