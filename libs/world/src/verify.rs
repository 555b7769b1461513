//! Asks the questions of a file, and compares the answers with the expected ones.

use std::{collections::BTreeSet, time::Duration};

use client::{Cluster, Violation, refusal};
use contracts::{
    ordering as od,
    relationship::{self as rl, Outcome, Verdict},
};
use serde_json::Value;
use tonic::{Code, Status};
use types::{Clock, Timestamp};

use crate::{
    Applied, World, alias,
    apply::Context,
    file::{Call, Check, Expect, Test},
};

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Allowed.
    Allowed,
    /// Refused for these reasons.
    Refused(Vec<Reason>),
    /// Neither: why, for people.
    Failed(String),
}

/// A violated rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Its id.
    pub rule: String,
    /// Why, in a sentence.
    pub explanation: String,
}

/// A test that ran.
#[derive(Debug)]
pub struct Ran<'a> {
    /// What was asked.
    pub test: &'a Test,
    /// Its line in the file.
    pub line: u64,
    /// The answer.
    pub answer: Answer,
}

impl Ran<'_> {
    /// What differs from the expected answer. `None` if nothing does.
    #[must_use]
    pub fn difference(&self) -> Option<String> {
        self.answer.difference(self.test)
    }
}

/// Runs the tests of a world. `clock` is that of a throwaway cluster; without it, nothing is written.
pub async fn verify<'a>(
    services: &Cluster,
    world: &'a World,
    applied: &Applied,
    clock: Option<&Clock>,
    mut progress: impl FnMut(usize),
) -> Vec<Ran<'a>> {
    let mut ran = Vec::new();
    for test in &world.tests {
        let now = clock.map_or_else(|| Clock::system().now(), Clock::now);
        let questions = Questions { context: Context { services, world, now }, applied };
        let answer = match test.at.map(|at| move_to(at.0, clock)) {
            Some(Err(problem)) => Answer::Failed(problem),
            Some(Ok(())) | None => questions.ask(test, clock.is_some()).await,
        };
        let answer = answer.map(|text| world.with_aliases(text));
        ran.push(Ran { test, line: test.position().line(), answer });
        progress(ran.len());
    }
    ran
}

/// Moves the clock forward.
fn move_to(time: Timestamp, clock: Option<&Clock>) -> Result<(), String> {
    let Some(clock) = clock else {
        return Err(
            "`at` needs a throwaway cluster, because a running one has its own clock".to_owned()
        );
    };
    let by = time.duration_since(clock.now());
    let by = Duration::try_from(by).map_err(|_| {
        format!("`at` is before {}, which an earlier test or start_time states", clock.now())
    })?;
    clock.advance(by);
    Ok(())
}

#[derive(Clone, Copy)]
struct Questions<'a> {
    context: Context<'a>,
    applied: &'a Applied,
}

impl Questions<'_> {
    async fn ask(&self, test: &Test, throwaway: bool) -> Answer {
        if let Some(order) = &test.order {
            let request = od::PlaceOrderRequest {
                order: Some(self.context.order(order)),
                request_id: alias::derived("dry run").to_string(),
                validate_only: true,
                ..Default::default()
            };
            let answer = self.context.services.ordering.clone().place_order(request).await;
            return Answer::of(answer.map(drop));
        }
        if let Some(check) = &test.check {
            return self.check(check).await.unwrap_or_else(|status| Answer::of(Err(status)));
        }
        match &test.call {
            Some(call) => self.call(call, throwaway).await,
            None => Answer::Failed("the test asks nothing".to_owned()),
        }
    }

    async fn check(&self, check: &Check) -> Result<Answer, Status> {
        let on_record = check.reseller.as_deref().map(|it| self.context.partner_id(it));
        let lines = check.family.map(|family| rl::TransactionLine {
            product_family: family.wire().into(),
            partner_id_on_record: on_record.unwrap_or_default(),
            ..Default::default()
        });
        let partner = |key: &str| alias::partner(key).to_string();
        let transaction = rl::Transaction {
            seller: partner(&check.seller),
            reseller: check.reseller.as_deref().map(|it| partner(it)).unwrap_or_default(),
            customer: alias::customer(&check.customer).to_string(),
            purpose: check.purpose.wire().into(),
            lines: lines.into_iter().collect(),
            partner_attestation_accepted: check.attested,
        };
        let request =
            rl::CheckTransactionRequest { transaction: Some(transaction), ..Default::default() };
        let mut relationship = self.context.services.relationship.clone();
        let decision = relationship.check_transaction(request).await?.into_inner().decision;
        let decision = decision.unwrap_or_default();
        let failed = decision.outcomes.iter().filter(|it| it.outcome() == Outcome::Failed);
        Ok(match decision.verdict() {
            Verdict::Allowed => Answer::Allowed,
            Verdict::Refused => Answer::Refused(
                failed.map(|it| Reason::new(&it.rule_id, &it.explanation)).collect(),
            ),
            Verdict::Unspecified => Answer::Failed("the answer has no verdict".to_owned()),
            Verdict::Undetermined => Answer::Failed(
                "undetermined: state `family`, so that the question has a line".to_owned(),
            ),
        })
    }

    async fn call(&self, call: &Call, throwaway: bool) -> Answer {
        if !call.dry_run && !throwaway {
            return Answer::Failed("it is no dry run, which needs a throwaway cluster".to_owned());
        }
        let fields = call.request.iter().map(|(name, value)| (name.clone(), self.resolve(value)));
        let mut request: serde_json::Map<_, _> = fields.collect();
        if call.dry_run {
            request.insert("validate_only".to_owned(), Value::Bool(true));
        }
        let answer = self.context.services.call(&call.method, Value::Object(request)).await;
        Answer::of(answer.map(drop))
    }

    /// Replaces aliases in resource names.
    fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.name(text)),
            Value::Array(items) => items.iter().map(|it| self.resolve(it)).collect(),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, it)| (name.clone(), self.resolve(it)));
                Value::Object(fields.collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn name(&self, text: &str) -> String {
        let parts: Vec<_> = text.split('/').collect();
        match parts[..] {
            ["organizations", key] => alias::organization(key).to_string(),
            ["partners", key] => alias::partner(key).to_string(),
            ["partners", key, "tenant"] => alias::partner(key).id().to_string(),
            ["partners", key, "location"] => self.context.partner_id(key),
            ["partners", key, "enrollments", role] => {
                format!("{}/enrollments/{role}", alias::partner(key))
            }
            ["partnerships", provider, reseller] => {
                alias::partnership(alias::partner(provider), alias::partner(reseller)).to_string()
            }
            ["customers", key] => alias::customer(key).to_string(),
            ["customers", key, "relationships", partner] => {
                let kind = rl::CustomerRelationshipKind::Resale.as_str_name();
                alias::relationship(alias::customer(key), alias::partner(partner), kind).to_string()
            }
            ["orders", key] => self.order(key).map_or(text, |it| it.name.as_str()).to_owned(),
            ["subscriptions", key] => {
                let line = self.order(key).and_then(|it| it.lines.first());
                line.map_or(text, |it| it.subscription.as_str()).to_owned()
            }
            _ => text.to_owned(),
        }
    }

    fn order(&self, key: &str) -> Option<&od::Order> {
        self.applied.orders.get(key)
    }
}

impl Answer {
    fn of(answer: Result<(), Status>) -> Self {
        match answer {
            Ok(()) => Self::Allowed,
            Err(status) => {
                let violations = refusal(&status).violations;
                if status.code() != Code::FailedPrecondition || violations.is_empty() {
                    return Self::Failed(status.message().to_owned());
                }
                let reason =
                    |it: Violation| Reason { rule: it.rule_id, explanation: it.explanation };
                Self::Refused(violations.into_iter().map(reason).collect())
            }
        }
    }

    /// The same answer with other texts.
    fn map(self, change: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Allowed => Self::Allowed,
            Self::Refused(reasons) => {
                let reasons = reasons
                    .into_iter()
                    .map(|it| Reason { explanation: change(&it.explanation), ..it });
                Self::Refused(reasons.collect())
            }
            Self::Failed(problem) => Self::Failed(change(&problem)),
        }
    }

    /// The same answer of a catalogue without a rule.
    #[must_use]
    pub fn without(&self, rule: &str) -> Self {
        let Self::Refused(reasons) = self else { return self.clone() };
        let reasons: Vec<_> = reasons.iter().filter(|it| it.rule != rule).cloned().collect();
        if reasons.is_empty() { Self::Allowed } else { Self::Refused(reasons) }
    }

    /// What differs from the answer that a test expects. `None` if nothing does.
    #[must_use]
    pub fn difference(&self, test: &Test) -> Option<String> {
        let expected: BTreeSet<_> = match &test.expect {
            Expect::Allowed => BTreeSet::new(),
            Expect::Refused(rules) => rules.iter().map(String::as_str).collect(),
        };
        let reasons = match self {
            Self::Failed(problem) => return Some(problem.clone()),
            Self::Refused(reasons) if reasons.is_empty() => {
                return Some("refused without a rule".to_owned());
            }
            Self::Allowed => [].as_slice(),
            Self::Refused(reasons) => reasons.as_slice(),
        };
        let explanations =
            || reasons.iter().map(|it| it.explanation.as_str()).collect::<Vec<_>>().join("; ");
        let rules: BTreeSet<_> = reasons.iter().map(|it| it.rule.as_str()).collect();
        if rules != expected {
            let reasons =
                if reasons.is_empty() { String::new() } else { format!(": {}", explanations()) };
            return Some(format!("{}, expected {}{reasons}", verdict(&rules), verdict(&expected)));
        }
        let stated = |text: &str| reasons.iter().any(|it| it.explanation.contains(text));
        let missing = test.because.iter().find(|text| !stated(text))?;
        Some(format!("no reason contains `{missing}`: {}", explanations()))
    }
}

impl Reason {
    fn new(rule: &str, explanation: &str) -> Self {
        Self { rule: rule.to_owned(), explanation: explanation.to_owned() }
    }
}

fn verdict(rules: &BTreeSet<&str>) -> String {
    match rules.is_empty() {
        true => "allowed".to_owned(),
        false => format!("refused by {}", rules.iter().copied().collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests;
