use crate::{
    decision::{Decision, OUTCOME, Outcome, rule_ids},
    error::Error,
    labels::Labels,
    output::{Output, Tone},
    question::Question,
    session::{Exit, Session},
    value::choice,
};

/// Outcome of a rule that does not apply.
const NOT_APPLICABLE: &str = "OUTCOME_NOT_APPLICABLE";

/// Show every rule of a decision, with the facts that it looked at
///
/// Takes the same options as `csp check`.
///
/// Exit codes: 0 allowed, 2 refused or undetermined, 1 error.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  csp explain --seller northwind --reseller fabrikam --customer litware \
                  --family microsoft-365"
)]
pub(crate) struct Args {
    #[command(flatten)]
    question: Question,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let api = session.api()?;
        let (response, decision) = self.question.ask(&api, "DECISION_VIEW_FULL").await?;
        if session.out.is_text() {
            let labels = Labels::read(&api, &session.out, &response).await;
            session.out.text(&explained(&session.out, &decision, &labels))?;
        } else {
            session.out.show(&response, String::new)?;
        }
        Ok(if decision.allowed() { Exit::Success } else { Exit::Refused })
    }
}

fn explained(out: &Output, decision: &Decision, labels: &Labels) -> String {
    let mut text = decision.headline(out) + "\n" + &decision.transaction.shown(labels) + "\n\n";
    let applies = |it: &&Outcome| it.outcome != NOT_APPLICABLE;
    let width = decision.outcomes.iter().map(|it| it.rule_id.len()).max().unwrap_or_default();
    for outcome in decision.outcomes.iter().filter(applies) {
        text += &rule(out, decision, outcome, width, labels);
    }
    let others = rule_ids(decision.outcomes.iter().filter(|it| !applies(it)));
    if others.is_empty() { text } else { text + "\ndo not apply: " + &others + "\n" }
}

/// A rule in a few lines: its outcome, on what, the facts, and what is wrong.
fn rule(
    out: &Output,
    decision: &Decision,
    outcome: &Outcome,
    width: usize,
    labels: &Labels,
) -> String {
    let tone = match (outcome.failed(), outcome.blocks()) {
        (true, _) => Tone::Bad,
        (false, true) => Tone::Unsure,
        (false, false) => Tone::Good,
    };
    let result = out.paint(tone, &format!("{:12}", choice(&outcome.outcome, OUTCOME)));
    let subject = labels.annotate(&outcome.subject);
    let mut text = format!("{:width$}  {result}  {subject}\n", outcome.rule_id);
    let mut add = |line: &str| text += &format!("{:width$}  {line}\n", "");
    let facts = outcome.inputs.iter().map(|it| format!("{}={}", it.name, it.value));
    let facts: Vec<_> = facts.map(|it| labels.annotate(&it)).collect();
    if !facts.is_empty() {
        add(&facts.join(", "));
    }
    if outcome.blocks() {
        add(&labels.annotate(&outcome.explanation));
        add(&decision.transaction.step(outcome, labels));
    }
    text
}
