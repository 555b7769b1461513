use std::fmt;

use crate::rules::{Responsible, Violation};

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule_id, reason, explanation, next_step, .. } = self;
        let responsible = self.responsible();
        write!(
            f,
            "{rule_id} {reason}: {explanation}. Who must act: {responsible}. Next: {next_step}."
        )
    }
}

impl fmt::Display for Responsible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.value().map_or("no one", rules::Responsible::as_str))
    }
}
