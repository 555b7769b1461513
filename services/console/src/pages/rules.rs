//! The catalogue of rules.

use axum::extract::Path;
use contracts::relationship::{ListRulesRequest, Rule, RuleSource};
use maud::{Markup, html};

use super::RELATIONSHIP;
use crate::{
    calls::read,
    commands::Commands,
    html::{self, Page},
    problem::Problem,
    visit::Visit,
};

/// Samples whose tests show what the rules refuse and allow.
const RULES: &str = "samples/rules.csp.yaml";
const SCENARIOS: &str = "samples/scenarios.csp.yaml";
const DISTRIBUTOR: &str = "samples/distributor.csp.yaml";

/// The sample with a test that a rule refuses.
fn sample(id: &str) -> &'static str {
    match id {
        "PT-1" | "REL-2" | "REL-3" | "REL-4" | "OWN-1" | "OWN-3" | "MPA-1" | "MPA-2" => SCENARIOS,
        "CUS-1" | "CUS-2" => DISTRIBUTOR,
        _ => RULES,
    }
}

async fn catalogue(visit: &Visit) -> Result<Vec<Rule>, Problem> {
    let calls = &visit.calls;
    Ok(read!(calls.relationship.list_rules(ListRulesRequest {})).await?.rules)
}

fn commands(visit: &Visit) -> Commands {
    Commands::default().call(&visit.addresses.relationship, RELATIONSHIP, "ListRules", &[])
}

pub(crate) async fn all(visit: Visit) -> Result<Page, Problem> {
    let rules = catalogue(&visit).await?;
    let rows = html! {
        @for rule in &rules {
            tr {
                th scope="row" { (html::rule(&rule.id)) }
                td { (rule.text) }
                td { ul.plain { @for source in &rule.sources { li { (linked(source)) } } } }
            }
        }
    };
    let body = html! {
        h1 { "Rules" }
        p.summary {
            (rules.len()) " rules of the programme, in order of precedence. A decision judges all of them."
        }
        (html::table("Rules", &["Rule", "Text", "Source"], &rows))
    };
    let commands = commands(&visit).csp(&["rules"]).csp(&["test", RULES, SCENARIOS, DISTRIBUTOR]);
    Ok(Page { commands, ..Page::new("Rules", body) })
}

pub(crate) async fn one(visit: Visit, Path(id): Path<String>) -> Result<Page, Problem> {
    let rules = catalogue(&visit).await?;
    let found = rules.iter().position(|rule| rule.id.eq_ignore_ascii_case(&id));
    let at = found.ok_or_else(|| Problem::Missing(format!("rule {id}")))?;
    let neighbour = |at: Option<usize>| at.and_then(|at| rules.get(at));
    let (previous, next) = (neighbour(at.checked_sub(1)), neighbour(Some(at + 1)));
    let rule = rules.get(at).cloned().unwrap_or_default();
    let body = html! {
        p.kind { "Rule" }
        h1 { (rule.id) }
        p.lead { (rule.text) }
        section {
            h2 { "Sources" }
            ul.plain { @for source in &rule.sources { li { (linked(source)) } } }
        }
        (reasons(&rule))
        section {
            h2 { "Where it applies" }
            ul.plain.methods { @for method in &rule.applied_by { li { code { (method) } } } }
        }
        nav.paging aria-label="Neighbouring rules" {
            @if let Some(rule) = previous { a rel="prev" href={ "/rules/" (rule.id) } { "← " (rule.id) } }
            a href="/rules" { "All rules" }
            @if let Some(rule) = next { a rel="next" href={ "/rules/" (rule.id) } { (rule.id) " →" } }
        }
    };
    let commands = commands(&visit).csp(&["rules", &rule.id]).csp(&["test", sample(&rule.id)]);
    Ok(Page { commands, ..Page::new(rule.id, body) })
}

fn reasons(rule: &Rule) -> Markup {
    let rows = html! {
        @for reason in &rule.reasons {
            tr {
                td { code { (reason.reason) } }
                td { (reason.domain) }
                td { (html::text(&reason.partner_center_code)) }
            }
        }
    };
    html! {
        section {
            h2 { "Why it refuses" }
            (html::table("Reasons", &["Reason", "Judged by", "Partner Center"], &rows))
        }
    }
}

/// A source, as a link if it has a safe address.
fn linked(source: &RuleSource) -> Markup {
    let web = source.url.starts_with("https://");
    html! {
        @if web { a href=(source.url) rel="noreferrer" { (source.title) } } @else { (source.title) }
        @if !source.section.is_empty() { ", " (source.section) }
        @if !source.date.is_empty() { " " small { "(" (source.date) ")" } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_web_address_becomes_a_link() {
        let source = |url: &str| RuleSource {
            title: "Title".to_owned(),
            url: url.to_owned(),
            ..RuleSource::default()
        };
        assert!(linked(&source("https://learn.microsoft.com/")).into_string().contains("<a href"));
        for url in ["", "javascript:alert(1)", "http://x"] {
            assert_eq!(linked(&source(url)).into_string(), "Title", "{url}");
        }
    }
}
