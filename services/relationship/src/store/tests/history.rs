//! How every resource was at any moment is in the events.

use storage::Database;
use testbed::{
    Engine, RecordedStates, assert_as_of_indexed, assert_released_events_read,
    assert_rows_have_events,
};
use types::{CustomerRelationshipName, PartnerName, PartnershipName, Timestamp};
use uuid::Uuid;

use super::{
    CUSTOMER, EXPIRES, PROVIDER, RESELLER, accepted, applicant, at, buyer, invite, kept, mca,
    new_customer, on_both_engines, once, removal, request, standing, store,
};
use crate::{
    domain::{
        AccountState, Applicant, Change, Customer, CustomerRelationship, NewRelationship, Partners,
        Partnership, PartnershipSide, RelationshipKind, Role,
    },
    store::{Store, save::Persisted},
};

on_both_engines! {
    every_resource_is_rebuilt_from_its_events_as_it_was,
}

/// The tables, and the column of each that names the resource that a row is part of.
const TABLES: [(&str, &str); 3] =
    [("customers", "name"), ("customer_relationships", "name"), ("partnerships", "name")];

const STRANGER: PartnerName = PartnerName::new(Uuid::from_u128(0x3));
const LATE: PartnerName = PartnerName::new(Uuid::from_u128(0x4));

/// A store, and what it reads after every change.
struct Life {
    store: Store,
    customers: RecordedStates<Customer>,
    relationships: RecordedStates<CustomerRelationship>,
    partnerships: RecordedStates<Partnership>,
}

impl Life {
    fn of(store: Store) -> Self {
        Self {
            store,
            customers: RecordedStates::of(Persisted::name),
            relationships: RecordedStates::of(Persisted::name),
            partnerships: RecordedStates::of(Persisted::name),
        }
    }

    async fn save<T: Persisted>(&mut self, change: impl Into<Change<T>> + Send) -> T {
        let saved = self.store.save(change, &once()).await.unwrap();
        let moment = saved.resource_version().update_time;
        let (customers, relationships, partnerships) = kept(&self.store).await;
        self.customers.note(moment, customers);
        self.relationships.note(moment, relationships);
        self.partnerships.note(moment, partnerships);
        saved
    }

    async fn relationship(&self, name: CustomerRelationshipName) -> CustomerRelationship {
        self.store.relationship(name).await.unwrap().unwrap()
    }

    async fn assert_rebuilt(&self, database: &Database) {
        self.customers.assert_rebuilt(database).await;
        self.relationships.assert_rebuilt(database).await;
        self.partnerships.assert_rebuilt(database).await;
        let mut names = self.customers.names();
        names.extend(self.relationships.names());
        names.extend(self.partnerships.names());
        assert_rows_have_events(database, &names, &TABLES, &[]).await;
    }
}

/// A reseller asks for itself and for its provider.
fn asked_along() -> Change<CustomerRelationship> {
    let pair = accepted(invite(PROVIDER, RESELLER).main.into_after(), 9).into_after();
    let provider = Some((applicant(PROVIDER), Some(pair)));
    request_of(applicant(RESELLER), provider, at(9))
}

fn request_of(
    partner: Applicant,
    provider: Option<(Applicant, Option<Partnership>)>,
    now: Timestamp,
) -> Change<CustomerRelationship> {
    let (kind, customer) = (RelationshipKind::Resale, new_customer().into_after());
    let role = provider.is_none().then_some(Role::IndirectProvider);
    let (buyer, taken) = (buyer(), None);
    let new = NewRelationship { kind, role, customer, buyer, partner, provider, taken };
    CustomerRelationship::request(&new, at(EXPIRES + 50), now).unwrap()
}

/// A pair that had partnerships before has another.
fn invite_again(before: &Partnership) -> Change<Partnership> {
    let (provider, reseller) = (standing(before.provider), standing(before.reseller));
    let partners = Partners { provider, reseller, history: vec![before.clone()], taken: false };
    let name = PartnershipName::new(Uuid::new_v4());
    Partnership::invite(name, &partners, at(EXPIRES + 50), at(EXPIRES)).unwrap()
}

async fn every_resource_is_rebuilt_from_its_events_as_it_was(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let why = || "why".to_owned();
    let mut life = Life::of(store);
    let customer = life.save(new_customer()).await;
    let ended = life.save(invite(PROVIDER, RESELLER)).await;
    let declined = life.save(invite(PROVIDER, STRANGER)).await;
    let withdrawn = life.save(invite(STRANGER, RESELLER)).await;
    let expired = life.save(invite(PROVIDER, LATE)).await;
    let tied = life.save(asked_along()).await;
    let refused = life.save(request(PROVIDER, RelationshipKind::Management)).await;
    let unanswered = life.save(request(LATE, RelationshipKind::Resale)).await;

    let customer = life.save(customer.accept_agreement(mca("Ada"), at(10)).unwrap()).await;
    let customer = life.save(customer.accept_agreement(mca("Grace"), at(10)).unwrap()).await;
    let ended = life.save(accepted(ended, 10)).await;
    let companion = life.relationship(tied.companion.unwrap()).await;
    let attested = companion.attest_agreement(mca("Ada"), &standing(PROVIDER), at(10)).unwrap();
    let companion = life.save(attested.unwrap()).await;
    let tied = life.save(super::tied(tied, Some(companion), 11)).await;
    life.save(declined.decline(why(), at(11)).unwrap()).await;
    life.save(withdrawn.withdraw(why(), at(12)).unwrap()).await;
    life.save(refused.refuse("why", None, at(12)).unwrap()).await;
    let customer = life.save(customer.record_review(AccountState::Locked, why(), at(13))).await;
    life.save(customer.record_review(AccountState::Verified, String::new(), at(14))).await;
    let removed = removal(PROVIDER);
    let companion = life.relationship(tied.companion.unwrap()).await;
    life.save(companion.remove(&removed, at(14)).unwrap()).await;
    let ended = life.save(ended.end(PartnershipSide::Reseller, why(), at(15)).unwrap()).await;

    life.save(invite_again(&ended)).await;
    life.save(invite_again(&expired)).await;
    let name = CustomerRelationshipName { customer: CUSTOMER, uid: Uuid::new_v4() };
    let again = Applicant { name, standing: standing(LATE), open: vec![unanswered] };
    life.save(request_of(again, None, at(EXPIRES))).await;
    life.assert_rebuilt(life.store.database()).await;
}

#[tokio::test]
async fn how_a_resource_was_is_found_by_an_index() {
    let (_databases, store) = store(Engine::Sqlite).await;
    assert_as_of_indexed(store.database()).await;
}

#[test]
fn what_earlier_releases_wrote_is_read() {
    assert_released_events_read::<Partnership>("partnerships");
    assert_released_events_read::<Customer>("customers");
    assert_released_events_read::<CustomerRelationship>("relationships");
}
