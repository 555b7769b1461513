//! Decisions and refusals for people: the verdict, the sales chain, and what each rule says.

use client::{Refusal, Violation};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    api::Api,
    error::Error,
    labels::Labels,
    output::{Output, Tone},
    session::Exit,
    value::{choice, text},
};

/// A decision of relationship.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Decision {
    pub(crate) verdict: String,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) transaction: Chain,
    /// What the verdict leaves open if it allows the transaction.
    #[serde(skip)]
    pub(crate) limits: String,
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
            inputs: violation.inputs.into_iter().map(Input::from).collect(),
            next_step: violation.next_step,
        }
    }
}

impl From<client::Input> for Input {
    fn from(client::Input { name, value }: client::Input) -> Self {
        Self { name, value }
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
        match (outcome.responsible.as_str(), self.party(outcome)) {
            (_, Some((role, name))) => named(role, name),
            ("RESPONSIBLE_CALLER", None) => "the author of the request".to_owned(),
            (other, None) => choice(other, "RESPONSIBLE_"),
        }
    }

    /// Role and name of the resource that must act. `None` if it is the caller.
    fn party<'a>(&'a self, outcome: &'a Outcome) -> Option<(&'static str, &'a str)> {
        match outcome.responsible.as_str() {
            "RESPONSIBLE_SELLER" => Some(("seller", &self.seller)),
            "RESPONSIBLE_RESELLER" => Some(("reseller", &self.reseller)),
            "RESPONSIBLE_CUSTOMER" => Some(("customer", &self.customer)),
            "RESPONSIBLE_PARTNER" => Some(("partner", &outcome.subject)),
            _ => None,
        }
    }

    /// Who must act, and how.
    pub(crate) fn step(&self, outcome: &Outcome, labels: &Labels) -> String {
        let who = self.responsible(outcome, labels);
        let name = self.party(outcome).map(|(_, name)| name).unwrap_or_default();
        // An enrollment's step starts with whose enrollment it is, which `who` states already.
        let own = outcome.next_step.strip_prefix(&format!("for {name} as "));
        match own.and_then(|it| it.split_once(": ")) {
            Some((role, step)) => {
                let command = match step.ends_with("with AcceptAgreement")
                    && !step.contains(", then ")
                {
                    true => format!(": `csp accept-mpa {name} --signatory 'FIRST LAST <EMAIL>'`"),
                    false => String::new(),
                };
                let (role, step) = (role.replace('-', " "), labels.annotate(step));
                format!("{who} must act as {role}: {step}{command}")
            }
            None => format!("{who} must act: {}", labels.annotate(&outcome.next_step)),
        }
    }
}

impl Decision {
    pub(crate) fn read(value: &Value) -> Result<Self, Error> {
        let wrong = |error| Error::Text(format!("the decision cannot be read: {error}"));
        Self::deserialize(value).map_err(wrong)
    }

    /// The refusal of a call.
    pub(crate) fn of_refusal(refusal: Refusal, transaction: Chain) -> Self {
        let outcomes = refusal.violations.into_iter().map(Outcome::from).collect();
        Self { verdict: REFUSED.to_owned(), outcomes, transaction, limits: String::new() }
    }

    /// Prints a refusal.
    pub(crate) async fn print(&self, api: &Api, out: &Output) -> Result<Exit, Error> {
        let value = serde_json::to_value(self).unwrap_or_default();
        let labels = Labels::read(api, out, &value).await;
        out.show(&value, || self.shown(out, &labels))?;
        Ok(Exit::Refused)
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
        let mut text = self.headline(out) + "\n";
        if !self.transaction.customer.is_empty() {
            text += &(self.transaction.shown(labels) + "\n");
        }
        let width = self.blocking().map(|it| it.rule_id.len()).max().unwrap_or_default();
        let mut last_step = None;
        for outcome in self.blocking() {
            let Outcome { rule_id, explanation, .. } = outcome;
            let rule = out.paint(Tone::Strong, &format!("{rule_id:width$}"));
            text += &format!("{rule}  {}\n", labels.annotate(explanation));
            let step = self.transaction.step(outcome, labels);
            // Rules about one fact often have one next step.
            if last_step.as_ref() != Some(&step) {
                text += &format!("{:width$}  {step}\n", "");
            }
            last_step = Some(step);
        }
        text
    }

    pub(crate) fn headline(&self, out: &Output) -> String {
        let rules = self.rules();
        match self.verdict.as_str() {
            ALLOWED => out.paint(Tone::Good, "ALLOWED") + &self.limits,
            REFUSED => out.paint(Tone::Bad, &format!("REFUSED by {rules}")),
            other => {
                let verdict = choice(other, "VERDICT_").to_uppercase();
                out.paint(Tone::Unsure, &format!("{verdict} by {rules}"))
            }
        }
    }
}

/// Whether a decision as returned allows the transaction.
pub(crate) fn is_allowed(decision: &Value) -> bool {
    text(decision, "/verdict") == ALLOWED
}

/// Adds the refusal of another call to a decision as returned.
pub(crate) fn add_refusal(decision: &mut Value, refusal: Refusal) {
    decision["verdict"] = REFUSED.into();
    let outcomes = refusal.violations.into_iter().map(Outcome::from);
    let outcomes = outcomes.map(|it| serde_json::to_value(it).unwrap_or_default());
    match decision["outcomes"].as_array_mut() {
        Some(list) => list.extend(outcomes),
        None => decision["outcomes"] = outcomes.collect(),
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
