//! Companion relationships, and the context of a customer.

use super::*;
use crate::store::{CustomerContext, Scope, partnerships_of};

on_both_engines! {
    one_acceptance_activates_reseller_and_provider,
    a_context_contains_only_open_resources_of_its_scope,
}

async fn one_acceptance_activates_reseller_and_provider(engine: Engine) {
    let (_databases, store) = store(engine).await;
    store.save(new_customer(), &mutation()).await.unwrap();
    let pair = accepted(invite(PROVIDER, RESELLER).main.into_after(), 9).into_after();
    let new = NewRelationship {
        kind: RelationshipKind::Resale,
        role: None,
        customer: new_customer().into_after(),
        buyer: buyer(),
        partner: applicant(RESELLER),
        provider: Some((applicant(PROVIDER), Some(pair))),
        name_taken: None,
    };
    let requested = CustomerRelationship::request(&new, at(EXPIRES), at(9)).unwrap();
    let requested = store.save(requested, &mutation()).await.unwrap();
    let companion = store.relationship(requested.companion.unwrap()).await.unwrap().unwrap();
    let accepted = accepted_by_customer(requested.clone(), Some(companion.clone()), 10);
    store.save(accepted, &mutation()).await.unwrap();
    for (name, revision) in [(requested.name, 2), (companion.name, 2)] {
        let accepted = store.relationship(name).await.unwrap().unwrap();
        assert_eq!(
            (accepted.state, accepted.resource_version.revision),
            (RelationshipState::Active, revision)
        );
    }
    let late = requested.refuse("why", Some(companion), at(11)).unwrap();
    let late = store.save(late, &mutation()).await;
    assert!(matches!(late, Err(Failure::LostRace)), "{late:?}");
    assert_eq!(history(&store).await.len(), 5);
}

fn chain(reseller: Option<PartnerName>) -> Scope {
    Scope::Chain((PROVIDER, reseller))
}

/// The context after all earlier changes.
async fn context(store: &Store, scope: Scope) -> Option<CustomerContext> {
    loop {
        let mut facts = store.facts().await.unwrap();
        let context = store.context(&mut facts, CUSTOMER, scope).await.unwrap();
        if facts.is_unchanged().await.unwrap() {
            return context;
        }
    }
}

fn all_chains(limit: u64) -> Scope {
    Scope::AllChains(limit)
}

async fn a_context_contains_only_open_resources_of_its_scope(engine: Engine) {
    let (_databases, store) = store(engine).await;
    assert!(context(&store, all_chains(9)).await.is_none());
    assert!(context(&store, chain(None)).await.is_none());
    let customer = store.save(new_customer(), &mutation()).await.unwrap();
    let [other, other_provider] = [3, 4].map(|id| PartnerName::new(Uuid::from_u128(id)));
    let mut relationships = Vec::new();
    for (partner, kind) in [
        (PROVIDER, RelationshipKind::Resale),
        (PROVIDER, RelationshipKind::Management),
        (other, RelationshipKind::Resale),
        (RESELLER, RelationshipKind::Resale),
    ] {
        relationships.push(store.save(request(partner, kind), &mutation()).await.unwrap());
    }
    let removed = relationships.pop().unwrap().remove(&removal(RESELLER), at(10)).unwrap();
    store.save(removed, &mutation()).await.unwrap();
    let pair = store.save(invite(PROVIDER, RESELLER), &mutation()).await.unwrap();
    let unrelated = store.save(invite(other_provider, other), &mutation()).await.unwrap();
    let declined = store.save(invite(PROVIDER, other), &mutation()).await.unwrap();
    let declined = declined.decline("why".to_owned(), at(10)).unwrap();
    store.save(declined, &mutation()).await.unwrap();

    let named = context(&store, chain(Some(RESELLER))).await.unwrap();
    assert_eq!(named.customer, customer);
    assert_eq!(by_name(named.relationships), by_name(relationships[..2].to_vec()));
    assert_eq!(named.partnerships, std::slice::from_ref(&pair));

    let alone = context(&store, chain(None)).await.unwrap();
    assert_eq!((alone.relationships.len(), alone.partnerships.len()), (2, 0));

    let further = [other, RESELLER].into_iter();
    let further =
        partnerships_of(&mut store.facts().await.unwrap(), PROVIDER, further).await.unwrap();
    assert_eq!(further, std::slice::from_ref(&pair));

    let few = context(&store, all_chains(1)).await.unwrap();
    assert_eq!((few.relationships.len(), few.partnerships.len()), (1, 1));
    let mut all = context(&store, all_chains(9)).await.unwrap();
    assert_eq!(by_name(all.relationships), by_name(relationships));
    all.partnerships.sort_by_key(|it| it.provider);
    assert_eq!(all.partnerships, [pair, unrelated]);
}

fn by_name(mut relationships: Vec<CustomerRelationship>) -> Vec<CustomerRelationship> {
    relationships.sort_by_key(|it| it.name);
    relationships
}
