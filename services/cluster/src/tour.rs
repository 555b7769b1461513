//! Plays the scenarios of the programme against a new cluster.

mod scenarios;
mod table;

use std::net::{Ipv4Addr, SocketAddr};

use client::refusal;
use contracts::ordering as od;
use runtime::config::Variables;
use tonic::Status;
use types::Clock;

use crate::{
    Plan,
    scenario_client::{Answer, ScenarioClient},
};

/// A scenario with its questions.
pub(crate) struct Scenario {
    title: &'static str,
    questions: Vec<Question>,
}

/// A question and its answer.
pub(crate) struct Question {
    text: String,
    /// Whether the answer follows the rules of the programme; the tour fails otherwise.
    as_expected: bool,
    allowed: bool,
    reasons: Vec<String>,
}

impl Scenario {
    fn new(title: &'static str) -> Self {
        Self { title, questions: Vec::new() }
    }

    /// Records an order that should be accepted, or refused by a rule.
    fn order(&mut self, text: &str, refused_by: Option<&str>, answer: Answer<od::Order>) {
        let legs = |order: &od::Order| {
            let buyers = order.legs.iter().map(|leg| part_in(order, &leg.buyer));
            format!("Microsoft → {}", buyers.collect::<Vec<_>>().join(" → "))
        };
        self.question(text, refused_by, answer.map(|order| legs(&order)));
    }

    /// Records a question that should be answered with yes, or refused by a rule.
    fn question(&mut self, text: &str, refused_by: Option<&str>, answer: Answer<String>) {
        let (allowed, reasons) = match answer {
            Ok(note) => (true, vec![note]),
            Err(status) => (false, reasons(&status)),
        };
        let by_rule = refused_by.is_none_or(|rule| reasons.iter().any(|it| it.starts_with(rule)));
        let as_expected = allowed == refused_by.is_none() && by_rule;
        self.questions.push(Question { text: text.to_owned(), as_expected, allowed, reasons });
    }
}

/// Plays all scenarios and prints them as a table, in colour on a terminal.
///
/// # Errors
/// A cluster that cannot start, or an answer that differs from the rules of the programme.
pub async fn play(colour: bool) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut plan = Plan::load(&Variables::Process).map_err(|error| error.to_string())?;
    plan.with_databases(|service| format!("sqlite://{}/{service}.db", folder.path().display()));
    plan.listen_on([SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); 3]);
    let clock = Clock::system();
    let cluster = plan.start(clock.clone()).await?;
    let client = ScenarioClient::of(&cluster, clock.clone());
    let played = scenarios::play(&client).await;
    cluster.stop().await;
    let scenarios = played.map_err(|status| format!("the tour failed: {}", status.message()))?;
    println!("{}", table::print(&scenarios, colour));
    let all: Vec<_> = scenarios.iter().flat_map(|it| &it.questions).collect();
    let unexpected = all.iter().filter(|question| !question.as_expected).count();
    if unexpected > 0 {
        return Err(format!("{unexpected} answers differ from the rules of the programme"));
    }
    println!("{} questions, every answer follows the rules of the programme.", all.len());
    Ok(())
}

fn reasons(status: &Status) -> Vec<String> {
    let violations = refusal(status).violations;
    if violations.is_empty() {
        return vec![status.message().to_owned()];
    }
    violations.iter().map(ToString::to_string).collect()
}

/// The role of a party in an order.
fn part_in(order: &od::Order, party: &str) -> &'static str {
    match (party == order.customer, party == order.reseller, order.reseller.is_empty()) {
        (true, _, _) => "customer",
        (_, true, _) => "reseller",
        (_, _, true) => "direct seller",
        (_, _, false) => "provider",
    }
}
