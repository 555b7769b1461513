use types::{Responsible, Violation};

/// A rule that ordering itself applies.
pub(super) struct Rule {
    /// Its id; `STATE` where a resource's state is the reason.
    pub id: &'static str,
    /// Why, as a word of the error reasons.
    pub reason: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Code of the same refusal in Partner Center; empty where it has none.
    pub code: &'static str,
}

impl Rule {
    /// What to tell where the rule stands against something.
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
