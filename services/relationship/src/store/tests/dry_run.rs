//! What a call leaves that only tries.

use errors::Mutation;

use super::*;

on_both_engines! {
    a_trial_is_answered_as_the_call_and_leaves_nothing,
}

async fn a_trial_is_answered_as_the_call_and_leaves_nothing(engine: Engine) {
    let (_databases, store) = store(engine).await;
    store.save(new_customer(), &once()).await.unwrap();
    let (before, events) = (kept(&store).await, history(&store).await);
    let how = Mutation { validate_only: true, ..Some(Uuid::from_u128(7)).into() };
    let trial = MutationContext::new("Method", how, b"content", "ada".to_owned(), at(9));
    let both = || {
        let main = invite(PROVIDER, RESELLER).main;
        Change { beside: vec![invite(RESELLER, PROVIDER).main], main }
    };
    let tried = store.database().idempotent(&trial, store.save(both(), &trial)).await.unwrap();
    assert_eq!(kept(&store).await, before);
    assert_eq!(history(&store).await, events);
    let call = call(7, "content");
    let done = store.database().idempotent(&call, store.save(both(), &call)).await.unwrap();
    assert_eq!(Partnership { name: tried.name, ..done }, tried);
    assert_eq!(kept(&store).await.2.len(), 2);
}
