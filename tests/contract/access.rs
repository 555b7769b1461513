//! Which role may call each method, and what a caller that is bound to a tenant sees and changes.

mod tenants;

use std::fmt::Write;

use authority::Role;
use serde_json::{Value, json};
use tests::issuer::{Binding, Issuer};
use tonic::{Code, Status, transport::Channel};

use crate::{
    Credentials, Fixture,
    client::{error_info, send_as},
    malformed::all_requests,
    proto::{self, SERVICES},
};

const TENANT: &str = "partners/40000000-0000-4000-8000-000000000001";
const OPERATOR: &str = "operator-all";

/// A cluster whose callers prove who they are with tokens.
struct World {
    fixture: Fixture,
    issuer: Issuer,
    /// A cluster that asks for no proof, to make requests for.
    plain: Fixture,
}

impl World {
    async fn start() -> Self {
        let issuer = Issuer::new();
        issuer.bind(&bindings());
        let token = issuer.folder().join("operator.token");
        std::fs::write(&token, issuer.token(OPERATOR)).unwrap();
        let files = rpc_client::CredentialFiles { token: Some(token), ..Default::default() };
        let credentials = Credentials::load(files, types::Clock::system()).unwrap();
        let fixture = Fixture::with_variables(&issuer.variables(), |_| {}, credentials).await;
        Self { fixture, issuer, plain: Fixture::start().await }
    }

    /// Calls a method as a caller.
    async fn call(
        &self,
        caller: &str,
        channel: &Channel,
        service: &str,
        method: &str,
        request: &Value,
    ) -> Result<Value, Status> {
        let method = proto::method(service, method);
        send_as(&self.issuer.token(caller), channel, &method, request).await
    }
}

/// For each role a caller with all tenants, and one that is bound to one.
fn bindings() -> Vec<Binding> {
    let of = |role: &Role| {
        let role = role.as_str();
        [
            Binding::new(&format!("{role}-all"), role, &[]),
            Binding::new(&format!("{role}-one"), role, &[TENANT]),
        ]
    };
    Role::ALL.iter().flat_map(of).collect()
}

/// A method with a valid request.
struct Method {
    name: String,
    valid: Value,
}

/// The methods of a service. Those without an invalid request have no fields.
async fn methods(service: &str, plain: &Fixture) -> Vec<Method> {
    let requests = all_requests(service, plain).await;
    let with_request = |name: String| {
        let found = requests.iter().find(|it| it.method == name);
        Method { valid: found.map_or_else(|| json!({}), |it| it.valid.clone()), name }
    };
    proto::service(service).methods().map(|it| with_request(it.name().to_owned())).collect()
}

/// The reason of a status.
fn reason(status: &Status) -> String {
    error_info(status).reason
}

#[tokio::test]
async fn each_method_may_be_called_by_the_roles_of_the_table() {
    let world = World::start().await;
    let mut table = String::from(
        "Who may call each method: `all` a caller with the role, `whole` only one that is bound to no tenant.\n\n",
    );
    let _ = write!(table, "{:<38}", "method");
    Role::ALL.iter().for_each(|role| _ = write!(table, "{:<13}", role.as_str()));
    for service in SERVICES {
        let channel = world.fixture.channel(service).await;
        for Method { name: method, valid } in methods(service, &world.plain).await {
            let _ = write!(table, "\n{method:<38}");
            for role in Role::ALL {
                let may = async |caller: &str| {
                    let answer = world.call(caller, &channel, service, &method, &valid).await;
                    !answer.is_err_and(|status| reason(&status) == "ROLE_REQUIRED")
                };
                let (all, one) =
                    (may(&format!("{role}-all")).await, may(&format!("{role}-one")).await);
                assert!(all || !one, "{method}, {role}");
                let cell = if one {
                    "all"
                } else if all {
                    "whole"
                } else {
                    "-"
                };
                let _ = write!(table, "{cell:<13}");
            }
            let unbound = world.call("stranger", &channel, service, &method, &valid).await;
            assert_eq!(reason(&unbound.unwrap_err()), "ROLE_REQUIRED", "{method}");
        }
    }
    let lines = table.lines().map(str::trim_end);
    testbed::golden("roles.txt", &format!("{}\n", lines.collect::<Vec<_>>().join("\n")));
}

#[tokio::test]
async fn a_refusal_names_the_caller_the_method_and_the_roles() {
    let world = World::start().await;
    let channel = world.fixture.channel("ordering").await;
    let call = async |caller: &str| {
        let request = json!({ "offer_id": "x", "offer": {} });
        world.call(caller, &channel, "ordering", "CreateOffer", &request).await.unwrap_err()
    };
    let refused = call("reader-all").await;
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert_eq!(
        refused.message(),
        "`reader-all` may not call CreateOffer: that needs operator or ordering, and it has reader; ask an \
         operator of this service to bind the caller"
    );
    let metadata = error_info(&refused).metadata;
    assert_eq!(metadata["requiredRoles"], "operator, ordering");
    let bound = call("ordering-one").await;
    assert!(
        bound.message().contains("its roles (ordering) are bound to tenants"),
        "{}",
        bound.message()
    );
    let stranger = call("stranger").await;
    assert!(stranger.message().contains("it has no role"), "{}", stranger.message());
}

#[tokio::test]
async fn changed_bindings_apply_without_a_restart() {
    let world = World::start().await;
    let channel = world.fixture.channel("ordering").await;
    let list = async || {
        let request = json!({});
        world.call("newcomer", &channel, "ordering", "ListOffers", &request).await
    };
    assert_eq!(reason(&list().await.unwrap_err()), "ROLE_REQUIRED");
    world.issuer.bind(&[Binding::new("newcomer", "reader", &[])]);
    for _ in 0..100 {
        if list().await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the new bindings were not used within 10 s");
}

#[tokio::test]
async fn a_caller_without_proof_gets_the_reason() {
    let world = World::start().await;
    let channel = world.fixture.channel("relationship").await;
    let method = proto::method("relationship", "ListRules");
    let refused = crate::client::send(&channel, &method, &json!({})).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    let info = error_info(&refused);
    assert_eq!((&*info.reason, &*info.metadata["cause"]), ("CALLER_NOT_PROVEN", "TOKEN_MISSING"));
    let health = tonic_health::pb::health_client::HealthClient::new(channel)
        .check(tonic_health::pb::HealthCheckRequest::default())
        .await;
    assert!(health.is_ok(), "health checks need no proof");
}
