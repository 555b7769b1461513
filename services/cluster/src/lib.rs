//! All three services in one process on three ports, and the people of a channel who call them.

pub mod cast;
pub mod plan;
pub mod tour;

pub use cast::Cast;
pub use plan::{Cluster, Plan};
