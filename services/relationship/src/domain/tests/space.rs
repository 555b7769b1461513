//! Random worlds, mostly close to allowed ones.

use std::fmt::Debug;

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Select, select, subsequence},
};
use rules::{Line, OnRecord, ProductFamily, Purpose, Role, Transaction};
use types::{OrganizationName, Timestamp};

use super::world::{
    LOCATIONS, NOW, OF_CUSTOMER, OF_RESELLER, OF_SELLER, RESELLER, SELLER, STRANGER, World,
    accepted, at, location, location_id, mca, partnership, relationship_with, review,
};
use crate::domain::{
    AccountState, AdditionalPartner, Applications, BuyerStanding, Customer, CustomerAgreement,
    CustomerKind, CustomerRelationship, Facts, Partnership, PartnershipState, RelationshipKind,
    RelationshipState, RoleStanding, RoleState, Standing, StandingAgreement,
};

/// Two countries of one region, two of another, one of a third, one with stopped sales, one without MCA.
const COUNTRIES: [&str; 7] = ["FR", "DE", "US", "UM", "BR", "RU", "CN"];

/// Worlds in which each value is valid `weight` times as often as it is random.
pub(super) fn worlds(weight: u32) -> impl Strategy<Value = World> {
    select(World::all()).prop_flat_map(move |base| {
        let facts = facts(&base.facts, weight);
        (transaction(&base.transaction, weight), facts)
            .prop_map(|(transaction, facts)| World { transaction, facts })
    })
}

/// Mostly `usual`, sometimes any value.
fn mostly<T: Clone + Debug + 'static>(
    weight: u32,
    usual: T,
    any: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    prop_oneof![weight => Just(usual), 1 => any].boxed()
}

fn transaction(base: &Transaction, weight: u32) -> impl Strategy<Value = Transaction> + use<> {
    let lines = mostly(weight, base.lines.clone(), vec(line(), 0..4));
    let purpose = mostly(4 * weight, base.purpose, select(Purpose::ALL));
    let attested = mostly(weight, base.attested, any::<bool>());
    let base = base.clone();
    (lines, purpose, attested).prop_map(move |(lines, purpose, attested)| Transaction {
        lines,
        purpose,
        attested,
        ..base.clone()
    })
}

fn line() -> impl Strategy<Value = Line> {
    let additional = subsequence(&LOCATIONS[1..], 0..=2);
    (select(ProductFamily::ALL), option::of(select(&LOCATIONS[..])), additional).prop_map(
        |(family, id, additional)| Line {
            family,
            on_record: OnRecord {
                partner_id: id.map(location_id),
                additional_ids: additional.into_iter().map(location_id).collect(),
            },
        },
    )
}

fn facts(base: &Facts, weight: u32) -> impl Strategy<Value = Facts> + use<> {
    let reseller = match &base.reseller {
        Some(reseller) => standing(reseller, weight).prop_map(Some).boxed(),
        None => Just(None).boxed(),
    };
    let partnership = match base.partnership.clone() {
        None => Just(None).boxed(),
        usual => mostly(weight, usual, option::of(any_partnership())),
    };
    (
        standing(&base.seller, weight),
        reseller,
        partnership,
        any_customer(&base.customer, weight),
        any_buyer(&base.buyer, weight),
        mostly(weight, base.relationships.clone(), vec(any_relationship(), 0..6)),
        additional(&base.additional, weight),
    )
        .prop_map(
            |(seller, reseller, partnership, customer, buyer, relationships, additional)| Facts {
                seller,
                reseller,
                partnership,
                customer,
                buyer,
                relationships,
                additional,
                time: at(NOW),
            },
        )
}

/// The additional partner, if the base has one.
fn additional(base: &[AdditionalPartner], weight: u32) -> BoxedStrategy<Vec<AdditionalPartner>> {
    let Some(usual) = base.first() else { return Just(Vec::new()).boxed() };
    let states = option::of(select(PartnershipState::ALL)).prop_map(|state| {
        state.map(|state| Partnership { reseller: STRANGER, ..partnership(state) })
    });
    let partnership = mostly(weight, usual.partnership.clone(), states);
    (standing(&usual.standing, weight), partnership)
        .prop_map(|(standing, partnership)| vec![AdditionalPartner { standing, partnership }])
        .boxed()
}

fn standing(base: &Standing, weight: u32) -> impl Strategy<Value = Standing> + use<> {
    let home = base.country;
    let moved = select(&COUNTRIES[..]).prop_map(|country| country.parse().unwrap());
    let located = (select(&LOCATIONS[..]), select(&COUNTRIES[..]));
    let located = option::of(located.prop_map(|(account, country)| location(account, country)));
    let base = base.clone();
    (
        mostly(weight, base.organization, companies()),
        mostly(weight, home, moved),
        mostly(weight, base.location.clone(), located),
        mostly(weight, base.roles.clone(), roles()),
        mostly(weight, base.agreements.clone(), agreements()),
        mostly(weight, Vec::new(), vec(Just("one owns the other".to_owned()), 0..3)),
    )
        .prop_map(move |(organization, country, location, roles, agreements, affiliation)| {
            let base = base.clone();
            Standing { organization, country, location, roles, agreements, affiliation, ..base }
        })
}

fn companies() -> Select<OrganizationName> {
    select(vec![OF_SELLER, OF_RESELLER, OF_CUSTOMER])
}

/// Distinct roles in any state.
fn roles() -> impl Strategy<Value = Vec<RoleStanding>> {
    let state = || (select(RoleState::ALL), around_now());
    (subsequence(Role::ALL, 0..=3), state(), state(), state()).prop_map(|(roles, a, b, c)| {
        let enrollments = roles.into_iter().zip([a, b, c]);
        let standing = |(role, (state, block_time))| RoleStanding {
            block_time,
            ..super::world::enrollment(role, state)
        };
        enrollments.map(standing).collect()
    })
}

fn agreements() -> impl Strategy<Value = Vec<StandingAgreement>> {
    let one = (subsequence(Role::ALL, 1..=3), around_now());
    let one =
        one.prop_map(|(roles, lapse_time)| StandingAgreement { lapse_time, ..accepted(&roles) });
    vec(one, 0..=3)
}

/// `None`, or a time within 1 s of the decision.
fn around_now() -> impl Strategy<Value = Option<Timestamp>> {
    option::of(select(&[NOW - 1, NOW, NOW + 1][..]).prop_map(at))
}

fn any_partnership() -> impl Strategy<Value = Partnership> {
    (select(PartnershipState::ALL), select(&[1, 1, 1, 2][..])).prop_map(|(state, reseller)| {
        let pair = partnership(state);
        let applications = pair.applications.map(|it| Applications { reseller, ..it });
        Partnership { applications, ..pair }
    })
}

fn any_customer(base: &Customer, weight: u32) -> impl Strategy<Value = Customer> + use<> {
    let country = select(&COUNTRIES[..]).prop_map(|country| country.parse().unwrap());
    let base = base.clone();
    (
        mostly(weight, base.organization, companies()),
        mostly(weight, base.country, country),
        mostly(weight, base.kind, select(CustomerKind::ALL)),
        mostly(weight, base.agreement.clone(), option::of(any_mca())),
        mostly(weight, None, option::of(select(AccountState::ALL).prop_map(review))),
    )
        .prop_map(move |(organization, country, kind, agreement, account)| Customer {
            organization,
            country,
            kind,
            agreement,
            account,
            ..base.clone()
        })
}

/// An acceptance just before or at the time from which acceptances are valid.
fn any_mca() -> impl Strategy<Value = CustomerAgreement> {
    select(&[1_680_307_199, 1_680_307_200][..])
        .prop_map(|time| CustomerAgreement { accept_time: at(time), ..mca() })
}

fn any_buyer(base: &BuyerStanding, weight: u32) -> impl Strategy<Value = BuyerStanding> + use<> {
    let partners = subsequence(vec![SELLER, RESELLER, STRANGER], 0..=3);
    let partners = mostly(weight, base.partners.clone(), partners);
    (mostly(weight, false, Just(true)), partners).prop_map(|(csp_tenant, partners)| BuyerStanding {
        csp_tenant,
        partners,
        organization_revision: 1,
    })
}

fn any_relationship() -> impl Strategy<Value = CustomerRelationship> {
    let partners = select(vec![SELLER, RESELLER, STRANGER]);
    let kinds = (select(RelationshipKind::ALL), select(Role::ALL), select(RelationshipState::ALL));
    (partners, kinds, option::of(any_mca())).prop_map(
        |(partner, (kind, role, state), agreement)| {
            let relationship = relationship_with(partner, kind, state);
            let role = relationship.role.map(|_| role);
            CustomerRelationship { role, agreement, ..relationship }
        },
    )
}
