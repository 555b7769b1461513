use serde_json::json;

use super::*;
use crate::settings::Format;

const PLAIN: Output = Output::new(Format::Table, false);

fn decision(verdict: &str, outcomes: Value) -> Decision {
    let transaction =
        json!({"seller": "partners/s", "reseller": "partners/r", "customer": "customers/c"});
    let decision = json!({"verdict": verdict, "outcomes": outcomes, "transaction": transaction});
    Decision::read(&decision).unwrap_or_default()
}

fn outcome(rule: &str, outcome: &str, next_step: &str) -> Value {
    json!({
        "ruleId": rule,
        "outcome": outcome,
        "subject": "partners/r",
        "explanation": format!("{rule} is violated"),
        "responsible": "RESPONSIBLE_RESELLER",
        "nextStep": next_step,
    })
}

#[test]
fn a_refusal_names_each_rule_and_a_common_next_step_once() {
    let outcomes = json!([
        outcome("ON-1", "OUTCOME_FAILED", "accept the MPA"),
        outcome("MPA-2", "OUTCOME_FAILED", "accept the MPA"),
        outcome("MPA-2", "OUTCOME_FAILED", "wait"),
        outcome("ORD-1", "OUTCOME_PASSED", ""),
    ]);
    let decision = decision("VERDICT_REFUSED", outcomes);
    let expected = "\
REFUSED by ON-1, MPA-2
Microsoft → partners/s → partners/r → customers/c
ON-1   ON-1 is violated
       partners/r (reseller) must act: accept the MPA
MPA-2  MPA-2 is violated
MPA-2  MPA-2 is violated
       partners/r (reseller) must act: wait
";
    assert_eq!(decision.shown(&PLAIN, &Labels::default()), expected);
    assert!(!decision.allowed());
}

#[test]
fn a_question_that_lacks_something_is_undetermined() {
    let outcomes = json!([outcome("ORD-1", "OUTCOME_UNDETERMINED", "name the lines")]);
    let decision = decision("VERDICT_UNDETERMINED", outcomes);
    assert!(decision.shown(&PLAIN, &Labels::default()).starts_with("UNDETERMINED by ORD-1\n"));
    assert!(!decision.allowed());
}

#[test]
fn only_the_verdict_allowed_allows() {
    assert!(decision("VERDICT_ALLOWED", json!([])).allowed());
    for verdict in ["", "VERDICT_UNSPECIFIED", "VERDICT_NEW"] {
        assert!(!decision(verdict, json!([])).allowed(), "{verdict}");
    }
}

#[test]
fn the_responsible_party_is_named() {
    let chain = decision("", json!([])).transaction;
    for (responsible, expected) in [
        ("RESPONSIBLE_SELLER", "partners/s (seller)"),
        ("RESPONSIBLE_CUSTOMER", "customers/c (customer)"),
        ("RESPONSIBLE_PARTNER", "partners/x (partner)"),
        ("RESPONSIBLE_CALLER", "the author of the request"),
        ("RESPONSIBLE_AUDITOR", "auditor"),
    ] {
        let subject = "partners/x".to_owned();
        let responsible = responsible.to_owned();
        let outcome = Outcome { subject, responsible, ..Outcome::default() };
        assert_eq!(chain.responsible(&outcome, &Labels::default()), expected);
    }
}

#[test]
fn colour_surrounds_the_verdict_only_if_it_is_on() {
    let decision = decision("VERDICT_ALLOWED", json!([]));
    assert_eq!(decision.headline(&PLAIN), "ALLOWED");
    let coloured = decision.headline(&Output::new(Format::Table, true));
    assert!(coloured.starts_with("\u{1b}[") && coloured.contains("ALLOWED"), "{coloured}");
}

#[test]
fn a_step_of_the_responsible_party_itself_names_it_once() {
    let step = |next_step: &str| {
        let outcome = outcome("MPA-2", "OUTCOME_FAILED", next_step);
        let outcome = Outcome::deserialize(outcome).unwrap_or_default();
        decision("", json!([])).transaction.step(&outcome, &Labels::default())
    };
    let who = "partners/r (reseller) must act";
    for (next_step, expected) in [
        ("for partners/r as indirect-reseller: submit it", " as indirect reseller: submit it"),
        (
            "for partners/r as direct-bill: record it with AcceptAgreement",
            " as direct bill: record it with AcceptAgreement: `csp accept-mpa partners/r --signatory \
             'FIRST LAST <EMAIL>'`",
        ),
        (
            "for partners/r as direct-bill: vet it, then record it with AcceptAgreement",
            " as direct bill: vet it, then record it with AcceptAgreement",
        ),
        ("for partners/x as direct-bill: wait", ": for partners/x as direct-bill: wait"),
        ("wait", ": wait"),
    ] {
        assert_eq!(step(next_step), format!("{who}{expected}"));
    }
}

#[test]
fn a_refusal_of_another_call_is_added() {
    let mut answer =
        json!({"verdict": ALLOWED, "outcomes": [outcome("PT-1", "OUTCOME_PASSED", "")]});
    let violation = Violation { rule_id: "ORD-5".to_owned(), ..Violation::default() };
    add_refusal(&mut answer, Refusal { violations: vec![violation], ..Refusal::default() });
    let decision = Decision::read(&answer).unwrap_or_default();
    assert_eq!(decision.headline(&PLAIN), "REFUSED by ORD-5");
    assert_eq!(decision.outcomes.len(), 2);
}
