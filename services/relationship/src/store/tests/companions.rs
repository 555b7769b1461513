//! What is open around a customer, and what one answer of it changes.

use super::*;

on_both_engines! {
    a_reseller_and_its_provider_are_tied_by_one_answer,
    a_chain_is_what_is_open_around_the_customer,
}

async fn a_reseller_and_its_provider_are_tied_by_one_answer(engine: Engine) {
    let (_databases, store) = store(engine).await;
    store.save(new_customer(), &once()).await.unwrap();
    let pair = accepted(invite(PROVIDER, RESELLER).main.into_after(), 9).into_after();
    let new = NewRelationship {
        kind: RelationshipKind::Resale,
        role: None,
        customer: new_customer().into_after(),
        buyer: buyer(),
        partner: applicant(RESELLER),
        provider: Some((applicant(PROVIDER), Some(pair))),
        taken: None,
    };
    let asked = CustomerRelationship::request(&new, at(EXPIRES), at(9)).unwrap();
    let asked = store.save(asked, &once()).await.unwrap();
    let companion = store.relationship(asked.companion.unwrap()).await.unwrap().unwrap();
    let accepted = tied(asked.clone(), Some(companion.clone()), 10);
    store.save(accepted, &once()).await.unwrap();
    for (name, revision) in [(asked.name, 2), (companion.name, 2)] {
        let tied = store.relationship(name).await.unwrap().unwrap();
        assert_eq!(
            (tied.state, tied.resource_version.revision),
            (RelationshipState::Active, revision)
        );
    }
    let late = asked.refuse("why", Some(companion), at(11)).unwrap();
    let late = store.save(late, &once()).await;
    assert!(matches!(late, Err(Failure::LostRace)), "{late:?}");
    assert_eq!(history(&store).await.len(), 5);
}

fn chain(reseller: Option<PartnerName>, further: &[PartnerName]) -> Scope {
    Scope::Chain((PROVIDER, reseller), further.to_vec())
}

fn everything(most: u64) -> Scope {
    Scope::Everything(most)
}

async fn a_chain_is_what_is_open_around_the_customer(engine: Engine) {
    let (_databases, store) = store(engine).await;
    assert!(store.context(CUSTOMER, &everything(9)).await.unwrap().is_none());
    assert!(store.context(CUSTOMER, &chain(None, &[])).await.unwrap().is_none());
    let customer = store.save(new_customer(), &once()).await.unwrap();
    let [other, stranger] = [3, 4].map(|id| PartnerName::new(Uuid::from_u128(id)));
    let mut ties = Vec::new();
    for (partner, kind) in [
        (PROVIDER, RelationshipKind::Resale),
        (PROVIDER, RelationshipKind::Management),
        (other, RelationshipKind::Resale),
        (RESELLER, RelationshipKind::Resale),
    ] {
        ties.push(store.save(request(partner, kind), &once()).await.unwrap());
    }
    let removed = ties.pop().unwrap().remove(&removal(RESELLER), at(10)).unwrap();
    store.save(removed, &once()).await.unwrap();
    let pair = store.save(invite(PROVIDER, RESELLER), &once()).await.unwrap();
    let strange = store.save(invite(stranger, other), &once()).await.unwrap();
    let declined = store.save(invite(PROVIDER, other), &once()).await.unwrap();
    let declined = declined.decline("why".to_owned(), at(10)).unwrap();
    store.save(declined, &once()).await.unwrap();

    let named = store.context(CUSTOMER, &chain(Some(RESELLER), &[])).await.unwrap().unwrap();
    assert_eq!(named.customer, customer);
    assert_eq!(by_name(named.relationships), by_name(ties[..2].to_vec()));
    assert_eq!(named.partnerships, std::slice::from_ref(&pair));

    let alone = store.context(CUSTOMER, &chain(None, &[])).await.unwrap().unwrap();
    assert_eq!((alone.relationships.len(), alone.partnerships.len()), (2, 0));

    let further = store.context(CUSTOMER, &chain(None, &[other, RESELLER])).await.unwrap();
    let further = further.unwrap();
    assert_eq!((further.relationships.len(), &further.partnerships[..]), (2, &[pair.clone()][..]));
    let again = store.context_again(CUSTOMER, &chain(None, &[other, RESELLER])).await.unwrap();
    assert_eq!(again, Some(further), "nothing has changed");

    let few = store.context(CUSTOMER, &everything(1)).await.unwrap().unwrap();
    assert_eq!((few.relationships.len(), few.partnerships.len()), (1, 1));
    let mut all = store.context(CUSTOMER, &everything(9)).await.unwrap().unwrap();
    assert_eq!(by_name(all.relationships), by_name(ties));
    all.partnerships.sort_by_key(|it| it.provider);
    assert_eq!(all.partnerships, [pair, strange]);
}

fn by_name(mut relationships: Vec<CustomerRelationship>) -> Vec<CustomerRelationship> {
    relationships.sort_by_key(|it| it.name);
    relationships
}
