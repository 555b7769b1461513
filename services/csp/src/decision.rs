//! Decisions and refusals for people: the verdict, the sales chain, and what each rule says.

use client::{Refusal, Violation};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::Error,
    labels::Labels,
    output::{Output, Tone},
    value::choice,
};

/// A decision of relationship.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Decision {
    pub(crate) verdict: String,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) transaction: Chain,
}

/// Who sells to whom.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Chain {
    pub(crate) seller: String,
    pub(crate) reseller: String,
    pub(crate) customer: String,
}

/// The result of one rule.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Outcome {
    pub(crate) rule_id: String,
    pub(crate) outcome: String,
    pub(crate) subject: String,
    pub(crate) explanation: String,
    pub(crate) inputs: Vec<Input>,
    pub(crate) responsible: String,
    pub(crate) next_step: String,
}

/// A fact that a rule looked at.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// The prefix of each value of `Outcome.outcome`.
pub(crate) const OUTCOME: &str = "OUTCOME_";
const ALLOWED: &str = "VERDICT_ALLOWED";
const REFUSED: &str = "VERDICT_REFUSED";
const FAILED: &str = "OUTCOME_FAILED";
const UNDETERMINED: &str = "OUTCOME_UNDETERMINED";

impl From<Violation> for Outcome {
    fn from(violation: Violation) -> Self {
        Self {
            responsible: violation.responsible().as_str_name().to_owned(),
            rule_id: violation.rule_id,
            outcome: FAILED.to_owned(),
            subject: violation.subject,
            explanation: violation.explanation,
            inputs: Vec::new(),
            next_step: violation.next_step,
        }
    }
}

impl Outcome {
    pub(crate) fn failed(&self) -> bool {
        self.outcome == FAILED
    }

    /// Whether it keeps the transaction from being allowed.
    pub(crate) fn blocks(&self) -> bool {
        self.failed() || self.outcome == UNDETERMINED
    }
}

impl Chain {
    /// `Microsoft → … → customer`, by company and display names.
    pub(crate) fn shown(&self, labels: &Labels) -> String {
        let parties = ["microsoft", &self.seller, &self.reseller, &self.customer];
        let parties = parties.into_iter().filter(|it| !it.is_empty());
        parties.map(|it| labels.short(it)).collect::<Vec<_>>().join(" → ")
    }

    /// The party that must act, by its company or display name.
    pub(crate) fn responsible(&self, outcome: &Outcome, labels: &Labels) -> String {
        let named = |role: &str, name: &str| match labels.short(name) {
            "" => format!("the {role}"),
            label => format!("{label} ({role})"),
        };
        match outcome.responsible.as_str() {
            "RESPONSIBLE_SELLER" => named("seller", &self.seller),
            "RESPONSIBLE_RESELLER" => named("reseller", &self.reseller),
            "RESPONSIBLE_CUSTOMER" => named("customer", &self.customer),
            "RESPONSIBLE_PARTNER" => named("partner", &outcome.subject),
            "RESPONSIBLE_CALLER" => "the author of the request".to_owned(),
            other => choice(other, "RESPONSIBLE_"),
        }
    }
}

impl Decision {
    pub(crate) fn read(value: &Value) -> Result<Self, Error> {
        let wrong = |error| Error::Text(format!("the decision cannot be read: {error}"));
        Self::deserialize(value).map_err(wrong)
    }

    /// The refusal of an order.
    pub(crate) fn of_refusal(refusal: Refusal, transaction: Chain) -> Self {
        let outcomes = refusal.violations.into_iter().map(Outcome::from).collect();
        Self { verdict: REFUSED.to_owned(), outcomes, transaction }
    }

    pub(crate) fn allowed(&self) -> bool {
        self.verdict == ALLOWED
    }

    /// The outcomes that keep the transaction from being allowed.
    pub(crate) fn blocking(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|it| it.blocks())
    }

    /// The rules that keep the transaction from being allowed, each once.
    pub(crate) fn rules(&self) -> String {
        rule_ids(self.blocking())
    }

    /// Verdict, sales chain, and for each rule that blocks: why, who must act, and how.
    pub(crate) fn shown(&self, out: &Output, labels: &Labels) -> String {
        let mut text = self.headline(out) + "\n" + &self.transaction.shown(labels) + "\n";
        let width = self.blocking().map(|it| it.rule_id.len()).max().unwrap_or_default();
        let mut last_step = None;
        for outcome in self.blocking() {
            let Outcome { rule_id, explanation, next_step, .. } = outcome;
            let rule = out.paint(Tone::Strong, &format!("{rule_id:width$}"));
            text += &format!("{rule}  {}\n", labels.annotate(explanation));
            let step = (self.transaction.responsible(outcome, labels), next_step);
            // Rules about one fact often have one next step.
            if last_step.as_ref() != Some(&step) {
                let (who, next) = &step;
                let next = labels.annotate(next);
                text += &format!("{:width$}  {who} must act: {next}\n", "");
            }
            last_step = Some(step);
        }
        text
    }

    pub(crate) fn headline(&self, out: &Output) -> String {
        let rules = self.rules();
        match self.verdict.as_str() {
            ALLOWED => out.paint(Tone::Good, "ALLOWED"),
            REFUSED => out.paint(Tone::Bad, &format!("REFUSED by {rules}")),
            other => {
                let verdict = choice(other, "VERDICT_").to_uppercase();
                out.paint(Tone::Unsure, &format!("{verdict} by {rules}"))
            }
        }
    }
}

/// The ids of rules, each once.
pub(crate) fn rule_ids<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> String {
    let mut rules: Vec<&str> = Vec::new();
    for outcome in outcomes {
        if !rules.contains(&outcome.rule_id.as_str()) {
            rules.push(&outcome.rule_id);
        }
    }
    rules.join(", ")
}

#[cfg(test)]
mod tests;
