//! Customers, and their acceptance of the MCA.

use kernel::Stamp;

use super::world::{CUSTOMER, OF_CUSTOMER, STRANGER, at, buyer, customer, mca, named, violations};
use crate::domain::{
    BuyerStanding, Customer, CustomerAgreement, CustomerKind, Denial, NewCustomer,
};

fn new(kind: CustomerKind) -> NewCustomer {
    let Customer { name, display_name, organization, country, .. } = customer();
    NewCustomer { name, display_name, organization, country, kind }
}

#[test]
fn a_tenant_becomes_a_customer_unless_it_is_a_csp_tenant_or_shared_services_of_no_partner() {
    use CustomerKind::{Company, SharedServices};
    let tenant = "OWN-2 CUSTOMER_IS_CSP_TENANT";
    let of_nobody = "OWN-3 SHARED_SERVICES_OF_ANOTHER";
    let rows: [(CustomerKind, bool, bool, &[&str]); 8] = [
        (Company, false, false, &[]),
        (Company, false, true, &[]),
        (Company, true, false, &[tenant]),
        (Company, true, true, &[tenant]),
        (SharedServices, false, false, &[of_nobody]),
        (SharedServices, false, true, &[]),
        (SharedServices, true, false, &[tenant, of_nobody]),
        (SharedServices, true, true, &[tenant]),
    ];
    for (kind, csp_tenant, partner, expected) in rows {
        let partners = if partner { vec![STRANGER] } else { Vec::new() };
        let buyer = BuyerStanding { csp_tenant, partners, ..buyer() };
        let violations = violations(Customer::create(new(kind), false, &buyer, at(9)));
        let what = format!("{kind}, CSP tenant: {csp_tenant}, company is a partner: {partner}");
        assert_eq!(named(&violations), expected, "{what}");
        for violation in &violations {
            assert_eq!(violation.subject, CUSTOMER.to_string(), "{what}");
            assert!(!violation.explanation.is_empty() && !violation.next_step.is_empty(), "{what}");
        }
    }
}

#[test]
fn a_refused_customer_shows_the_facts_that_were_looked_at() {
    let buyer = BuyerStanding { csp_tenant: true, ..buyer() };
    let violations =
        violations(Customer::create(new(CustomerKind::SharedServices), false, &buyer, at(9)));
    let inputs: Vec<_> = violations.iter().flat_map(|it| it.inputs.clone()).collect();
    let expected =
        [("cspTenant", "true".to_owned()), ("customerOrganization", OF_CUSTOMER.to_string())];
    assert_eq!(inputs, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn a_tenant_is_a_customer_once_whatever_else_is_wrong() {
    let buyer = BuyerStanding { csp_tenant: true, ..buyer() };
    let denied = Customer::create(new(CustomerKind::Company), true, &buyer, at(9));
    assert_eq!(denied.unwrap_err(), Denial::Exists(CUSTOMER.to_string()));
}

#[test]
fn a_new_customer_has_accepted_nothing() {
    let approved = Customer::create(new(CustomerKind::Company), false, &buyer(), at(9)).unwrap();
    assert_eq!((approved.event(), approved.decided_on()), ("CustomerCreated", None));
    let expected = Customer { agreement: None, stamp: Stamp::first(at(9)), ..customer() };
    assert_eq!(approved.into_after(), expected);
}

#[test]
fn the_mca_accepted_last_is_the_one_that_counts() {
    let before = customer();
    let later = CustomerAgreement { first_name: "Grace".to_owned(), ..mca() };
    let approved = before.clone().record_agreement(later.clone(), at(9));
    let told = (approved.event(), approved.decided_on());
    assert_eq!(told, ("CustomerAgreementRecorded", Some(before.stamp.revision)));
    let stamp = before.stamp.next(at(9));
    let expected = Customer { agreement: Some(later), stamp, ..before };
    assert_eq!(approved.into_after(), expected);
}
