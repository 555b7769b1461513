//! Decisions for every relevant combination of facts.

mod agreements;
mod customers;
mod decision;
mod diagrams;
mod golden;
mod lifecycle;
mod next_steps;
mod onboarding;
mod oracle;
mod properties;
mod refusals;
mod regions;
mod relationships;
mod revocation;
mod rules;
mod space;
mod wording;
mod world;
