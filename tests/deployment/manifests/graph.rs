//! The calls between services, read from their settings and sources.

use std::{collections::BTreeSet, fs};

use onboarding::Onboarding;
use ordering::Ordering;
use prost_reflect::DescriptorPool;
use relationship::Relationship;
use runtime::{
    config::{Reader, Variables},
    process::Service,
};

use super::overlay::{list, of_kind};
use crate::root;

/// A service, by the constants of its program.
pub struct ServiceInfo {
    pub name: &'static str,
    pub grpc_name: &'static str,
    pub defaults: &'static str,
}

/// The services.
pub const SERVICES: [ServiceInfo; 3] =
    [info::<Onboarding>(), info::<Relationship>(), info::<Ordering>()];

const fn info<S: Service>() -> ServiceInfo {
    ServiceInfo { name: S::NAME, grpc_name: S::GRPC_NAME, defaults: S::DEFAULTS }
}

impl ServiceInfo {
    /// The default settings.
    pub fn reader(&self) -> Reader {
        Reader::load(self.name, self.defaults, None, Variables::Only([].into())).unwrap()
    }

    /// The port of the gRPC server.
    pub fn port(&self) -> u16 {
        let listen = self.reader().take::<std::net::SocketAddr>("grpc.listen");
        listen.unwrap().port()
    }

    /// The services that it calls: those whose URL is a setting.
    pub fn peers(&self) -> impl Iterator<Item = &'static ServiceInfo> {
        SERVICES
            .iter()
            .filter(|it| self.reader().take::<String>(&format!("{}.url", it.name)).is_some())
    }

    /// The names of the methods.
    pub fn methods(&self) -> Vec<String> {
        let pool = DescriptorPool::decode(contracts::DESCRIPTORS).unwrap();
        let service = pool.get_service_by_name(self.grpc_name).unwrap();
        service.methods().map(|it| it.name().to_owned()).collect()
    }
}

/// The callers of a service, by service account: its peers, and the settlement CronJob.
pub fn callers(of: &ServiceInfo) -> Vec<(&'static str, BTreeSet<String>)> {
    let peers = SERVICES.iter().filter(|it| it.peers().any(|peer| peer.name == of.name));
    let mut callers: Vec<_> = peers
        .map(|it| (it.name, called(of, &format!("services/{}/src/peers.rs", it.name))))
        .collect();
    if settlement_url() == format!("http://{}:{}", of.name, of.port()) {
        callers.push(("settlement", called(of, "services/ordering/src/job.rs")));
    }
    callers
}

/// The URL that the CronJob calls.
fn settlement_url() -> &'static str {
    let job = of_kind("production", "CronJob").next().unwrap();
    let arguments = list(&job.template().unwrap()["spec"]["containers"][0]["args"]);
    arguments.last().unwrap().as_str().unwrap()
}

/// The methods of a service that a source file calls.
fn called(of: &ServiceInfo, file: &str) -> BTreeSet<String> {
    let source = fs::read_to_string(root().join(file)).unwrap();
    let methods = of.methods().into_iter();
    let called: BTreeSet<_> =
        methods.filter(|it| source.contains(&format!(".{}(", snake(it)))).collect();
    assert!(!called.is_empty(), "{file} calls no method of {}", of.name);
    called
}

fn snake(method: &str) -> String {
    let mut name = String::new();
    for letter in method.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[test]
fn the_call_graph_is_as_documented() {
    let edges: Vec<_> = SERVICES
        .iter()
        .flat_map(|it| callers(it).into_iter().map(move |(who, _)| (who, it.name)))
        .collect();
    let documented =
        [("relationship", "onboarding"), ("ordering", "relationship"), ("settlement", "ordering")];
    assert_eq!(edges, documented);
    assert_eq!(SERVICES.map(|it| it.port()), [50051, 50052, 50053]);
}
