//! What the store writes and rejects, on both engines.

mod lists;

use errors::Failure;
use rules::{Denial, Role};
use storage::{ListOptions, events};
use testbed::{
    Databases, Engine, at, call, dry_run, eight_times, events_of, migrated, mutation,
    on_both_engines,
};
use types::{Clock, OrganizationName, PartnerName, Timestamp};
use uuid::Uuid;

use super::{Migrator, ORGANIZATIONS, PARTNERS, Store, Wanted};
use crate::domain::{
    AgreementKind, AgreementVersion, Approved, Buyer, BuyerStanding, End, Evidence, Identity,
    Location, LocationFacts, NewAgreement, NewOrganization, NewPartner, NewProfile, Organization,
    Owner, Partner, Requirement, Signatory, SignatoryRole, Standing, SuspensionCause, VettingCheck,
    VettingResult::{self, Authorized},
};

on_both_engines! {
    an_organization_reads_back_equal,
    a_partner_reads_back_equal_after_every_step,
    a_partner_is_found_by_its_location_and_by_its_company,
    a_decision_on_an_old_revision_is_rejected,
    only_one_of_eight_concurrent_partners_gets_the_location,
    an_id_is_either_a_location_or_a_global_account,
    every_change_appends_an_event,
    a_profile_and_its_changed_partners_are_written_atomically,
    standings_report_affiliates_of_the_buyer,
}

mod history;
mod ownership;
mod requests;
mod schema;

const COMPANY: OrganizationName = OrganizationName::new(Uuid::from_u128(0xa));
const PARTNER: PartnerName = PartnerName::new(Uuid::from_u128(0x1));

fn company(id: u128) -> OrganizationName {
    OrganizationName::new(Uuid::from_u128(id))
}

/// A store with one company. The databases must outlive it.
async fn store(engine: Engine) -> (Databases, Store) {
    let (databases, database) = migrated::<Migrator>(engine, "onboarding").await;
    let store = Store::new(database);
    store.save_organization(organization(COMPANY, &[]), &mutation()).await.unwrap();
    (databases, store)
}

async fn standings_at(
    store: &Store,
    wanted: Wanted<'_>,
    time: Timestamp,
) -> (Vec<Standing>, Option<BuyerStanding>) {
    store.standings(wanted, &Clock::manual(time)).await.unwrap().0
}

/// All events after the one that created the company.
async fn history(store: &Store) -> Vec<events::Model> {
    events_of(store.database()).await.split_off(1)
}

/// A company with these owners and their shares in basis points.
fn organization(
    name: OrganizationName,
    owners: &[(OrganizationName, i32)],
) -> Approved<Organization> {
    let owner = |(organization, share): &(OrganizationName, i32)| Owner {
        organization: *organization,
        share_basis_points: *share,
        management_control: *share == 0,
        from_time: at(9),
        end: None,
    };
    let new = NewOrganization {
        display_name: "Contoso ☂".to_owned(),
        country: "FR".parse().unwrap(),
        global_account: (name == COMPANY).then(|| "4000".parse().unwrap()),
        owners: owners.iter().map(owner).collect(),
    };
    Organization::create(new, None, Identity { name, now: at(9) }).unwrap()
}

/// A company with this global account.
fn with_account(name: OrganizationName, account: &str) -> Approved<Organization> {
    let new = NewOrganization {
        display_name: "Fabrikam".to_owned(),
        country: "FR".parse().unwrap(),
        global_account: Some(account.parse().unwrap()),
        owners: Vec::new(),
    };
    Organization::create(new, None, Identity { name, now: at(9) }).unwrap()
}

fn partner(name: PartnerName, organization: OrganizationName) -> Approved<Partner> {
    let new = NewPartner { name, organization, country: "FR".parse().unwrap() };
    Partner::create(new, false, 0, at(9)).unwrap()
}

fn located(partner: Partner, account: &str) -> Approved<Partner> {
    partner.associate_location(location(account), &LocationFacts::default(), at(10)).unwrap()
}

fn location(account: &str) -> Location {
    Location { account: account.parse().unwrap(), country: "FR".parse().unwrap() }
}

async fn saved(store: &Store, partner: Approved<Partner>) -> Partner {
    store.save_partner(partner, &mutation()).await.unwrap()
}

async fn all_partners(store: &Store) -> Vec<Partner> {
    store.partners(&PARTNERS.page(ListOptions::default()).unwrap()).await.unwrap().items
}

async fn an_organization_reads_back_equal(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let recorded = organization(COMPANY, &[]).into_after();
    assert_eq!(store.organization(COMPANY).await.unwrap(), Some(recorded.clone()));
    let first = organization(company(0xb), &[(COMPANY, 5001)]);
    let first = store.save_organization(first, &mutation()).await.unwrap();
    let second = organization(company(0xc), &[(COMPANY, 0), (company(0xb), 10_000)]);
    let second = store.save_organization(second, &mutation()).await.unwrap();
    assert_eq!(store.organization(company(0xb)).await.unwrap(), Some(first.clone()));
    assert_eq!(store.organization(company(0xc)).await.unwrap(), Some(second.clone()));
    let page = ORGANIZATIONS.page(ListOptions::default()).unwrap();
    let all = store.organizations(&page).await.unwrap().items;
    assert_eq!(all, [recorded, first, second.clone()]);

    let named = [COMPANY, company(0xe), company(0xb), company(0xf)];
    let end = End { time: at(12), reason: "sold".to_owned() };
    let sold = second.end_ownership(COMPANY, end, at(20)).unwrap();
    let sold = store.save_organization(sold, &mutation()).await.unwrap();
    let new =
        Owner { share_basis_points: 0, from_time: at(13), end: None, ..sold.owners[0].clone() };
    let again = sold.record_ownership(new, at(21)).unwrap();
    let again = store.save_organization(again, &mutation()).await.unwrap();
    assert_eq!(again.owners.len(), 3);
    assert_eq!(store.organization(company(0xc)).await.unwrap(), Some(again));

    let missing = store.missing_organizations(&named).await.unwrap();
    assert_eq!(missing, [company(0xe), company(0xf)]);
    let holder = store.organization_by_global_account(&"4000".parse().unwrap()).await.unwrap();
    assert_eq!(holder, Some(COMPANY));
    let twice = organization(COMPANY, &[]);
    let twice = store.save_organization(twice, &mutation()).await;
    assert!(matches!(twice, Err(Failure::LostRace)), "{twice:?}");
}

async fn a_partner_reads_back_equal_after_every_step(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let email = || "ada@contoso.com".parse().unwrap();
    let (direct, provider) = (Role::DirectBill, Role::IndirectProvider);
    let accept = |it: Partner, second: i64| {
        let signatory = Signatory {
            first_name: "Ada".to_owned(),
            last_name: "O'Neil".to_owned(),
            email: email(),
            role: SignatoryRole::GlobalAdmin,
        };
        let (kind, version) = (AgreementKind::DirectBill, AgreementVersion::September2019);
        let new = NewAgreement { kind, version, signatory, accept_time: at(second) };
        let uid = Uuid::from_u128(second.unsigned_abs().into());
        it.accept_agreement(new, uid, at(second))
    };
    let pass = |it: Partner, check| it.record_vetting(direct, check, Authorized, at(12));
    let evidence = |figure| {
        let (attested_by, reference) = ("Ada".to_owned(), "№ 7".to_owned());
        let (requirement, observed_time) = (Requirement::Mfa, at(2));
        vec![Evidence { requirement, figure, observed_time, attested_by, reference }]
    };
    let failed = || VettingResult::Rejected("why".to_owned());
    let steps: [&dyn Fn(Partner) -> Result<Approved<Partner>, Denial>; 17] = [
        &|it| it.enroll(provider, email(), at(10)),
        &|it| it.record_evidence(provider, evidence(1), at(10)),
        &|it| it.enroll(direct, email(), at(11)),
        &|it| it.submit(direct, at(11)),
        &|it| it.submit(provider, at(11)),
        &|it| pass(it, VettingCheck::EmailOwnership),
        &|it| pass(it, VettingCheck::Employment),
        &|it| pass(it, VettingCheck::Business),
        &|it| it.record_vetting(provider, VettingCheck::EmailOwnership, failed(), at(13)),
        &|it| Ok(located(it, "1001")),
        &|it| accept(it, 15),
        &|it| it.resubmit(provider, Some("new@contoso.com".parse().unwrap()), at(16)),
        &|it| accept(it, 17),
        &|it| it.suspend(direct, SuspensionCause::Abuse, "\"why\"".to_owned(), at(18)),
        &|it| it.record_evidence(provider, evidence(0), at(18)),
        &|it| it.revoke(direct, "for good".to_owned(), at(19)),
        &|it| it.enroll(direct, email(), at(400 * 24 * 3600)),
    ];
    let mut partner = saved(&store, partner(PARTNER, COMPANY)).await;
    for (at, step) in steps.iter().enumerate() {
        partner = saved(&store, step(partner).unwrap()).await;
        assert_eq!(store.partner(PARTNER).await.unwrap().as_ref(), Some(&partner), "step {at}");
    }
    assert_eq!((partner.enrollments.len(), partner.agreements.len()), (2, 2));
    assert_eq!(all_partners(&store).await, [partner]);
}

async fn a_partner_is_found_by_its_location_and_by_its_company(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let other = company(0xb);
    store.save_organization(organization(other, &[]), &mutation()).await.unwrap();
    let names = [1, 2, 3].map(|id| PartnerName::new(Uuid::from_u128(id)));
    for (name, company) in names.into_iter().zip([COMPANY, other, COMPANY]) {
        saved(&store, partner(name, company)).await;
    }
    let second = store.partner(names[1]).await.unwrap().unwrap();
    let second = saved(&store, located(second, "1001")).await;
    let account = || "1001".parse().unwrap();
    assert_eq!(store.partner_by_location(&account()).await.unwrap(), Some(second));
    assert_eq!(store.partner_by_location(&"1002".parse().unwrap()).await.unwrap(), None);
    let of_company = store.partners_of(COMPANY).await.unwrap();
    assert_eq!(of_company.iter().map(|it| it.name).collect::<Vec<_>>(), [names[0], names[2]]);

    let facts = store.location_facts(&location("1001")).await.unwrap();
    assert_eq!((facts.global_account_of, facts.location_of), (None, Some(names[1])));
    let facts = store.location_facts(&location("4000")).await.unwrap();
    assert_eq!((facts.global_account_of, facts.location_of), (Some(COMPANY), None));
    for (id, holder) in
        [("4000", Some(COMPANY.to_string())), ("1001", Some(names[1].to_string())), ("1002", None)]
    {
        assert_eq!(store.holder_of_partner_id(id).await.unwrap(), holder, "{id}");
    }
}

async fn a_decision_on_an_old_revision_is_rejected(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let before = saved(&store, partner(PARTNER, COMPANY)).await;
    let current = saved(&store, located(before.clone(), "1001")).await;
    let events = history(&store).await;
    let role = Role::IndirectProvider;
    for late in [
        before.clone().enroll(role, "ada@contoso.com".parse().unwrap(), at(11)).unwrap(),
        located(before, "1002"),
        partner(PARTNER, COMPANY),
    ] {
        let late = store.save_partner(late, &mutation()).await;
        assert!(matches!(late, Err(Failure::LostRace)), "{late:?}");
    }
    assert_eq!(all_partners(&store).await, [current]);
    assert_eq!(history(&store).await, events);
}

async fn only_one_of_eight_concurrent_partners_gets_the_location(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let results = eight_times(async || {
        let name = PartnerName::new(Uuid::new_v4());
        let partner = store.save_partner(partner(name, COMPANY), &mutation()).await?;
        store.save_partner(located(partner, "1001"), &mutation()).await
    });
    let (won, lost): (Vec<_>, Vec<_>) = results.await.into_iter().partition(Result::is_ok);
    assert!(lost.iter().all(|it| matches!(it, Err(Failure::LostRace))), "{lost:?}");
    let won: Vec<_> = won.into_iter().map(Result::unwrap).collect();
    let located = all_partners(&store).await.into_iter().filter(|it| it.location.is_some());
    assert_eq!((won.len(), lost.len()), (1, 7));
    assert_eq!(located.collect::<Vec<_>>(), won);
    assert_eq!(history(&store).await.len(), 9);
}

async fn an_id_is_either_a_location_or_a_global_account(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let results = tokio::join!(
        async {
            let partner = saved(&store, partner(PARTNER, COMPANY)).await;
            store.save_partner(located(partner, "4001"), &mutation()).await.map(drop)
        },
        async {
            let mut others = Vec::new();
            for id in 0..8 {
                let other = with_account(company(0x10 + id), "4001");
                others.push(store.save_organization(other, &mutation()).await.map(drop));
            }
            others.into_iter().find(Result::is_ok).unwrap_or(Err(Failure::LostRace))
        },
    );
    assert!(results.0.is_ok() != results.1.is_ok(), "{results:?}");
    let lost = results.0.err().or(results.1.err());
    assert!(matches!(lost, Some(Failure::LostRace)), "{lost:?}");
    assert!(store.holder_of_partner_id("4001").await.unwrap().is_some());
}

async fn every_change_appends_an_event(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let call = call(7, "content");
    let created = store.save_partner(partner(PARTNER, COMPANY), &call).await.unwrap();
    let changed = saved(&store, located(created.clone(), "1001")).await;
    let history = history(&store).await;
    let expected = [("PartnerCreated", 1, &created), ("LocationAssociated", 2, &changed)];
    assert_eq!(history.len(), expected.len());
    for (event, (kind, revision, partner)) in history.iter().zip(expected) {
        assert_eq!((event.kind.as_str(), event.revision), (kind, revision));
        assert_eq!((&event.resource, event.actor.as_str()), (&PARTNER.to_string(), "ada"));
        assert_eq!(event.time, partner.resource_version.update_time.as_microsecond());
        assert_eq!(storage::row::from_json::<Partner>(&event.content).unwrap(), *partner);
    }
    assert_eq!(history[0].request_id, Some(format!("ada {}", Uuid::from_u128(7))));
    assert_eq!((&history[1].request_id, &history[1].request_digest), (&None, &None));
}

async fn standings_report_affiliates_of_the_buyer(engine: Engine) {
    let (_databases, store) = store(engine).await;
    for (id, owner, share) in [(0xb, 0xa, 6000), (0xc, 0xb, 6000), (0xd, 0xa, 5000)] {
        let owned = organization(company(id), &[(company(owner), share)]);
        store.save_organization(owned, &mutation()).await.unwrap();
    }
    let names = [1, 2, 3].map(|id| PartnerName::new(Uuid::from_u128(id)));
    for (name, id) in names.into_iter().zip([0xa, 0xc, 0xd]) {
        let it = saved(&store, partner(name, company(id))).await;
        let (role, email) = (Role::IndirectProvider, "ada@contoso.com".parse().unwrap());
        let it = saved(&store, it.enroll(role, email, at(9)).unwrap()).await;
        saved(&store, it.submit(role, at(9)).unwrap()).await;
    }
    let buyer = |tenant, id| Some(Buyer { tenant, organization: company(id) });
    let requested = [names[2], names[0], names[1]];
    let stranger = PartnerName::new(Uuid::from_u128(9));
    let (standings, known) = standings_at(
        &store,
        Wanted { names: &requested, accounts: &[], buyer: buyer(stranger, 0xc) },
        at(9),
    )
    .await;
    assert_eq!(standings.iter().map(|it| it.partner.name).collect::<Vec<_>>(), requested);
    let links: Vec<_> = standings.iter().map(|it| it.affiliation.len()).collect();
    assert_eq!(links, [0, 2, 0], "half of a company, a chain of two, and the buyer's own company");
    assert!(standings.iter().all(|it| it.organization_revision == 1));
    let known = known.unwrap();
    assert_eq!((known.csp_tenant, known.partners), (false, vec![names[1]]));
    assert_eq!(known.organization_revision, 1);

    let (standings, known) = standings_at(
        &store,
        Wanted { names: &[], accounts: &[], buyer: buyer(names[0], 0xb) },
        at(9),
    )
    .await;
    let known = known.unwrap();
    assert_eq!((standings.len(), known.csp_tenant, known.partners.len()), (0, true, 0));
    let (standings, known) =
        standings_at(&store, Wanted { names: &requested, accounts: &[], buyer: None }, at(9)).await;
    assert!(known.is_none() && standings.iter().all(|it| it.affiliation.is_empty()));
    let unlocated = store.partner(names[1]).await.unwrap().unwrap();
    let location = location("1234567");
    let facts = store.location_facts(&location).await.unwrap();
    saved(&store, unlocated.associate_location(location, &facts, at(10)).unwrap()).await;
    let accounts = ["1234567", "9999999"].map(|it| it.parse().unwrap());
    let (found, _) = standings_at(
        &store,
        Wanted { names: &names[..1], accounts: &accounts, buyer: None },
        at(10),
    )
    .await;
    let found: Vec<_> = found.iter().map(|it| it.partner.name).collect();
    assert_eq!(found, names[..2], "by name, then by location; unknown accounts are omitted");
    let both = [stranger, names[0]];
    let unknown = standings_at(
        &store,
        Wanted { names: &both, accounts: &[], buyer: buyer(stranger, 0xff) },
        at(10),
    )
    .await;
    assert_eq!((unknown.0.len(), unknown.1.is_none()), (1, true));
}

async fn a_profile_and_its_changed_partners_are_written_atomically(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let email = || "ada@contoso.com".parse().unwrap();
    let role = Role::IndirectReseller;
    let joined = saved(&store, partner(PARTNER, COMPANY)).await;
    let draft = saved(&store, joined.enroll(role, email(), at(10)).unwrap()).await;
    let vetting = saved(&store, draft.submit(role, at(11)).unwrap()).await;
    let profile = |name: &str| NewProfile { display_name: Some(name.to_owned()), country: None };
    let before = store.organization(COMPANY).await.unwrap().unwrap();
    let renamed = before.clone().update(profile("Fabrikam"), at(12));
    let restarted = vetting.clone().restart_vetting(at(12)).unwrap().unwrap();
    let renamed =
        store.save_organization_with_partners(renamed, &[restarted], &call(7, "")).await.unwrap();
    assert_eq!(store.organization(COMPANY).await.unwrap(), Some(renamed));
    let kinds: Vec<_> = history(&store).await.into_iter().map(|it| it.kind).collect();
    assert_eq!(kinds[3..], ["VettingRestarted", "OrganizationUpdated"]);

    let late = vetting.restart_vetting(at(13)).unwrap().unwrap();
    let current = store.organization(COMPANY).await.unwrap().unwrap();
    let lost = current.clone().update(profile("Tailspin"), at(13));
    let lost = store.save_organization_with_partners(lost, &[late], &mutation()).await;
    assert!(matches!(lost, Err(Failure::LostRace)), "{lost:?}");
    assert_eq!(store.organization(COMPANY).await.unwrap(), Some(current), "all or nothing");
}
