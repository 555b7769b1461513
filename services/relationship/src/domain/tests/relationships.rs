//! Customer relationships, from state to state.

use proptest::{collection::vec, prelude::*, sample::select};
use types::{CustomerName, CustomerRelationshipName, ResourceVersion, Responsible};
use uuid::Uuid;

use super::world::{
    CUSTOMER, EXPIRES, NOW, RESELLER, SELLER, STRANGER, at, buyer, customer, enrollment, named,
    partner, partnership, relationship_with, violations,
};
use crate::domain::{
    Applicant, Approved, Change, CustomerRelationship, Denial, NewRelationship, PartnershipState,
    RelationshipKind, RelationshipState, Removal, Role, RoleState,
};

const REQUESTED: CustomerRelationshipName = relationship_name(0xe);
const COMPANION: CustomerRelationshipName = relationship_name(0xf);

const fn relationship_name(id: u128) -> CustomerRelationshipName {
    CustomerRelationshipName { customer: CUSTOMER, uid: Uuid::from_u128(id) }
}

fn asked(kind: RelationshipKind) -> NewRelationship {
    let standing = partner(SELLER, Role::DirectBill);
    NewRelationship {
        kind,
        role: None,
        customer: customer(),
        buyer: buyer(),
        partner: Applicant { name: REQUESTED, standing, open: Vec::new() },
        provider: None,
        name_taken: None,
    }
}

/// A reseller asks for its provider along.
fn new_with_provider() -> NewRelationship {
    let standing = partner(SELLER, Role::IndirectProvider);
    let provider = Applicant { name: COMPANION, standing, open: Vec::new() };
    let standing = partner(RESELLER, Role::IndirectReseller);
    NewRelationship {
        partner: Applicant { name: REQUESTED, standing, open: Vec::new() },
        provider: Some((provider, Some(partnership(PartnershipState::Active)))),
        ..asked(RelationshipKind::Resale)
    }
}

fn request(new: &NewRelationship) -> Result<Change<CustomerRelationship>, Denial> {
    CustomerRelationship::request(new, at(EXPIRES), at(NOW))
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
        let mut new = asked(kind);
        new.customer.country = country.parse().unwrap();
        new.buyer.csp_tenant = csp_tenant;
        let violations = violations(request(&new));
        assert_eq!(named(&violations), expected, "{kind} in {country}, CSP tenant: {csp_tenant}");
        for violation in &violations {
            assert_eq!(violation.subject, CUSTOMER.to_string());
            assert!(!violation.inputs.is_empty() && !violation.next_step.is_empty());
        }
    }
}

#[test]
fn a_relationship_is_requested_by_an_enrolled_partner_and_to_sell_by_one_that_sells() {
    use RelationshipKind::{Management, Resale};
    use RoleState::{Active, Qualified, Restricted};
    const OUT: &[&str] = &["ON-1 PARTNER_NOT_ENROLLED"];
    for kind in RelationshipKind::ALL {
        let mut new = asked(*kind);
        new.partner.standing.roles.clear();
        assert_eq!(named(&violations(request(&new))), OUT, "{kind}, never enrolled");
        let roles = Role::ALL.iter();
        for (role, state) in roles.flat_map(|it| RoleState::ALL.iter().map(move |of| (*it, *of))) {
            new.partner.standing.roles = vec![enrollment(role, state)];
            let expected = match (kind, state) {
                (_, Active | Qualified) | (Management, Restricted) => &[],
                (Resale, Restricted) => &["ON-1 SELLER_RESTRICTED"][..],
                _ => OUT,
            };
            assert_eq!(named(&violations(request(&new))), expected, "{kind}, {role} {state}");
        }
    }
}

#[test]
fn a_restricted_direct_bill_partner_asks_for_resale_as_a_reseller() {
    let restricted = enrollment(Role::DirectBill, RoleState::Restricted);
    let mut new = new_with_provider();
    new.partner.standing.roles.push(restricted.clone());
    assert!(request(&new).is_ok(), "with its provider");
    let mut new = asked(RelationshipKind::Resale);
    new.partner.standing.roles =
        vec![restricted.clone(), enrollment(Role::IndirectReseller, RoleState::Active)];
    assert!(request(&new).is_ok(), "it is a reseller too");
    new.partner.standing.roles[1].state = RoleState::Vetting;
    assert_eq!(named(&violations(request(&new))), ["ON-1 SELLER_RESTRICTED"]);
}

#[test]
fn a_partner_in_several_roles_says_in_which_it_acquires_the_customer() {
    use Role::{DirectBill, IndirectReseller};
    const UNSTATED: &[&str] = &["REL-4 RELATIONSHIP_ROLE_NOT_STATED"];
    const OUT: &[&str] = &["ON-1 PARTNER_NOT_ENROLLED"];
    let acquired = |new: &NewRelationship| request(new).map(|it| it.main.after().role);
    type Row = (RoleState, Option<Role>, Result<Role, &'static [&'static str]>);
    let rows: [Row; 6] = [
        (RoleState::Active, None, Err(UNSTATED)),
        (RoleState::Active, Some(DirectBill), Ok(DirectBill)),
        (RoleState::Active, Some(IndirectReseller), Ok(IndirectReseller)),
        (RoleState::Revoked, None, Ok(DirectBill)),
        (RoleState::Revoked, Some(DirectBill), Ok(DirectBill)),
        (RoleState::Revoked, Some(IndirectReseller), Err(OUT)),
    ];
    for (as_reseller, stated, expected) in rows {
        let mut new = asked(RelationshipKind::Resale);
        new.role = stated;
        new.partner.standing.roles = vec![
            enrollment(DirectBill, RoleState::Active),
            enrollment(IndirectReseller, as_reseller),
        ];
        let what = format!("reseller {as_reseller}, stated {stated:?}");
        match expected {
            Ok(role) => assert_eq!(acquired(&new).unwrap(), Some(role), "{what}"),
            Err(refusals) => assert_eq!(named(&violations(acquired(&new))), refusals, "{what}"),
        }
        new.kind = RelationshipKind::Management;
        assert_eq!(acquired(&new).unwrap(), None, "{what}, to manage");
        let mut along = new_with_provider();
        along.partner.standing.roles.push(enrollment(DirectBill, RoleState::Active));
        assert_eq!(acquired(&along).unwrap(), Some(IndirectReseller), "with its provider");
    }
}

#[test]
fn a_relationship_in_one_role_leaves_room_for_one_in_another() {
    let direct = relationship_with(SELLER, RelationshipKind::Resale, RelationshipState::Active);
    let mut new = asked(RelationshipKind::Resale);
    new.partner.standing.roles.push(enrollment(Role::IndirectReseller, RoleState::Active));
    new.partner.open = vec![direct.clone()];
    new.role = Some(Role::IndirectReseller);
    assert!(request(&new).is_ok());
    new.role = Some(Role::DirectBill);
    assert_eq!(request(&new).unwrap_err(), Denial::Exists(direct.name.to_string()));
}

#[test]
fn both_partners_of_a_request_are_enrolled_in_the_role_in_which_they_ask() {
    let refused = |change: fn(&mut NewRelationship)| {
        let mut new = new_with_provider();
        change(&mut new);
        named(&violations(request(&new)))
    };
    assert_eq!(
        refused(|it| it.provider.as_mut().unwrap().0.standing.roles[0].state = RoleState::Suspended),
        ["ON-1 PARTNER_NOT_ENROLLED"]
    );
    assert_eq!(
        refused(
            |it| it.partner.standing.roles = vec![enrollment(Role::DirectBill, RoleState::Active)]
        ),
        ["ON-1 PARTNER_NOT_ENROLLED"],
        "a direct-bill partner has no provider"
    );
}

#[test]
fn an_acceptance_is_held_against_the_rules_of_its_moment() {
    type Row = (&'static str, fn(&mut NewRelationship), &'static [&'static str]);
    let rows: [Row; 6] = [
        ("nothing has changed", |_| (), &[]),
        (
            "the partner is revoked",
            |it| it.partner.standing.roles[0].state = RoleState::Revoked,
            &["ON-1 PARTNER_NOT_ENROLLED", "REL-1 PARTNERSHIP_OF_REVOKED_ENROLLMENT"],
        ),
        (
            "the provider is suspended",
            |it| it.provider.as_mut().unwrap().0.standing.roles[0].state = RoleState::Suspended,
            &["ON-1 PARTNER_NOT_ENROLLED"],
        ),
        (
            "the partnership has ended",
            |it| it.provider.as_mut().unwrap().1 = None,
            &["REL-1 PARTNERSHIP_NOT_ACTIVE"],
        ),
        (
            "the customer's tenant became a CSP tenant",
            |it| it.buyer.csp_tenant = true,
            &["OWN-2 CUSTOMER_IS_CSP_TENANT"],
        ),
        (
            "the provider's tenant moved",
            |it| it.provider.as_mut().unwrap().0.standing.moves_to("US"),
            &["REL-3 CUSTOMER_OUTSIDE_REGION"],
        ),
    ];
    for (what, change, expected) in rows {
        let Change { mut related, main } = request(&new_with_provider()).unwrap();
        let companion = related.pop().map(Approved::into_after);
        let mut now = new_with_provider();
        change(&mut now);
        let accepted = main.into_after().accept(companion, now.parties(), at(NOW));
        assert_eq!(named(&violations(accepted)), expected, "{what}");
    }
    let Change { main, .. } = request(&new_with_provider()).unwrap();
    let mut now = new_with_provider();
    now.provider.as_mut().unwrap().1 = None;
    let accepted = main.into_after().accept(None, now.parties(), at(NOW));
    assert!(accepted.is_ok(), "the provider's request is no longer open: this one stands alone");
}

#[test]
fn a_request_makes_a_relationship_that_the_customer_has_not_answered() {
    for kind in RelationshipKind::ALL {
        let Change { related, main } = request(&asked(*kind)).unwrap();
        assert!(related.is_empty());
        let told = (main.event(), main.decided_on());
        assert_eq!(told, ("CustomerRelationshipRequested", None));
        let expected = CustomerRelationship {
            name: REQUESTED,
            resource_version: ResourceVersion::first(at(NOW)),
            ..tie(SELLER, *kind, RelationshipState::Requested)
        };
        assert_eq!(main.into_after(), expected);
    }
}

#[test]
fn a_reseller_asks_for_its_provider_along_unless_that_is_tied_already() {
    let Change { related, main } = request(&new_with_provider()).unwrap();
    let [of_provider] = related.try_into().unwrap();
    assert_eq!(main.after().companion, Some(COMPANION));
    assert_eq!((main.after().partner, of_provider.after().partner), (RESELLER, SELLER));
    assert_eq!(of_provider.after().name, COMPANION);
    assert_eq!(of_provider.after().companion, None);
    for state in [RelationshipState::Requested, RelationshipState::Active] {
        let as_provider = Some(Role::IndirectProvider);
        let direct = relationship_with(SELLER, RelationshipKind::Resale, state);
        let open = CustomerRelationship {
            role: as_provider,
            name: relationship_name(0x9),
            ..direct.clone()
        };
        let mut new = new_with_provider();
        new.provider.as_mut().unwrap().0.open = vec![direct, open.clone()];
        let Change { related, main } = request(&new).unwrap();
        assert!(related.is_empty(), "{state}");
        assert_eq!(main.after().companion, Some(open.name), "{state}");
    }
}

#[test]
fn a_reseller_asks_along_only_for_a_provider_that_it_partners_with_in_the_region() {
    let refusal = ["REL-1 PARTNERSHIP_NOT_ACTIVE"];
    for state in PartnershipState::ALL {
        let mut new = new_with_provider();
        new.provider.as_mut().unwrap().1 = Some(partnership(*state));
        let refused = named(&violations(request(&new)));
        let active = *state == PartnershipState::Active;
        assert_eq!(refused, refusal[usize::from(active)..], "{state}");
    }
    let mut new = new_with_provider();
    new.provider.as_mut().unwrap().1 = None;
    assert_eq!(named(&violations(request(&new))), refusal);
    let mut new = new_with_provider();
    new.provider.as_mut().unwrap().0.standing.moves_to("US");
    assert_eq!(named(&violations(request(&new))), ["REL-3 CUSTOMER_OUTSIDE_REGION"]);
}

#[test]
fn a_request_beside_an_open_relationship_is_denied_and_settles_one_that_expired() {
    let mut new = asked(RelationshipKind::Resale);
    let mut open =
        relationship_with(SELLER, RelationshipKind::Resale, RelationshipState::Requested);
    open.expire_time = at(NOW + 1);
    new.partner.open = vec![open.clone()];
    new.buyer.csp_tenant = true;
    assert_eq!(request(&new).unwrap_err(), Denial::Exists(open.name.to_string()));
    open.expire_time = at(NOW);
    new.partner.open = vec![open];
    new.buyer.csp_tenant = false;
    let [settled] = request(&new).unwrap().related.try_into().unwrap();
    let told = (settled.event(), settled.after().state);
    assert_eq!(told, ("CustomerRelationshipExpired", RelationshipState::Expired));
    new.name_taken = Some(REQUESTED);
    assert_eq!(request(&new).unwrap_err(), Denial::Exists(REQUESTED.to_string()));
}

fn removal(by: Role) -> Removal {
    Removal {
        by: partner(SELLER, by),
        partnerships: Vec::new(),
        no_active_subscriptions: true,
        detail: "why".to_owned(),
    }
}

#[test]
fn what_was_sold_on_is_removed_by_a_buyer_at_microsoft_that_states_that_nothing_is_active() {
    use RelationshipKind::{Management, Resale};
    use RelationshipState::{Active, Requested};
    const STRANGE: &str = "REL-6 REMOVAL_BY_STRANGER";
    const RESELLS: &str = "REL-6 REMOVAL_BY_RESELLER";
    const UNSTATED: &str = "REL-6 SUBSCRIPTIONS_NOT_RULED_OUT";
    type Row =
        (RelationshipKind, RelationshipState, Role, fn(&mut Removal), &'static [&'static str]);
    let rows: [Row; 9] = [
        (Resale, Active, Role::DirectBill, |_| (), &[]),
        (Resale, Active, Role::IndirectProvider, |_| (), &[]),
        (Resale, Active, Role::IndirectReseller, |_| (), &[RESELLS]),
        (Resale, Active, Role::DirectBill, |it| it.no_active_subscriptions = false, &[UNSTATED]),
        (Resale, Active, Role::DirectBill, |it| it.by.partner = STRANGER, &[STRANGE]),
        (
            Resale,
            Active,
            Role::IndirectReseller,
            |it| {
                it.by.partner = STRANGER;
                it.no_active_subscriptions = false;
            },
            &[STRANGE, RESELLS, UNSTATED],
        ),
        (Resale, Requested, Role::IndirectReseller, |it| it.no_active_subscriptions = false, &[]),
        (Management, Active, Role::IndirectReseller, |it| it.no_active_subscriptions = false, &[]),
        (Management, Active, Role::DirectBill, |it| it.by.partner = STRANGER, &[STRANGE]),
    ];
    for (kind, state, role, change, expected) in rows {
        let mut removal = removal(role);
        change(&mut removal);
        let removed = relationship_with(SELLER, kind, state).remove(&removal, at(NOW));
        assert_eq!(named(&violations(removed)), expected, "{kind} {state} {role}");
    }
}

#[test]
fn a_resellers_relationship_is_removed_by_a_provider_that_had_accepted_it_once() {
    for state in PartnershipState::ALL {
        let removal =
            Removal { partnerships: vec![partnership(*state)], ..removal(Role::IndirectProvider) };
        let active =
            relationship_with(RESELLER, RelationshipKind::Resale, RelationshipState::Active);
        let removed = active.remove(&removal, at(NOW));
        let accepted = [PartnershipState::Active, PartnershipState::Ended].contains(state);
        match removed {
            Ok(removed) => {
                assert!(accepted, "{state}");
                assert_eq!(removed.after().ending.as_ref().unwrap().by, Some(SELLER));
            }
            denied => {
                assert!(!accepted, "{state}");
                assert_eq!(named(&violations(denied)), ["REL-6 REMOVAL_BY_STRANGER"]);
            }
        }
    }
}

#[test]
fn the_customers_answer_counts_for_the_companion_while_that_is_open() {
    let of = |state| CustomerRelationship {
        companion: Some(COMPANION),
        ..tie(RESELLER, RelationshipKind::Resale, state)
    };
    let companion = |state| CustomerRelationship {
        name: COMPANION,
        ..tie(SELLER, RelationshipKind::Resale, state)
    };
    for state in RelationshipState::ALL {
        let requested = *state == RelationshipState::Requested;
        let asked = || of(RelationshipState::Requested);
        let accepted = asked()
            .accept(Some(companion(*state)), new_with_provider().parties(), at(NOW))
            .unwrap();
        assert_eq!(accepted.main.after().state, RelationshipState::Active);
        let related: Vec<_> = accepted.related.iter().map(|it| it.after().state).collect();
        assert_eq!(related, [RelationshipState::Active][usize::from(!requested)..], "{state}");
        let refused = asked().refuse("why", Some(companion(*state)), at(NOW)).unwrap();
        assert_eq!(refused.main.after().state, RelationshipState::Refused);
        assert_eq!(refused.related.len(), usize::from(requested), "{state}");
    }
    let mut other = companion(RelationshipState::Requested);
    other.name.customer = CustomerName::new(STRANGER.id());
    let accepted = of(RelationshipState::Requested)
        .accept(Some(other), new_with_provider().parties(), at(NOW))
        .unwrap();
    assert!(accepted.related.is_empty(), "it is no companion of this one");
}

const CALLS: [(&str, &str); 3] = [
    ("AcceptCustomerRelationship", "CustomerRelationshipAccepted"),
    ("RefuseCustomerRelationship", "CustomerRelationshipRefused"),
    ("RemoveCustomerRelationship", "CustomerRelationshipRemoved"),
];

fn step(
    it: CustomerRelationship,
    call: &str,
    now: i64,
) -> Result<Change<CustomerRelationship>, Denial> {
    match call {
        "AcceptCustomerRelationship" => {
            it.accept(None, asked(RelationshipKind::Management).parties(), at(now))
        }
        "RefuseCustomerRelationship" => it.refuse("why", None, at(now)),
        _ => it.remove(&removal(Role::DirectBill), at(now)).map(Change::from),
    }
}

/// What becomes of a relationship.
fn model(state: &str, call: &str, now: i64) -> Option<&'static str> {
    match (state, call) {
        ("requested", _) if now >= EXPIRES => None,
        ("requested", "AcceptCustomerRelationship") => Some("active"),
        ("requested", "RefuseCustomerRelationship") => Some("refused"),
        ("requested" | "active", "RemoveCustomerRelationship") => Some("removed"),
        _ => None,
    }
}

proptest! {
    /// Any calls at any times do to a relationship what the model says.
    #[test]
    fn a_relationship_moves_as_the_model_does(
        kind in select(RelationshipKind::ALL),
        calls in vec((select(&CALLS[..]), select(&[0, 1, 500, 999, 1000][..])), 1..6),
    ) {
        let mut it = relationship_with(SELLER, kind, RelationshipState::Requested);
        let mut now = NOW;
        for ((call, event), later) in calls {
            now += later;
            let before = it.clone();
            match (step(it.clone(), call, now), model(it.state.as_str(), call, now)) {
                (Ok(change), Some(to)) => {
                    prop_assert_eq!(change.main.event(), event);
                    prop_assert_eq!(change.main.decided_on(), Some(before.resource_version.revision));
                    let after = change.main.into_after();
                    prop_assert_eq!(after.state.as_str(), to);
                    prop_assert_eq!(after.resource_version, before.resource_version.next(at(now)));
                    let ending = after.ending.as_ref();
                    let ended = ending.map(|it| (it.by, it.detail.as_str(), it.time));
                    let by = (to == "removed").then_some(SELLER);
                    prop_assert_eq!(ended, (to != "active").then(|| (by, "why", at(now))));
                    let accepted = if to == "active" { Some(at(now)) } else { before.accept_time };
                    prop_assert_eq!(after.accept_time, accepted);
                    it = after;
                }
                (denied, expected) => {
                    prop_assert_eq!(expected, None, "{} is denied", call);
                    let violations = violations(denied);
                    let conflict = "STATE CUSTOMER_RELATIONSHIP_STATE_CONFLICT";
                    prop_assert_eq!(named(&violations), [conflict]);
                    let state = before.state_at(at(now));
                    prop_assert_eq!(&violations[0].inputs[0].1, state.as_str());
                    prop_assert_eq!(violations[0].responsible, Responsible::Caller);
                }
            }
        }
    }
}
