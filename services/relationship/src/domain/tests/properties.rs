//! What holds in every world.

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use super::{
    decision::{ORDER, ids},
    oracle, space,
    world::{World, accepted},
};
use crate::domain::{AgreementKind, Role, RoleState, Standing};

/// How often something is as it should be for once that it is anything.
const USUALLY: u32 = 12;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

    #[test]
    fn a_decision_agrees_with_the_rules_near_what_is_allowed(world in space::worlds(USUALLY)) {
        agrees(&world)?;
    }

    #[test]
    fn a_decision_agrees_with_the_rules_anywhere(world in space::worlds(1)) {
        agrees(&world)?;
    }

    #[test]
    fn to_know_less_never_allows_more(mut world in space::worlds(USUALLY)) {
        accept_before_active(&mut world.facts.seller);
        let allowed = world.decide().allowed();
        for (what, poorer) in poorer(&world) {
            prop_assert!(allowed || !poorer.decide().allowed(), "{what}");
        }
    }
}

fn agrees(world: &World) -> Result<(), TestCaseError> {
    let decision = world.decide();
    prop_assert_eq!(decision.allowed(), oracle::allowed(&world.facts, &world.asked));
    prop_assert_eq!(ids(&decision), ORDER);
    for outcome in decision.outcomes.iter().filter(|it| it.failed()) {
        let finding = outcome.finding.as_ref().unwrap();
        prop_assert!(!finding.subject.is_empty() && !finding.inputs.is_empty());
        let fault = finding.fault.as_ref().unwrap();
        prop_assert!(!fault.explanation.is_empty() && !fault.next_step.is_empty());
    }
    Ok(())
}

/// Gives a direct-bill partner its agreement: onboarding makes a role active only once one that
/// covers it is accepted.
fn accept_before_active(partner: &mut Standing) {
    let active = partner.state(Role::DirectBill) == Some(RoleState::Active);
    if active && partner.agreements.iter().all(|it| it.kind != AgreementKind::DirectBill) {
        partner.agreements.push(accepted(AgreementKind::DirectBill));
    }
}

/// The world with one fact less, for each fact that can be missing.
fn poorer(world: &World) -> Vec<(String, World)> {
    let mut all = Vec::new();
    let mut add = |what: &str, change: &dyn Fn(&mut World)| {
        let mut poorer = world.clone();
        change(&mut poorer);
        all.push((what.to_owned(), poorer));
    };
    add("no partnership", &|it| it.facts.partnership = None);
    add("no MCA", &|it| it.facts.customer.agreement = None);
    for at in 0..world.facts.relationships.len() {
        add("a relationship less", &|it| {
            it.facts.relationships.remove(at);
        });
    }
    for side in [seller, reseller] {
        let Some(partner) = side(&mut world.clone()).cloned() else { continue };
        for at in 0..partner.roles.len() {
            add("a role in an unknown state", &|it| {
                side(it).unwrap().roles[at].1 = RoleState::Unknown;
            });
            add("a role less", &|it| {
                side(it).unwrap().roles.remove(at);
            });
        }
        for at in 0..partner.agreements.len() {
            add("an agreement less", &|it| {
                side(it).unwrap().agreements.remove(at);
            });
        }
        add("no location", &|it| side(it).unwrap().location = None);
    }
    all
}

fn seller(world: &mut World) -> Option<&mut Standing> {
    Some(&mut world.facts.seller)
}

fn reseller(world: &mut World) -> Option<&mut Standing> {
    world.facts.reseller.as_mut()
}

#[test]
fn the_worlds_that_are_tried_are_on_both_sides_of_the_line() {
    let mut runner = TestRunner::deterministic();
    let mut allowed = |weight| {
        let worlds = space::worlds(weight);
        let mut tried = (0..1000).map(|_| worlds.new_tree(&mut runner).unwrap().current());
        (0..1000).filter(|_| tried.next().unwrap().decide().allowed()).count()
    };
    let [near, anywhere] = [USUALLY, 1].map(&mut allowed);
    assert!((200..800).contains(&near), "{near} of 1000");
    assert!((1..200).contains(&anywhere), "{anywhere} of 1000");
}
