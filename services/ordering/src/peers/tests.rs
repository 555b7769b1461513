//! What of an answer of relationship is a permission.

use pb::{Outcome, Verdict};

use super::*;

fn answer(verdict: i32, outcomes: &[i32]) -> Result<Answer, Failure> {
    let asked = pb::Transaction::default();
    let outcomes = outcomes.iter().map(|outcome| pb::RuleOutcome {
        rule_id: "ORD-1".to_owned(),
        outcome: *outcome,
        ..pb::RuleOutcome::default()
    });
    let decision = pb::Decision {
        verdict,
        outcomes: outcomes.collect(),
        transaction: Some(asked.clone()),
        ..pb::Decision::default()
    };
    answer_of(&asked, decision)
}

#[test]
fn only_a_verdict_of_allowed_with_every_rule_kept_is_a_permission() {
    /// A value of a newer relationship.
    const UNKNOWN: i32 = 99;
    let verdicts =
        [Verdict::Unspecified, Verdict::Allowed, Verdict::Refused, Verdict::Undetermined];
    let outcomes = [
        Outcome::Unspecified,
        Outcome::Passed,
        Outcome::Failed,
        Outcome::NotApplicable,
        Outcome::Undetermined,
    ];
    let kept = [Outcome::Passed, Outcome::NotApplicable].map(i32::from);
    for verdict in verdicts.map(i32::from).into_iter().chain([UNKNOWN]) {
        for outcome in outcomes.map(i32::from).into_iter().chain([UNKNOWN]) {
            let found = match answer(verdict, &[Outcome::Passed.into(), outcome]) {
                Ok(answer) if answer.violations.is_empty() => "permission",
                Ok(_) => "refusal",
                Err(_) => "defect",
            };
            let expected = match Verdict::try_from(verdict) {
                Ok(Verdict::Allowed) if kept.contains(&outcome) => "permission",
                Ok(Verdict::Refused) if !kept.contains(&outcome) => "refusal",
                _ => "defect",
            };
            assert_eq!(found, expected, "verdict {verdict}, outcome {outcome}");
        }
        assert!(answer(verdict, &[]).is_err(), "verdict {verdict} without outcomes");
    }
}
