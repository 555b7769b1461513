//! Changes that are common to all resources.

use serde::{Deserialize, Serialize};
use types::Timestamp;

use super::Approved;

/// End of a partnership or customer relationship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending<By> {
    /// `None` if no partner ended it, for example if it expired.
    pub by: Option<By>,
    /// Reason; empty if it expired.
    pub detail: String,
    pub time: Timestamp,
}

/// A change of a resource and of related resources of the same type, written in one transaction.
#[derive(Debug)]
pub struct Change<T> {
    /// Related changes, written first.
    pub related: Vec<Approved<T>>,
    /// The requested change.
    pub main: Approved<T>,
}

impl<T> From<Approved<T>> for Change<T> {
    fn from(main: Approved<T>) -> Self {
        Self { related: Vec::new(), main }
    }
}
