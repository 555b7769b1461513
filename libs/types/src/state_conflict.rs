use jiff::Timestamp;

use crate::alternatives;

/// A call that a resource does not allow in its state.
#[derive(Debug, Clone, Copy)]
pub struct StateConflict<'a> {
    /// The resource, such as `the partnership`.
    pub what: &'a str,
    /// Its state.
    pub state: &'a str,
    /// Since when.
    pub since: Timestamp,
    /// The call.
    pub call: &'a str,
    /// Whether the state is one that the call leads to.
    pub reached: bool,
    /// The calls that the state allows.
    pub legal: &'a [&'a str],
    /// What to do if it allows none.
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
    fn a_conflict_names_state_and_time_and_what_is_possible_instead() {
        let conflict = StateConflict {
            what: "the partnership",
            state: "active",
            since: "2026-01-15T09:00:00Z".parse().unwrap(),
            call: "AcceptPartnership",
            reached: true,
            legal: &["EndPartnership"],
            otherwise: "invite again",
        };
        let told = |it: StateConflict<'_>| format!("{}; {}", it.explanation(), it.next_step());
        let since = "the partnership has been active since 2026-01-15T09:00:00Z";
        assert_eq!(told(conflict), format!("{since}; nothing to do"));
        let other = StateConflict { call: "WithdrawPartnership", reached: false, ..conflict };
        let out = format!("{since}, which rules out WithdrawPartnership");
        assert_eq!(told(other), format!("{out}; possible now: EndPartnership"));
        assert_eq!(told(StateConflict { legal: &[], ..other }), format!("{out}; invite again"));
    }
}
