//! Acceptances of the MCA, at Microsoft and attested by partners.

use super::world::{
    NOW, SELLER, at, customer, enrollment, mca, named, partner, relationship_with, violations,
};
use crate::domain::{
    Approved, Customer, CustomerAgreement, CustomerRelationship, RelationshipKind,
    RelationshipState, RoleState, Standing,
};
use rules::{Denial, Role};

const NO_SELLER: &str = "CUS-1 ATTESTED_BY_NO_SELLER";
const NOT_ENROLLED: &str = "ON-1 PARTNER_NOT_ENROLLED";
const ENDED: &str = "REL-4 CUSTOMER_RELATIONSHIP_MISSING";
const MANAGES: &str = "REL-4 CUSTOMER_RELATIONSHIP_FOR_MANAGEMENT";

fn at_time(accept_time: i64, first_name: &str) -> CustomerAgreement {
    let first_name = first_name.to_owned();
    CustomerAgreement { accept_time: at(accept_time), first_name, ..mca() }
}

fn attest(
    kind: RelationshipKind,
    state: RelationshipState,
    partner: &Standing,
) -> Result<Option<Approved<CustomerRelationship>>, Denial> {
    relationship_with(SELLER, kind, state).attest_agreement(mca(), partner, at(NOW))
}

#[test]
fn the_latest_acceptance_wins_regardless_of_the_order_of_recording() {
    let (before, provider) = (at_time(NOW - 10, "Ada"), partner(SELLER, Role::IndirectProvider));
    let accepted = Customer { agreement: Some(before.clone()), ..customer() };
    let attested = CustomerRelationship {
        agreement: Some(before.clone()),
        ..relationship_with(SELLER, RelationshipKind::Resale, RelationshipState::Active)
    };
    for (what, new, replaces) in [
        ("later", at_time(NOW - 9, "Ada"), true),
        ("corrected", at_time(NOW - 10, "Grace"), true),
        ("identical", before, false),
        ("earlier", at_time(NOW - 11, "Grace"), false),
    ] {
        let changed = accepted.accept_agreement(new.clone(), at(NOW)).map(|it| {
            assert_eq!(
                (it.event(), it.decided_on()),
                ("CustomerAgreementRecorded", Some(accepted.resource_version.revision))
            );
            it.into_after()
        });
        let (agreement, resource_version) =
            (Some(new.clone()), accepted.resource_version.next(at(NOW)));
        let expected = Customer { agreement, resource_version, ..accepted.clone() };
        assert_eq!(changed, replaces.then_some(expected), "{what}");

        let changed = attested.attest_agreement(new.clone(), &provider, at(NOW)).unwrap();
        let changed = changed.map(|it| {
            assert_eq!(
                (it.event(), it.decided_on()),
                ("CustomerAgreementAttested", Some(attested.resource_version.revision))
            );
            it.into_after()
        });
        let (agreement, resource_version) = (Some(new), attested.resource_version.next(at(NOW)));
        let expected = CustomerRelationship { agreement, resource_version, ..attested.clone() };
        assert_eq!(changed, replaces.then_some(expected), "{what}");
    }
}

#[test]
fn a_partner_attests_on_an_active_or_requested_resale_relationship() {
    use RelationshipKind::{Management, Resale};
    use RelationshipState::{Active, Requested};
    let provider = partner(SELLER, Role::IndirectProvider);
    for kind in RelationshipKind::ALL {
        for state in RelationshipState::ALL {
            let expected: &[&str] = match (kind, state) {
                (Resale, Requested | Active) => &[],
                (Resale, _) => &[ENDED],
                (Management, _) => &[MANAGES],
            };
            let found = violations(attest(*kind, *state, &provider));
            assert_eq!(named(&found), expected, "{kind} {state}");
        }
    }
    let mut expired = relationship_with(SELLER, Resale, Requested);
    expired.expire_time = at(NOW);
    let found = violations(expired.attest_agreement(mca(), &provider, at(NOW)));
    assert_eq!(named(&found), [ENDED], "an expired request");
}

#[test]
fn only_an_enrolled_provider_or_direct_bill_partner_attests() {
    use RoleState::{Active, Qualified, Restricted};
    for role in Role::ALL {
        for state in RoleState::ALL {
            let mut seller = partner(SELLER, *role);
            seller.roles[0].state = *state;
            let attested = attest(RelationshipKind::Resale, RelationshipState::Active, &seller);
            let expected: &[&str] = match (role, state) {
                (Role::IndirectReseller, _) => &[NO_SELLER],
                (_, Active | Qualified | Restricted) => &[],
                _ => &[NOT_ENROLLED],
            };
            assert_eq!(named(&violations(attested)), expected, "{role} {state}");
        }
    }
}

#[test]
fn a_partner_does_not_attest_for_a_customer_acquired_as_reseller() {
    let mut both = partner(SELLER, Role::DirectBill);
    both.roles.push(enrollment(Role::IndirectReseller, RoleState::Active));
    for (role, expected) in [(Role::DirectBill, &[][..]), (Role::IndirectReseller, &[NO_SELLER])] {
        let resale = relationship_with(SELLER, RelationshipKind::Resale, RelationshipState::Active);
        let acquired = CustomerRelationship { role: Some(role), ..resale };
        let found = violations(acquired.attest_agreement(mca(), &both, at(NOW)));
        assert_eq!(named(&found), expected, "{role}");
    }
}
