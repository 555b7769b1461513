use std::fmt;

use tonic::Status;
use tonic_types::{PreconditionViolation, StatusExt};

/// One rule that stands against a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its id, such as `REL-3`; `STATE` where a resource's state is the reason.
    pub rule: String,
    /// Why, as a word.
    pub reason: String,
    /// The resource that the rule looked at.
    pub subject: String,
    /// Why, in a sentence.
    pub explanation: String,
    /// Who must act: `seller`, `reseller`, `customer`, `caller` or `partner`.
    pub responsible: String,
    /// What to do next.
    pub next_step: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, reason, explanation, responsible, next_step, .. } = self;
        write!(f, "{rule} {reason}: {explanation}. Who must act: {responsible}. Next: {next_step}.")
    }
}

/// What stands against a request, in order of precedence. Empty where no rule refused it.
#[must_use]
pub fn refusals(status: &Status) -> Vec<Refusal> {
    let listed = status.get_details_precondition_failure().map(|it| it.violations);
    // The one without a rule says how many are left out.
    let listed = listed.unwrap_or_default().into_iter().filter(|it| !it.r#type.is_empty());
    listed.map(read).collect()
}

/// Reads `REASON: explanation. Who must act: somebody. Next: step.`; what is not told stays empty.
fn read(told: PreconditionViolation) -> Refusal {
    let text = told.description.as_str();
    let (reason, text) = text.split_once(": ").unwrap_or((text, ""));
    let text = text.strip_suffix('.').unwrap_or(text);
    let (text, next_step) = text.rsplit_once(". Next: ").unwrap_or((text, ""));
    let (explanation, responsible) = text.rsplit_once(". Who must act: ").unwrap_or((text, ""));
    Refusal {
        rule: told.r#type,
        subject: told.subject,
        reason: reason.to_owned(),
        explanation: explanation.to_owned(),
        responsible: responsible.to_owned(),
        next_step: next_step.to_owned(),
    }
}
