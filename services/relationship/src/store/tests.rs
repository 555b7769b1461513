//! The store, on SQLite and PostgreSQL.

mod companions;
mod dry_run;
mod history;
mod in_force;
mod lists;
mod schema;

use errors::Failure;
use rules::Role;
use storage::{ListOptions, MutationContext, events};
use testbed::{
    Databases, Engine, assert_idempotent, at, call, dry_run, eight_times, events_of, migrated,
    mutation, on_both_engines,
};
use types::{
    CustomerName, CustomerRelationshipName, OrganizationName, PartnerName, PartnershipName,
};
use uuid::Uuid;

use super::{CUSTOMERS, Migrator, PARTNERSHIPS, RELATIONSHIPS, Store};
use crate::domain::{
    AccountState, Applicant, Approved, BuyerStanding, Change, Customer, CustomerAgreement,
    CustomerKind, CustomerRelationship, NewCustomer, NewRelationship, Parties, Partners,
    Partnership, PartnershipSide, RelationshipKind, RelationshipState, Removal, RoleStanding,
    RoleState, Standing,
};

on_both_engines! {
    saved_resources_read_back_equal,
    a_decision_on_a_stale_revision_changes_nothing,
    a_request_id_has_one_response,
    one_of_eight_concurrent_invitations_succeeds,
    every_change_writes_an_event,
    a_partnership_can_follow_one_that_has_ended,
    an_expiry_is_written_only_with_the_next_invitation,
    pages_return_every_partnership_in_order,
}

const PROVIDER: PartnerName = PartnerName::new(Uuid::from_u128(0x1));
const RESELLER: PartnerName = PartnerName::new(Uuid::from_u128(0x2));
const CUSTOMER: CustomerName = CustomerName::new(Uuid::from_u128(0xc));
const COMPANY: OrganizationName = OrganizationName::new(Uuid::from_u128(0xa));

/// Expiry of invitations and requests, in seconds.
const EXPIRES: i64 = 50;

/// An empty store. Keep the databases alive while using it.
async fn store(engine: Engine) -> (Databases, Store) {
    let (databases, database) = migrated::<Migrator>(engine, "relationship").await;
    (databases, Store::new(database))
}

async fn history(store: &Store) -> Vec<events::Model> {
    events_of(store.database()).await
}

fn new_customer() -> Approved<Customer> {
    let new = NewCustomer {
        name: CUSTOMER,
        display_name: "Contoso ☂".to_owned(),
        organization: COMPANY,
        country: "FR".parse().unwrap(),
        registration_number: Some("FR 123".to_owned()),
        kind: CustomerKind::Company,
        created_by: Some(PROVIDER),
    };
    Customer::create(new, false, &[], &buyer(), Some(&standing(PROVIDER)), at(9)).unwrap()
}

fn buyer() -> BuyerStanding {
    BuyerStanding { csp_tenant: false, partners: Vec::new(), organization_revision: 1 }
}

fn mca(first_name: &str) -> CustomerAgreement {
    CustomerAgreement {
        template_id: "template".to_owned(),
        version: "2025-09".to_owned(),
        first_name: first_name.to_owned(),
        last_name: "Lovelace".to_owned(),
        email: "ada@contoso.com".parse().unwrap(),
        accept_time: at(8),
    }
}

fn standing(partner: PartnerName) -> Standing {
    let both = [Role::IndirectProvider, Role::IndirectReseller];
    Standing {
        partner,
        organization: OrganizationName::new(partner.id()),
        country: "FR".parse().unwrap(),
        location: None,
        roles: both
            .map(|role| RoleStanding {
                role,
                state: RoleState::Active,
                application: 1,
                block_time: None,
                next_steps: Vec::new(),
            })
            .to_vec(),
        agreements: Vec::new(),
        affiliation: Vec::new(),
        revision: 1,
        organization_revision: 1,
    }
}

/// An invitation under a new name.
fn invite(provider: PartnerName, reseller: PartnerName) -> Change<Partnership> {
    invite_after(Vec::new(), provider, reseller)
}

fn invite_after(
    history: Vec<Partnership>,
    provider: PartnerName,
    reseller: PartnerName,
) -> Change<Partnership> {
    let (provider, reseller) = (standing(provider), standing(reseller));
    let partners = Partners { provider, reseller, history, name_taken: false };
    let name = PartnershipName::new(Uuid::new_v4());
    Partnership::invite(name, &partners, at(EXPIRES), at(9)).unwrap()
}

/// A relationship request under a new name.
fn request(partner: PartnerName, kind: RelationshipKind) -> Change<CustomerRelationship> {
    let new = NewRelationship {
        kind,
        role: Some(Role::IndirectProvider),
        customer: new_customer().into_after(),
        buyer: buyer(),
        partner: applicant(partner),
        provider: None,
        name_taken: None,
    };
    CustomerRelationship::request(&new, at(EXPIRES), at(9)).unwrap()
}

fn applicant(partner: PartnerName) -> Applicant {
    let name = CustomerRelationshipName { customer: CUSTOMER, uid: Uuid::new_v4() };
    Applicant { name, standing: standing(partner), open: Vec::new() }
}

/// The partnership after the reseller accepts.
fn accepted(it: Partnership, now: i64) -> Approved<Partnership> {
    let (provider, reseller) = (standing(it.provider), standing(it.reseller));
    it.accept(&provider, &reseller, at(now)).unwrap()
}

/// The customer relationship after the customer accepts.
fn accepted_by_customer(
    it: CustomerRelationship,
    companion: Option<CustomerRelationship>,
    now: i64,
) -> Change<CustomerRelationship> {
    let (customer, buyer) = (new_customer().into_after(), buyer());
    let pair = accepted(invite(PROVIDER, RESELLER).main.into_after(), 9).into_after();
    let (partner, provider) = (standing(it.partner), standing(PROVIDER));
    let provider = companion.as_ref().map(|_| (&provider, Some(&pair)));
    let parties = Parties { customer: &customer, buyer: &buyer, partner: &partner, provider };
    it.accept(companion, parties, at(now)).unwrap()
}

fn removal(by: PartnerName) -> Removal {
    let (partnerships, detail) = (Vec::new(), "why".to_owned());
    Removal { by: standing(by), partnerships, no_active_subscriptions: true, detail }
}

/// All stored resources.
async fn stored(store: &Store) -> (Vec<Customer>, Vec<CustomerRelationship>, Vec<Partnership>) {
    let page = |listing: storage::Listing| listing.page(ListOptions::default()).unwrap();
    let customers = store.customers(&page(CUSTOMERS)).await.unwrap().items;
    let relationships =
        store.relationships(Some(CUSTOMER), &page(RELATIONSHIPS)).await.unwrap().items;
    (customers, relationships, store.partnerships(&page(PARTNERSHIPS)).await.unwrap().items)
}

async fn saved_resources_read_back_equal(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let saved = store.save(new_customer(), &mutation()).await.unwrap();
    assert_eq!(saved, new_customer().into_after());
    assert_eq!(
        store.visible_customers(&[CUSTOMER], &authority::Scope::All).await.unwrap(),
        std::slice::from_ref(&saved)
    );
    let agreed = saved.accept_agreement(mca("Ada"), at(10)).unwrap();
    let agreed = store.save(agreed, &mutation()).await.unwrap();
    assert_eq!(
        store.visible_customers(&[CUSTOMER], &authority::Scope::All).await.unwrap(),
        std::slice::from_ref(&agreed)
    );
    let locked = agreed.record_review(AccountState::Locked, "why".to_owned(), at(10));
    let customer = store.save(locked, &mutation()).await.unwrap();
    assert_eq!(
        store.visible_customers(&[CUSTOMER], &authority::Scope::All).await.unwrap(),
        std::slice::from_ref(&customer)
    );

    let invited = store.save(invite(PROVIDER, RESELLER), &mutation()).await.unwrap();
    assert_eq!(store.partnership(invited.name).await.unwrap(), Some(invited.clone()));
    let of_pair = store.partnerships_of(PROVIDER, RESELLER).await.unwrap();
    assert_eq!(of_pair, std::slice::from_ref(&invited));
    assert!(store.partnerships_of(RESELLER, PROVIDER).await.unwrap().is_empty());
    let declined = invited.decline("it's \"no\"".to_owned(), at(10)).unwrap();
    let declined = store.save(declined, &mutation()).await.unwrap();
    assert_eq!(store.partnership(declined.name).await.unwrap(), Some(declined.clone()));

    let resale = RelationshipKind::Resale;
    let requested = store.save(request(PROVIDER, resale), &mutation()).await.unwrap();
    assert_eq!(store.relationship(requested.name).await.unwrap(), Some(requested.clone()));
    let accepted = accepted_by_customer(requested, None, 10);
    let accepted = store.save(accepted, &mutation()).await.unwrap();
    let attested = accepted.attest_agreement(mca("Ada"), &standing(PROVIDER), at(10)).unwrap();
    let accepted = store.save(attested.unwrap(), &mutation()).await.unwrap();
    assert_eq!(store.relationship(accepted.name).await.unwrap(), Some(accepted.clone()));
    let open = store.open_relationships(CUSTOMER, PROVIDER).await.unwrap();
    assert_eq!(open, std::slice::from_ref(&accepted));
    assert!(store.open_relationships(CUSTOMER, RESELLER).await.unwrap().is_empty());
    assert_eq!(stored(&store).await, (vec![customer], vec![accepted], vec![declined]));
}

async fn a_decision_on_a_stale_revision_changes_nothing(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let customer = store.save(new_customer(), &mutation()).await.unwrap();
    let partnership = store.save(invite(PROVIDER, RESELLER), &mutation()).await.unwrap();
    let request = request(PROVIDER, RelationshipKind::Resale);
    let relationship = store.save(request, &mutation()).await.unwrap();

    let first = customer.accept_agreement(mca("Ada"), at(10)).unwrap();
    store.save(first, &mutation()).await.unwrap();
    store.save(accepted(partnership.clone(), 10), &mutation()).await.unwrap();
    store.save(accepted_by_customer(relationship.clone(), None, 10), &mutation()).await.unwrap();
    let (before, events) = (stored(&store).await, history(&store).await);

    let why = || "why".to_owned();
    let late = customer.accept_agreement(mca("Grace"), at(11)).unwrap();
    let late = store.save(late, &mutation()).await.map(drop);
    assert!(matches!(late, Err(Failure::LostRace)), "{late:?}");
    let late = partnership.decline(why(), at(11)).unwrap();
    let late = store.save(late, &mutation()).await.map(drop);
    assert!(matches!(late, Err(Failure::LostRace)), "{late:?}");
    let late = relationship.remove(&removal(PROVIDER), at(11)).unwrap();
    let late = store.save(late, &mutation()).await.map(drop);
    assert!(matches!(late, Err(Failure::LostRace)), "{late:?}");
    let again = store.save(new_customer(), &mutation()).await.map(drop);
    assert!(matches!(again, Err(Failure::LostRace)), "{again:?}");

    assert_eq!(stored(&store).await, before);
    assert_eq!(history(&store).await, events);
}

async fn a_request_id_has_one_response(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let create =
        async |call: &MutationContext| match store.partnerships_of(PROVIDER, RESELLER).await?.pop()
        {
            Some(open) => Err(Failure::exists(open.name)),
            None => store.save(invite(PROVIDER, RESELLER), call).await,
        };
    let update = async |first| drop(store.save(accepted(first, 10), &mutation()).await.unwrap());
    assert_idempotent(store.database(), create, update).await;
    assert_eq!(stored(&store).await.2.len(), 1);
    assert_eq!(history(&store).await.len(), 2);
}

async fn one_of_eight_concurrent_invitations_succeeds(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let results = eight_times(async || store.save(invite(PROVIDER, RESELLER), &mutation()).await);
    let (won, lost): (Vec<_>, Vec<_>) = results.await.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(lost.iter().all(|it| matches!(it, Err(Failure::LostRace))), "{lost:?}");
    let won: Vec<_> = won.into_iter().map(Result::unwrap).collect();
    assert_eq!(stored(&store).await.2, won);
    assert_eq!(history(&store).await.len(), 1);
}

async fn every_change_writes_an_event(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let created = store.save(new_customer(), &call(7, "content")).await.unwrap();
    let changed = created.accept_agreement(mca("Ada"), at(10)).unwrap();
    let changed = store.save(changed, &mutation()).await.unwrap();
    let history = history(&store).await;
    let expected = [("CustomerCreated", 1, &created), ("CustomerAgreementRecorded", 2, &changed)];
    assert_eq!(history.len(), expected.len());
    for (event, (kind, revision, customer)) in history.iter().zip(expected) {
        assert_eq!((event.kind.as_str(), event.revision), (kind, revision));
        assert_eq!(
            (event.resource.as_str(), event.actor.as_str()),
            (&*CUSTOMER.to_string(), "ada")
        );
        assert_eq!(event.time, customer.resource_version.update_time.as_microsecond());
        assert_eq!(storage::row::from_json::<Customer>(&event.content).unwrap(), *customer);
    }
    assert_eq!(history[0].request_id, Some(format!("ada {}", Uuid::from_u128(7))));
    assert_eq!((&history[1].request_id, &history[1].request_digest), (&None, &None));
}

async fn a_partnership_can_follow_one_that_has_ended(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let first = store.save(invite(PROVIDER, RESELLER), &mutation()).await.unwrap();
    let active = store.save(accepted(first, 10), &mutation()).await.unwrap();
    let second = store.save(invite(PROVIDER, RESELLER), &mutation()).await;
    assert!(matches!(second, Err(Failure::LostRace)), "{second:?}");
    store.save(invite(RESELLER, PROVIDER), &mutation()).await.unwrap();
    let ended = active.end(PartnershipSide::Reseller, "why".to_owned(), at(11)).unwrap();
    let ended = store.save(ended, &mutation()).await.unwrap();
    let rivals = [(); 2].map(|()| invite_after(vec![ended.clone()], PROVIDER, RESELLER));
    let [second, third] = rivals;
    let second = store.save(second, &mutation()).await.unwrap();
    assert_eq!(second.predecessor, Some(ended.name));
    let declined = second.decline("why".to_owned(), at(12)).unwrap();
    store.save(declined, &mutation()).await.unwrap();
    let third = store.save(third, &mutation()).await;
    assert!(matches!(third, Err(Failure::LostRace)), "a partnership has one successor: {third:?}");
    assert_eq!(stored(&store).await.2.len(), 3);
}

async fn an_expiry_is_written_only_with_the_next_invitation(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let first = store.save(invite(PROVIDER, RESELLER), &mutation()).await.unwrap();
    let late = |first: &Partnership| {
        let (provider, reseller) = (standing(PROVIDER), standing(RESELLER));
        let history = vec![first.clone()];
        let partners = Partners { provider, reseller, history, name_taken: false };
        let name = PartnershipName::new(Uuid::new_v4());
        Partnership::invite(name, &partners, at(EXPIRES + 50), at(EXPIRES)).unwrap()
    };
    let call = call(7, "content");
    let second = store.database().idempotent(&call, store.save(late(&first), &call)).await.unwrap();
    let expired = store.partnership(first.name).await.unwrap().unwrap();
    let resource_version = first.resource_version.next(at(EXPIRES));
    assert_eq!(
        expired,
        Partnership { resource_version, ..first.clone().effective_at(at(EXPIRES)) }
    );
    let kinds: Vec<_> = history(&store).await.into_iter().map(|it| it.kind).collect();
    assert_eq!(kinds, ["PartnershipInvited", "PartnershipExpired", "PartnershipInvited"]);
    let again = store.database().idempotent(&call, store.save(late(&first), &call)).await.unwrap();
    assert_eq!(again, second, "the retry returns the invitation");
    let lost = store.save(late(&first), &mutation()).await;
    assert!(matches!(lost, Err(Failure::LostRace)), "{lost:?}");
    assert_eq!(history(&store).await.len(), 3);
}

async fn pages_return_every_partnership_in_order(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let mut saved = Vec::new();
    for id in 0x10..0x15 {
        let pair = invite(PROVIDER, PartnerName::new(Uuid::from_u128(id)));
        saved.push(store.save(pair, &mutation()).await.unwrap().name);
    }
    saved.sort_by_key(ToString::to_string);
    let (mut read, mut token) = (Vec::new(), String::new());
    while read.is_empty() || !token.is_empty() {
        let options = ListOptions { page_size: 2, page_token: &token, ..ListOptions::default() };
        let page = store.partnerships(&PARTNERSHIPS.page(options).unwrap()).await.unwrap();
        assert!(page.items.len() <= 2);
        read.extend(page.items.into_iter().map(|it| it.name));
        token = page.next_page_token;
    }
    assert_eq!(read, saved);
}
