//! What is decided about offers and orders.

mod cancel;
mod offer;
mod place;
mod world;
