//! Decisions about partners: enrollment, location, agreement and ownership.

mod agreement;
mod coverage;
mod diagrams;
mod enrollment;
mod lifecycle;
mod location;
mod ownership;
mod requirement;
mod revocation;
mod standing;
mod steps;
mod world;
