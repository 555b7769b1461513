//! When a change that takes a permission away is acknowledged, no order that relied on the facts before it is
//! accepted any more: in a model of the protocol, and in races on replicas.

mod model;
mod races;
