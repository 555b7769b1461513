//! Texts of all refusals, for review.

use std::fmt::Write;

use testbed::golden;

use super::{
    refusals::{decided, failed, rows},
    world::{CUSTOMER, OF_CUSTOMER, OF_RESELLER, OF_SELLER, RESELLER, SELLER, STRANGER, World},
};
use crate::domain::{Finding, RuleOutcome};

const HEADER: &str = "\
Texts of refusals. Each entry changes one fact of an allowed world and lists all failed rules. The
last entry lists all rules of an allowed transaction.

in        the world before the change: who sells to whom
because   reason and explanation
about     resource that the rule checks
knowing   facts that the rule used
next      who must act, and how
code      error code of Partner Center

This file is written by `GOLDEN=write cargo test -p relationship golden`.
";

/// Widest line of the text.
const WIDTH: usize = 100;

#[test]
fn refusals_are_those_of_the_golden_text() {
    let mut text = HEADER.to_owned();
    for row in rows().filter(|row| !row.fails.is_empty()) {
        writeln!(text, "\n{}", row.what).unwrap();
        part(&mut text, "in", &row.world_name.replace('_', " "));
        for (outcome, finding) in failed(&decided(row)) {
            write_outcome(&mut text, outcome, finding);
        }
    }
    text.push_str("\nnothing is wrong\n");
    part(&mut text, "in", "own use through reseller, with additional reseller");
    let mut world = World::with_additional_reseller();
    world.facts.buyer.partners = vec![STRANGER];
    let decision = world.decide();
    for outcome in &decision.outcomes {
        write_outcome(&mut text, outcome, outcome.finding.as_ref().unwrap());
    }
    golden("refusals.txt", &text);
}

fn write_outcome(text: &mut String, outcome: &RuleOutcome, finding: &Finding) {
    writeln!(text, "  {}", outcome.rule.id).unwrap();
    if let Some(fault) = &finding.fault {
        part(text, "because", &format!("{}: {}", fault.reason, fault.explanation));
    }
    part(text, "about", &finding.subject);
    for (name, value) in &finding.inputs {
        part(text, "knowing", &format!("{name} = {value}"));
    }
    if let Some(fault) = &finding.fault {
        part(text, "next", &format!("{}: {}", fault.responsible, fault.next_step));
        let code = fault.reason.partner_center_code();
        part(text, "code", if code.is_empty() { "none" } else { code });
    }
}

/// Writes a labelled text, wrapped.
fn part(text: &mut String, label: &str, content: &str) {
    let mut line = format!("    {label:<8}");
    for word in plain(content).split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(text, "{line}").unwrap();
            line = " ".repeat(12);
        }
        line.push(' ');
        line.push_str(word);
    }
    writeln!(text, "{}", line.trim_end()).unwrap();
}

/// Replaces resource names by words.
fn plain(text: &str) -> String {
    let words = [
        (SELLER.to_string(), "seller"),
        (RESELLER.to_string(), "reseller"),
        (STRANGER.to_string(), "stranger"),
        (CUSTOMER.to_string(), "customer"),
        (OF_SELLER.to_string(), "company-of-seller"),
        (OF_RESELLER.to_string(), "company-of-reseller"),
        (OF_CUSTOMER.to_string(), "company-of-customer"),
    ];
    words.iter().fold(text.to_owned(), |text, (name, word)| text.replace(name, word))
}
