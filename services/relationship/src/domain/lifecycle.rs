//! What the lifecycles of all resources have in common.

use serde::{Deserialize, Serialize};
use types::{Responsible, StateConflict, Timestamp};

use super::{Approved, Fault, Finding, Reason, Rule, rules::list};

/// A state allows some moves and no others.
pub(super) static STATE: Rule =
    Rule { id: "STATE", text: "", source: "lifecycle of the resource", applied_beside: &[] };

/// How something came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending<By> {
    /// Who ended it; nobody where time did.
    pub by: Option<By>,
    /// Why; empty where time ended it.
    pub detail: String,
    /// When.
    pub time: Timestamp,
}

/// A change of a resource, and of others of its kind that go with it. All are written or none.
#[derive(Debug)]
pub struct Change<T> {
    /// What goes with it, to be written first.
    pub beside: Vec<Approved<T>>,
    /// The change that was asked for.
    pub main: Approved<T>,
}

impl<T> From<Approved<T>> for Change<T> {
    fn from(main: Approved<T>) -> Self {
        Self { beside: Vec::new(), main }
    }
}

/// Whether the state of a resource allows a call.
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
