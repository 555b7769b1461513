//! Changes that are declared to grant only, and are thus acknowledged at once, refuse nothing that was
//! allowed. [`GRANTING_MOVES`] and [`of_standings`] are what onboarding declares.

use std::collections::BTreeSet;

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use rules::{GRANTING_MOVES, Role};
use types::{CustomerRelationshipName, PartnershipName};
use uuid::Uuid;

use super::{
    space,
    world::{
        CUSTOMER, EXPIRES, NOW, World, accepted, at, location, mca, partner, relationship_with,
    },
};
use crate::domain::{
    AccountState, Approved, Change, CustomerAgreement, Facts, Parties, Partners, Partnership,
    PartnershipSide, RelationshipKind, RelationshipState, Removal, RoleStanding, RoleState,
    Standing,
};

/// Weight of the valid value against any value.
const NEAR_ALLOWED: u32 = 6;

/// What a change is, whether it may revoke, and the facts after it.
type Changed = (String, bool, Facts);

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

    #[test]
    fn changes_that_only_grant_refuse_nothing(world in space::worlds(NEAR_ALLOWED)) {
        let allowed = world.decide().allowed();
        for (what, may_revoke, facts) in changes(&world.facts) {
            let after = World { facts, ..world.clone() }.decide();
            prop_assert!(may_revoke || !allowed || after.allowed(), "{what}: {after:?}");
        }
    }
}

#[test]
fn the_changes_happen_in_worlds_that_allow_the_sale() {
    let (mut runner, mut granting, mut revoking) =
        (TestRunner::deterministic(), BTreeSet::new(), BTreeSet::new());
    for weight in [NEAR_ALLOWED, 2] {
        let worlds = space::worlds(weight);
        for _ in 0..3000 {
            let world = worlds.new_tree(&mut runner).unwrap().current();
            if !world.decide().allowed() {
                continue;
            }
            for (what, may_revoke, facts) in changes(&world.facts) {
                if !may_revoke {
                    granting.insert(what);
                } else if !(World { facts, ..world.clone() }.decide().allowed()) {
                    revoking.insert(what);
                }
            }
        }
    }
    let moves = GRANTING_MOVES.iter().map(|(from, to)| format!("{from} to {to}"));
    let others = [
        "invite",
        "accept a partnership",
        "request",
        "accept a relationship",
        "attest",
        "record an agreement",
        "review: verified",
        "enroll",
        "locate",
        "accept the MPA",
        "end an ownership",
        "pass a review",
    ];
    let expected = moves.chain(others.map(str::to_owned)).collect();
    assert_eq!(granting, expected);
    let expected = [
        "end a partnership",
        "remove",
        "review: locked",
        "review: rejected",
        "review: under-review",
    ];
    assert_eq!(revoking, expected.map(str::to_owned).into());
}

fn changes(facts: &Facts) -> Vec<Changed> {
    let mut all = Vec::new();
    of_partnerships(facts, &mut all);
    of_relationships(facts, &mut all);
    of_the_customer(facts, &mut all);
    of_standings(facts, &mut all);
    all
}

fn with(facts: &Facts, change: impl FnOnce(&mut Facts)) -> Facts {
    let mut after = facts.clone();
    change(&mut after);
    after
}

/// The place of a partnership in the facts, with its reseller.
type Place = fn(&mut Facts) -> Option<(&mut Option<Partnership>, Standing)>;

fn of_chain(facts: &mut Facts) -> Option<(&mut Option<Partnership>, Standing)> {
    let reseller = facts.reseller.clone()?;
    Some((&mut facts.partnership, reseller))
}

fn of_additional(facts: &mut Facts) -> Option<(&mut Option<Partnership>, Standing)> {
    let it = facts.additional.first_mut()?;
    Some((&mut it.partnership, it.standing.clone()))
}

fn of_partnerships(facts: &Facts, all: &mut Vec<Changed>) {
    for place in [of_chain as Place, of_additional] {
        let mut before = facts.clone();
        let Some((pair, reseller)) = place(&mut before) else { continue };
        let (pair, provider, now) = (pair.clone(), &facts.seller, at(NOW));
        let mut add = |what: &str, approved: &Approved<Partnership>| {
            let set = |it: &mut Facts| *place(it).unwrap().0 = Some(approved.after().clone());
            all.push((what.to_owned(), approved.may_revoke(), with(facts, set)));
        };
        let history = pair.clone().into_iter().collect();
        let partners = Partners {
            provider: provider.clone(),
            reseller: reseller.clone(),
            history,
            name_taken: false,
        };
        let name = PartnershipName::new(Uuid::from_u128(0xbb));
        if let Ok(Change { related, main }) = Partnership::invite(name, &partners, at(EXPIRES), now)
            && related.is_empty()
        {
            add("invite", &main);
        }
        let Some(pair) = pair else { continue };
        let detail = String::new;
        for (what, approved) in [
            ("accept a partnership", pair.clone().accept(provider, &reseller, now)),
            ("decline", pair.clone().decline(detail(), now)),
            ("withdraw", pair.clone().withdraw(detail(), now)),
            ("end a partnership", pair.end(PartnershipSide::Provider, detail(), now)),
        ] {
            if let Ok(approved) = approved {
                add(what, &approved);
            }
        }
    }
}

fn of_relationships(facts: &Facts, all: &mut Vec<Changed>) {
    let now = at(NOW);
    let standings = || [Some(&facts.seller), facts.reseller.as_ref()].into_iter().flatten();
    for (place, relationship) in facts.relationships.iter().enumerate() {
        let Some(standing) = standings().find(|it| it.partner == relationship.partner) else {
            continue;
        };
        let parties = Parties {
            customer: &facts.customer,
            buyer: &facts.buyer,
            partner: standing,
            provider: None,
        };
        let removal = Removal {
            by: standing.clone(),
            partnerships: Vec::new(),
            no_active_subscriptions: true,
            detail: String::new(),
        };
        let attested = relationship.attest_agreement(mca(), standing, now).ok().flatten();
        let changes = [
            (
                "accept a relationship",
                relationship.clone().accept(None, parties, now).map(|it| it.main).ok(),
            ),
            ("refuse", relationship.clone().refuse("", None, now).map(|it| it.main).ok()),
            ("remove", relationship.clone().remove(&removal, now).ok()),
            ("attest", attested),
        ];
        for (what, approved) in changes {
            let Some(approved) = approved else { continue };
            let after = approved.after().clone();
            let after = with(facts, |it| it.relationships[place] = after);
            all.push((what.to_owned(), approved.may_revoke(), after));
        }
    }
    for standing in standings() {
        for role in Role::ALL {
            let mut new = relationship_with(
                standing.partner,
                RelationshipKind::Resale,
                RelationshipState::Requested,
            );
            new.role = Some(*role);
            new.name = CustomerRelationshipName { customer: CUSTOMER, uid: Uuid::from_u128(0xee) };
            let parties = Parties {
                customer: &facts.customer,
                buyer: &facts.buyer,
                partner: standing,
                provider: None,
            };
            if let Ok(Change { main, .. }) = new.clone().accept(None, parties, now) {
                let (may_revoke, accepted) = (main.may_revoke(), main.into_after());
                let after = with(facts, |it| it.relationships.push(accepted));
                all.push(("accept a relationship".to_owned(), may_revoke, after));
            }
            // As `Approved::created`.
            let after = with(facts, |it| it.relationships.push(new));
            all.push(("request".to_owned(), false, after));
        }
    }
}

fn of_the_customer(facts: &Facts, all: &mut Vec<Changed>) {
    let mut add = |what: String, approved: Approved<_>| {
        let may_revoke = approved.may_revoke();
        let after = with(facts, |it| it.customer = approved.into_after());
        all.push((what, may_revoke, after));
    };
    for state in AccountState::ALL {
        let approved = facts.customer.clone().record_review(*state, String::new(), at(NOW));
        add(format!("review: {state}"), approved);
    }
    // On both sides of the time from which acceptances are valid.
    for second in [1_680_307_199, 1_680_307_200, NOW] {
        let agreement = CustomerAgreement { accept_time: at(second), ..mca() };
        if let Some(approved) = facts.customer.accept_agreement(agreement, at(NOW)) {
            add("record an agreement".to_owned(), approved);
        }
    }
}

type Side = fn(&mut Facts) -> Option<&mut Standing>;

fn of_standings(facts: &Facts, all: &mut Vec<Changed>) {
    let sides: [Side; 3] = [
        |it| Some(&mut it.seller),
        |it| it.reseller.as_mut(),
        |it| it.additional.first_mut().map(|it| &mut it.standing),
    ];
    for side in sides {
        let Some(standing) = side(&mut facts.clone()).cloned() else { continue };
        let mut add = |what: &str, change: &dyn Fn(&mut Standing)| {
            let after = with(facts, |it| change(side(it).unwrap()));
            all.push((what.to_owned(), false, after));
        };
        for (place, role) in standing.roles.iter().enumerate() {
            for (from, to) in GRANTING_MOVES {
                if role.state.as_str() != *from {
                    continue;
                }
                let state = *RoleState::ALL.iter().find(|it| it.as_str() == *to).unwrap();
                // The first activation sets the time of the review.
                for block_time in [role.block_time, None, Some(at(NOW)), Some(at(NOW + 1))] {
                    add(&format!("{from} to {to}"), &|it| {
                        it.roles[place].state = state;
                        it.roles[place].block_time = block_time;
                    });
                }
            }
            if let Some(block) = role.block_time {
                for later in [None, Some(at(NOW + 1)).filter(|later| *later >= block)] {
                    add("pass a review", &|it| it.roles[place].block_time = later);
                }
            }
        }
        for role in Role::ALL.iter().filter(|role| standing.role(**role).is_none()) {
            let draft = partner(standing.partner, *role).roles.remove(0);
            add("enroll", &|it| {
                it.roles.push(RoleStanding { state: RoleState::Draft, ..draft.clone() });
            });
        }
        for covers in [&[Role::IndirectProvider][..], &[Role::IndirectReseller, Role::DirectBill]] {
            add("accept the MPA", &|it| it.agreements.push(accepted(covers)));
        }
        if standing.location.is_none() {
            add("locate", &|it| {
                it.location = Some(location("9009", standing.country.code()));
            });
        }
        if !standing.affiliation.is_empty() {
            add("end an ownership", &|it| it.affiliation.clear());
        }
    }
}
