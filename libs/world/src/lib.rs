//! A world: partners, customers, offers and orders under short aliases, read from a file, applied to a cluster
//! through its API, and tested.

pub mod alias;
mod apply;
pub mod file;
mod verify;

pub use apply::{Applied, Conflict, apply};
pub use file::World;
pub use verify::{Answer, Ran, Reason, verify};
