//! Batch methods.

use std::collections::BTreeMap;

use cluster::scenario_client::order;
use contracts::relationship::ProductFamily;
use serde_json::{Value, json};
use tonic::Code;
use tonic_types::StatusExt;

use crate::{
    Fixture,
    client::call,
    proto::{self, SERVICES},
};

/// A cluster with two resources or more in every collection.
async fn with_resources() -> Fixture {
    let fixture = Fixture::start().await;
    let client = &fixture.client;
    let setup = async {
        for _ in 0..2 {
            let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
            client.partner_up(&provider, &reseller).await?;
            let customer = client.customer("FR").await?;
            client.onboard_customer(&customer, &[&provider, &reseller]).await?;
            let offer = client.offer(ProductFamily::Microsoft365).await?;
            client.place(order(&provider, Some(&reseller), &customer, &offer)).await?;
        }
        Ok::<_, tonic::Status>(())
    };
    setup.await.expect("the resources are created");
    fixture
}

/// The elements of all repeated fields of a response.
fn items(response: &Value) -> Vec<Value> {
    let fields = response.as_object().expect("the response is an object").values();
    fields.filter_map(Value::as_array).flatten().cloned().collect()
}

#[tokio::test]
async fn a_batch_returns_all_resources_in_the_order_of_the_names_or_fails() {
    let fixture = with_resources().await;
    let mut called = BTreeMap::new();
    for service in SERVICES {
        let channel = fixture.channel(service).await;
        for method in proto::service(service).methods() {
            let Some(collection) = method.name().strip_prefix("BatchGet") else { continue };
            let list = format!("List{collection}");
            if proto::service(service).methods().all(|it| it.name() != list) {
                continue;
            }
            let listed = call(&channel, &proto::method(service, &list), &json!({})).await;
            let mut listed = items(&listed.expect("the list succeeds"));
            listed.reverse();
            let mut names: Vec<_> = listed.iter().map(|it| it["name"].clone()).collect();
            let response = call(&channel, &method, &json!({ "names": names })).await;
            assert_eq!(items(&response.expect("all exist")), listed, "{}", method.name());
            let missing =
                names[0].as_str().unwrap_or_default().rsplit_once('/').unwrap_or_default();
            let missing = format!("{}/0195f0a8-7c1e-7b3a-9c55-0242ac120002", missing.0);
            names.push(json!(missing));
            let status = call(&channel, &method, &json!({ "names": names })).await;
            let status = status.expect_err("one name does not exist");
            assert_eq!(status.code(), Code::NotFound, "{}", method.name());
            let reported = status.get_details_resource_info().map(|it| it.resource_name);
            assert_eq!(reported.as_deref(), Some(missing.as_str()), "{}", method.name());
            called.insert(method.name().to_owned(), listed.len());
        }
    }
    assert_eq!(called.len(), 7, "{called:?}");
    assert!(called.values().all(|count| *count >= 2), "{called:?}");
}
