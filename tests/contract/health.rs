//! Health as probes ask for it.

use tonic::Code;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::{
    Stage,
    proto::{self, SERVICES},
};

#[tokio::test]
async fn a_service_is_healthy_under_its_own_name_and_under_none_and_alive() {
    let stage = Stage::open().await;
    for service in SERVICES {
        let mut client = HealthClient::new(stage.channel(service).await);
        let own = proto::service(service).full_name().to_owned();
        for name in [String::new(), own, "liveness".to_owned()] {
            let answer = client.check(HealthCheckRequest { service: name.clone() }).await;
            let answer = answer.unwrap_or_else(|status| panic!("{service} as `{name}`: {status}"));
            let status = answer.into_inner().status();
            assert_eq!(status, ServingStatus::Serving, "{service} is asked for `{name}`");
        }
    }
}

#[tokio::test]
async fn no_service_speaks_for_another() {
    let stage = Stage::open().await;
    for service in SERVICES {
        let mut client = HealthClient::new(stage.channel(service).await);
        let others = SERVICES.iter().filter(|other| **other != service);
        let others = others.map(|other| proto::service(other).full_name().to_owned());
        for name in others.chain(["no.such.Service".to_owned()]) {
            let answer = client.check(HealthCheckRequest { service: name.clone() }).await;
            let code = answer.map_or_else(|status| status.code(), |_| Code::Ok);
            assert_eq!(code, Code::NotFound, "{service} is asked for `{name}`");
        }
    }
}
