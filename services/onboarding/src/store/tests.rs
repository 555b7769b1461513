//! What the store keeps and refuses, the same on either engine.

use std::collections::BTreeMap;

use failure::Failure;
use kernel::{OrganizationName, PageRequest, PartnerName, Timestamp};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use storage::{Call, Database, Settings, events};
use testbed::{Databases, Engine};
use uuid::Uuid;

use super::{Migrator, Store};
use crate::domain::{
    AgreementKind, Approved, Buyer, Denial, Identity, Location, LocationFacts, NewAgreement,
    NewOrganization, NewPartner, Organization, Owner, Partner, Role, Signatory, VettingResult,
};

macro_rules! on_both_engines {
    ($($test:ident,)*) => { $(
        mod $test {
            #[tokio::test]
            async fn on_sqlite() {
                super::$test(testbed::Engine::Sqlite).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                super::$test(testbed::Engine::Postgres).await;
            }
        }
    )* };
}

on_both_engines! {
    an_organization_reads_back_equal,
    a_partner_reads_back_equal_after_every_step,
    a_partner_is_found_by_its_location_and_by_its_company,
    a_decision_on_a_revision_that_is_gone_changes_nothing,
    the_first_answer_is_given_again,
    a_request_id_goes_with_one_content,
    a_request_that_failed_is_decided_afresh,
    a_request_sent_eight_times_at_once_has_one_answer,
    of_eight_partners_one_gets_the_location,
    every_change_leaves_an_event,
    standings_tell_who_is_an_affiliate_of_the_buyer,
    companies_that_own_each_other_do_not_send_the_store_round_and_round,
    the_database_refuses_what_no_decision_gives,
    a_migration_is_applied_once,
}

const COMPANY: OrganizationName = OrganizationName::new(Uuid::from_u128(0xa));
const PARTNER: PartnerName = PartnerName::new(Uuid::from_u128(0x1));

fn company(id: u128) -> OrganizationName {
    OrganizationName::new(Uuid::from_u128(id))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn call(request_id: impl Into<Option<u128>>, content: &str) -> Call {
    let request_id = request_id.into().map(Uuid::from_u128);
    Call::new("Method", request_id, content.as_bytes(), "ada".to_owned(), at(9))
}

/// A call that nobody repeats.
fn once() -> Call {
    call(None, "")
}

async fn connect(databases: &Databases) -> Database {
    let settings = Settings { url: databases.url("onboarding"), max_connections: 10 };
    Database::open(&settings).await.unwrap()
}

/// A store with one company. The databases are to outlive it.
async fn store(engine: Engine) -> (Databases, Store) {
    let databases = Databases::new(engine).await;
    let database = connect(&databases).await;
    database.migrate::<Migrator>().await.unwrap();
    let store = Store::new(database);
    store.save_organization(organization(COMPANY, &[]), &once()).await.unwrap();
    (databases, store)
}

/// Everything that happened after the company was recorded.
async fn history(store: &Store) -> Vec<events::Model> {
    let all = events::Entity::find().order_by_asc(events::Column::Seq);
    all.all(store.database().reader()).await.unwrap().split_off(1)
}

/// Does the same eight times at once.
async fn eight_times<T>(one: impl AsyncFn() -> T) -> [T; 8] {
    tokio::join!(one(), one(), one(), one(), one(), one(), one(), one()).into()
}

/// A company with these owners, each of whom holds a share in basis points.
fn organization(
    name: OrganizationName,
    owners: &[(OrganizationName, i32)],
) -> Approved<Organization> {
    let owner = |(organization, share): &(OrganizationName, i32)| Owner {
        organization: *organization,
        share_basis_points: *share,
        management_control: *share == 0,
    };
    let new = NewOrganization {
        display_name: "Contoso ☂".to_owned(),
        country: "FR".parse().unwrap(),
        global_account: (name == COMPANY).then(|| "4000".parse().unwrap()),
        owners: owners.iter().map(owner).collect(),
    };
    Organization::create(new, None, Identity { name, now: at(9) }).unwrap()
}

fn partner(name: PartnerName, organization: OrganizationName) -> Approved<Partner> {
    let new = NewPartner { name, organization, country: "FR".parse().unwrap() };
    Partner::create(new, false, at(9)).unwrap()
}

fn located(partner: Partner, account: &str) -> Approved<Partner> {
    partner.associate_location(location(account), &LocationFacts::default(), at(10)).unwrap()
}

fn location(account: &str) -> Location {
    Location { account: account.parse().unwrap(), country: "FR".parse().unwrap() }
}

async fn saved(store: &Store, partner: Approved<Partner>) -> Partner {
    store.save_partner(partner, &once()).await.unwrap()
}

async fn all_partners(store: &Store) -> Vec<Partner> {
    store.partners(&PageRequest::new("", 50, None)).await.unwrap()
}

async fn an_organization_reads_back_equal(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let recorded = organization(COMPANY, &[]).into_after();
    assert_eq!(store.organization(COMPANY).await.unwrap(), Some(recorded.clone()));
    let first = organization(company(0xb), &[(COMPANY, 5001)]);
    let first = store.save_organization(first, &once()).await.unwrap();
    let second = organization(company(0xc), &[(COMPANY, 0), (company(0xb), 10_000)]);
    let second = store.save_organization(second, &once()).await.unwrap();
    assert_eq!(store.organization(company(0xb)).await.unwrap(), Some(first.clone()));
    assert_eq!(store.organization(company(0xc)).await.unwrap(), Some(second.clone()));
    let page = PageRequest::new("", 50, None);
    assert_eq!(store.organizations(&page).await.unwrap(), [recorded, first, second]);

    let named = [COMPANY, company(0xe), company(0xb), company(0xf)];
    let missing = store.missing_organizations(&named).await.unwrap();
    assert_eq!(missing, [company(0xe), company(0xf)]);
    let holder = store.holder_of_global_account(&"4000".parse().unwrap()).await.unwrap();
    assert_eq!(holder, Some(COMPANY));
    let twice = organization(COMPANY, &[]);
    let twice = store.save_organization(twice, &once()).await;
    assert!(matches!(twice, Err(Failure::LostRace)), "{twice:?}");
}

async fn a_partner_reads_back_equal_after_every_step(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let email = || "ada@contoso.com".parse().unwrap();
    let (direct, reseller) = (Role::DirectBill, Role::IndirectReseller);
    let accept = |it: Partner, second: i64| {
        let signatory = Signatory {
            first_name: "Ada".to_owned(),
            last_name: "O'Neil".to_owned(),
            email: email(),
        };
        let (kind, version) = (AgreementKind::DirectBill, "2024-10".to_owned());
        let new = NewAgreement { kind, version, signatory, accept_time: at(second) };
        let uid = Uuid::from_u128(second.unsigned_abs().into());
        it.accept_agreement(new, uid, at(second))
    };
    let steps: [&dyn Fn(Partner) -> Result<Approved<Partner>, Denial>; 9] = [
        &|it| it.enroll(direct, email(), at(10)),
        &|it| it.enroll(reseller, email(), at(11)),
        &|it| it.record_vetting(direct, VettingResult::Authorized, String::new(), at(12)),
        &|it| it.record_vetting(reseller, VettingResult::Rejected, "why".to_owned(), at(13)),
        &|it| Ok(located(it, "1001")),
        &|it| accept(it, 15),
        &|it| it.enroll(reseller, "new@contoso.com".parse().unwrap(), at(16)),
        &|it| accept(it, 17),
        &|it| it.suspend(direct, "\"why\"".to_owned(), at(18)),
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
    store.save_organization(organization(other, &[]), &once()).await.unwrap();
    let names = [1, 2, 3].map(|id| PartnerName::new(Uuid::from_u128(id)));
    for (name, company) in names.into_iter().zip([COMPANY, other, COMPANY]) {
        saved(&store, partner(name, company)).await;
    }
    let second = store.partner(names[1]).await.unwrap().unwrap();
    let second = saved(&store, located(second, "1001")).await;
    let account = || "1001".parse().unwrap();
    assert_eq!(store.partner_at(&account()).await.unwrap(), Some(second));
    assert_eq!(store.partner_at(&"1002".parse().unwrap()).await.unwrap(), None);
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

async fn a_decision_on_a_revision_that_is_gone_changes_nothing(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let before = saved(&store, partner(PARTNER, COMPANY)).await;
    let kept = saved(&store, located(before.clone(), "1001")).await;
    let events = history(&store).await;
    let role = Role::IndirectProvider;
    for late in [
        before.clone().enroll(role, "ada@contoso.com".parse().unwrap(), at(11)).unwrap(),
        located(before, "1002"),
        partner(PARTNER, COMPANY),
    ] {
        let late = store.save_partner(late, &once()).await;
        assert!(matches!(late, Err(Failure::LostRace)), "{late:?}");
    }
    assert_eq!(all_partners(&store).await, [kept]);
    assert_eq!(history(&store).await, events);
}

async fn the_first_answer_is_given_again(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let call = call(7, "content");
    let create = || store.save_partner(partner(PARTNER, COMPANY), &call);
    let first = store.database().once(&call, create()).await.unwrap();
    saved(&store, located(first.clone(), "1001")).await;
    let again = store.database().once(&call, create()).await.unwrap();
    assert_eq!(again, first, "as it was, and not as it is by now");
    assert_eq!(history(&store).await.len(), 2);
}

async fn a_request_id_goes_with_one_content(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let (first, other) = (call(7, "content"), call(7, "other content"));
    let saved =
        store.database().once(&first, store.save_partner(partner(PARTNER, COMPANY), &first));
    saved.await.unwrap();
    let change = store.save_organization(organization(company(0xb), &[]), &other);
    let reused = store.database().once(&other, change).await;
    let Err(Failure::RequestIdReused(resource)) = reused else { unreachable!("{reused:?}") };
    assert_eq!(resource.name, PARTNER.to_string());
    assert_eq!(store.organization(company(0xb)).await.unwrap(), None);
    assert_eq!(history(&store).await.len(), 1);
}

async fn a_request_that_failed_is_decided_afresh(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let call = call(7, "content");
    let missing = async { Err::<Partner, _>(Failure::missing("name")) };
    let failed = store.database().once(&call, missing).await;
    assert!(matches!(failed, Err(Failure::Missing(_))), "{failed:?}");
    let create = store.save_partner(partner(PARTNER, COMPANY), &call);
    let created = store.database().once(&call, create).await.unwrap();
    assert_eq!(created, partner(PARTNER, COMPANY).into_after());
}

async fn a_request_sent_eight_times_at_once_has_one_answer(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let call = call(7, "content");
    let answers = eight_times(async || {
        let change = async {
            match store.partner(PARTNER).await? {
                Some(taken) => Err(Failure::exists(taken.name)),
                None => store.save_partner(partner(PARTNER, COMPANY), &call).await,
            }
        };
        store.database().once(&call, change).await.unwrap()
    });
    let answers = answers.await;
    assert!(answers.iter().all(|it| *it == answers[0]), "{answers:?}");
    assert_eq!(all_partners(&store).await, [answers[0].clone()]);
    assert_eq!(history(&store).await.len(), 1);
}

async fn of_eight_partners_one_gets_the_location(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let tried = eight_times(async || {
        let name = PartnerName::new(Uuid::new_v4());
        let partner = store.save_partner(partner(name, COMPANY), &once()).await?;
        store.save_partner(located(partner, "1001"), &once()).await
    });
    let (won, lost): (Vec<_>, Vec<_>) = tried.await.into_iter().partition(Result::is_ok);
    assert!(lost.iter().all(|it| matches!(it, Err(Failure::LostRace))), "{lost:?}");
    let won: Vec<_> = won.into_iter().map(Result::unwrap).collect();
    let located = all_partners(&store).await.into_iter().filter(|it| it.location.is_some());
    assert_eq!((won.len(), lost.len()), (1, 7));
    assert_eq!(located.collect::<Vec<_>>(), won);
    assert_eq!(history(&store).await.len(), 9);
}

async fn every_change_leaves_an_event(engine: Engine) {
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
        assert_eq!(event.time, partner.stamp.update_time.as_microsecond());
        assert_eq!(storage::row::from_json::<Partner>(&event.content).unwrap(), *partner);
    }
    assert_eq!(history[0].request_id, Some(Uuid::from_u128(7).to_string()));
    assert_eq!((&history[1].request_id, &history[1].request_digest), (&None, &None));
}

async fn standings_tell_who_is_an_affiliate_of_the_buyer(engine: Engine) {
    let (_databases, store) = store(engine).await;
    for (id, owner, share) in [(0xb, 0xa, 6000), (0xc, 0xb, 6000), (0xd, 0xa, 5000)] {
        let owned = organization(company(id), &[(company(owner), share)]);
        store.save_organization(owned, &once()).await.unwrap();
    }
    let names = [1, 2, 3].map(|id| PartnerName::new(Uuid::from_u128(id)));
    for (name, id) in names.into_iter().zip([0xa, 0xc, 0xd]) {
        saved(&store, partner(name, company(id))).await;
    }
    let buyer = |tenant, id| Some(Buyer { tenant, organization: company(id) });
    let asked = [names[2], names[0], names[1]];
    let stranger = PartnerName::new(Uuid::from_u128(9));
    let (standings, known) = store.standings(&asked, &[], buyer(stranger, 0xc)).await.unwrap();
    assert_eq!(standings.iter().map(|it| it.partner.name).collect::<Vec<_>>(), asked);
    let links: Vec<_> = standings.iter().map(|it| it.affiliation.len()).collect();
    assert_eq!(links, [0, 2, 0], "half of a company, a chain of two, and the buyer's own company");
    assert!(standings.iter().all(|it| it.organization_revision == 1));
    let known = known.unwrap();
    assert_eq!((known.csp_tenant, known.partners), (false, vec![names[1]]));
    assert_eq!(known.organization_revision, 1);

    let (standings, known) = store.standings(&[], &[], buyer(names[0], 0xb)).await.unwrap();
    let known = known.unwrap();
    assert_eq!((standings.len(), known.csp_tenant, known.partners.len()), (0, true, 0));
    let (standings, known) = store.standings(&asked, &[], None).await.unwrap();
    assert!(known.is_none() && standings.iter().all(|it| it.affiliation.is_empty()));
    let unlocated = store.partner(names[1]).await.unwrap().unwrap();
    let location = location("1234567");
    let facts = store.location_facts(&location).await.unwrap();
    saved(&store, unlocated.associate_location(location, &facts, at(10)).unwrap()).await;
    let accounts = ["1234567", "9999999"].map(|it| it.parse().unwrap());
    let (found, _) = store.standings(&names[..1], &accounts, None).await.unwrap();
    let found: Vec<_> = found.iter().map(|it| it.partner.name).collect();
    assert_eq!(found, names[..2], "by name, then by location; an unknown one is left out");
    let unknown = store.standings(&[stranger, names[0]], &[], buyer(stranger, 0xff)).await.unwrap();
    assert_eq!((unknown.0.len(), unknown.1.is_none()), (1, true));
}

async fn companies_that_own_each_other_do_not_send_the_store_round_and_round(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let owned = organization(company(0xb), &[(COMPANY, 6000)]);
    store.save_organization(owned, &once()).await.unwrap();
    let back = format!(
        "organization '{COMPANY}', owner '{}', share_basis_points 6000, management_control TRUE",
        company(0xb)
    );
    insert(&store, "organization_owners", &back, "").await.unwrap();
    saved(&store, partner(PARTNER, COMPANY)).await;
    let buyer = Buyer { tenant: PARTNER, organization: company(0xb) };
    let (standings, _) = store.standings(&[PARTNER], &[], Some(buyer)).await.unwrap();
    assert_eq!(standings[0].affiliation.len(), 1);
}

/// Inserts a row, column by column, in which some columns have another value.
async fn insert(store: &Store, table: &str, row: &str, changes: &str) -> Result<(), String> {
    let columns = |row: &str| -> BTreeMap<String, String> {
        let columns = row.split(", ").filter_map(|column| column.split_once(' '));
        columns.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let mut row = columns(row);
    row.extend(columns(changes));
    let (names, values): (Vec<_>, Vec<_>) = row.into_iter().unzip();
    let (names, values) = (names.join(", "), values.join(", "));
    let statement = format!("INSERT INTO {table} ({names}) VALUES ({values})");
    let inserted = store.database().reader().execute_unprepared(&statement).await;
    inserted.map(drop).map_err(|error| error.to_string())
}

/// A table, a row of it, changes that no row may have, and a change that makes a second row
/// which may not stand beside the first.
const FORBIDDEN: [(&str, &str, &str, &str); 6] = [
    (
        "organizations",
        "name 'organizations/1', display_name '', country 'FR', global_account '4001', \
         revision 1, create_time 0, update_time 0",
        "name 'partners/1', country 'FRA', display_name NULL, revision 0, global_account '4000'",
        "name 'organizations/2'",
    ),
    (
        "organization_owners",
        "organization 'organizations/1', owner 'COMPANY', share_basis_points 0, \
         management_control TRUE",
        "organization 'organizations/9', owner 'organizations/9', owner 'organizations/1', \
         share_basis_points -1, share_basis_points 10001",
        "share_basis_points 1",
    ),
    (
        "partners",
        "name 'partners/1', organization 'organizations/1', country 'FR', \
         location_account '1001', location_country 'FR', revision 1, create_time 0, update_time 0",
        "name 'organizations/1', organization 'organizations/9', country 'FRA', country 'DE', \
         location_country 'DE', location_country NULL, location_account NULL, revision 0",
        "name 'partners/2'",
    ),
    (
        "enrollments",
        "partner 'partners/1', role 'direct-bill', state 'active', state_reason '', \
         contact_email '', revision 1, create_time 0, update_time 0",
        "partner 'partners/9', role 'advisor', state 'unknown', state NULL, revision 0",
        "state 'vetting'",
    ),
    (
        "agreements",
        "name '1', partner 'partners/1', kind 'direct-bill', version '', first_name '', \
         last_name '', email '', accept_time 0, location_account '1001', revision 1, create_time 0",
        "partner 'partners/9', kind 'advisor', accept_time 1, location_account NULL, revision 0",
        "kind 'indirect-reseller'",
    ),
    (
        "events",
        "resource 'partners/1', revision 1, kind '', actor '', time 0, content '', \
         request_id '1', request_digest '1'",
        "request_id NULL, request_digest NULL, content NULL, revision 0",
        "revision 2",
    ),
];

async fn the_database_refuses_what_no_decision_gives(engine: Engine) {
    let (_databases, store) = store(engine).await;
    for (table, row, forbidden, second) in FORBIDDEN {
        let row = row.replace("COMPANY", &COMPANY.to_string());
        for change in forbidden.split(", ") {
            let refused = insert(&store, table, &row, change).await.unwrap_err();
            assert!(refused.contains("constraint"), "{table}, {change}: {refused}");
        }
        insert(&store, table, &row, "").await.unwrap();
        let refused = insert(&store, table, &row, second).await.unwrap_err();
        assert!(refused.to_lowercase().contains("unique constraint"), "{table}: {refused}");
    }
}

async fn a_migration_is_applied_once(engine: Engine) {
    let databases = Databases::new(engine).await;
    let database = connect(&databases).await;
    let applied = database.migrate::<Migrator>().await.unwrap();
    assert!(applied.contains(&"onboarding_0001_initial".to_owned()), "{applied:?}");
    assert!(database.migrate::<Migrator>().await.unwrap().is_empty());
    database.require_schema::<Migrator>("onboarding").await.unwrap();
    let store = Store::new(database);
    store.save_organization(organization(COMPANY, &[]), &once()).await.unwrap();
}

#[tokio::test]
async fn an_embedded_database_migrates_itself() {
    let databases = Databases::new(Engine::Sqlite).await;
    let database = connect(&databases).await;
    database.require_schema::<Migrator>("onboarding").await.unwrap();
    let store = Store::new(database);
    store.save_organization(organization(COMPANY, &[]), &once()).await.unwrap();
}

#[tokio::test]
async fn a_server_without_the_schema_is_refused_with_what_to_do() {
    let databases = Databases::new(Engine::Postgres).await;
    let database = connect(&databases).await;
    let refused = database.require_schema::<Migrator>("onboarding").await.unwrap_err();
    for part in ["onboarding_0001_initial", "`onboarding migrate`"] {
        assert!(refused.contains(part), "{refused}");
    }
    assert!(Store::new(database).partner(PARTNER).await.is_err(), "nothing was applied");
}
