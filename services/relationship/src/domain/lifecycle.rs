//! State checks and changes that are common to all resources.

use serde::{Deserialize, Serialize};
use types::{Responsible, StateConflict, Timestamp};

use super::{Approved, Fault, Finding, Reason, Rule, rules::list};

/// Pseudo rule of calls that the state of a resource does not allow.
pub(super) static STATE: Rule =
    Rule { id: "STATE", text: "", source: "lifecycle of the resource", also_applied_by: &[] };

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

/// Checks whether the state of a resource allows a call.
pub(super) fn judge(subject: impl ToString, reason: Reason, call: StateConflict<'_>) -> Finding {
    let inputs = vec![
        ("state", call.state.to_owned()),
        ("stateTime", call.since.to_string()),
        ("legalMoves", list(call.legal)),
    ];
    Finding::of(subject, inputs).unless(call.legal.contains(&call.call), || Fault {
        reason,
        explanation: call.explanation(),
        responsible: Responsible::Caller,
        next_step: call.next_step().into(),
        code: "",
    })
}
