//! Several replicas of each service, each a process of its own.

use std::{collections::BTreeMap, time::Duration};

use cluster::ScenarioClient;
use storage::Database;
use testbed::{Databases, Engine};
use tokio::time::sleep;
use tonic::transport::Endpoint;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use types::Clock;

use crate::process::{self, Process, SERVICES, free_address};

/// How long a process may take until it serves.
const START: Duration = Duration::from_secs(20);

/// Replicas of all services, on one database a service.
#[derive(Debug)]
pub struct Fleet {
    databases: Databases,
    replicas: BTreeMap<&'static str, Vec<Replica>>,
    settings: Vec<(String, String)>,
}

#[derive(Debug)]
struct Replica {
    address: String,
    process: Option<Process>,
}

impl Fleet {
    /// Migrates the databases and starts `count` replicas of each service, with settings such as
    /// `GRPC__DRAIN`.
    ///
    /// # Panics
    /// When one does not come to serve.
    pub async fn on(engine: Engine, count: usize, settings: &[(&str, &str)]) -> Self {
        let replica = || Replica { address: free_address(), process: None };
        let replicas =
            SERVICES.map(|(service, _)| (service, (0..count).map(|_| replica()).collect()));
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let mut fleet = Self {
            databases: Databases::new(engine).await,
            replicas: replicas.into(),
            settings: settings.collect(),
        };
        for (service, _) in SERVICES {
            let migrated = process::run(service, &["migrate"], &fleet.environment(service, 0));
            assert!(migrated.status.success(), "{migrated:?}");
            for at in 0..count {
                fleet.start(service, at).await;
            }
        }
        fleet
    }

    /// A connection to the database of a service.
    pub async fn database(&self, service: &str) -> Database {
        self.databases.open(service).await
    }

    /// Where a replica listens.
    #[must_use]
    pub fn address(&self, service: &str, at: usize) -> &str {
        &self.replicas[service][at].address
    }

    /// Where all replicas of a service listen, as a setting `<peer>.url` takes it.
    #[must_use]
    pub fn urls(&self, service: &str) -> String {
        let urls = self.replicas[service].iter().map(|it| format!("http://{}", it.address));
        urls.collect::<Vec<_>>().join(",")
    }

    /// An outside client of the first replicas.
    ///
    /// # Panics
    /// When an address is none.
    #[must_use]
    pub fn cast(&self) -> ScenarioClient {
        let addresses = SERVICES.map(|(service, _)| self.address(service, 0));
        let addresses = addresses.map(|it| it.parse().expect("it is an address"));
        ScenarioClient::at(addresses, Clock::system())
    }

    /// Every service and replica, those that are called in front.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, usize)> + use<> {
        let count = self.replicas["ordering"].len();
        SERVICES.into_iter().flat_map(move |(service, _)| (0..count).map(move |at| (service, at)))
    }

    /// Starts a replica, waits until it serves, and tells how long that took.
    ///
    /// # Panics
    /// When it does not.
    pub async fn start(&mut self, service: &str, at: usize) -> Duration {
        let environment = self.environment(service, at);
        let url = format!("http://{}", self.address(service, at));
        let process = Process::start(service, &environment);
        let watch = Clock::system().stopwatch();
        while !serving(&url, "").await {
            assert!(watch.elapsed() < START, "{service} does not serve");
            sleep(Duration::from_millis(5)).await;
        }
        self.replica(service, at).process = Some(process);
        watch.elapsed()
    }

    /// Memory that a replica holds, in KiB.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn memory(&self, service: &str, at: usize) -> u64 {
        self.replicas[service][at].process.as_ref().expect("it runs").memory()
    }

    /// Most memory that a replica has held, in KiB.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn peak_memory(&self, service: &str, at: usize) -> u64 {
        self.replicas[service][at].process.as_ref().expect("it runs").peak_memory()
    }

    /// Takes the process of a replica, to end it.
    ///
    /// # Panics
    /// When it was taken already.
    pub fn take(&mut self, service: &str, at: usize) -> Process {
        self.replica(service, at).process.take().expect("it was started")
    }

    /// Stops a replica as Kubernetes would, and starts it again.
    ///
    /// # Panics
    /// When it does not end well, or not serve again.
    pub async fn restart(&mut self, service: &str, at: usize) {
        let process = self.take(service, at);
        process.signal("TERM");
        let ended = tokio::task::spawn_blocking(move || process.ended_well()).await;
        assert!(ended.expect("it can be waited for"), "{service} did not end well");
        self.start(service, at).await;
    }

    fn replica(&mut self, service: &str, at: usize) -> &mut Replica {
        let replicas = self.replicas.get_mut(service).expect("it is a service");
        &mut replicas[at]
    }

    fn environment(&self, service: &str, at: usize) -> Vec<(String, String)> {
        let database = self.databases.url(service);
        let urls = |peer: &str| self.urls(peer);
        let mut environment =
            process::environment(service, self.address(service, at), database, urls);
        let prefix = service.to_uppercase();
        let own =
            self.settings.iter().map(|(key, value)| (format!("{prefix}__{key}"), value.clone()));
        environment.extend(own);
        environment
    }
}

/// Whether the server at this URL says that it serves, under a name of the health service.
pub async fn serving(url: &str, name: &str) -> bool {
    let Ok(endpoint) = Endpoint::from_shared(url.to_owned()) else { return false };
    let Ok(channel) = endpoint.connect().await else { return false };
    let request = HealthCheckRequest { service: name.to_owned() };
    let answer = HealthClient::new(channel).check(request).await;
    answer.is_ok_and(|it| it.into_inner().status() == ServingStatus::Serving)
}
