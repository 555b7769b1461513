//! Callers that prove who they are, at services as processes with TLS.

use std::{fs, path::Path, process::Command, time::Duration};

use cluster::scenario_client::ScenarioClient;
use contracts::{
    ordering::{self as od, CancelOrderRequest, ReleaseCustomerRelationshipRequest},
    relationship::ListCustomerRelationshipsRequest,
};
use rpc_client::{CredentialFiles, Credentials, Urls};
use sea_orm::{ConnectionTrait, Database, Statement};
use tempfile::TempDir;
use tests::{
    Engine,
    certificates::{Ca, TRUST_DOMAIN, id_of},
    issuer::{Binding, Issuer},
};
use tonic::Code;
use types::Clock;

use crate::trio::{SERVICES, Trio, sale};

/// Longer than the services take to read changed files.
const RELOADED: Duration = Duration::from_secs(6);

/// Certificates of the services and of a caller, and bindings.
struct Files(TempDir);

impl Files {
    fn new(ca: &Ca) -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.write("ca.pem", &ca.pem);
        SERVICES.into_iter().chain(["caller"]).for_each(|name| ca.issue(files.0.path(), name));
        let services = ["relationship", "ordering"].map(|it| (it, "service"));
        let bindings = services.into_iter().chain([("caller", "operator")]).map(|(name, role)| {
            let id = id_of(name);
            format!("[[bindings]]\ncaller = \"{id}\"\nroles = [\"{role}\"]\n")
        });
        files.write("bindings.toml", &bindings.collect::<String>());
        files
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// Turns TLS on.
    fn encrypt(&self, trio: &mut Trio) {
        for service in SERVICES {
            trio.set_for(service, "TLS__CERTIFICATE_FILE", &self.path(&format!("{service}.pem")));
            trio.set_for(service, "TLS__KEY_FILE", &self.path(&format!("{service}.key")));
        }
        for (service, peer) in [("relationship", "onboarding"), ("ordering", "relationship")] {
            let url = format!("https://{}", trio.address(peer));
            trio.set_for(service, &format!("{}__URL", peer.to_uppercase()), &url);
            trio.set_for(service, "TLS__PEER_CA_FILE", &self.path("ca.pem"));
        }
    }

    /// A client with the certificate of this name.
    fn client(&self, trio: &Trio, name: &str) -> ScenarioClient {
        let files = CredentialFiles {
            ca: Some(self.path("ca.pem").into()),
            certificate: Some(self.path(&format!("{name}.pem")).into()),
            key: Some(self.path(&format!("{name}.key")).into()),
            token: None,
        };
        let credentials = Credentials::load(files, Clock::system()).unwrap();
        let urls = trio.addresses().map(|it| format!("https://{it}").parse::<Urls>().unwrap());
        ScenarioClient::with(urls, Clock::system(), credentials)
    }
}

async fn with_certificates(files: &Files) -> Trio {
    let mut trio = Trio::on(Engine::Sqlite).await;
    files.encrypt(&mut trio);
    trio.set("IDENTITY__SOURCE", "mtls");
    trio.set("IDENTITY__TRUST_DOMAIN", TRUST_DOMAIN);
    trio.set("IDENTITY__CLIENT_CA_FILE", &files.path("ca.pem"));
    trio.set("IDENTITY__BINDINGS_FILE", &files.path("bindings.toml"));
    trio
}

/// The commands of docs/security.md with this address, for a proof.
fn documented(proof: &str, address: &str) -> Vec<String> {
    let document = include_str!("../../docs/security.md");
    let commands = document.lines().filter(|it| it.starts_with("grpcurl ") && it.contains(proof));
    let commands: Vec<_> = commands.map(|it| it.replace("127.0.0.1:50052", address)).collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    commands
}

/// Runs the commands of docs/security.md in a folder.
fn assert_documented(proof: &str, address: &str, folder: &Path) {
    let tools = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/bin");
    for (command, expected) in documented(proof, address)
        .iter()
        .zip(["csp.relationship.v1.RelationshipService", "\"countryCode\": \"NO\""])
    {
        let with_tools = format!("PATH={tools}:$PATH; {command}");
        let run =
            Command::new("bash").args(["-c", &with_tools]).current_dir(folder).output().unwrap();
        let output = String::from_utf8_lossy(&run.stdout);
        assert!(
            output.contains(expected),
            "{command}: {output}{}",
            String::from_utf8_lossy(&run.stderr)
        );
    }
}

#[tokio::test]
async fn services_with_certificates_sell_and_record_who_called_for_whom() {
    let ca = Ca::new();
    let files = Files::new(&ca);
    let trio = with_certificates(&files).await;
    let _processes = trio.start_all().await;
    let client = files.client(&trio, "caller");
    let placed = client.place(sale(&client).await.unwrap()).await.unwrap();
    let cancel = CancelOrderRequest {
        name: placed.name.clone(),
        detail: "bought by mistake".to_owned(),
        ..CancelOrderRequest::default()
    };
    client.ordering.clone().cancel_order(cancel).await.unwrap();
    release(&client, &placed).await;

    let (caller, ordering) = (id_of("caller"), id_of("ordering"));
    assert_eq!(
        last_event(&trio, "ordering", "OrderCancelled").await,
        (caller.clone(), "mtls".to_owned(), None)
    );
    assert_eq!(
        last_event(&trio, "relationship", "CustomerRelationshipRemoved").await,
        (ordering, "mtls".to_owned(), Some(caller))
    );
    assert_documented("-cert", trio.address("relationship"), files.0.path());

    // Another service is not the caller, and an unbound one is nothing.
    ca.issue(files.0.path(), "stranger");
    for name in ["relationship", "stranger"] {
        let refused = files.client(&trio, name).place(sale_of(&placed)).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{name}: {refused:?}");
    }
}

async fn release(client: &ScenarioClient, placed: &od::Order) {
    let list = ListCustomerRelationshipsRequest {
        parent: placed.customer.clone(),
        ..ListCustomerRelationshipsRequest::default()
    };
    let list = client.relationship.clone().list_customer_relationships(list).await.unwrap();
    let relationship = list.into_inner().relationships.remove(0);
    let release = ReleaseCustomerRelationshipRequest {
        name: relationship.name,
        released_by: placed.seller.clone(),
        detail: "the customer left".to_owned(),
        request_id: "70000000-0000-4000-8000-000000000001".to_owned(),
        ..ReleaseCustomerRelationshipRequest::default()
    };
    client.ordering.clone().release_customer_relationship(release).await.unwrap();
}

/// The same order again.
fn sale_of(placed: &od::Order) -> od::Order {
    od::Order { name: String::new(), etag: String::new(), ..placed.clone() }
}

/// Actor, proof and `on_behalf_of` of the last event of a kind.
async fn last_event(trio: &Trio, service: &str, kind: &str) -> (String, String, Option<String>) {
    let database = Database::connect(trio.url(service)).await.unwrap();
    let sql = format!(
        "SELECT actor, proof, on_behalf_of FROM events WHERE kind = '{kind}' ORDER BY seq DESC LIMIT 1"
    );
    let select = Statement::from_string(database.get_database_backend(), sql);
    let row = database.query_one_raw(select).await.unwrap().expect("there is such an event");
    let text = |at| row.try_get_by_index(at).unwrap();
    (text(0), text(1), row.try_get_by_index(2).unwrap())
}

#[tokio::test]
async fn a_replaced_client_ca_refuses_old_certificates_without_a_restart() {
    let files = Files::new(&Ca::new());
    let trio = with_certificates(&files).await;
    let _onboarding = trio.start("onboarding").await;
    let list = async |client: &ScenarioClient| {
        client
            .onboarding
            .clone()
            .list_partners(contracts::onboarding::ListPartnersRequest::default())
            .await
    };
    list(&files.client(&trio, "caller")).await.unwrap();
    // The file has the CA of the listener, of its callers, and of the client in this test.
    let (old, new) = (fs::read_to_string(files.path("ca.pem")).unwrap(), Ca::new());
    new.issue(files.0.path(), "new");
    files.write("ca.pem", &new.pem);
    tokio::time::sleep(RELOADED).await;
    files.write("ca.pem", &format!("{old}{}", new.pem));
    let refused = list(&files.client(&trio, "caller")).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
    let unbound = list(&files.client(&trio, "new")).await.unwrap_err();
    assert_eq!(unbound.code(), Code::PermissionDenied, "it is proven: {unbound:?}");
}

#[tokio::test]
async fn the_documented_commands_with_a_token_work() {
    let (files, issuer) = (Files::new(&Ca::new()), Issuer::new());
    let mut trio = Trio::on(Engine::Sqlite).await;
    files.encrypt(&mut trio);
    issuer.bind(&[Binding::new("caller", "reader", &[])]);
    for (key, value) in issuer.settings("relationship") {
        trio.set_for("relationship", &key, &value);
    }
    let _relationship = trio.start("relationship").await;
    files.write("token", &issuer.token("caller"));
    assert_documented("Bearer", trio.address("relationship"), files.0.path());
}
