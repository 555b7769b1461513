//! Partnerships and customer relationships, from state to state.

use kernel::{CustomerRelationshipName, PartnershipName, Responsible, Stamp};
use uuid::Uuid;

use super::world::{
    CUSTOMER, RESELLER, SELLER, at, buyer, customer, held, named, partner, partnership, tie,
    violations,
};
use crate::domain::{
    Approved, CustomerRelationship, Denial, NewRelationship, Partners, Partnership,
    PartnershipState, RelationshipKind, RelationshipState, Role, RoleState,
};

const PAIR: PartnershipName = PartnershipName::new(Uuid::from_u128(0xb));
const TIE: CustomerRelationshipName =
    CustomerRelationshipName { customer: CUSTOMER, uid: Uuid::from_u128(0xe) };

/// A stamp that is neither the first nor made now.
const BEFORE: i64 = 3;

fn provider_and_reseller() -> Partners {
    Partners {
        provider: partner(SELLER, Role::IndirectProvider),
        reseller: partner(RESELLER, Role::IndirectReseller),
        open: None,
    }
}

fn invite(change: impl FnOnce(&mut Partners)) -> Result<Approved<Partnership>, Denial> {
    let mut partners = provider_and_reseller();
    change(&mut partners);
    Partnership::invite(PAIR, &partners, at(9))
}

#[test]
fn an_invitation_makes_a_partnership_that_the_reseller_has_not_answered() {
    let approved = invite(|_| ()).unwrap();
    assert_eq!((approved.event(), approved.decided_on()), ("PartnershipInvited", None));
    let expected = Partnership {
        name: PAIR,
        stamp: Stamp::first(at(9)),
        ..partnership(PartnershipState::Invited)
    };
    assert_eq!(approved.into_after(), expected);
}

#[test]
fn an_invitation_takes_both_roles_and_one_region() {
    type Change = fn(&mut Partners);
    let rows: [(&str, Change, &[&str]); 7] = [
        (
            "the provider is not enrolled",
            |it| it.provider.roles.clear(),
            &["PT-1 PROVIDER_NOT_ENROLLED"],
        ),
        (
            "the provider is a direct-bill partner",
            |it| it.provider.roles = vec![held(Role::DirectBill, RoleState::Active)],
            &["PT-1 PROVIDER_NOT_ENROLLED"],
        ),
        (
            "the reseller is not enrolled",
            |it| it.reseller.roles.clear(),
            &["ON-1 RESELLER_NOT_ENROLLED"],
        ),
        (
            "the reseller is in another region",
            |it| it.reseller.moves_to("US"),
            &["REL-2 PARTNERS_IN_DIFFERENT_REGIONS"],
        ),
        ("the reseller is in another country", |it| it.reseller.moves_to("CH"), &[]),
        (
            "the reseller has not accepted the MPA yet",
            |it| {
                it.reseller.roles = vec![held(Role::IndirectReseller, RoleState::Vetting)];
                it.reseller.agreements.clear();
            },
            &[],
        ),
        (
            "everything is wrong",
            |it| {
                it.provider.roles.clear();
                it.reseller.roles.clear();
                it.reseller.moves_to("US");
            },
            &[
                "PT-1 PROVIDER_NOT_ENROLLED",
                "ON-1 RESELLER_NOT_ENROLLED",
                "REL-2 PARTNERS_IN_DIFFERENT_REGIONS",
            ],
        ),
    ];
    for (what, change, expected) in rows {
        assert_eq!(named(&violations(invite(change))), expected, "{what}");
    }
}

#[test]
fn an_invitation_to_an_open_partnership_names_it_whatever_else_is_wrong() {
    let denied = invite(|it| {
        it.open = Some(PAIR);
        it.provider.roles.clear();
    });
    assert_eq!(denied.unwrap_err(), Denial::Exists(PAIR.to_string()));
}

#[test]
fn what_stands_against_an_invitation_says_who_mends_it() {
    let violations = violations(invite(|it| {
        it.provider.roles.clear();
        it.reseller.roles.clear();
        it.reseller.moves_to("US");
    }));
    let expected = [
        (SELLER, Responsible::Partner, "neededRole=indirect-provider"),
        (RESELLER, Responsible::Partner, "neededRole=indirect-reseller"),
        (
            RESELLER,
            Responsible::Reseller,
            "providerCountry=FR providerRegion=europe resellerCountry=US \
             resellerRegion=united-states",
        ),
    ];
    assert_eq!(violations.len(), expected.len());
    for (violation, (subject, responsible, inputs)) in violations.iter().zip(expected) {
        assert_eq!(violation.subject, subject.to_string());
        assert_eq!(violation.responsible, responsible);
        let told: Vec<_> =
            violation.inputs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(told.join(" "), inputs);
        assert!(!violation.next_step.is_empty() && !violation.source.is_empty());
    }
}

type Move<T> = (&'static str, fn(T) -> Result<Approved<T>, Denial>);

#[test]
fn a_partnership_moves_as_its_states_allow() {
    use PartnershipState::{Active, Declined, Ended, Invited};
    let moves: [Move<Partnership>; 3] = [
        ("PartnershipAccepted", |it| it.accept(at(9))),
        ("PartnershipDeclined", |it| it.decline("why".to_owned(), at(9))),
        ("PartnershipEnded", |it| it.end("why".to_owned(), at(9))),
    ];
    let again = Err("invite again; that makes a new partnership");
    let table = [
        (Invited, [Ok(Active), Ok(Declined), Err("accept or decline it")]),
        (
            Active,
            [
                Err("nothing is open; it may be ended"),
                Err("nothing is open; it may be ended"),
                Ok(Ended),
            ],
        ),
        (Declined, [again; 3]),
        (Ended, [again; 3]),
    ];
    assert_eq!(table.map(|(state, _)| state).as_slice(), PartnershipState::ALL);
    for (from, outcomes) in table {
        for ((event, step), expected) in moves.iter().zip(outcomes) {
            let mut before = partnership(from);
            before.stamp.revision = BEFORE;
            match (step(before.clone()), expected) {
                (Ok(approved), Ok(to)) => {
                    assert_eq!((approved.event(), approved.decided_on()), (*event, Some(BEFORE)));
                    let reason = if to == Active { "" } else { "why" };
                    let after = Partnership {
                        state: to,
                        state_reason: reason.to_owned(),
                        stamp: before.stamp.next(at(9)),
                        ..before
                    };
                    assert_eq!(*approved.after(), after);
                }
                (denied, expected) => {
                    let next_step = expected.expect_err(&format!("{event} of one that is {from}"));
                    let violations = violations(denied);
                    assert_eq!(named(&violations), ["STATE PARTNERSHIP_STATE_CONFLICT"]);
                    let violation = &violations[0];
                    assert_eq!(violation.subject, before.name.to_string());
                    assert_eq!(violation.responsible, Responsible::Caller);
                    assert_eq!(violation.next_step, next_step, "{event} of one that is {from}");
                    assert!(violation.explanation.contains(from.as_str()));
                    assert_eq!(violation.inputs[0], ("state".to_owned(), from.to_string()));
                }
            }
        }
    }
}

fn new_relationship(kind: RelationshipKind) -> NewRelationship {
    NewRelationship {
        name: TIE,
        kind,
        partner: partner(SELLER, Role::DirectBill),
        customer: customer(),
        buyer: buyer(),
        open: None,
    }
}

#[test]
fn a_relationship_is_requested_inside_one_region_unless_it_is_to_manage() {
    use RelationshipKind::{Management, Resale};
    let outside = "REL-3 CUSTOMER_OUTSIDE_REGION";
    let tenant = "OWN-2 CUSTOMER_IS_CSP_TENANT";
    let rows: [(RelationshipKind, &str, bool, &[&str]); 8] = [
        (Resale, "FR", false, &[]),
        (Resale, "US", false, &[outside]),
        (Resale, "FR", true, &[tenant]),
        (Resale, "US", true, &[outside, tenant]),
        (Management, "FR", false, &[]),
        (Management, "US", false, &[]),
        (Management, "FR", true, &[tenant]),
        (Management, "US", true, &[tenant]),
    ];
    for (kind, country, csp_tenant, expected) in rows {
        let mut new = new_relationship(kind);
        new.customer.country = country.parse().unwrap();
        new.buyer.csp_tenant = csp_tenant;
        let violations = violations(CustomerRelationship::request(&new, at(9)));
        assert_eq!(named(&violations), expected, "{kind} in {country}, CSP tenant: {csp_tenant}");
        for violation in &violations {
            assert_eq!(violation.subject, CUSTOMER.to_string());
            assert!(!violation.inputs.is_empty() && !violation.next_step.is_empty());
        }
    }
}

#[test]
fn a_request_makes_a_relationship_that_the_customer_has_not_answered() {
    for kind in RelationshipKind::ALL {
        let approved = CustomerRelationship::request(&new_relationship(*kind), at(9)).unwrap();
        let told = (approved.event(), approved.decided_on());
        assert_eq!(told, ("CustomerRelationshipRequested", None));
        let expected = CustomerRelationship {
            name: TIE,
            stamp: Stamp::first(at(9)),
            ..tie(SELLER, *kind, RelationshipState::Requested)
        };
        assert_eq!(approved.into_after(), expected);
    }
}

#[test]
fn a_request_for_an_open_relationship_names_it_whatever_else_is_wrong() {
    let mut new = new_relationship(RelationshipKind::Resale);
    new.open = Some(TIE);
    new.buyer.csp_tenant = true;
    let denied = CustomerRelationship::request(&new, at(9));
    assert_eq!(denied.unwrap_err(), Denial::Exists(TIE.to_string()));
}

#[test]
fn a_relationship_moves_as_its_states_allow() {
    use RelationshipState::{Active, Removed, Requested};
    let moves: [Move<CustomerRelationship>; 2] = [
        ("CustomerRelationshipAccepted", |it| it.accept(at(9))),
        ("CustomerRelationshipRemoved", |it| it.remove("why".to_owned(), at(9))),
    ];
    let table = [
        (Requested, [Ok(Active), Ok(Removed)]),
        (Active, [Err("nothing is open; it may be removed"), Ok(Removed)]),
        (Removed, [Err("request a new relationship"); 2]),
    ];
    assert_eq!(table.map(|(state, _)| state).as_slice(), RelationshipState::ALL);
    for (from, outcomes) in table {
        for ((event, step), expected) in moves.iter().zip(outcomes) {
            let mut before = tie(SELLER, RelationshipKind::Resale, from);
            before.stamp.revision = BEFORE;
            match (step(before.clone()), expected) {
                (Ok(approved), Ok(to)) => {
                    assert_eq!((approved.event(), approved.decided_on()), (*event, Some(BEFORE)));
                    let reason = if to == Active { "" } else { "why" };
                    let after = CustomerRelationship {
                        state: to,
                        state_reason: reason.to_owned(),
                        stamp: before.stamp.next(at(9)),
                        ..before
                    };
                    assert_eq!(*approved.after(), after);
                }
                (denied, expected) => {
                    let next_step = expected.expect_err(&format!("{event} of one that is {from}"));
                    let violations = violations(denied);
                    let conflict = "STATE CUSTOMER_RELATIONSHIP_STATE_CONFLICT";
                    assert_eq!(named(&violations), [conflict]);
                    assert_eq!(violations[0].subject, before.name.to_string());
                    assert_eq!(violations[0].responsible, Responsible::Caller);
                    assert_eq!(violations[0].next_step, next_step, "{event} of {from}");
                    assert!(violations[0].explanation.contains(from.as_str()));
                    assert_eq!(violations[0].inputs, [("state".to_owned(), from.to_string())]);
                }
            }
        }
    }
}
