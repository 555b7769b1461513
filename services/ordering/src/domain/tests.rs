//! Tests of the rules, as tables and properties.

mod batches;
mod cancel;
mod diagrams;
mod evidence;
mod fixtures;
mod lifecycle;
mod offer;
mod place;
mod transfer;
