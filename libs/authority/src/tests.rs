use std::sync::Arc;

use types::PartnerName;

use super::*;

const A: &str = "partners/40000000-0000-4000-8000-00000000000a";
const B: &str = "partners/40000000-0000-4000-8000-00000000000b";

fn bindings() -> Bindings {
    let text = format!(
        r#"
        [[bindings]]
        caller = "spiffe://example.org/portal"
        roles = ["ordering", "reader"]
        tenants = ["{A}"]

        [[bindings]]
        caller = "spiffe://example.org/portal"
        roles = ["reader"]
        tenants = ["{B}"]

        [[bindings]]
        caller = "billing"
        roles = ["reader"]

        [[bindings]]
        caller = "ordering"
        roles = ["service"]
        "#
    );
    Bindings::read(&text).unwrap()
}

fn identified(id: &str) -> Identified {
    let caller = Caller::proven(id, Proof::Mtls);
    let access = bindings().of(&caller);
    Identified { caller, access, on_behalf_of: Some("portal".to_owned()) }
}

fn partner(name: &str) -> PartnerName {
    name.parse().unwrap()
}

const READ: Policy = Policy::of(&[Role::Reader, Role::Service]);
const ORDER: Policy = Policy::of(&[Role::Ordering]);
const WHOLE: Policy = Policy::of_whole(&[Role::Reader]);

#[test]
fn a_caller_sees_the_partners_of_the_roles_that_may_call_the_method() {
    let portal = identified("spiffe://example.org/portal");
    let (read, order) = (portal.authorize(READ).unwrap(), portal.authorize(ORDER).unwrap());
    for (authorized, a, b) in [(read, true, true), (order, true, false)] {
        assert_eq!(authorized.visible(Some(partner(A))).is_some(), a);
        assert_eq!(authorized.visible(Some(partner(B))).is_some(), b);
    }
    let billing = identified("billing").authorize(READ).unwrap();
    assert_eq!(*billing.scope(), Scope::All);
    assert_eq!(billing.all_visible(vec![partner(A), partner(B)]).len(), 2);
}

#[test]
fn the_refusal_names_the_roles_that_may_call() {
    let refused = identified("billing").authorize(ORDER).unwrap_err();
    assert_eq!(refused.caller, "billing");
    assert_eq!(
        (refused.has, refused.needs),
        (vec![Role::Reader], vec![Role::Operator, Role::Ordering])
    );
    assert!(!refused.bound);
    let bound = identified("spiffe://example.org/portal").authorize(WHOLE).unwrap_err();
    assert!(bound.bound);
    let unknown = identified("spiffe://example.org/Portal").authorize(READ).unwrap_err();
    assert_eq!(unknown.has, []);
}

#[test]
fn only_services_are_believed_for_whom_they_call() {
    for (id, believed) in [("ordering", Some("portal")), ("billing", None)] {
        assert_eq!(identified(id).authorize(READ).unwrap().on_behalf_of(), believed);
    }
}

#[test]
fn an_unproven_caller_may_do_everything_only_where_no_proof_is_asked_for() {
    let caller = Caller::anonymous();
    assert_eq!(*Bindings::unproven().of(&caller), Access::whole(Role::Operator));
    assert_eq!(*bindings().of(&caller), Access::default());
    let proven = Caller::proven("x", Proof::Jwt);
    assert_eq!(Bindings::unproven().of(&proven), Arc::default());
}

#[test]
fn every_problem_of_a_file_is_reported() {
    let text = r#"
        [[bindings]]
        caller = ""
        roles = []
        tenants = []

        [[bindings]]
        caller = "x"
        roles = ["root", "reader"]
        tenants = ["customers/1"]
    "#;
    let problems = Bindings::read(text).unwrap_err();
    for part in ["caller is empty", "roles are empty", "tenants are empty", "`root`", "customers/1"]
    {
        assert!(problems.contains(part), "{part} is not in {problems}");
    }
    assert!(Bindings::read("[[binding]]\ncaller = 'x'").is_err(), "a misspelt key is refused");
}
