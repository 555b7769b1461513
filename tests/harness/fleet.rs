//! Several replicas of each service, each in its own process.

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

/// Longest time from the start of a process until it serves.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// Replicas of all services, with one database per service.
#[derive(Debug)]
pub struct Fleet {
    databases: Databases,
    replicas: BTreeMap<&'static str, Vec<Replica>>,
    settings: Vec<(String, String)>,
    variables: Vec<(String, String)>,
}

#[derive(Debug)]
struct Replica {
    address: String,
    process: Option<Process>,
}

impl Fleet {
    /// Migrates the databases and starts `count` replicas of each service, with settings such as
    /// `GRPC__DRAIN`, or `PEER__TIMEOUT` for the timeout of calls to another service.
    ///
    /// # Panics
    /// If a replica does not serve in time.
    pub async fn on(engine: Engine, count: usize, settings: &[(&str, &str)]) -> Self {
        Self::with_databases(Databases::new(engine).await, count, settings).await
    }

    /// As [`Fleet::on`], on these databases.
    ///
    /// # Panics
    /// If a replica does not serve in time.
    pub async fn with_databases(
        databases: Databases,
        count: usize,
        settings: &[(&str, &str)],
    ) -> Self {
        Self::with_variables(databases, count, settings, Vec::new()).await
    }

    /// As [`Fleet::with_databases`], with these variables in the environment of each process.
    ///
    /// # Panics
    /// If a replica does not serve in time.
    pub async fn with_variables(
        databases: Databases,
        count: usize,
        settings: &[(&str, &str)],
        variables: Vec<(String, String)>,
    ) -> Self {
        let replica = || Replica { address: free_address(), process: None };
        let replicas =
            SERVICES.map(|(service, _)| (service, (0..count).map(|_| replica()).collect()));
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let settings = settings.collect();
        let mut fleet = Self { databases, replicas: replicas.into(), settings, variables };
        for (service, _) in SERVICES {
            let migrated = process::run(service, &["migrate"], &fleet.environment(service, 0));
            assert!(migrated.status.success(), "{migrated:?}");
            for at in 0..count {
                fleet.start(service, at).await;
            }
        }
        fleet
    }

    /// Connects to the database of a service.
    pub async fn database(&self, service: &str) -> Database {
        self.databases.open(service).await
    }

    /// The URL of the database of a service.
    #[must_use]
    pub fn database_url(&self, service: &str) -> String {
        self.databases.url(service)
    }

    /// The address of a replica.
    #[must_use]
    pub fn address(&self, service: &str, at: usize) -> &str {
        &self.replicas[service][at].address
    }

    /// The addresses of all replicas of a service, in the form of the setting `<peer>.url`.
    #[must_use]
    pub fn urls(&self, service: &str) -> String {
        let urls = self.replicas[service].iter().map(|it| format!("http://{}", it.address));
        urls.collect::<Vec<_>>().join(",")
    }

    /// A client of the first replica of each service.
    ///
    /// # Panics
    /// If an address is invalid.
    #[must_use]
    pub fn client(&self) -> ScenarioClient {
        let addresses = SERVICES.map(|(service, _)| self.address(service, 0));
        let addresses = addresses.map(|it| it.parse().expect("it is an address"));
        ScenarioClient::at(addresses, Clock::system())
    }

    /// Every service and replica; a service comes after the one that it calls.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, usize)> + use<> {
        let count = self.replicas["ordering"].len();
        SERVICES.into_iter().flat_map(move |(service, _)| (0..count).map(move |at| (service, at)))
    }

    /// Starts a replica, waits until it serves, and returns how long that took.
    ///
    /// # Panics
    /// If the replica does not serve in time.
    pub async fn start(&mut self, service: &str, at: usize) -> Duration {
        let environment = self.environment(service, at);
        let url = format!("http://{}", self.address(service, at));
        let process = Process::start(service, &environment);
        let watch = Clock::system().stopwatch();
        while !serving(&url, "").await {
            assert!(watch.elapsed() < START_TIMEOUT, "{service} does not serve");
            sleep(Duration::from_millis(5)).await;
        }
        self.replica(service, at).process = Some(process);
        watch.elapsed()
    }

    /// The process id of a replica.
    ///
    /// # Panics
    /// If the replica does not run.
    #[must_use]
    pub fn process_id(&self, service: &str, at: usize) -> u32 {
        self.replicas[service][at].process.as_ref().expect("it runs").id()
    }

    /// Resident memory of a replica, in KiB.
    ///
    /// # Panics
    /// If the replica does not run.
    #[must_use]
    pub fn memory(&self, service: &str, at: usize) -> u64 {
        self.replicas[service][at].process.as_ref().expect("it runs").memory()
    }

    /// Peak resident memory of a replica, in KiB.
    ///
    /// # Panics
    /// If the replica does not run.
    #[must_use]
    pub fn peak_memory(&self, service: &str, at: usize) -> u64 {
        self.replicas[service][at].process.as_ref().expect("it runs").peak_memory()
    }

    /// Takes the process of a replica, to end it.
    ///
    /// # Panics
    /// If the replica does not run.
    pub fn take(&mut self, service: &str, at: usize) -> Process {
        self.replica(service, at).process.take().expect("it was started")
    }

    /// Stops a replica as Kubernetes does (SIGTERM), and starts it again.
    ///
    /// # Panics
    /// If the replica exits with an error, or does not serve again in time.
    pub async fn restart(&mut self, service: &str, at: usize) {
        let process = self.take(service, at);
        process.signal("TERM");
        let ended = tokio::task::spawn_blocking(move || process.exit_success()).await;
        assert!(ended.expect("it can be waited for"), "{service} exited with an error");
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
        let settings = self.settings.iter().filter_map(|(key, value)| {
            let key = match key.strip_prefix("PEER__") {
                Some(key) => format!("{}__{key}", process::peer(service)?.to_uppercase()),
                None => key.clone(),
            };
            Some((format!("{prefix}__{key}"), value.clone()))
        });
        environment.extend(settings.chain(self.variables.iter().cloned()));
        environment
    }
}

/// Whether the health service at this URL reports SERVING for a service name.
pub async fn serving(url: &str, name: &str) -> bool {
    let Ok(endpoint) = Endpoint::from_shared(url.to_owned()) else { return false };
    let Ok(channel) = endpoint.connect().await else { return false };
    let request = HealthCheckRequest { service: name.to_owned() };
    let answer = HealthClient::new(channel).check(request).await;
    answer.is_ok_and(|it| it.into_inner().status() == ServingStatus::Serving)
}
