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

#[test]
fn the_texts_of_a_decision_decide_nothing() {
    let with_texts = |text: &str| {
        let outcome = |rule: &str, outcome: Outcome| pb::RuleOutcome {
            rule_id: rule.to_owned(),
            outcome: outcome.into(),
            reason: "PARTNERSHIP_NOT_ACTIVE".to_owned(),
            inputs: vec![wire::Input { name: "partnerCountry".to_owned(), value: text.to_owned() }],
            explanation: text.to_owned(),
            responsible: wire::Responsible::Seller.into(),
            next_step: text.to_owned(),
            ..pb::RuleOutcome::default()
        };
        let asked = pb::Transaction::default();
        let decision = pb::Decision {
            verdict: Verdict::Refused.into(),
            outcomes: vec![outcome("REL-1", Outcome::Failed), outcome("REL-3", Outcome::Passed)],
            transaction: Some(asked.clone()),
            seller_country_code: "FR".to_owned(),
            customer_country_code: "BE".to_owned(),
            ..pb::Decision::default()
        };
        answer_of(&asked, decision).unwrap()
    };
    let facts = |it: &Answer| {
        let violations = it.violations.iter();
        let known = violations.map(|it| (it.rule.clone(), it.reason.clone(), it.responsible));
        (known.collect::<Vec<_>>(), it.seller_country, it.customer_country)
    };
    let answer = with_texts("the partnership ended. Who must act: reseller. Next: nothing.");
    assert_eq!(facts(&answer), facts(&with_texts("x")));
    assert_eq!(answer.seller_country, "FR".parse().ok());
}

/// A replica of relationship with another setting, or of another version, cannot prolong a decision.
#[test]
fn a_decision_is_valid_for_the_common_limit_at_most() {
    let asked = pb::Transaction::default();
    for (seconds, millis) in [(5, 500), (0, 0)] {
        let decision = pb::Decision {
            verdict: Verdict::Allowed.into(),
            outcomes: vec![pb::RuleOutcome {
                outcome: Outcome::Passed.into(),
                ..pb::RuleOutcome::default()
            }],
            transaction: Some(asked.clone()),
            valid_for: Duration::from_secs(seconds).try_into().ok(),
            ..pb::Decision::default()
        };
        let valid_for = answer_of(&asked, decision).unwrap().valid_for;
        assert_eq!(valid_for, Duration::from_millis(millis));
    }
}
