use std::path::Path;

use cluster::scenario_client::ScenarioClient;
use testbed::Databases;
pub use tests::load::sale;
use tests::{
    Engine,
    process::{self, Process, free_address},
};
use tonic::transport::{Channel, Endpoint};
use types::Clock;

/// The three services, each a process, with addresses that outlive it.
pub struct Trio {
    databases: Databases,
    addresses: [String; 3],
    extra: Vec<(String, String)>,
    variables: Vec<(String, String)>,
}

/// The services in the order of their addresses.
pub const SERVICES: [&str; 3] = ["onboarding", "relationship", "ordering"];

impl Trio {
    /// Chooses addresses and prepares databases; nothing runs yet.
    pub async fn on(engine: Engine) -> Self {
        let databases = Databases::new(engine).await;
        let addresses = [(); 3].map(|()| free_address());
        Self { databases, addresses, extra: Vec::new(), variables: Vec::new() }
    }

    /// A setting of every service, such as `TELEMETRY__LOG`.
    pub fn set(&mut self, key: &str, value: &str) {
        for service in SERVICES {
            self.set_for(service, key, value);
        }
    }

    /// A setting of one service.
    pub fn set_for(&mut self, service: &str, key: &str, value: &str) {
        self.extra.push((format!("{}__{key}", service.to_uppercase()), value.to_owned()));
    }

    /// A variable of the environment that every service reads, such as `OTEL_TRACES_SAMPLER`.
    pub fn set_variable(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// What a service is started with.
    pub fn environment(&self, service: &str) -> Vec<(String, String)> {
        let database = self.databases.url(service);
        let urls = |peer: &str| format!("http://{}", self.address(peer));
        let mut environment = process::environment(service, self.address(service), database, urls);
        let prefix = service.to_uppercase();
        let own = self.extra.iter().filter(|(key, _)| key.starts_with(&prefix));
        environment.extend(own.chain(&self.variables).cloned());
        environment
    }

    /// Where a service listens.
    pub fn address(&self, service: &str) -> &str {
        let at = SERVICES.iter().position(|each| *each == service).unwrap();
        &self.addresses[at]
    }

    /// Where onboarding, relationship and ordering listen.
    pub fn addresses(&self) -> [&str; 3] {
        self.addresses.each_ref().map(String::as_str)
    }

    /// Migrates the database of one service, starts it and waits until it answers.
    pub async fn start(&self, service: &str) -> Process {
        let migrated = process::run(service, &["migrate"], &self.environment(service));
        assert!(migrated.status.success(), "{migrated:?}");
        self.serve(service).await
    }

    /// Starts one service, whose database must be up to date, and waits until it answers.
    pub async fn serve(&self, service: &str) -> Process {
        self.answering(service, Process::start(service, &self.environment(service))).await
    }

    /// Starts one service, whose log goes to a file, and waits until it answers.
    pub async fn start_logging(&self, service: &str, log: &Path) -> Process {
        let environment = self.environment(service);
        self.answering(service, Process::start_logging(service, &environment, log)).await
    }

    async fn answering(&self, service: &str, process: Process) -> Process {
        answers(self.address(service)).await;
        process
    }

    /// Starts another process of a service that runs already, and tells where it listens. Only
    /// PostgreSQL serves several.
    pub async fn start_replica(&self, service: &str) -> (Process, String) {
        let address = free_address();
        let mut environment = self.environment(service);
        environment.push((format!("{}__GRPC__LISTEN", service.to_uppercase()), address.clone()));
        let process = Process::start(service, &environment);
        answers(&address).await;
        (process, address)
    }

    /// Starts all three.
    pub async fn start_all(&self) -> [Process; 3] {
        let onboarding = self.start("onboarding").await;
        let relationship = self.start("relationship").await;
        [onboarding, relationship, self.start("ordering").await]
    }

    /// URL of a service's database.
    pub fn url(&self, service: &str) -> String {
        self.databases.url(service)
    }

    /// A connection to a service, which must run.
    pub async fn channel(&self, service: &str) -> Channel {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address(service)));
        endpoint.unwrap().connect().await.unwrap()
    }

    /// Where the README says that a service listens.
    pub fn documented_address(&self, service: &str) -> &'static str {
        let at = SERVICES.iter().position(|each| *each == service).unwrap();
        ["127.0.0.1:50051", "127.0.0.1:50052", "127.0.0.1:50053"][at]
    }

    /// Commands of the README, at the addresses of this trio.
    pub fn at_our_addresses(&self, commands: &str) -> String {
        SERVICES.iter().fold(commands.to_owned(), |commands, service| {
            commands.replace(self.documented_address(service), self.address(service))
        })
    }

    /// An outside client of all three, which must run.
    pub fn cast(&self) -> ScenarioClient {
        ScenarioClient::at(self.addresses().map(|it| it.parse().unwrap()), Clock::system())
    }
}

/// Waits until a service accepts connections.
async fn answers(address: &str) {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    let mut waited = 0;
    while endpoint.connect().await.is_err() {
        waited += 1;
        assert!(waited < 1000, "{address} does not answer");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
