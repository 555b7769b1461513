use std::fmt::Display;

use crate::{Denial, Reason, Responsible, Violation};

/// Result of a rule that applies. `N` is the type of the next step.
#[derive(Debug, Clone)]
pub struct Finding<N = String> {
    /// Resource that the rule checks.
    pub subject: String,
    /// Facts that the rule used, by lowerCamelCase name.
    pub inputs: Vec<(&'static str, String)>,
    /// What is wrong; `None` if the rule passes.
    pub fault: Option<Fault<N>>,
    /// Input that the request lacks; without it the rule is undetermined.
    pub lacks: Option<&'static str>,
}

/// What is wrong, who must act, and how to fix it.
#[derive(Debug, Clone)]
pub struct Fault<N = String> {
    /// Belongs to exactly one rule.
    pub reason: Reason,
    /// Lower case, without a full stop.
    pub explanation: String,
    /// Who must act.
    pub responsible: Responsible,
    /// What to do next.
    pub next_step: N,
}

impl<N> Finding<N> {
    /// A finding that passes until a fault is added.
    pub fn of(subject: impl ToString, inputs: Vec<(&'static str, String)>) -> Self {
        Self { subject: subject.to_string(), inputs, fault: None, lacks: None }
    }

    /// Makes the rule undetermined if the request lacks input.
    #[must_use]
    pub fn lacking(mut self, lacks: Option<&'static str>) -> Self {
        self.lacks = lacks;
        self
    }

    /// Replaces the next step of the fault, if both exist.
    #[must_use]
    pub fn with_next_step(mut self, step: Option<impl Into<N>>) -> Self {
        if let (Some(fault), Some(step)) = (&mut self.fault, step) {
            fault.next_step = step.into();
        }
        self
    }

    /// Sets who must act on the fault.
    #[must_use]
    pub fn attributed_to(mut self, responsible: Responsible) -> Self {
        self.fault = self.fault.map(|fault| Fault { responsible, ..fault });
        self
    }

    /// Sets the reason of the fault to another one of the same rule.
    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        self.fault = self.fault.map(|fault| Fault { reason, ..fault });
        self
    }

    /// Adds the fault unless the rule passes.
    #[must_use]
    pub fn unless(mut self, passes: bool, fault: impl FnOnce() -> Fault<N>) -> Self {
        if !passes {
            self.fault = Some(fault());
        }
        self
    }
}

impl<N: Display> Finding<N> {
    /// The violation; `None` if the rule passes.
    #[must_use]
    pub fn violation(self) -> Option<Violation> {
        let fault = self.fault?;
        Some(fault.violation(self.subject, self.inputs))
    }
}

impl<N: Display> Fault<N> {
    fn violation(self, subject: String, inputs: Vec<(&str, String)>) -> Violation {
        let Self { reason, explanation, responsible, next_step } = self;
        reason.violation(subject, responsible, explanation, next_step, inputs)
    }
}

impl Reason {
    /// The violation of its rule, which checked `subject` and used these facts.
    pub fn violation(
        self,
        subject: impl ToString,
        responsible: Responsible,
        explanation: impl Into<String>,
        next_step: impl ToString,
        inputs: Vec<(&str, String)>,
    ) -> Violation {
        let inputs = inputs.into_iter().map(|(name, value)| (name.to_owned(), value));
        let rule = self.rule();
        Violation {
            rule: rule.id.to_owned(),
            domain: self.service().domain().to_owned(),
            reason: self.to_string(),
            subject: subject.to_string(),
            explanation: explanation.into(),
            inputs: inputs.collect(),
            responsible,
            next_step: next_step.to_string(),
            source: rule.source(),
            partner_center_code: self.partner_center_code().to_owned(),
        }
    }
}

/// Refuses if any rule fails. The findings are in order of precedence.
///
/// # Errors
/// [`Denial::Refused`] with all violations.
pub fn refuse<N: Display>(findings: impl IntoIterator<Item = Finding<N>>) -> Result<(), Denial> {
    let violations: Vec<_> = findings.into_iter().filter_map(Finding::violation).collect();
    if violations.is_empty() { Ok(()) } else { Err(Denial::Refused(violations)) }
}
