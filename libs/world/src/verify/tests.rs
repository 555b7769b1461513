use super::*;

fn refused(reasons: &[(&str, &str)]) -> Answer {
    Answer::Refused(reasons.iter().map(|(rule, why)| Reason::new(rule, why)).collect())
}

fn test(expect: &str) -> Test {
    let text = format!("tests:\n  - check: {{seller: a, customer: c}}\n{expect}\n");
    let partners =
        "partners: {a: {country: FR, role: direct-bill}}\ncustomers: {c: {country: FR}}\n";
    let world = World::read(&(partners.to_owned() + &text)).unwrap();
    world.tests.into_iter().next().unwrap().into_inner()
}

#[test]
fn the_rules_must_be_exactly_the_expected_ones() {
    let both =
        refused(&[("ON-1", "not active"), ("MPA-1", "no acceptance"), ("ON-1", "restricted")]);
    let allowed = test("    expect: allowed");
    let rules = test("    expect: {refused: [MPA-1, ON-1]}\n    because: [restricted]");
    let fewer = test("    expect: {refused: [ON-1]}");
    let other = test("    expect: {refused: [MPA-1, ON-1]}\n    because: [suspended]");
    for (answer, test, difference) in [
        (&Answer::Allowed, &allowed, None),
        (&both, &rules, None),
        (
            &both,
            &allowed,
            Some("refused by MPA-1, ON-1, expected allowed: not active; no acceptance; restricted"),
        ),
        (
            &both,
            &fewer,
            Some(
                "refused by MPA-1, ON-1, expected refused by ON-1: not active; no acceptance; restricted",
            ),
        ),
        (&Answer::Allowed, &rules, Some("allowed, expected refused by MPA-1, ON-1")),
        (
            &both,
            &other,
            Some("no reason contains `suspended`: not active; no acceptance; restricted"),
        ),
        (&Answer::Failed("unreachable".to_owned()), &allowed, Some("unreachable")),
        (&refused(&[]), &allowed, Some("refused without a rule")),
    ] {
        assert_eq!(answer.difference(test).as_deref(), difference);
    }
}

#[test]
fn without_the_only_rule_the_answer_is_a_yes() {
    let both = refused(&[("ON-1", "not active"), ("MPA-1", "no acceptance")]);
    assert_eq!(both.without("ON-1"), refused(&[("MPA-1", "no acceptance")]));
    assert_eq!(both.without("ON-1").without("MPA-1"), Answer::Allowed);
    assert_eq!(both.without("REL-1"), both);
}
