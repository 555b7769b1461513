//! Who may accept the Microsoft Partner Agreement, and what that changes.

use rules::{
    Denial,
    Role::{self, DirectBill, IndirectProvider, IndirectReseller},
};
use types::ResourceVersion;
use uuid::Uuid;

use super::world::{
    PARTNER, REVISION, acceptance, accepted, assert_violation, at, changed, enrolled,
    rules_and_reasons, signatory, violations,
};
use crate::domain::{
    AcceptanceMode, Agreement, AgreementKind, AgreementVersion, Approved,
    EnrollmentState::{self, Active, Draft, Qualified, Rejected, Revoked, Suspended, Vetting},
    NewAgreement, Partner, SignatoryRole, VettingCheck,
    VettingResult::Authorized,
};

const UID: Uuid = Uuid::from_u128(0xf);

const NOT_ENROLLED: &str = "ON-1 ROLE_NOT_ENROLLED";
const NOT_VETTED: &str = "ON-2 ENROLLMENT_NOT_VETTED";
const NO_LOCATION: &str = "ON-2 LOCATION_NOT_ASSOCIATED";

fn accept(partner: Partner, kind: AgreementKind) -> Result<Approved<Partner>, Denial> {
    partner.accept_agreement(acceptance(kind), UID, at(9))
}

fn without_location(roles: &[(Role, EnrollmentState)]) -> Partner {
    Partner { location: None, ..enrolled(roles) }
}

fn states(partner: &Partner) -> Vec<(Role, EnrollmentState)> {
    partner.enrollments.iter().map(|it| (it.role, it.state)).collect()
}

#[test]
fn only_a_vetted_partner_with_a_location_can_accept_the_mpa() {
    let kind = AgreementKind::IndirectReseller;
    let rows: [(&str, &[(Role, EnrollmentState)], &[&str]); 9] = [
        ("not enrolled", &[], &[NOT_ENROLLED]),
        ("enrolled as something else", &[(IndirectProvider, Active)], &[NOT_ENROLLED]),
        ("a draft", &[(IndirectReseller, Draft)], &[NOT_VETTED]),
        ("revoked", &[(IndirectReseller, Revoked)], &[NOT_VETTED]),
        ("being vetted", &[(IndirectReseller, Vetting)], &[NOT_VETTED]),
        ("rejected", &[(IndirectReseller, Rejected)], &[NOT_VETTED]),
        ("qualified", &[(IndirectReseller, Qualified)], &[]),
        ("active", &[(IndirectReseller, Active)], &[]),
        ("suspended", &[(IndirectReseller, Suspended)], &[]),
    ];
    for (what, roles, expected) in rows {
        assert_eq!(
            rules_and_reasons(&violations(accept(enrolled(roles), kind))),
            expected,
            "{what}"
        );
        let both: Vec<_> = expected.iter().copied().chain([NO_LOCATION]).collect();
        let denied = accept(without_location(roles), kind);
        assert_eq!(rules_and_reasons(&violations(denied)), both, "{what}, without a location");
    }
}

#[test]
fn the_direct_bill_mpa_requires_the_direct_bill_role() {
    let reseller = enrolled(&[(IndirectReseller, Qualified)]);
    let denied = accept(reseller, AgreementKind::DirectBill);
    assert_eq!(rules_and_reasons(&violations(denied)), [NOT_ENROLLED]);
}

#[test]
fn violations_of_an_acceptance_report_their_inputs() {
    let partner = PARTNER.to_string();
    let kind = AgreementKind::DirectBill;
    let found = violations(accept(without_location(&[(DirectBill, Vetting)]), kind));
    assert_violation(&found[0], &partner, &[("role", "direct-bill"), ("state", "vetting")]);
    assert_violation(&found[1], &partner, &[("tenantCountry", "FR")]);
    let found = violations(accept(enrolled(&[]), kind));
    assert_violation(&found[0], &partner, &[("role", "direct-bill")]);
}

#[test]
fn an_acceptance_records_its_location_and_revision() {
    let mut before = enrolled(&[(IndirectProvider, Active)]);
    before.agreements.push(accepted(AgreementKind::IndirectProvider));
    let approved = accept(before.clone(), AgreementKind::IndirectProvider).unwrap();
    assert_eq!((approved.event(), approved.decided_on()), ("AgreementAccepted", Some(REVISION)));
    let recorded = Agreement {
        uid: UID,
        kind: AgreementKind::IndirectProvider,
        version: AgreementVersion::September2019,
        signatory: signatory(),
        accept_time: at(8),
        location_account: "1001".parse().unwrap(),
        application: 1,
        resource_version: ResourceVersion { create_time: at(9), ..changed() },
    };
    let agreements = vec![accepted(AgreementKind::IndirectProvider), recorded];
    assert_eq!(
        approved.into_after(),
        Partner { agreements, resource_version: changed(), ..before }
    );
}

#[test]
fn a_repeated_acceptance_changes_nothing() {
    let kind = AgreementKind::IndirectProvider;
    let first = accept(enrolled(&[(IndirectProvider, Qualified)]), kind).unwrap().into_after();
    for now in [at(9), at(10)] {
        let again = first.clone().accept_agreement(acceptance(kind), Uuid::nil(), now).unwrap();
        assert!(again.is_no_op(again.after().resource_version));
        assert_eq!(again.after().recorded(&acceptance(kind)).map(|it| it.uid), Some(UID));
        assert_eq!(again.into_after(), first);
    }
    // A different acceptance is recorded.
    let mut others = [acceptance(kind), acceptance(kind), acceptance(kind)];
    others[0].accept_time = at(7);
    others[1].signatory.last_name = "Byron".to_owned();
    others[2].version = AgreementVersion::December2026;
    for other in others {
        let after = first.clone().accept_agreement(other, Uuid::nil(), at(9)).unwrap();
        assert_eq!(
            (after.is_no_op(after.after().resource_version), after.after().agreements.len()),
            (false, 2)
        );
    }
}

#[test]
fn an_acceptance_of_a_revoked_enrollment_does_not_count_for_the_next() {
    let kind = AgreementKind::IndirectReseller;
    let mut partner = enrolled(&[(IndirectReseller, Qualified)]);
    partner.agreements.push(Agreement { accept_time: at(8), ..accepted(kind) });
    partner.enrollments[0].application = 2;
    let found = violations(accept(partner.clone(), kind));
    assert_eq!(rules_and_reasons(&found), ["ON-1 AGREEMENT_OF_EARLIER_ENROLLMENT"]);
    assert_violation(&found[0], &PARTNER.to_string(), &[("recordTime", "1970-01-01T00:00:01Z")]);
    let new = NewAgreement { accept_time: at(7), ..acceptance(kind) };
    let after = partner.accept_agreement(new, UID, at(9)).unwrap().into_after();
    assert_eq!(after.agreements.iter().map(|it| it.application).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_partner_has_at_most_fifty_acceptances() {
    let kind = AgreementKind::IndirectProvider;
    let mut partner = enrolled(&[(IndirectProvider, Active)]);
    partner.agreements = vec![accepted(kind); 49];
    let full = accept(partner, kind).unwrap().into_after();
    let new = NewAgreement { accept_time: at(7), ..acceptance(kind) };
    let found = violations(full.clone().accept_agreement(new, UID, at(9)));
    assert_eq!(rules_and_reasons(&found), ["STATE COLLECTION_FULL"]);
    assert_violation(
        &found[0],
        &PARTNER.to_string(),
        &[("collection", "agreements"), ("limit", "50")],
    );
    assert!(accept(full, kind).is_ok(), "a recorded acceptance");
}

#[test]
fn an_acceptance_activates_the_qualified_roles_that_it_covers() {
    let kinds = [
        (AgreementKind::IndirectProvider, [Qualified, Active, Qualified]),
        (AgreementKind::IndirectReseller, [Qualified, Qualified, Active]),
        (AgreementKind::DirectBill, [Active, Qualified, Active]),
    ];
    assert_eq!(kinds.map(|(kind, _)| kind).as_slice(), AgreementKind::ALL);
    for (kind, expected) in kinds {
        let roles = [DirectBill, IndirectProvider, IndirectReseller];
        let qualified = enrolled(&roles.map(|role| (role, Qualified)));
        let after = accept(qualified, kind).unwrap().into_after();
        let expected: Vec<_> = roles.into_iter().zip(expected).collect();
        assert_eq!(states(&after), expected, "{kind}");
        for it in &after.enrollments {
            let revision = if it.state == Active { REVISION + 1 } else { REVISION };
            assert_eq!(it.resource_version.revision, revision, "{kind}, {}", it.role);
            assert_eq!(it.resource_version.create_time, at(1), "{kind}, {}", it.role);
        }
    }
}

#[test]
fn an_acceptance_does_not_change_roles_that_are_not_qualified() {
    for state in [Draft, Vetting, Rejected, Suspended, Revoked] {
        let before = enrolled(&[(DirectBill, Qualified), (IndirectReseller, state)]);
        let after = accept(before, AgreementKind::DirectBill).unwrap().into_after();
        assert_eq!(states(&after), [(DirectBill, Active), (IndirectReseller, state)]);
    }
}

#[test]
fn a_role_vetted_after_its_acceptance_becomes_active_immediately() {
    for (direct, kind, role, expected) in [
        (Active, AgreementKind::DirectBill, IndirectReseller, Active),
        (Suspended, AgreementKind::DirectBill, IndirectReseller, Qualified),
        (Active, AgreementKind::DirectBill, IndirectProvider, Qualified),
        (Active, AgreementKind::IndirectReseller, IndirectReseller, Active),
    ] {
        let mut partner = enrolled(&[(DirectBill, direct), (role, Vetting)]);
        partner.agreements.push(accepted(kind));
        let vetted =
            partner.record_vetting(role, VettingCheck::Business, Authorized, at(9)).unwrap();
        let expected = [(DirectBill, direct), (role, expected)];
        assert_eq!(states(vetted.after()), expected, "{kind} for {role}");
    }
}

#[test]
fn an_acceptance_does_not_end_a_suspension_but_counts_after_it() {
    let suspended = enrolled(&[(IndirectReseller, Suspended)]);
    let before = suspended.clone().reinstate(IndirectReseller, at(9)).unwrap();
    assert_eq!(states(before.after()), [(IndirectReseller, Qualified)]);
    let accepted = accept(suspended, AgreementKind::IndirectReseller).unwrap().into_after();
    assert_eq!(states(&accepted), [(IndirectReseller, Suspended)]);
    let after = accepted.reinstate(IndirectReseller, at(10)).unwrap();
    assert_eq!(states(after.after()), [(IndirectReseller, Active)]);
}

#[test]
fn only_a_global_admin_can_accept() {
    for role in SignatoryRole::ALL {
        let mut new = acceptance(AgreementKind::IndirectReseller);
        new.signatory.role = *role;
        let partner = enrolled(&[(IndirectReseller, Qualified)]);
        let found = violations(partner.accept_agreement(new, UID, at(9)));
        if *role == SignatoryRole::GlobalAdmin {
            assert!(found.is_empty());
        } else {
            assert_eq!(rules_and_reasons(&found), ["ON-2 SIGNATORY_NOT_GLOBAL_ADMIN"], "{role}");
            assert_violation(&found[0], &PARTNER.to_string(), &[("signatoryRole", role.as_str())]);
        }
    }
}

fn day(text: &str) -> types::Timestamp {
    format!("{text}Z").parse().unwrap()
}

#[test]
fn the_mpa_version_to_accept_depends_on_the_day() {
    use AgreementVersion::{December2026, September2019};
    for (time, version) in [
        ("2019-08-31T23:59:59", None),
        ("2019-09-01T00:00:00", Some(September2019)),
        ("2026-11-30T23:59:59", Some(September2019)),
        ("2026-12-01T00:00:00", Some(December2026)),
    ] {
        assert_eq!(AgreementVersion::at(day(time)), version, "{time}");
    }
}

#[test]
fn an_acceptance_lapses_if_a_newer_version_must_be_accepted_explicitly() {
    use AgreementKind::{
        DirectBill as Direct, IndirectProvider as Provider, IndirectReseller as Reseller,
    };
    use AgreementVersion::{December2026, September2019};
    let lapse = day("2027-03-01T00:00:00");
    for (country, kind, version, lapses) in [
        ("FR", Provider, September2019, true),
        ("FR", Direct, September2019, true),
        ("FR", Reseller, September2019, false),
        ("BE", Provider, September2019, false),
        ("BE", Direct, September2019, false),
        ("FR", Provider, December2026, false),
        ("FR", Direct, December2026, false),
    ] {
        let country = country.parse().unwrap();
        let it = Agreement { version, ..accepted(kind) };
        let what = format!("{kind} of {version} in {country}");
        assert_eq!(it.lapse_time(country), lapses.then_some(lapse), "{what}");
        let before = day("2027-02-28T23:59:59");
        assert!(it.counts(country, before) && it.counts(country, lapse) != lapses, "{what}");
        let early = it.in_force(country, day("2026-11-30T23:59:59"));
        assert_eq!(early, (version, AcceptanceMode::Explicit), "{what}");
        let deemed = version == September2019 && !lapses;
        let expected = if deemed {
            (December2026, AcceptanceMode::Deemed)
        } else {
            (version, AcceptanceMode::Explicit)
        };
        assert_eq!(it.in_force(country, day("2026-12-01T00:00:00")), expected, "{what}");
    }
}

#[test]
fn a_role_whose_mpa_lapses_is_qualified_until_the_newer_version_is_accepted() {
    let mut partner = enrolled(&[(DirectBill, Active), (IndirectReseller, Active)]);
    partner.agreements.push(accepted(AgreementKind::DirectBill));
    let before = day("2027-02-28T23:59:59");
    assert_eq!(partner.clone().effective_at(before), partner);
    let lapse = day("2027-03-01T00:00:00");
    let late = partner.clone().effective_at(day("2027-04-01T00:00:00"));
    assert_eq!(states(&late), [(DirectBill, Qualified), (IndirectReseller, Qualified)]);
    assert!(late.enrollments.iter().all(|it| it.state_time == lapse));
    let mut new = acceptance(AgreementKind::DirectBill);
    new.version = AgreementVersion::December2026;
    let after = partner.accept_agreement(new, UID, day("2027-04-01T00:00:00")).unwrap();
    assert_eq!(states(after.after()), [(DirectBill, Active), (IndirectReseller, Active)]);
}
