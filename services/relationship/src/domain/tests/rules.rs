//! docs/rules.md, from the catalogue and the refusals of the tests.

use std::fmt::Write;

use testbed::golden;

use super::refusals::{decided, failed, rows};
use crate::domain::RULES;

const HEADER: &str = "\
# Rules

Every rule of the programme that the services apply, in order of precedence, with its source and the
calls that apply it. ListRules returns the same. An example changes one fact of a transaction that is
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
        writeln!(text, "- Source: {}\n- Applied by: {applied_by}", rule.source).unwrap();
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
