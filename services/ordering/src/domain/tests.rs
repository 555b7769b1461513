//! What the domain decides, as tables and properties.

mod batches;
mod cancel;
mod lifecycle;
mod offer;
mod place;
mod transfer;
mod world;
