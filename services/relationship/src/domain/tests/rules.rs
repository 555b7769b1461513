//! docs/rules.md, from the catalogue and the refusals of the tests.

use std::fmt::Write;

use rules::{RULES, Source};
use testbed::golden;

use super::refusals::{decided, failed, rows};

const HEADER: &str = "\
# Rules

Every rule of the programme that the services apply, in order of precedence, with its source, the month
of the version that it was taken from, the calls that apply it, and the reasons of its refusals. ListRules returns the same. An example changes one fact of a transaction that is
allowed otherwise. This file is written by `GOLDEN=write cargo test -p relationship golden`.
";

/// Examples of each rule.
const EXAMPLES: usize = 3;

#[test]
fn docs_are_those_of_the_golden_catalogue() {
    let mut text = HEADER.to_owned();
    for rule in RULES {
        let applied_by = rule.applied_by().join(", ");
        writeln!(text, "\n## {}\n\n{}\n", rule.id, rule.text).unwrap();
        for Source { document, section } in rule.sources {
            let section = if section.is_empty() { String::new() } else { format!(", {section}") };
            let read = if document.date.is_empty() {
                String::new()
            } else {
                format!(" (version of {})", document.date)
            };
            let title = match document.url {
                "" => document.title.to_owned(),
                url => format!("[{}]({url})", document.title),
            };
            writeln!(text, "- Source: {title}{section}{read}").unwrap();
        }
        writeln!(text, "- Applied by: {applied_by}").unwrap();
        for reason in rule.reasons() {
            let code = match reason.partner_center_code() {
                "" => String::new(),
                code => format!(", Partner Center code {code}"),
            };
            writeln!(text, "- Reason: `{reason}` of {}{code}", reason.service().domain()).unwrap();
        }
        let examples = rows().filter_map(|row| {
            let decision = decided(row);
            let (_, finding) = failed(&decision).find(|(it, _)| it.rule.id == rule.id)?;
            Some((row.what, finding.fault.as_ref()?.explanation.clone()))
        });
        for (what, explanation) in examples.take(EXAMPLES) {
            writeln!(text, "- Fails, for example: {what}: {explanation}").unwrap();
        }
    }
    golden("../../docs/rules.md", &text);
}
