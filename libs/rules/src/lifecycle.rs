use std::fmt::Display;

use types::{Timestamp, alternatives};

use crate::{Fault, Finding, Reason, Responsible};

/// The states of a resource and the moves between them, as one table.
#[derive(Debug)]
pub struct Lifecycle<S: 'static> {
    /// The resource in texts, such as `the partnership`.
    pub resource: &'static str,
    /// Reason of a call that the state does not allow.
    pub reason: Reason,
    /// All moves.
    pub moves: &'static [Move<S>],
    /// What to do if the state allows no call.
    pub otherwise: &'static str,
}

/// A move of a resource.
#[derive(Debug)]
pub struct Move<S: 'static> {
    /// The call that makes it, or in words the time that does.
    pub call: &'static str,
    /// Whether it is a call on the resource, which a refusal may name as possible.
    pub direct: bool,
    /// States that allow it. Empty if it creates the resource.
    pub from: &'static [S],
    /// States that it can lead to. Empty if it keeps the state.
    pub to: &'static [S],
    /// States in which its purpose is achieved already, so that a refusal says that nothing is to do.
    pub goals: &'static [S],
}

impl<S> Move<S> {
    /// A move by a call. Its purpose is achieved in the states that it leads to.
    #[must_use]
    pub const fn new(call: &'static str, from: &'static [S], to: &'static [S]) -> Self {
        Self { call, direct: true, from, to, goals: to }
    }

    /// A call that keeps the state.
    #[must_use]
    pub const fn staying(call: &'static str, from: &'static [S]) -> Self {
        Self { call, direct: true, from, to: &[], goals: &[] }
    }

    /// A move that time makes, or a call on another resource.
    #[must_use]
    pub const fn effect(call: &'static str, from: &'static [S], to: &'static [S]) -> Self {
        Self { call, direct: false, from, to, goals: &[] }
    }

    /// The move with other states in which its purpose is achieved.
    #[must_use]
    pub const fn achieved_in(self, goals: &'static [S]) -> Self {
        Self { goals, ..self }
    }
}

impl<S: Copy + PartialEq + Display> Lifecycle<S> {
    /// The calls that a state allows.
    #[must_use]
    pub fn calls(&self, state: S) -> Vec<&'static str> {
        let allowed = self.moves.iter().filter(|it| it.direct && it.from.contains(&state));
        allowed.map(|it| it.call).collect()
    }

    /// Whether the state of a resource, which it entered at `since`, allows a call.
    pub fn check<N: From<String>>(
        &self,
        name: impl ToString,
        state: S,
        since: Timestamp,
        call: &str,
    ) -> Finding<N> {
        let allowed = self.calls(state);
        let inputs = vec![
            ("state", state.to_string()),
            ("stateTime", since.to_string()),
            ("legalMoves", if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") }),
        ];
        Finding::of(name, inputs).unless(allowed.contains(&call), || {
            let achieved = self.moves.iter().any(|it| it.call == call && it.goals.contains(&state));
            let resource = self.resource;
            let entered = format!("{resource} has been {state} since {since}");
            let (explanation, next_step) = match allowed.as_slice() {
                _ if achieved => (entered, "nothing to do".to_owned()),
                [] => (format!("{entered}, which rules out {call}"), self.otherwise.to_owned()),
                allowed => (
                    format!("{entered}, which rules out {call}"),
                    format!("possible now: {}", alternatives(allowed)),
                ),
            };
            let (reason, responsible) = (self.reason, Responsible::Caller);
            Fault { reason, explanation, responsible, next_step: next_step.into() }
        })
    }
}

#[cfg(test)]
mod tests {
    use types::text_enum;

    use super::*;

    text_enum! {
        /// Two states.
        pub enum Door {
            /// Open.
            Open = "open",
            /// Closed.
            Closed = "closed",
            /// Locked up forever.
            Sealed = "sealed",
        }
    }

    const DOOR: Lifecycle<Door> = Lifecycle {
        resource: "the door",
        reason: Reason::OfferStateConflict,
        moves: &[
            Move::new("MakeDoor", &[], &[Door::Open]),
            Move::new("Close", &[Door::Open], &[Door::Closed]),
            Move::effect("time", &[Door::Closed], &[Door::Sealed]),
        ],
        otherwise: "make another with MakeDoor",
    };

    fn answer(state: Door, call: &str) -> Option<String> {
        let since = "2026-01-15T09:00:00Z".parse().unwrap();
        let finding: Finding = DOOR.check("doors/1", state, since, call);
        finding.fault.map(|it| format!("{}; {}", it.explanation, it.next_step))
    }

    #[test]
    fn a_refused_call_is_answered_with_state_time_and_possible_calls() {
        let refused = |state, call, text: &str| {
            let since = format!("the door has been {state} since 2026-01-15T09:00:00Z");
            assert_eq!(answer(state, call), Some(format!("{since}{text}")));
        };
        assert_eq!(answer(Door::Open, "Close"), None);
        refused(Door::Closed, "Close", "; nothing to do");
        refused(Door::Open, "Paint", ", which rules out Paint; possible now: Close");
        refused(Door::Sealed, "Close", ", which rules out Close; make another with MakeDoor");
    }
}
