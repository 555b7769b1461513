//! All three services in one process on three ports, and the people of a channel who call them.

pub mod plan;
pub mod scenario_client;
pub mod tour;

pub use plan::{Cluster, Plan};
pub use scenario_client::ScenarioClient;
