//! Rules that fail after one change of an allowed world.

use std::collections::BTreeSet;

use rules::{Line, OnRecord, ProductFamily, Purpose, Reason, Role, Service};

use super::world::{
    CUSTOMER, NOW, OF_CUSTOMER, OF_RESELLER, OF_SELLER, RESELLER, SELLER, STRANGER, World,
    accepted, at, enrollment, line, location, location_id, mca, relationship_with, review,
};
use crate::domain::{
    AccountState, CustomerAgreement, CustomerKind, CustomerRelationship, Decision, Finding,
    PartnershipState, RelationshipKind::Management, RelationshipKind::Resale, RelationshipState,
    RoleState, RuleOutcome, Verdict,
};

/// A change of a world and the rules that fail: `rule reason, subject, responsible`.
pub(super) struct Row {
    pub what: &'static str,
    pub world_name: &'static str,
    world: fn() -> World,
    change: fn(&mut World),
    pub fails: &'static [&'static str],
}

macro_rules! rows {
    ($name:ident: $($what:literal, $world:ident, $change:expr => $($fails:literal),*;)*) => {
        pub(super) static $name: &[Row] = &[$(Row {
            what: $what,
            world_name: stringify!($world),
            world: World::$world,
            change: $change,
            fails: &[$($fails),*],
        },)*];
    };
}

mod allowed;
mod customers;
mod lines;
mod partners;

/// First second of 2023-04-01.
const OLD_MCA: i64 = 1_680_307_200;
/// First second of 2025-10-07.
const REACCEPTANCE: i64 = 1_759_795_200;

fn mca_of(world: &mut World) -> &mut CustomerAgreement {
    world.facts.customer.agreement.as_mut().unwrap()
}

/// An acceptance one second too old to be valid.
fn old_mca() -> CustomerAgreement {
    CustomerAgreement { accept_time: at(OLD_MCA - 1), ..mca() }
}

/// Moves seller and customer to a country.
fn move_all_to(world: &mut World, country: &str) {
    world.facts.seller.moves_to(country);
    world.facts.customer.country = country.parse().unwrap();
}

pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    let tables = [
        partners::SELLER_ROWS,
        partners::CHAIN_ROWS,
        customers::CUSTOMER_ROWS,
        customers::OWN_USE_ROWS,
        lines::ORDER_ROWS,
        allowed::ALLOWED_ROWS,
    ];
    tables.into_iter().flatten()
}

pub(super) fn world_of(row: &Row) -> World {
    let mut world = (row.world)();
    (row.change)(&mut world);
    world
}

pub(super) fn decided(row: &Row) -> Decision {
    world_of(row).decide()
}

pub(super) fn failed(decision: &Decision) -> impl Iterator<Item = (&RuleOutcome, &Finding)> {
    let failed = decision.outcomes.iter().filter(|it| it.failed());
    failed.map(|it| (it, it.finding.as_ref().unwrap()))
}

#[test]
fn each_change_fails_exactly_the_listed_rules() {
    for row in rows() {
        let decision = decided(row);
        let fails: Vec<_> = failed(&decision).map(|(outcome, it)| described(outcome, it)).collect();
        assert_eq!(fails, row.fails, "{}", row.what);
        let refused = decision.verdict() == Verdict::Refused;
        assert_eq!(refused, !row.fails.is_empty(), "{}", row.what);
    }
}

fn described(outcome: &RuleOutcome, finding: &Finding) -> String {
    let parts = [
        ("seller", SELLER.to_string()),
        ("reseller", RESELLER.to_string()),
        ("customer", CUSTOMER.to_string()),
    ];
    let (subject, _) = parts.iter().find(|(_, name)| *name == finding.subject).unwrap();
    let fault = finding.fault.as_ref().unwrap();
    format!("{} {}, {subject}, {}", outcome.rule.id, fault.reason, fault.responsible)
}

#[test]
fn every_reason_of_a_decision_is_reached() {
    let of_other_calls = [
        Reason::PartnershipStateConflict,
        Reason::CustomerRelationshipStateConflict,
        Reason::ProviderNotEnrolled,
        Reason::AttestedByNoSeller,
        Reason::RelationshipRoleNotStated,
        Reason::SharedServicesTenantExists,
        Reason::RemovalByStranger,
        Reason::RemovalByReseller,
        Reason::SubscriptionsNotRuledOut,
    ];
    let own = |it: &&Reason| it.service() == Service::Relationship;
    let expected = Reason::ALL.iter().filter(own).filter(|it| !of_other_calls.contains(it));
    let expected: BTreeSet<_> = expected.copied().collect();
    let decisions: Vec<_> = rows().map(decided).collect();
    let reached = decisions.iter().flat_map(failed);
    let reached: BTreeSet<_> =
        reached.map(|(_, finding)| finding.fault.as_ref().unwrap().reason).collect();
    assert_eq!(reached, expected);
}

#[test]
fn every_refusal_lists_its_inputs_and_a_next_step() {
    for row in rows() {
        for (outcome, finding) in failed(&decided(row)) {
            let what = format!("{}: {}", row.what, outcome.rule.id);
            let fault = finding.fault.as_ref().unwrap();
            assert_eq!(fault.reason.rule().id, outcome.rule.id, "{what}: {}", fault.reason);
            for text in [&fault.explanation, &fault.next_step.to_string()] {
                assert!(text.len() > 10 && !text.ends_with('.') && !text.contains("  "), "{what}");
            }
            assert!(!finding.inputs.is_empty(), "{what}");
            for (name, _) in &finding.inputs {
                let camel = name.starts_with(|it: char| it.is_ascii_lowercase())
                    && name.chars().all(|it| it.is_ascii_alphanumeric());
                assert!(camel, "{what}: {name}");
            }
            let names: BTreeSet<_> = finding.inputs.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), finding.inputs.len(), "{what}");
            let code = fault.reason.partner_center_code().split_once('/').unwrap_or_default();
            assert!([code.0, code.1].concat().bytes().all(|it| it.is_ascii_digit()), "{what}");
        }
    }
}
