//! Properties of all worlds.

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use rules::{Purpose, Role, Transaction};
use types::CustomerName;

use super::{
    decision::{ORDER, ids},
    oracle, space,
    world::{RESELLER, SELLER, STRANGER, World, partner, partnership, relationship_with},
};
use crate::domain::{
    AdditionalPartner, Partnership, PartnershipState, RelationshipKind, RelationshipState,
    RoleState, Standing, decide,
};

/// Weight of the valid value against any value.
const NEAR_ALLOWED: u32 = 12;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

    #[test]
    fn decisions_agree_with_the_oracle_near_allowed_worlds(world in space::worlds(NEAR_ALLOWED)) {
        agrees_with_oracle(&world)?;
    }

    #[test]
    fn decisions_agree_with_the_oracle_in_any_world(world in space::worlds(1)) {
        agrees_with_oracle(&world)?;
    }

    #[test]
    fn facts_of_another_transaction_give_no_decision(world in space::worlds(NEAR_ALLOWED)) {
        prop_assert!(decide(world.transaction.clone(), &world.facts).is_some());
        for (what, foreign) in with_foreign_facts(&world) {
            prop_assert!(decide(foreign.transaction, &foreign.facts).is_none(), "{what}");
        }
    }

    #[test]
    fn a_rule_that_lines_would_fail_does_not_pass_without_lines(
        world in space::worlds(NEAR_ALLOWED),
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
    fn a_subscription_that_may_grow_may_renew_automatically(world in space::worlds(NEAR_ALLOWED)) {
        let [grows, renews] = [Purpose::AddQuantity, Purpose::AutomaticRenewal].map(|purpose| {
            let transaction = Transaction { purpose, ..world.transaction.clone() };
            World { transaction, ..world.clone() }.decide().allowed()
        });
        prop_assert!(renews || !grows);
    }

    #[test]
    fn fewer_facts_never_allow_more(world in space::worlds(NEAR_ALLOWED)) {
        let allowed = world.decide().allowed();
        for (what, reduced) in with_fewer_facts(&world) {
            prop_assert!(allowed || !reduced.decide().allowed(), "{what}");
        }
    }
}

/// Worlds in which one fact does not belong to the transaction.
fn with_foreign_facts(world: &World) -> Vec<(&'static str, World)> {
    let mut all = Vec::new();
    let mut add = |what, change: &dyn Fn(&mut World)| {
        let mut foreign = world.clone();
        change(&mut foreign);
        all.push((what, foreign));
    };
    add("another seller", &|it| it.transaction.chain.seller = STRANGER);
    add("another customer", &|it| it.transaction.chain.customer = CustomerName::new(STRANGER.id()));
    match world.transaction.chain.reseller {
        Some(_) => {
            add("no reseller", &|it| it.facts.reseller = None);
            add("a reseller that the transaction does not name", &|it| {
                it.transaction.chain.reseller = None
            });
            add("another reseller", &|it| it.transaction.chain.reseller = Some(STRANGER));
        }
        None => {
            add("a reseller without facts", &|it| it.transaction.chain.reseller = Some(RESELLER))
        }
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
        let mut relationship =
            relationship_with(SELLER, RelationshipKind::Resale, RelationshipState::Active);
        relationship.name.customer = CustomerName::new(STRANGER.id());
        it.facts.relationships.push(relationship);
    });
    all
}

fn agrees_with_oracle(world: &World) -> Result<(), TestCaseError> {
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

/// Worlds with one fact less, for each fact that can be missing.
fn with_fewer_facts(world: &World) -> Vec<(String, World)> {
    let mut all = Vec::new();
    let mut add = |what: &str, change: &dyn Fn(&mut World)| {
        let mut reduced = world.clone();
        change(&mut reduced);
        all.push((what.to_owned(), reduced));
    };
    add("no additional partner", &|it| it.facts.additional.clear());
    add("no partnership", &|it| it.facts.partnership = None);
    add("no MCA", &|it| it.facts.customer.agreement = None);
    for at in 0..world.facts.relationships.len() {
        add("without an attestation", &|it| it.facts.relationships[at].agreement = None);
        add("without a relationship", &|it| {
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
            add("without a role", &|it| {
                side(it).unwrap().roles.remove(at);
            });
        }
        for at in 0..partner.agreements.len() {
            add("without an agreement", &|it| {
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
fn generated_worlds_are_both_allowed_and_refused() {
    let mut runner = TestRunner::deterministic();
    let mut allowed = |weight| {
        let worlds = space::worlds(weight);
        let mut generated = (0..1000).map(|_| worlds.new_tree(&mut runner).unwrap().current());
        (0..1000).filter(|_| generated.next().unwrap().decide().allowed()).count()
    };
    let [near, anywhere] = [NEAR_ALLOWED, 1].map(&mut allowed);
    assert!((200..800).contains(&near), "{near} of 1000");
    assert!((1..200).contains(&anywhere), "{anywhere} of 1000");
}
