//! The rules of onboarding, without transport, storage or clock. A decision takes a resource as
//! stored and returns the resource to write, or why the change is denied.

// A new state must be handled in every match on states.
#![warn(clippy::wildcard_enum_match_arm)]

mod agreement;
mod approved;
mod authority;
mod coverage;
mod denial;
mod effective;
mod enrollment;
mod lifecycle;
mod moves;
mod name;
mod organization;
mod owner;
mod ownership;
mod partner;
mod requirement;
mod review;
mod revocation;
mod standing;
mod steps;
mod time;
mod version;

pub use agreement::{Agreement, AgreementKind, NewAgreement, Signatory, SignatoryRole};
pub use approved::Approved;
pub use coverage::resellers_accepted;
pub use enrollment::{Enrollment, EnrollmentState, SuspensionCause, VettingCheck, VettingResult};
pub use name::{AgreementName, EnrollmentName};
pub use organization::{Identity, NewOrganization, NewProfile, Organization};
pub use owner::{End, Owner};
pub use ownership::OwnershipGraph;
pub use partner::{Location, LocationFacts, NewPartner, Partner};
pub use requirement::{Assessment, Evidence, Gate, Requirement};
pub use standing::{Buyer, BuyerStanding, Standing};
pub use version::{AcceptanceMode, AgreementVersion};

#[cfg(test)]
#[allow(clippy::wildcard_enum_match_arm)]
mod tests;
