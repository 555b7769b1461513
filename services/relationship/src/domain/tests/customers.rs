//! Customers, and the review of their accounts.

use rules::{Denial, Role};
use types::{CustomerName, ResourceVersion};

use super::world::{
    CUSTOMER, OF_CUSTOMER, SELLER, STRANGER, at, buyer, customer, enrollment, named, partner,
    review, violations,
};
use crate::domain::{
    AccountReview, AccountState, BuyerStanding, Customer, CustomerKind, NewCustomer, RoleState,
};

fn new(kind: CustomerKind) -> NewCustomer {
    let Customer { name, display_name, organization, country, .. } = customer();
    let (registration_number, created_by) = (None, None);
    NewCustomer { name, display_name, organization, country, registration_number, kind, created_by }
}

#[test]
fn a_customer_is_no_csp_tenant_and_shared_services_belong_to_a_partner() {
    use CustomerKind::{Company, SharedServices};
    let tenant = "OWN-2 CUSTOMER_IS_CSP_TENANT";
    let of_another = "OWN-3 SHARED_SERVICES_OF_ANOTHER";
    let rows: [(CustomerKind, bool, bool, &[&str]); 8] = [
        (Company, false, false, &[]),
        (Company, false, true, &[]),
        (Company, true, false, &[tenant]),
        (Company, true, true, &[tenant]),
        (SharedServices, false, false, &[of_another]),
        (SharedServices, false, true, &[]),
        (SharedServices, true, false, &[tenant, of_another]),
        (SharedServices, true, true, &[tenant]),
    ];
    for (kind, csp_tenant, partner, expected) in rows {
        let partners = if partner { vec![STRANGER] } else { Vec::new() };
        let buyer = BuyerStanding { csp_tenant, partners, ..buyer() };
        let violations = violations(Customer::create(new(kind), false, &[], &buyer, None, at(9)));
        let what = format!("{kind}, CSP tenant: {csp_tenant}, company is a partner: {partner}");
        assert_eq!(named(&violations), expected, "{what}");
        for violation in &violations {
            assert_eq!(violation.subject, CUSTOMER.to_string(), "{what}");
            assert!(!violation.explanation.is_empty() && !violation.next_step.is_empty(), "{what}");
        }
    }
}

#[test]
fn each_csp_tenant_has_at_most_one_shared_services_tenant() {
    let exists = "OWN-3 SHARED_SERVICES_TENANT_EXISTS";
    let others = [CustomerName::new(SELLER.id()), CustomerName::new(STRANGER.id())];
    for (csp_tenants, existing, number) in
        [(1, 0, Some(1)), (1, 1, None), (2, 1, Some(2)), (2, 2, None)]
    {
        let partners = [SELLER, STRANGER][..csp_tenants].to_vec();
        let buyer = BuyerStanding { partners, ..buyer() };
        let shared = &others[..existing];
        let create = |kind| Customer::create(new(kind), false, shared, &buyer, None, at(9));
        let what = format!("{existing} for {csp_tenants} CSP tenants");
        match number {
            None => {
                let refused = violations(create(CustomerKind::SharedServices));
                assert_eq!(named(&refused), [exists], "{what}");
            }
            number => {
                let created = create(CustomerKind::SharedServices).unwrap().into_after();
                assert_eq!(created.shared_services_number, number, "{what}");
            }
        }
        let company = create(CustomerKind::Company).unwrap().into_after();
        assert_eq!(company.shared_services_number, None, "{what}");
    }
}

#[test]
fn a_refused_customer_lists_the_facts_used() {
    let buyer = BuyerStanding { csp_tenant: true, ..buyer() };
    let violations = violations(Customer::create(
        new(CustomerKind::SharedServices),
        false,
        &[],
        &buyer,
        None,
        at(9),
    ));
    let inputs: Vec<_> = violations.iter().flat_map(|it| it.inputs.clone()).collect();
    let expected = [
        ("cspTenant", "true".to_owned()),
        ("customerOrganization", OF_CUSTOMER.to_string()),
        ("customerPartners", "none".to_owned()),
        ("sharedServicesTenants", "none".to_owned()),
    ];
    assert_eq!(inputs, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn an_existing_customer_is_reported_before_any_rule() {
    let buyer = BuyerStanding { csp_tenant: true, ..buyer() };
    let denied = Customer::create(new(CustomerKind::Company), true, &[], &buyer, None, at(9));
    assert_eq!(denied.unwrap_err(), Denial::Exists(CUSTOMER.to_string()));
}

#[test]
fn a_new_customer_has_no_agreement() {
    let approved =
        Customer::create(new(CustomerKind::Company), false, &[], &buyer(), None, at(9)).unwrap();
    assert_eq!((approved.event(), approved.decided_on()), ("CustomerCreated", None));
    let expected =
        Customer { agreement: None, resource_version: ResourceVersion::first(at(9)), ..customer() };
    assert_eq!(approved.into_after(), expected);
}

#[test]
fn the_creator_of_a_customer_sells_in_its_region_and_is_not_restricted() {
    const NO_SELLER: &str = "PT-1 SELLER_CANNOT_BUY_FROM_MICROSOFT";
    type Row = (Role, RoleState, &'static str, &'static [&'static str]);
    const RESTRICTED: &str = "ON-1 SELLER_RESTRICTED";
    const NOT_ENROLLED: &str = "ON-1 PARTNER_NOT_ENROLLED";
    let rows: [Row; 9] = [
        (Role::DirectBill, RoleState::Active, "FR", &[]),
        (Role::IndirectProvider, RoleState::Active, "CH", &[]),
        (Role::IndirectReseller, RoleState::Active, "FR", &[NO_SELLER]),
        (Role::DirectBill, RoleState::Revoked, "FR", &[NOT_ENROLLED]),
        (Role::DirectBill, RoleState::Suspended, "FR", &[NOT_ENROLLED]),
        (Role::IndirectProvider, RoleState::Suspended, "FR", &[NOT_ENROLLED]),
        (Role::IndirectProvider, RoleState::Qualified, "FR", &[]),
        (Role::DirectBill, RoleState::Restricted, "FR", &[RESTRICTED]),
        (Role::DirectBill, RoleState::Active, "US", &["REL-3 CUSTOMER_OUTSIDE_REGION"]),
    ];
    for (role, state, country, expected) in rows {
        let mut creator = partner(SELLER, role);
        creator.roles[0].state = state;
        creator.moves_to(country);
        let new = NewCustomer { created_by: Some(SELLER), ..new(CustomerKind::Company) };
        let created = Customer::create(new, false, &[], &buyer(), Some(&creator), at(9));
        assert_eq!(named(&violations(created)), expected, "{role} {state} in {country}");
    }
    let mut creator = partner(SELLER, Role::DirectBill);
    creator.roles[0].state = RoleState::Restricted;
    for (other, expected) in
        [(Role::IndirectReseller, &["ON-1 SELLER_RESTRICTED"][..]), (Role::IndirectProvider, &[])]
    {
        let mut creator = creator.clone();
        creator.roles.push(enrollment(other, RoleState::Active));
        let created = Customer::create(
            new(CustomerKind::Company),
            false,
            &[],
            &buyer(),
            Some(&creator),
            at(9),
        );
        assert_eq!(named(&violations(created)), expected, "restricted, and {other}");
    }
}

#[test]
fn the_last_account_review_replaces_earlier_ones() {
    let before = Customer { account: Some(review(AccountState::Locked)), ..customer() };
    let detail = "resolved".to_owned();
    let approved = before.clone().record_review(AccountState::Verified, detail.clone(), at(9));
    let event = (approved.event(), approved.decided_on());
    assert_eq!(event, ("AccountReviewRecorded", Some(before.resource_version.revision)));
    let account = Some(AccountReview { state: AccountState::Verified, detail, time: at(9) });
    let resource_version = before.resource_version.next(at(9));
    assert_eq!(approved.into_after(), Customer { account, resource_version, ..before });
}
