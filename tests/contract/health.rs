//! The health service.

use tonic::Code;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::{
    Fixture,
    proto::{self, SERVICES},
};

#[tokio::test]
async fn a_service_is_serving_as_itself_as_the_empty_name_and_as_liveness() {
    let fixture = Fixture::start().await;
    for service in SERVICES {
        let mut client = HealthClient::new(fixture.channel(service).await);
        let own = proto::service(service).full_name().to_owned();
        for name in [String::new(), own, "liveness".to_owned()] {
            let response = client.check(HealthCheckRequest { service: name.clone() }).await;
            let response =
                response.unwrap_or_else(|status| panic!("{service} as `{name}`: {status}"));
            let status = response.into_inner().status();
            assert_eq!(status, ServingStatus::Serving, "{service} as `{name}`");
        }
    }
}

#[tokio::test]
async fn health_of_another_service_is_not_found() {
    let fixture = Fixture::start().await;
    for service in SERVICES {
        let mut client = HealthClient::new(fixture.channel(service).await);
        let others = SERVICES.iter().filter(|other| **other != service);
        let others = others.map(|other| proto::service(other).full_name().to_owned());
        for name in others.chain(["no.such.Service".to_owned()]) {
            let response = client.check(HealthCheckRequest { service: name.clone() }).await;
            let code = response.map_or_else(|status| status.code(), |_| Code::Ok);
            assert_eq!(code, Code::NotFound, "{service} as `{name}`");
        }
    }
}
