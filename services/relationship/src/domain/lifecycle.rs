//! What the lifecycles of all resources have in common.

use kernel::{Responsible, Timestamp};
use serde::{Deserialize, Serialize};

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

/// A call that would move a resource on from its state.
pub(super) struct Move<'a> {
    /// The resource, such as `the partnership`.
    pub what: &'a str,
    /// Its state.
    pub state: &'a str,
    /// The call.
    pub call: &'a str,
    /// The calls that the state allows.
    pub legal: &'a [&'a str],
    /// What to do where it allows none.
    pub otherwise: &'a str,
    /// Why it is refused, as a word.
    pub reason: Reason,
}

impl Move<'_> {
    /// Whether the state allows the call.
    pub(super) fn judge(&self, subject: impl ToString) -> Finding {
        let inputs = vec![("state", self.state.to_owned()), ("legalMoves", list(self.legal))];
        let Self { what, state, call, .. } = self;
        Finding::of(subject, inputs).unless(self.legal.contains(call), || Fault {
            reason: self.reason,
            explanation: format!("{what} is {state}, which rules {call} out"),
            responsible: Responsible::Caller,
            next_step: match self.legal {
                [] => self.otherwise.to_owned(),
                legal => format!("what is open to it: {}", legal.join(", ")),
            },
            code: "",
        })
    }
}
