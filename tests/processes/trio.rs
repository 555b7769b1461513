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

/// The three services as processes, with addresses that stay across restarts.
pub struct Trio {
    databases: Databases,
    addresses: [String; 3],
    extra: Vec<(String, String)>,
    variables: Vec<(String, String)>,
}

/// The services in the order of their addresses.
pub const SERVICES: [&str; 3] = ["onboarding", "relationship", "ordering"];

impl Trio {
    /// Chooses addresses and creates databases; starts no process.
    pub async fn on(engine: Engine) -> Self {
        let databases = Databases::new(engine).await;
        let addresses = [(); 3].map(|()| free_address());
        Self { databases, addresses, extra: Vec::new(), variables: Vec::new() }
    }

    /// Changes a setting of every service, such as `TELEMETRY__LOG`.
    pub fn set(&mut self, key: &str, value: &str) {
        for service in SERVICES {
            self.set_for(service, key, value);
        }
    }

    /// Changes a setting of one service.
    pub fn set_for(&mut self, service: &str, key: &str, value: &str) {
        self.extra.push((format!("{}__{key}", service.to_uppercase()), value.to_owned()));
    }

    /// Sets an environment variable of every service, such as `OTEL_TRACES_SAMPLER`.
    pub fn set_variable(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// The environment of a service.
    pub fn environment(&self, service: &str) -> Vec<(String, String)> {
        let database = self.databases.url(service);
        let urls = |peer: &str| format!("http://{}", self.address(peer));
        let mut environment = process::environment(service, self.address(service), database, urls);
        let prefix = service.to_uppercase();
        let own = self.extra.iter().filter(|(key, _)| key.starts_with(&prefix));
        environment.extend(own.chain(&self.variables).cloned());
        environment
    }

    /// The address of a service.
    pub fn address(&self, service: &str) -> &str {
        let at = SERVICES.iter().position(|each| *each == service).unwrap();
        &self.addresses[at]
    }

    /// The addresses of onboarding, relationship and ordering.
    pub fn addresses(&self) -> [&str; 3] {
        self.addresses.each_ref().map(String::as_str)
    }

    /// Migrates the database of a service, starts the service and waits until it accepts connections.
    pub async fn start(&self, service: &str) -> Process {
        let migrated = process::run(service, &["migrate"], &self.environment(service));
        assert!(migrated.status.success(), "{migrated:?}");
        self.serve(service).await
    }

    /// Starts a service with a migrated database and waits until it accepts connections.
    pub async fn serve(&self, service: &str) -> Process {
        self.once_connected(service, Process::start(service, &self.environment(service))).await
    }

    /// Starts a service like [`Trio::serve`], with its log in a file.
    pub async fn start_logging(&self, service: &str, log: &Path) -> Process {
        let environment = self.environment(service);
        self.once_connected(service, Process::start_logging(service, &environment, log)).await
    }

    async fn once_connected(&self, service: &str, process: Process) -> Process {
        wait_for_connection(self.address(service)).await;
        process
    }

    /// Starts another replica of a service and returns its address. Needs PostgreSQL.
    pub async fn start_replica(&self, service: &str) -> (Process, String) {
        let address = free_address();
        let mut environment = self.environment(service);
        environment.push((format!("{}__GRPC__LISTEN", service.to_uppercase()), address.clone()));
        let process = Process::start(service, &environment);
        wait_for_connection(&address).await;
        (process, address)
    }

    /// Starts all three services.
    pub async fn start_all(&self) -> [Process; 3] {
        let onboarding = self.start("onboarding").await;
        let relationship = self.start("relationship").await;
        [onboarding, relationship, self.start("ordering").await]
    }

    /// URL of a service's database.
    pub fn url(&self, service: &str) -> String {
        self.databases.url(service)
    }

    /// A connection to a running service.
    pub async fn channel(&self, service: &str) -> Channel {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address(service)));
        endpoint.unwrap().connect().await.unwrap()
    }

    /// The address of a service in the README.
    pub fn documented_address(&self, service: &str) -> &'static str {
        let at = SERVICES.iter().position(|each| *each == service).unwrap();
        ["127.0.0.1:50051", "127.0.0.1:50052", "127.0.0.1:50053"][at]
    }

    /// Commands of the README with the addresses of these services.
    pub fn with_addresses(&self, commands: &str) -> String {
        SERVICES.iter().fold(commands.to_owned(), |commands, service| {
            commands.replace(self.documented_address(service), self.address(service))
        })
    }

    /// A client of all three services.
    pub fn client(&self) -> ScenarioClient {
        ScenarioClient::at(self.addresses().map(|it| it.parse().unwrap()), Clock::system())
    }
}

/// Waits until a service accepts connections.
async fn wait_for_connection(address: &str) {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    let mut waited = 0;
    while endpoint.connect().await.is_err() {
        waited += 1;
        assert!(waited < 1000, "{address} does not accept connections");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
