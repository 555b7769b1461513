//! Past states of every resource can be rebuilt from events.

use rules::{Denial, Role};
use storage::ListOptions;
use testbed::{Engine, RecordedStates, assert_released_events_read, assert_rows_have_events};
use types::{PartnerName, Timestamp, WorkEmail};
use uuid::Uuid;

use super::{
    COMPANY, PARTNER, all_partners, at, company, location, mutation, on_both_engines, organization,
    store,
};
use crate::{
    domain::{
        AgreementKind, AgreementVersion, Approved, End, EnrollmentState, Evidence, LocationFacts,
        NewAgreement, NewPartner, NewProfile, Organization, Owner, Partner, Requirement, Signatory,
        SignatoryRole, SuspensionCause, VettingCheck, VettingResult,
    },
    store::{ORGANIZATIONS, Store},
};

on_both_engines! {
    every_past_state_is_rebuilt_from_events,
}

/// Each table and its column with the name of the resource.
const TABLES: [(&str, &str); 7] = [
    ("agreements", "partner"),
    ("enrollments", "partner"),
    ("evidence", "partner"),
    ("organization_owners", "organization"),
    ("organizations", "name"),
    ("partner_ids", "holder"),
    ("partners", "name"),
];

const OTHER: PartnerName = PartnerName::new(Uuid::from_u128(0x2));
/// 2025-11-01T00:00:00Z, when all requirements of direct-bill partners are in force.
const JOINED: i64 = 1_761_955_200;

/// A time this many days after the partner joined.
fn day(days: i64) -> Timestamp {
    at(JOINED + days * 24 * 3600)
}

/// A store that records the state of all resources after every change.
struct Life {
    store: Store,
    organizations: RecordedStates<Organization>,
    partners: RecordedStates<Partner>,
}

impl Life {
    fn of(store: Store) -> Self {
        let organizations = RecordedStates::of(|it: &Organization| it.name.to_string());
        Self { store, organizations, partners: RecordedStates::of(|it| it.name.to_string()) }
    }

    async fn organization(
        &mut self,
        change: Approved<Organization>,
        partners: &[Approved<Partner>],
    ) -> Organization {
        let saved = self
            .store
            .save_organization_with_partners(change, partners, &mutation())
            .await
            .unwrap();
        self.note(saved.resource_version.update_time).await;
        saved
    }

    async fn partner(&mut self, change: Result<Approved<Partner>, Denial>) -> Partner {
        let saved = self.store.save_partner(change.unwrap(), &mutation()).await.unwrap();
        self.note(saved.resource_version.update_time).await;
        saved
    }

    async fn note(&mut self, moment: Timestamp) {
        let page = ORGANIZATIONS.page(ListOptions::default()).unwrap();
        self.organizations.note(moment, self.store.organizations(&page).await.unwrap().items);
        self.partners.note(moment, all_partners(&self.store).await);
    }
}

fn join(name: PartnerName) -> Result<Approved<Partner>, Denial> {
    let new = NewPartner { name, organization: COMPANY, country: "FR".parse().unwrap() };
    Partner::create(new, false, 0, day(0))
}

fn accept(it: Partner, uid: u128, now: Timestamp) -> Result<Approved<Partner>, Denial> {
    let signatory = Signatory {
        first_name: "Ada".to_owned(),
        last_name: "O'Neil".to_owned(),
        email: email("ada@contoso.com"),
        role: SignatoryRole::GlobalAdmin,
    };
    let (kind, version) = (AgreementKind::DirectBill, AgreementVersion::September2019);
    let new = NewAgreement { kind, version, signatory, accept_time: now };
    it.accept_agreement(new, Uuid::from_u128(uid), now)
}

fn email(text: &str) -> WorkEmail {
    text.parse().unwrap()
}

/// Evidence that meets each requirement of a direct-bill partner.
fn full_evidence() -> Vec<Evidence> {
    use Requirement::{ResellerMonths, Revenue};
    let figure = |it| match it {
        Revenue => 100_000_000,
        ResellerMonths => 12,
        _ => 1,
    };
    let evidence = |requirement| Evidence {
        requirement,
        figure: figure(requirement),
        observed_time: day(0),
        attested_by: "Ada".to_owned(),
        reference: "№ 7".to_owned(),
    };
    Requirement::ALL.iter().copied().map(evidence).collect()
}

async fn every_past_state_is_rebuilt_from_events(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let mut life = Life::of(store);
    organizations(&mut life).await;
    let partner = partners(&mut life).await;
    renamed(&mut life).await;
    falls_short(&mut life, partner).await;
    let database = life.store.database();
    life.organizations.assert_rebuilt(database).await;
    life.partners.assert_rebuilt(database).await;
    let mut names = life.organizations.names();
    names.extend(life.partners.names());
    assert_rows_have_events(database, &names, &TABLES, &[]).await;
}

/// Owners are recorded, change their share, and end.
async fn organizations(life: &mut Life) {
    let (first, second) = (company(0xb), company(0xc));
    life.organization(organization(first, &[(COMPANY, 5001)]), &[]).await;
    let owned = organization(second, &[(COMPANY, 0), (first, 4000)]);
    let owned = life.organization(owned, &[]).await;
    let new = Owner { share_basis_points: 6000, from_time: at(15), ..owned.owners[1].clone() };
    let owned = life.organization(owned.record_ownership(new, at(20)).unwrap(), &[]).await;
    let end = End { time: at(12), reason: "sold".to_owned() };
    let owned = life.organization(owned.end_ownership(COMPANY, end, at(20)).unwrap(), &[]).await;
    assert_eq!(owned.owners.iter().filter(|it| it.end.is_some()).count(), 2);
}

/// Two partners of a company join. One becomes active and is rejected in another role.
async fn partners(life: &mut Life) -> Partner {
    let (direct, provider) = (Role::DirectBill, Role::IndirectProvider);
    let (located, facts) = (location("1001"), LocationFacts::default());
    life.partner(join(OTHER)).await;
    let it = life.partner(join(PARTNER)).await;
    let it = life.partner(it.associate_location(located, &facts, day(0))).await;
    let it = life.partner(it.enroll(provider, email("ada@contoso.com"), day(1))).await;
    let it = life.partner(it.enroll(direct, email("ada@contoso.com"), day(1))).await;
    let it = life.partner(it.record_evidence(direct, full_evidence(), day(1))).await;
    let it = life.partner(it.submit(direct, day(1))).await;
    let mut it = life.partner(it.submit(provider, day(2))).await;
    for check in VettingCheck::ALL {
        let passed = it.record_vetting(direct, *check, VettingResult::Authorized, day(2));
        it = life.partner(passed).await;
    }
    let failed = VettingResult::Rejected("why".to_owned());
    let failed = it.record_vetting(provider, VettingCheck::EmailOwnership, failed, day(2));
    let it = life.partner(failed).await;
    // The later acceptance has the smaller id.
    let it = life.partner(accept(it, 2, day(3))).await;
    let it = life.partner(accept(it, 1, day(3))).await;
    let it = life.partner(it.resubmit(provider, Some(email("new@contoso.com")), day(4))).await;
    let (abuse, why) = (SuspensionCause::Abuse, "\"why\"".to_owned());
    let it = life.partner(it.suspend(direct, abuse, why, day(5))).await;
    life.partner(it.reinstate(direct, day(6))).await
}

/// The company is renamed, which restarts vetting of one of its partners.
async fn renamed(life: &mut Life) {
    let role = Role::IndirectProvider;
    let it = life.store.partner(OTHER).await.unwrap().unwrap();
    let it = life.partner(it.enroll(role, email("ada@contoso.com"), day(7))).await;
    let it = life.partner(it.submit(role, day(7))).await;
    let company = life.store.organization(COMPANY).await.unwrap().unwrap();
    let restarted = it.restart_vetting(day(8)).unwrap().unwrap();
    let profile = NewProfile { display_name: Some("Fabrikam".to_owned()), country: None };
    life.organization(company.update(profile, day(8)), &[restarted]).await;
}

/// A partner fails its review. Time alone suspends and then revokes it, which is written with the
/// next change; a year later it applies again.
async fn falls_short(life: &mut Life, it: Partner) {
    let (direct, provider) = (Role::DirectBill, Role::IndirectProvider);
    let state = |it: &Partner| it.enrollment(direct).unwrap().state;
    assert_eq!(state(&it), EnrollmentState::Active);
    let it = life.partner(it.review(direct, day(368))).await;
    assert_eq!(state(&it), EnrollmentState::Restricted);
    let it = life.partner(it.record_evidence(provider, full_evidence(), day(400))).await;
    assert_eq!(state(&it), EnrollmentState::Suspended);
    let it = life.partner(it.record_evidence(provider, full_evidence(), day(430))).await;
    assert_eq!(state(&it), EnrollmentState::Revoked);
    let it = life.partner(it.enroll(direct, email("ada@contoso.com"), day(800))).await;
    assert_eq!(state(&it), EnrollmentState::Draft);
}

#[test]
fn events_of_earlier_releases_are_readable() {
    assert_released_events_read::<Organization>("organizations");
    assert_released_events_read::<Partner>("partners");
}
