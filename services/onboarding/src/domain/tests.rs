//! What is decided about partners: enrollment, location, agreement, and who owns whom.

mod agreement;
mod coverage;
mod enrollment;
mod lifecycle;
mod location;
mod ownership;
mod requirement;
mod standing;
mod steps;
mod world;
