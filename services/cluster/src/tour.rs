//! The scenarios of the programme, played by an outside client against a fresh cluster.

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

/// One scenario: what it shows, and the questions that it asks.
pub(crate) struct Scenario {
    title: &'static str,
    questions: Vec<Question>,
}

/// One question, and what came of it.
pub(crate) struct Question {
    asked: String,
    /// What the programme says; the tour fails where the cluster says otherwise.
    expected: bool,
    allowed: bool,
    reasons: Vec<String>,
}

impl Scenario {
    fn new(title: &'static str) -> Self {
        Self { title, questions: Vec::new() }
    }

    /// Notes an order that should be accepted, or refused by a rule.
    fn ordered(&mut self, asked: &str, refused_by: Option<&str>, answer: Answer<od::Order>) {
        let legs = |order: &od::Order| {
            let buyers = order.legs.iter().map(|leg| part_in(order, &leg.buyer));
            format!("Microsoft → {}", buyers.collect::<Vec<_>>().join(" → "))
        };
        self.asked(asked, refused_by, answer.map(|order| legs(&order)));
    }

    /// Notes any question that should be answered yes, or be refused by a rule.
    fn asked(&mut self, asked: &str, refused_by: Option<&str>, answer: Answer<String>) {
        let (allowed, reasons) = match answer {
            Ok(note) => (true, vec![note]),
            Err(status) => (false, reasons(&status)),
        };
        let by_rule = refused_by.is_none_or(|rule| reasons.iter().any(|it| it.starts_with(rule)));
        let expected = allowed == refused_by.is_none() && by_rule;
        self.questions.push(Question { asked: asked.to_owned(), expected, allowed, reasons });
    }
}

/// Plays all scenarios and prints them as a table, in colour on a terminal.
///
/// # Errors
/// A cluster that cannot be started, or a scenario that came out other than the programme says.
pub async fn play(colour: bool) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut plan = Plan::load(&Variables::Process).map_err(|error| error.to_string())?;
    plan.with_databases(|service| format!("sqlite://{}/{service}.db", folder.path().display()));
    plan.listen_on([SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); 3]);
    let clock = Clock::system();
    let cluster = plan.start(clock.clone()).await?;
    let cast = ScenarioClient::of(&cluster, clock.clone());
    let played = scenarios::play(&cast).await;
    cluster.stop().await;
    let scenarios =
        played.map_err(|status| format!("the tour could not go on: {}", status.message()))?;
    println!("{}", table::print(&scenarios, colour));
    let all: Vec<_> = scenarios.iter().flat_map(|it| &it.questions).collect();
    let unexpected = all.iter().filter(|question| !question.expected).count();
    if unexpected > 0 {
        return Err(format!("{unexpected} answers are not what the programme says"));
    }
    println!("{} questions, every answer as the programme says.", all.len());
    Ok(())
}

fn reasons(status: &Status) -> Vec<String> {
    let violations = refusal(status).violations;
    if violations.is_empty() {
        return vec![status.message().to_owned()];
    }
    violations.iter().map(ToString::to_string).collect()
}

/// What a party is in an order.
fn part_in(order: &od::Order, party: &str) -> &'static str {
    match (party == order.customer, party == order.reseller, order.reseller.is_empty()) {
        (true, _, _) => "customer",
        (_, true, _) => "reseller",
        (_, _, true) => "direct seller",
        (_, _, false) => "provider",
    }
}
