//! Events contain the state of every resource at every time.

use rules::Role;
use storage::Database;
use testbed::{Engine, RecordedStates, assert_released_events_read, assert_rows_have_events};
use types::{CustomerRelationshipName, PartnerName, PartnershipName, Timestamp};
use uuid::Uuid;

use super::{
    CUSTOMER, EXPIRES, PROVIDER, RESELLER, accepted, accepted_by_customer, applicant, at, buyer,
    invite, mca, mutation, new_customer, on_both_engines, removal, request, standing, store,
    stored,
};
use crate::{
    domain::{
        AccountState, Applicant, Change, Customer, CustomerRelationship, NewRelationship, Partners,
        Partnership, PartnershipSide, RelationshipKind,
    },
    store::{Store, save::Persisted},
};

on_both_engines! {
    events_rebuild_every_resource_at_every_time,
}

/// Each table, with the column that names the resource of a row.
const TABLES: [(&str, &str); 3] =
    [("customers", "name"), ("customer_relationships", "name"), ("partnerships", "name")];

const OTHER_PARTNER: PartnerName = PartnerName::new(Uuid::from_u128(0x3));
const UNANSWERING: PartnerName = PartnerName::new(Uuid::from_u128(0x4));

/// A store, with the resources that it reads after every change.
struct RecordedStore {
    store: Store,
    customers: RecordedStates<Customer>,
    relationships: RecordedStates<CustomerRelationship>,
    partnerships: RecordedStates<Partnership>,
}

impl RecordedStore {
    fn of(store: Store) -> Self {
        Self {
            store,
            customers: RecordedStates::of(Persisted::name),
            relationships: RecordedStates::of(Persisted::name),
            partnerships: RecordedStates::of(Persisted::name),
        }
    }

    async fn save<T: Persisted>(&mut self, change: impl Into<Change<T>> + Send) -> T {
        let saved = self.store.save(change, &mutation()).await.unwrap();
        let time = saved.resource_version().update_time;
        let (customers, relationships, partnerships) = stored(&self.store).await;
        self.customers.note(time, customers);
        self.relationships.note(time, relationships);
        self.partnerships.note(time, partnerships);
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

/// A request of a reseller that includes its provider.
fn request_with_provider() -> Change<CustomerRelationship> {
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
    let (buyer, name_taken) = (buyer(), None);
    let new = NewRelationship { kind, role, customer, buyer, partner, provider, name_taken };
    CustomerRelationship::request(&new, at(EXPIRES + 50), now).unwrap()
}

/// An invitation after an earlier partnership of the pair.
fn invite_again(before: &Partnership) -> Change<Partnership> {
    let (provider, reseller) = (standing(before.provider), standing(before.reseller));
    let partners =
        Partners { provider, reseller, history: vec![before.clone()], name_taken: false };
    let name = PartnershipName::new(Uuid::new_v4());
    Partnership::invite(name, &partners, at(EXPIRES + 50), at(EXPIRES)).unwrap()
}

async fn events_rebuild_every_resource_at_every_time(engine: Engine) {
    let (_databases, store) = store(engine).await;
    let why = || "why".to_owned();
    let mut recorded = RecordedStore::of(store);
    let customer = recorded.save(new_customer()).await;
    let ended = recorded.save(invite(PROVIDER, RESELLER)).await;
    let declined = recorded.save(invite(PROVIDER, OTHER_PARTNER)).await;
    let withdrawn = recorded.save(invite(OTHER_PARTNER, RESELLER)).await;
    let expired = recorded.save(invite(PROVIDER, UNANSWERING)).await;
    let requested = recorded.save(request_with_provider()).await;
    let refused = recorded.save(request(PROVIDER, RelationshipKind::Management)).await;
    let unanswered = recorded.save(request(UNANSWERING, RelationshipKind::Resale)).await;

    let customer = recorded.save(customer.accept_agreement(mca("Ada"), at(10)).unwrap()).await;
    let customer = recorded.save(customer.accept_agreement(mca("Grace"), at(10)).unwrap()).await;
    let ended = recorded.save(accepted(ended, 10)).await;
    let companion = recorded.relationship(requested.companion.unwrap()).await;
    let attested = companion.attest_agreement(mca("Ada"), &standing(PROVIDER), at(10)).unwrap();
    let companion = recorded.save(attested.unwrap()).await;
    let requested = recorded.save(accepted_by_customer(requested, Some(companion), 11)).await;
    recorded.save(declined.decline(why(), at(11)).unwrap()).await;
    recorded.save(withdrawn.withdraw(why(), at(12)).unwrap()).await;
    recorded.save(refused.refuse("why", None, at(12)).unwrap()).await;
    let customer = recorded.save(customer.record_review(AccountState::Locked, why(), at(13))).await;
    recorded.save(customer.record_review(AccountState::Verified, String::new(), at(14))).await;
    let removed = removal(PROVIDER);
    let companion = recorded.relationship(requested.companion.unwrap()).await;
    recorded.save(companion.remove(&removed, at(14)).unwrap()).await;
    let ended = recorded.save(ended.end(PartnershipSide::Reseller, why(), at(15)).unwrap()).await;

    recorded.save(invite_again(&ended)).await;
    recorded.save(invite_again(&expired)).await;
    let name = CustomerRelationshipName { customer: CUSTOMER, uid: Uuid::new_v4() };
    let again = Applicant { name, standing: standing(UNANSWERING), open: vec![unanswered] };
    recorded.save(request_of(again, None, at(EXPIRES))).await;
    recorded.assert_rebuilt(recorded.store.database()).await;
}

#[test]
fn events_of_earlier_releases_are_readable() {
    assert_released_events_read::<Partnership>("partnerships");
    assert_released_events_read::<Customer>("customers");
    assert_released_events_read::<CustomerRelationship>("relationships");
}
