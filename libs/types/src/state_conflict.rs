use jiff::Timestamp;

use crate::alternatives;

/// A call that the state of a resource does not allow.
#[derive(Debug, Clone, Copy)]
pub struct StateConflict<'a> {
    /// The resource, such as `the partnership`.
    pub what: &'a str,
    /// Its state.
    pub state: &'a str,
    /// When it entered the state.
    pub since: Timestamp,
    /// The refused call.
    pub call: &'a str,
    /// Whether the call leads to the current state.
    pub reached: bool,
    /// The calls that the state allows.
    pub legal: &'a [&'a str],
    /// What to do if the state allows no call.
    pub otherwise: &'a str,
}

impl StateConflict<'_> {
    /// Why the call is refused.
    #[must_use]
    pub fn explanation(&self) -> String {
        let Self { what, state, since, call, .. } = self;
        match self.reached {
            true => format!("{what} has been {state} since {since}"),
            false => format!("{what} has been {state} since {since}, which rules out {call}"),
        }
    }

    /// What to do instead.
    #[must_use]
    pub fn next_step(&self) -> String {
        match self.legal {
            _ if self.reached => "nothing to do".to_owned(),
            [] => self.otherwise.to_owned(),
            legal => format!("possible now: {}", alternatives(legal)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_names_state_time_and_possible_calls() {
        let conflict = StateConflict {
            what: "the partnership",
            state: "active",
            since: "2026-01-15T09:00:00Z".parse().unwrap(),
            call: "AcceptPartnership",
            reached: true,
            legal: &["EndPartnership"],
            otherwise: "invite again",
        };
        let message = |it: StateConflict<'_>| format!("{}; {}", it.explanation(), it.next_step());
        let since = "the partnership has been active since 2026-01-15T09:00:00Z";
        assert_eq!(message(conflict), format!("{since}; nothing to do"));
        let other = StateConflict { call: "WithdrawPartnership", reached: false, ..conflict };
        let out = format!("{since}, which rules out WithdrawPartnership");
        assert_eq!(message(other), format!("{out}; possible now: EndPartnership"));
        assert_eq!(message(StateConflict { legal: &[], ..other }), format!("{out}; invite again"));
    }
}
