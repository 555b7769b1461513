//! Who calls whom, as the services' settings and sources say.

use std::{collections::BTreeSet, fs};

use onboarding::Onboarding;
use ordering::Ordering;
use prost_reflect::DescriptorPool;
use relationship::Relationship;
use runtime::{
    config::{Reader, Variables},
    process::Service,
};

use crate::overlay::{list, of_kind, root};

/// A service, as its program knows itself.
pub struct Known {
    pub name: &'static str,
    pub grpc_name: &'static str,
    pub defaults: &'static str,
}

/// The services.
pub const SERVICES: [Known; 3] =
    [known::<Onboarding>(), known::<Relationship>(), known::<Ordering>()];

const fn known<S: Service>() -> Known {
    Known { name: S::NAME, grpc_name: S::GRPC_NAME, defaults: S::DEFAULTS }
}

impl Known {
    /// Its default settings.
    pub fn reader(&self) -> Reader {
        Reader::load(self.name, self.defaults, None, Variables::Only([].into())).unwrap()
    }

    /// The port that it serves on.
    pub fn port(&self) -> u16 {
        let listen = self.reader().take::<std::net::SocketAddr>("grpc.listen");
        listen.unwrap().port()
    }

    /// The services that it calls: those whose address is among its settings.
    pub fn peers(&self) -> impl Iterator<Item = &'static Known> {
        SERVICES
            .iter()
            .filter(|it| self.reader().take::<String>(&format!("{}.url", it.name)).is_some())
    }

    /// Its methods.
    pub fn methods(&self) -> Vec<String> {
        let pool = DescriptorPool::decode(contracts::DESCRIPTORS).unwrap();
        let service = pool.get_service_by_name(self.grpc_name).unwrap();
        service.methods().map(|it| it.name().to_owned()).collect()
    }
}

/// Who calls a service: its peers, and the timer that settles. A name is that of a service account.
pub fn callers(of: &Known) -> Vec<(&'static str, BTreeSet<String>)> {
    let peers = SERVICES.iter().filter(|it| it.peers().any(|peer| peer.name == of.name));
    let mut callers: Vec<_> = peers
        .map(|it| (it.name, called(of, &format!("services/{}/src/peers.rs", it.name))))
        .collect();
    if settled() == format!("http://{}:{}", of.name, of.port()) {
        callers.push(("settlement", called(of, "services/ordering/src/errand.rs")));
    }
    callers
}

/// Where the timer calls.
fn settled() -> &'static str {
    let timer = of_kind("production", "CronJob").next().unwrap();
    let arguments = list(&timer.template().unwrap()["spec"]["containers"][0]["args"]);
    arguments.last().unwrap().as_str().unwrap()
}

/// The methods of a service that a source file calls.
fn called(of: &Known, file: &str) -> BTreeSet<String> {
    let source = fs::read_to_string(root().join(file)).unwrap();
    let methods = of.methods().into_iter();
    let called: BTreeSet<_> =
        methods.filter(|it| source.contains(&format!(".{}(", snake(it)))).collect();
    assert!(!called.is_empty(), "{file} calls nothing of {}", of.name);
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
fn the_graph_is_the_one_that_is_drawn() {
    let edges: Vec<_> = SERVICES
        .iter()
        .flat_map(|it| callers(it).into_iter().map(move |(who, _)| (who, it.name)))
        .collect();
    let drawn =
        [("relationship", "onboarding"), ("ordering", "relationship"), ("settlement", "ordering")];
    assert_eq!(edges, drawn);
    assert_eq!(SERVICES.map(|it| it.port()), [50051, 50052, 50053]);
}
