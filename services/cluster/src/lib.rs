//! All three services in one process, and a client that plays scenarios of the programme.

pub mod plan;
pub mod scenario_client;
pub mod throwaway;
pub mod tour;

pub use plan::{Cluster, Plan};
pub use scenario_client::ScenarioClient;
