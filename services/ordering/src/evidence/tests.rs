use serde_json::json;

use super::*;

#[test]
fn a_decision_reads_back_exactly() {
    let decision = pb::Decision {
        verdict: pb::Verdict::Allowed.into(),
        outcomes: vec![pb::RuleOutcome {
            rule_id: "REL-3".to_owned(),
            outcome: pb::Outcome::Passed.into(),
            inputs: vec![pb::Input { name: "a".to_owned(), value: "b".to_owned() }],
            ..pb::RuleOutcome::default()
        }],
        decide_time: Some(contracts::time::to_wire(types::Clock::system().now())),
        ..pb::Decision::default()
    };
    let json = to_json(&decision).unwrap();
    assert_eq!(json["outcomes"][0]["ruleId"], "REL-3");
    assert_eq!(from_json(json).unwrap(), decision);
}

#[test]
fn evidence_of_a_newer_version_is_read_without_what_this_one_does_not_know() {
    let stored = |newer: Value| {
        let outcome = json!({ "ruleId": "REL-3", "outcome": "OUTCOME_PASSED" });
        let outcome = merged(outcome, newer.clone());
        let decision = json!({ "verdict": "VERDICT_ALLOWED", "outcomes": [outcome] });
        from_json(merged(decision, newer)).unwrap()
    };
    let known = stored(json!({}));
    assert_eq!(known.outcomes[0].outcome(), pb::Outcome::Passed);
    let newer = json!({
        "severity": "HIGH",
        "parts": [{ "name": "x" }],
        "responsible": "RESPONSIBLE_MICROSOFT",
    });
    assert_eq!(stored(newer), known);
}

fn merged(mut known: Value, newer: Value) -> Value {
    let (Value::Object(fields), Value::Object(newer)) = (&mut known, newer) else {
        unreachable!("both are objects")
    };
    fields.extend(newer);
    known
}
