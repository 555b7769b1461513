//! Acceptances of the MCA, by the customer and as partners attest them.

use super::world::{
    NOW, SELLER, at, customer, held, mca, named, partner, relationship_with, violations,
};
use crate::domain::{
    Approved, Customer, CustomerAgreement, CustomerRelationship, Denial, RelationshipKind,
    RelationshipState, Role, RoleState, Standing,
};

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
fn of_several_acceptances_the_one_accepted_last_counts_whichever_is_recorded_last() {
    let (before, provider) = (at_time(NOW - 10, "Ada"), partner(SELLER, Role::IndirectProvider));
    let accepted = Customer { agreement: Some(before.clone()), ..customer() };
    let attested = CustomerRelationship {
        agreement: Some(before.clone()),
        ..tie(SELLER, RelationshipKind::Resale, RelationshipState::Active)
    };
    for (what, new, counts) in [
        ("later", at_time(NOW - 9, "Ada"), true),
        ("corrected", at_time(NOW - 10, "Grace"), true),
        ("the same again", before, false),
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
        assert_eq!(changed, counts.then_some(expected), "{what}");

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
        assert_eq!(changed, counts.then_some(expected), "{what}");
    }
}

#[test]
fn a_partner_attests_for_a_customer_that_it_sells_to_or_has_asked_to() {
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
    assert_eq!(named(&found), [ENDED], "a request that was not answered in time");
}

#[test]
fn a_provider_or_direct_bill_partner_in_the_programme_attests_and_a_reseller_does_not() {
    use RoleState::{Active, Qualified, Restricted};
    for role in Role::ALL {
        for state in RoleState::ALL {
            let mut attestor = partner(SELLER, *role);
            attestor.roles[0].state = *state;
            let attested = attest(RelationshipKind::Resale, RelationshipState::Active, &attestor);
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
fn a_partner_in_both_roles_does_not_attest_for_whom_it_acquired_as_reseller() {
    let mut both = partner(SELLER, Role::DirectBill);
    both.roles.push(enrollment(Role::IndirectReseller, RoleState::Active));
    for (role, expected) in [(Role::DirectBill, &[][..]), (Role::IndirectReseller, &[NO_SELLER])] {
        let tie = relationship_with(SELLER, RelationshipKind::Resale, RelationshipState::Active);
        let acquired = CustomerRelationship { role: Some(role), ..tie };
        let found = violations(acquired.attest_agreement(mca(), &both, at(NOW)));
        assert_eq!(named(&found), expected, "{role}");
    }
}
