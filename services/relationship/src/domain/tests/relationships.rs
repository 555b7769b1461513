//! State changes of customer relationships.

use proptest::{collection::vec, prelude::*, sample::select};
use rules::{Denial, Responsible, Role};
use types::{CustomerName, CustomerRelationshipName, ResourceVersion};
use uuid::Uuid;

use super::world::{
    CUSTOMER, EXPIRES, NOW, RESELLER, SELLER, STRANGER, at, buyer, customer, enrollment, named,
    partner, partnership, relationship_with, violations,
};
use crate::domain::{
    Applicant, Approved, Change, CustomerRelationship, NewRelationship, PartnershipState,
    RelationshipKind, RelationshipState, Removal, RoleState,
};

const REQUESTED: CustomerRelationshipName = relationship_name(0xe);
const COMPANION: CustomerRelationshipName = relationship_name(0xf);

const fn relationship_name(id: u128) -> CustomerRelationshipName {
    CustomerRelationshipName { customer: CUSTOMER, uid: Uuid::from_u128(id) }
}

fn new_relationship(kind: RelationshipKind) -> NewRelationship {
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

/// A reseller also requests a relationship for its provider.
fn new_with_provider() -> NewRelationship {
    let standing = partner(SELLER, Role::IndirectProvider);
    let provider = Applicant { name: COMPANION, standing, open: Vec::new() };
    let standing = partner(RESELLER, Role::IndirectReseller);
    NewRelationship {
        partner: Applicant { name: REQUESTED, standing, open: Vec::new() },
        provider: Some((provider, Some(partnership(PartnershipState::Active)))),
        ..new_relationship(RelationshipKind::Resale)
    }
}

fn request(new: &NewRelationship) -> Result<Change<CustomerRelationship>, Denial> {
    CustomerRelationship::request(new, at(EXPIRES), at(NOW))
}

#[test]
fn resale_is_requested_in_one_region_and_management_anywhere() {
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
        let violations = violations(request(&new));
        assert_eq!(named(&violations), expected, "{kind} in {country}, CSP tenant: {csp_tenant}");
        for violation in &violations {
            assert_eq!(violation.subject, CUSTOMER.to_string());
            assert!(!violation.inputs.is_empty() && !violation.next_step.is_empty());
        }
    }
}

#[test]
fn a_request_requires_an_enrollment_that_permits_its_kind() {
    use RelationshipKind::{Management, Resale};
    use RoleState::{Active, Qualified, Restricted};
    const NOT_ENROLLED: &[&str] = &["ON-1 PARTNER_NOT_ENROLLED"];
    for kind in RelationshipKind::ALL {
        let mut new = new_relationship(*kind);
        new.partner.standing.roles.clear();
        assert_eq!(named(&violations(request(&new))), NOT_ENROLLED, "{kind}, never enrolled");
        let roles = Role::ALL.iter();
        for (role, state) in roles.flat_map(|it| RoleState::ALL.iter().map(move |of| (*it, *of))) {
            new.partner.standing.roles = vec![enrollment(role, state)];
            let expected = match (kind, state) {
                (_, Active | Qualified) | (Management, Restricted) => &[],
                (Resale, Restricted) => &["ON-1 SELLER_RESTRICTED"][..],
                _ => NOT_ENROLLED,
            };
            assert_eq!(named(&violations(request(&new))), expected, "{kind}, {role} {state}");
        }
    }
}

#[test]
fn a_restricted_direct_bill_partner_requests_resale_only_as_reseller() {
    let restricted = enrollment(Role::DirectBill, RoleState::Restricted);
    let mut new = new_with_provider();
    new.partner.standing.roles.push(restricted.clone());
    assert!(request(&new).is_ok(), "with its provider");
    let mut new = new_relationship(RelationshipKind::Resale);
    new.partner.standing.roles =
        vec![restricted.clone(), enrollment(Role::IndirectReseller, RoleState::Active)];
    assert!(request(&new).is_ok(), "it is also a reseller");
    new.partner.standing.roles[1].state = RoleState::Vetting;
    assert_eq!(named(&violations(request(&new))), ["ON-1 SELLER_RESTRICTED"]);
}

#[test]
fn a_partner_in_several_roles_states_the_role_of_a_resale_request() {
    use Role::{DirectBill, IndirectReseller};
    const UNSTATED: &[&str] = &["REL-4 RELATIONSHIP_ROLE_NOT_STATED"];
    const NOT_ENROLLED: &[&str] = &["ON-1 PARTNER_NOT_ENROLLED"];
    let acquired = |new: &NewRelationship| request(new).map(|it| it.main.after().role);
    type Row = (RoleState, Option<Role>, Result<Role, &'static [&'static str]>);
    let rows: [Row; 6] = [
        (RoleState::Active, None, Err(UNSTATED)),
        (RoleState::Active, Some(DirectBill), Ok(DirectBill)),
        (RoleState::Active, Some(IndirectReseller), Ok(IndirectReseller)),
        (RoleState::Revoked, None, Ok(DirectBill)),
        (RoleState::Revoked, Some(DirectBill), Ok(DirectBill)),
        (RoleState::Revoked, Some(IndirectReseller), Err(NOT_ENROLLED)),
    ];
    for (as_reseller, stated, expected) in rows {
        let mut new = new_relationship(RelationshipKind::Resale);
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
        assert_eq!(acquired(&new).unwrap(), None, "{what}, management");
        let mut with_provider = new_with_provider();
        with_provider.partner.standing.roles.push(enrollment(DirectBill, RoleState::Active));
        assert_eq!(acquired(&with_provider).unwrap(), Some(IndirectReseller), "with its provider");
    }
}

#[test]
fn a_partner_may_have_one_resale_relationship_per_role() {
    let direct = relationship_with(SELLER, RelationshipKind::Resale, RelationshipState::Active);
    let mut new = new_relationship(RelationshipKind::Resale);
    new.partner.standing.roles.push(enrollment(Role::IndirectReseller, RoleState::Active));
    new.partner.open = vec![direct.clone()];
    new.role = Some(Role::IndirectReseller);
    assert!(request(&new).is_ok());
    new.role = Some(Role::DirectBill);
    assert_eq!(request(&new).unwrap_err(), Denial::Exists(direct.name.to_string()));
}

#[test]
fn both_partners_of_a_request_are_enrolled_in_their_role() {
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
fn an_acceptance_checks_the_rules_again() {
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
    assert!(accepted.is_ok(), "the provider's request is not open, so its rules do not apply");
}

#[test]
fn a_request_creates_a_relationship_in_state_requested() {
    for kind in RelationshipKind::ALL {
        let Change { related, main } = request(&new_relationship(*kind)).unwrap();
        assert!(related.is_empty());
        let event = (main.event(), main.decided_on());
        assert_eq!(event, ("CustomerRelationshipRequested", None));
        let expected = CustomerRelationship {
            name: REQUESTED,
            resource_version: ResourceVersion::first(at(NOW)),
            ..relationship_with(SELLER, *kind, RelationshipState::Requested)
        };
        assert_eq!(main.into_after(), expected);
    }
}

#[test]
fn a_provider_with_an_open_relationship_gets_no_second_request() {
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
fn a_provider_in_a_request_is_an_active_partner_in_the_region() {
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
fn a_request_is_denied_by_an_open_relationship_and_records_an_expired_one() {
    let mut new = new_relationship(RelationshipKind::Resale);
    let mut open =
        relationship_with(SELLER, RelationshipKind::Resale, RelationshipState::Requested);
    open.expire_time = at(NOW + 1);
    new.partner.open = vec![open.clone()];
    new.buyer.csp_tenant = true;
    assert_eq!(request(&new).unwrap_err(), Denial::Exists(open.name.to_string()));
    open.expire_time = at(NOW);
    new.partner.open = vec![open];
    new.buyer.csp_tenant = false;
    let [expired] = request(&new).unwrap().related.try_into().unwrap();
    let event = (expired.event(), expired.after().state);
    assert_eq!(event, ("CustomerRelationshipExpired", RelationshipState::Expired));
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
fn active_resale_is_removed_by_a_buyer_from_microsoft_without_subscriptions() {
    use RelationshipKind::{Management, Resale};
    use RelationshipState::{Active, Requested};
    const BY_STRANGER: &str = "REL-6 REMOVAL_BY_STRANGER";
    const BY_RESELLER: &str = "REL-6 REMOVAL_BY_RESELLER";
    const NOT_STATED: &str = "REL-6 SUBSCRIPTIONS_NOT_RULED_OUT";
    type Row =
        (RelationshipKind, RelationshipState, Role, fn(&mut Removal), &'static [&'static str]);
    let rows: [Row; 9] = [
        (Resale, Active, Role::DirectBill, |_| (), &[]),
        (Resale, Active, Role::IndirectProvider, |_| (), &[]),
        (Resale, Active, Role::IndirectReseller, |_| (), &[BY_RESELLER]),
        (Resale, Active, Role::DirectBill, |it| it.no_active_subscriptions = false, &[NOT_STATED]),
        (Resale, Active, Role::DirectBill, |it| it.by.partner = STRANGER, &[BY_STRANGER]),
        (
            Resale,
            Active,
            Role::IndirectReseller,
            |it| {
                it.by.partner = STRANGER;
                it.no_active_subscriptions = false;
            },
            &[BY_STRANGER, BY_RESELLER, NOT_STATED],
        ),
        (Resale, Requested, Role::IndirectReseller, |it| it.no_active_subscriptions = false, &[]),
        (Management, Active, Role::IndirectReseller, |it| it.no_active_subscriptions = false, &[]),
        (Management, Active, Role::DirectBill, |it| it.by.partner = STRANGER, &[BY_STRANGER]),
    ];
    for (kind, state, role, change, expected) in rows {
        let mut removal = removal(role);
        change(&mut removal);
        let removed = relationship_with(SELLER, kind, state).remove(&removal, at(NOW));
        assert_eq!(named(&violations(removed)), expected, "{kind} {state} {role}");
    }
}

#[test]
fn a_provider_with_an_accepted_partnership_removes_a_resellers_relationship() {
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
fn the_customers_response_applies_to_an_open_companion() {
    let of = |state| CustomerRelationship {
        companion: Some(COMPANION),
        ..relationship_with(RESELLER, RelationshipKind::Resale, state)
    };
    let companion = |state| CustomerRelationship {
        name: COMPANION,
        ..relationship_with(SELLER, RelationshipKind::Resale, state)
    };
    for state in RelationshipState::ALL {
        let requested = *state == RelationshipState::Requested;
        let request = || of(RelationshipState::Requested);
        let accepted = request()
            .accept(Some(companion(*state)), new_with_provider().parties(), at(NOW))
            .unwrap();
        assert_eq!(accepted.main.after().state, RelationshipState::Active);
        let related: Vec<_> = accepted.related.iter().map(|it| it.after().state).collect();
        assert_eq!(related, [RelationshipState::Active][usize::from(!requested)..], "{state}");
        let refused = request().refuse("why", Some(companion(*state)), at(NOW)).unwrap();
        assert_eq!(refused.main.after().state, RelationshipState::Refused);
        assert_eq!(refused.related.len(), usize::from(requested), "{state}");
    }
    let mut other = companion(RelationshipState::Requested);
    other.name.customer = CustomerName::new(STRANGER.id());
    let accepted = of(RelationshipState::Requested)
        .accept(Some(other), new_with_provider().parties(), at(NOW))
        .unwrap();
    assert!(accepted.related.is_empty(), "not the companion of this relationship");
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
            it.accept(None, new_relationship(RelationshipKind::Management).parties(), at(now))
        }
        "RefuseCustomerRelationship" => it.refuse("why", None, at(now)),
        _ => it.remove(&removal(Role::DirectBill), at(now)).map(Change::from),
    }
}

/// State of a relationship after a call; `None` if the call is refused.
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
    /// Random calls at random times change a relationship like the model.
    #[test]
    fn a_relationship_changes_like_the_model(
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
