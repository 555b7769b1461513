use types::{Responsible, Violation};

/// A rule that ordering checks itself.
pub(super) struct Rule {
    /// Its id; `STATE` if the state of a resource is the reason.
    pub id: &'static str,
    /// Its error reason.
    pub reason: &'static str,
    /// The document that it comes from.
    pub source: &'static str,
    /// Partner Center's code for the violation; empty if there is no such code.
    pub code: &'static str,
}

impl Rule {
    pub(super) fn violation(
        &self,
        subject: impl ToString,
        responsible: Responsible,
        explanation: String,
        next_step: &str,
        inputs: Vec<(&str, String)>,
    ) -> Violation {
        Violation {
            rule: self.id.to_owned(),
            reason: self.reason.to_owned(),
            subject: subject.to_string(),
            explanation,
            inputs: inputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            responsible,
            next_step: next_step.to_owned(),
            source: self.source.to_owned(),
            partner_center_code: self.code.to_owned(),
        }
    }
}
