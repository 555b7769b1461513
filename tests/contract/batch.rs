//! Several resources at once.

use std::collections::BTreeMap;

use cluster::scenario_client::order;
use contracts::relationship::ProductFamily;
use serde_json::{Value, json};
use tonic::Code;
use tonic_types::StatusExt;

use crate::{
    Stage,
    client::call,
    proto::{self, SERVICES},
};

/// A cluster with several resources of every collection.
async fn full() -> Stage {
    let stage = Stage::open().await;
    let cast = &stage.cast;
    let story = async {
        for _ in 0..2 {
            let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
            cast.partner_up(&provider, &reseller).await?;
            let customer = cast.customer("FR").await?;
            cast.onboard_customer(&customer, &[&provider, &reseller]).await?;
            let offer = cast.offer(ProductFamily::Microsoft365).await?;
            cast.place(order(&provider, Some(&reseller), &customer, &offer)).await?;
        }
        Ok::<_, tonic::Status>(())
    };
    story.await.expect("nothing stands against an order");
    stage
}

/// The resources in an answer, by whatever name it has for them.
fn items(answer: &Value) -> Vec<Value> {
    let fields = answer.as_object().expect("an answer is an object").values();
    fields.filter_map(Value::as_array).flatten().cloned().collect()
}

#[tokio::test]
async fn a_batch_is_answered_in_the_order_of_its_names_or_not_at_all() {
    let stage = full().await;
    let mut tried = BTreeMap::new();
    for service in SERVICES {
        let channel = stage.channel(service).await;
        for method in proto::service(service).methods() {
            let Some(collection) = method.name().strip_prefix("BatchGet") else { continue };
            let list = format!("List{collection}");
            if proto::service(service).methods().all(|it| it.name() != list) {
                continue;
            }
            let listed = call(&channel, &proto::method(service, &list), &json!({})).await;
            let mut listed = items(&listed.expect("a list answers"));
            listed.reverse();
            let mut names: Vec<_> = listed.iter().map(|it| it["name"].clone()).collect();
            let answer = call(&channel, &method, &json!({ "names": names })).await;
            assert_eq!(items(&answer.expect("all exist")), listed, "{}", method.name());
            let stranger =
                names[0].as_str().unwrap_or_default().rsplit_once('/').unwrap_or_default();
            let stranger = format!("{}/0195f0a8-7c1e-7b3a-9c55-0242ac120002", stranger.0);
            names.push(json!(stranger));
            let status = call(&channel, &method, &json!({ "names": names })).await;
            let status = status.expect_err("one does not exist");
            assert_eq!(status.code(), Code::NotFound, "{}", method.name());
            let told = status.get_details_resource_info().map(|it| it.resource_name);
            assert_eq!(told.as_deref(), Some(stranger.as_str()), "{}", method.name());
            tried.insert(method.name().to_owned(), listed.len());
        }
    }
    assert_eq!(tried.len(), 7, "{tried:?}");
    assert!(tried.values().all(|count| *count >= 2), "{tried:?}");
}
