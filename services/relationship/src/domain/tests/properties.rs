//! What holds in every world.

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use types::CustomerName;

use super::{
    decision::{ORDER, ids},
    oracle, space,
    world::{RESELLER, SELLER, STRANGER, World, partner, partnership, relationship_with},
};
use crate::domain::{
    AdditionalPartner, Partnership, PartnershipState, Purpose, RelationshipKind, RelationshipState,
    Role, RoleState, Standing, Transaction, decide,
};

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
    fn facts_about_others_than_was_asked_about_decide_nothing(world in space::worlds(USUALLY)) {
        prop_assert!(decide(world.transaction.clone(), &world.facts).is_some());
        for (what, stray) in strays(&world) {
            prop_assert!(decide(stray.transaction, &stray.facts).is_none(), "{what}");
        }
    }

    #[test]
    fn a_question_without_lines_passes_no_rule_that_some_lines_would_break(
        world in space::worlds(USUALLY),
    ) {
        let (written, before) = (world.decide(), world.before_the_order().decide());
        for (with, without) in written.outcomes.iter().zip(&before.outcomes) {
            let open = without.failed() || without.lacks().is_some();
            prop_assert!(open || !with.failed(), "{}", with.rule.id);
            prop_assert!(with.failed() || !without.failed(), "{}", with.rule.id);
        }
        prop_assert!(written.allowed() || !before.allowed());
    }

    #[test]
    fn a_subscription_that_may_grow_may_renew_itself(world in space::worlds(USUALLY)) {
        let [grows, renews] = [Purpose::AddQuantity, Purpose::AutomaticRenewal].map(|purpose| {
            let asked = Transaction { purpose, ..world.transaction.clone() };
            World { asked, ..world.clone() }.decide().allowed()
        });
        prop_assert!(renews || !grows);
    }

    #[test]
    fn to_know_less_never_allows_more(world in space::worlds(USUALLY)) {
        let allowed = world.decide().allowed();
        for (what, poorer) in poorer(&world) {
            prop_assert!(allowed || !poorer.decide().allowed(), "{what}");
        }
    }
}

/// A world in which one fact is about another than was asked about.
fn strays(world: &World) -> Vec<(&'static str, World)> {
    let mut all = Vec::new();
    let mut add = |what, change: &dyn Fn(&mut World)| {
        let mut stray = world.clone();
        change(&mut stray);
        all.push((what, stray));
    };
    add("another seller", &|it| it.transaction.seller = STRANGER);
    add("another customer", &|it| it.transaction.customer = CustomerName::new(STRANGER.id()));
    match world.transaction.reseller {
        Some(_) => {
            add("no reseller", &|it| it.facts.reseller = None);
            add("a reseller nobody asked about", &|it| it.transaction.reseller = None);
            add("another reseller", &|it| it.transaction.reseller = Some(STRANGER));
        }
        None => add("a reseller nobody knows", &|it| it.transaction.reseller = Some(RESELLER)),
    }
    let pair = partnership(PartnershipState::Active);
    add("the partnership of another provider", &|it| {
        it.facts.partnership = Some(Partnership { provider: STRANGER, ..pair.clone() });
    });
    add("the partnership of another reseller", &|it| {
        it.facts.partnership = Some(Partnership { reseller: STRANGER, ..pair.clone() });
    });
    add("the partnership of another additional partner", &|it| {
        let standing = partner(SELLER, Role::IndirectReseller);
        let partnership = Some(pair.clone());
        it.facts.additional.push(AdditionalPartner { standing, partnership });
    });
    add("a relationship of another customer", &|it| {
        let mut tie =
            relationship_with(SELLER, RelationshipKind::Resale, RelationshipState::Active);
        tie.name.customer = CustomerName::new(STRANGER.id());
        it.facts.relationships.push(tie);
    });
    all
}

fn agrees(world: &World) -> Result<(), TestCaseError> {
    let decision = world.decide();
    prop_assert_eq!(decision.allowed(), oracle::allowed(&world.facts, &world.transaction));
    prop_assert_eq!(ids(&decision), ORDER);
    for outcome in decision.outcomes.iter().filter(|it| it.failed()) {
        let finding = outcome.finding.as_ref().unwrap();
        prop_assert!(!finding.subject.is_empty() && !finding.inputs.is_empty());
        let fault = finding.fault.as_ref().unwrap();
        prop_assert!(!fault.explanation.is_empty() && !fault.next_step.to_string().is_empty());
    }
    Ok(())
}

/// The world with one fact less, for each fact that can be missing.
fn poorer(world: &World) -> Vec<(String, World)> {
    let mut all = Vec::new();
    let mut add = |what: &str, change: &dyn Fn(&mut World)| {
        let mut poorer = world.clone();
        change(&mut poorer);
        all.push((what.to_owned(), poorer));
    };
    add("no additional partner", &|it| it.facts.additional.clear());
    add("no partnership", &|it| it.facts.partnership = None);
    add("no MCA", &|it| it.facts.customer.agreement = None);
    for at in 0..world.facts.relationships.len() {
        add("an attestation less", &|it| it.facts.relationships[at].agreement = None);
        add("a relationship less", &|it| {
            it.facts.relationships.remove(at);
        });
    }
    for side in [seller, reseller] {
        let Some(partner) = side(&mut world.clone()).cloned() else { continue };
        for at in 0..partner.roles.len() {
            add("a role in an unknown state", &|it| {
                side(it).unwrap().roles[at].state = RoleState::Unknown;
            });
            add("a role that is blocked", &|it| {
                side(it).unwrap().roles[at].block_time = Some(world.facts.time);
            });
            add("a role less", &|it| {
                side(it).unwrap().roles.remove(at);
            });
        }
        for at in 0..partner.agreements.len() {
            add("an agreement less", &|it| {
                side(it).unwrap().agreements.remove(at);
            });
            add("an agreement that lapsed", &|it| {
                side(it).unwrap().agreements[at].lapse_time = Some(world.facts.time);
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
