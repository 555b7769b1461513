//! Decisions as a whole: order of rules, rules per purpose, legs and revisions.

use std::collections::BTreeSet;

use rules::{ProductFamily, Purpose, RULES, Role};

use super::world::{
    CUSTOMER, LOCATIONS, NOW, OF_CUSTOMER, OF_RESELLER, OF_SELLER, RESELLER, SELLER, STRANGER,
    World, at, relationship_with, review,
};
use crate::domain::{
    AccountState, Decision, RelationshipKind, RelationshipState, RoleState, Verdict,
};

/// Rules in order of precedence: seller, sales chain, customer, own use, order. A rule on seller and
/// reseller appears once for each.
pub(super) const ORDER: &[&str] = &[
    "PT-1", "ON-1", "ON-4", "MPA-3", "REL-1", "REL-2", "ON-1", "ON-4", "ON-3", "MPA-1", "MPA-2",
    "REL-4", "REL-4", "REL-3", "REL-3", "REL-5", "CUS-1", "CUS-2", "OWN-1", "OWN-1", "OWN-2",
    "OWN-3", "ORD-1", "ORD-2", "ORD-8",
];

pub(super) fn ids(decision: &Decision) -> Vec<&'static str> {
    decision.outcomes.iter().map(|it| it.rule.id).collect()
}

fn failed(decision: &Decision) -> Vec<&'static str> {
    decision.outcomes.iter().filter(|it| it.failed()).map(|it| it.rule.id).collect()
}

fn undetermined(decision: &Decision) -> Vec<&'static str> {
    decision.outcomes.iter().filter(|it| it.lacks().is_some()).map(|it| it.rule.id).collect()
}

fn applied(decision: &Decision) -> Vec<&'static str> {
    decision.outcomes.iter().filter(|it| it.finding.is_some()).map(|it| it.rule.id).collect()
}

/// A sales chain in which every rule except PT-1 fails.
fn all_wrong() -> World {
    let mut world = World::through_reseller();
    world.provider_is(RoleState::Suspended);
    world.facts.seller.roles[0].block_time = Some(at(NOW));
    world.facts.seller.agreements.clear();
    world.facts.seller.affiliation = vec!["one owns the other".to_owned()];
    world.facts.partnership = None;
    world.reseller().moves_to("US");
    world.reseller().location = None;
    world.reseller_is(RoleState::Suspended);
    world.reseller().roles[0].block_time = Some(at(NOW));
    world.reseller().agreements.clear();
    world.facts.relationships.clear();
    world.facts.customer.country = "RU".parse().unwrap();
    world.facts.customer.account = Some(review(AccountState::Locked));
    world.facts.customer.agreement = None;
    world.facts.customer.organization = OF_RESELLER;
    world.facts.buyer.csp_tenant = true;
    world.facts.buyer.partners = vec![RESELLER];
    world.product(ProductFamily::AzureSharedServices);
    world.transaction.attested = false;
    world.transaction.lines[0].on_record.additional_ids = vec![LOCATIONS[2].parse().unwrap()];
    world
}

#[test]
fn all_failures_are_reported_in_order_of_precedence() {
    let mut world = all_wrong();
    let all_but_pt_1 = &ORDER[1..];
    assert_eq!(failed(&world.decide()), all_but_pt_1);
    // Without a role that buys from Microsoft, the rules on that role do not apply.
    world.seller_is(Role::DirectBill, RoleState::Suspended);
    let without_role_rules: Vec<_> = [&ORDER[..1], &ORDER[4..]].concat();
    assert_eq!(failed(&world.decide()), without_role_rules);
    assert_eq!(applied(&world.decide()), without_role_rules);
}

#[test]
fn every_decision_lists_every_rule_in_order_of_precedence() {
    for mut world in World::all() {
        assert_eq!(ids(&world.decide()), ORDER);
        world.transaction.purpose = Purpose::Manage;
        assert_eq!(ids(&world.decide()), ORDER);
    }
}

#[test]
fn rules_on_the_reseller_apply_only_if_a_reseller_is_named() {
    let alone = "PT-1 ON-1 ON-4 MPA-3 REL-4 REL-3 REL-5 CUS-1 CUS-2 OWN-1 OWN-2 ORD-1 ORD-2";
    for world in [World::direct_bill(), World::provider_alone()] {
        assert_eq!(applied(&world.decide()).join(" "), alone);
    }
    let chain = "PT-1 ON-1 ON-4 MPA-3 REL-1 REL-2 ON-1 ON-4 ON-3 MPA-1 MPA-2 REL-4 REL-4 REL-3 \
                 REL-3 REL-5 CUS-1 CUS-2 OWN-1 OWN-1 OWN-2 ORD-1 ORD-2";
    assert_eq!(applied(&World::through_reseller().decide()).join(" "), chain);
    let own_use = format!("{} OWN-3 ORD-1 ORD-2", &chain[..chain.len() - " ORD-1 ORD-2".len()]);
    assert_eq!(applied(&World::own_use_through_reseller().decide()).join(" "), own_use);
}

#[test]
fn a_request_without_lines_is_undetermined() {
    let rows = [
        (World::direct_bill(), "OWN-3 ORD-1 ORD-2 ORD-8"),
        (World::through_reseller(), "OWN-3 ORD-1 ORD-2 ORD-8"),
        (World::shared_services(), "OWN-3 ORD-1 ORD-2 ORD-8"),
    ];
    for (world, lacking) in rows {
        let decision = world.before_the_order().decide();
        assert_eq!(
            (decision.verdict(), &*undetermined(&decision).join(" ")),
            (Verdict::Undetermined, lacking)
        );
    }
    let mut attested = World::through_reseller().before_the_order();
    attested.transaction.attested = true;
    assert_eq!(undetermined(&attested.decide()), ["OWN-3", "ORD-1", "ORD-8"]);
    let mut unattested = World::through_reseller();
    unattested.transaction.attested = false;
    assert_eq!(failed(&unattested.decide()), ["ORD-2"], "an order without attestation is refused");
    let mut restricted = World::direct_bill().before_the_order();
    restricted.seller_is(Role::DirectBill, RoleState::Restricted);
    restricted.transaction.purpose = Purpose::AddQuantity;
    assert_eq!(
        undetermined(&restricted.decide())[0],
        "ON-1",
        "it may not add Azure for its own use"
    );
    let mut without_mpa = World::through_reseller().before_the_order();
    without_mpa.reseller().agreements.clear();
    let decision = without_mpa.decide();
    assert_eq!((decision.verdict(), failed(&decision)), (Verdict::Refused, vec!["MPA-2"]));
    assert_eq!(undetermined(&decision)[0], "MPA-1");
    assert_eq!(failed(&all_wrong().before_the_order().decide()), failed_without_lines());
}

/// Rules that [`all_wrong`] fails regardless of its lines.
fn failed_without_lines() -> Vec<&'static str> {
    let on_lines = ["MPA-1", "OWN-3", "ORD-1", "ORD-2", "ORD-8"];
    ORDER[1..].iter().copied().filter(|rule| !on_lines.contains(rule)).collect()
}

#[test]
fn managing_requires_only_an_enrollment_and_an_active_relationship() {
    use RelationshipKind::{Management, Resale};
    use RelationshipState::{Active, Removed, Requested};
    for (kind, state, allowed) in [
        (Resale, Active, true),
        (Management, Active, true),
        (Resale, Requested, false),
        (Management, Requested, false),
        (Resale, Removed, false),
        (Management, Removed, false),
    ] {
        for mut world in World::all().into_iter().chain([all_wrong()]) {
            world.transaction.purpose = Purpose::Manage;
            world.transaction.chain.reseller = None;
            world.facts.reseller = None;
            world.facts.partnership = None;
            world.remove_relationships(SELLER);
            assert_eq!(failed(&world.decide()), ["REL-4"], "without a relationship");
            world.set_relationship(SELLER, kind, state);
            let decision = world.decide();
            assert_eq!(decision.allowed(), allowed, "{kind} {state}");
            assert_eq!(applied(&decision), ["ON-1", "REL-4"], "{kind} {state}");
            world.seller_is(Role::DirectBill, RoleState::Revoked);
            assert_eq!(failed(&world.decide())[0], "ON-1", "{kind} {state}");
        }
    }
}

#[test]
fn a_named_reseller_also_needs_a_relationship_to_manage() {
    use RelationshipKind::Management;
    let mut world = World::through_reseller();
    world.transaction.purpose = Purpose::Manage;
    world.remove_relationships(RESELLER);
    assert_eq!(failed(&world.decide()), ["REL-4"]);
    world.set_relationship(RESELLER, Management, RelationshipState::Active);
    assert!(world.decide().allowed());
}

#[test]
fn one_matching_relationship_among_others_is_enough() {
    use RelationshipKind::{Management, Resale};
    use RelationshipState::{Active, Removed, Requested};
    let mut world = World::direct_bill();
    world.facts.relationships = [(Management, Requested), (Resale, Removed), (Management, Active)]
        .map(|(kind, state)| relationship_with(SELLER, kind, state))
        .to_vec();
    assert_eq!(failed(&world.decide()), ["REL-4"]);
    world.facts.relationships.push(relationship_with(SELLER, Resale, Active));
    assert!(world.decide().allowed());
}

#[test]
fn legs_lead_from_microsoft_to_the_customer() {
    let legs = |world: World| -> Vec<_> {
        world
            .decide()
            .legs
            .into_iter()
            .map(|leg| format!("{} to {}", leg.seller, leg.buyer))
            .collect()
    };
    let first = format!("microsoft to {SELLER}");
    assert_eq!(legs(World::direct_bill()), [first.clone(), format!("{SELLER} to {CUSTOMER}")]);
    let chain = [first, format!("{SELLER} to {RESELLER}"), format!("{RESELLER} to {CUSTOMER}")];
    assert_eq!(legs(World::through_reseller()), chain);
}

#[test]
fn revisions_list_every_fact_without_duplicates() {
    let mut world = World::through_reseller();
    world.facts.seller.revision = 7;
    world.facts.customer.organization = OF_SELLER;
    let removed = relationship_with(STRANGER, RelationshipKind::Resale, RelationshipState::Removed);
    world.facts.relationships.push(removed);
    let partnership = world.facts.partnership.as_ref().unwrap().name;
    let [of_seller, of_reseller] = [SELLER, RESELLER].map(|partner| {
        relationship_with(partner, RelationshipKind::Resale, RelationshipState::Active)
            .name
            .to_string()
    });
    let mut expected = vec![
        (SELLER.to_string(), 7),
        (RESELLER.to_string(), 4),
        (OF_SELLER.to_string(), 1),
        (OF_RESELLER.to_string(), 1),
        (partnership.to_string(), 1),
        (CUSTOMER.to_string(), 1),
        (of_seller, 1),
        (of_reseller, 1),
    ];
    expected.sort();
    assert_eq!(world.decide().revisions, expected);
    world.facts.customer.organization = OF_CUSTOMER;
    assert!(world.decide().revisions.contains(&(OF_CUSTOMER.to_string(), 1)));
}

#[test]
fn the_catalogue_lists_the_rules_of_each_call() {
    let by = |call: &str| -> Vec<_> {
        let rules = RULES.iter().filter(|rule| rule.applied_by().contains(&call));
        rules.map(|rule| rule.id).collect()
    };
    assert_eq!(
        by("CheckTransaction").into_iter().collect::<BTreeSet<_>>(),
        ORDER.iter().copied().collect()
    );
    let ordered: Vec<_> = by("PlaceOrder");
    let own = ["ORD-4", "ORD-5", "ORD-6"];
    assert_eq!(ordered, [by("CheckTransaction"), own.into()].concat());
    for (call, rules) in [
        ("SuspendSubscription", &["ON-1", "REL-4"][..]),
        ("ResumeSubscription", &["ON-1", "REL-4"]),
        ("SetAutomaticRenewal", &["ON-1", "REL-4"]),
        ("SettleSubscriptions", &["PT-1", "ON-1", "REL-4", "REL-5", "OWN-1", "OWN-2", "OWN-3"]),
        ("CancelSubscription", &["PT-1", "MPA-3", "REL-4", "ORD-3"]),
        ("CancelOrder", &["PT-1", "MPA-3", "REL-4", "ORD-3"]),
        ("RemoveCustomerRelationship", &["REL-6"]),
    ] {
        assert_eq!(by(call), rules, "{call}");
    }
    let without = |call: &str, rules: &[&str]| -> Vec<_> {
        by(call).into_iter().filter(|rule| !rules.contains(rule)).collect()
    };
    let renewed = without("PlaceOrder", &["ORD-4", "ORD-5", "ORD-6"]);
    assert_eq!(by("RenewSubscription"), renewed, "a renewal adds nothing");
    let changed = without("PlaceOrder", &["REL-5", "ORD-4", "ORD-5", "ORD-6"]);
    let scheduled = without("PlaceOrder", &["ORD-4", "ORD-6"]);
    assert_eq!(by("ScheduleNextTerm"), scheduled, "more units count as added");
    assert_eq!(without("ReduceQuantity", &["ORD-7"]), changed);
    assert_eq!(by("AddQuantity"), without("PlaceOrder", &["ORD-4", "ORD-6"]));
    let of_transfers = ["TRF-1", "TRF-2", "TRF-3", "TRF-4", "TRF-5"];
    assert_eq!(without("CreateTransfer", &of_transfers), by("AddQuantity"));
    assert_eq!(by("ApproveTransfer"), by("CreateTransfer"));
    for rule in RULES {
        assert!(rule.text.ends_with('.') && !rule.source().is_empty(), "{}", rule.id);
        let calls = rule.applied_by();
        assert_eq!(calls.iter().collect::<BTreeSet<_>>().len(), calls.len(), "{}", rule.id);
    }
}
