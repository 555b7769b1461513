use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    path::Path,
    sync::{Arc, Mutex},
};

use storage::{Database, Settings};
use uuid::Uuid;

use crate::{
    Folder,
    postgres::{self, DurableServer, Server},
};

/// The database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Files.
    Sqlite,
    /// A server.
    Postgres,
}

/// The databases of one test, one for each service. Dropping the value deletes them, so it must outlive
/// the services.
#[derive(Debug)]
pub struct Databases(Location);

#[derive(Debug)]
enum Location {
    Folder(Folder),
    Server(ServerDatabases),
    /// URLs by service.
    Existing(BTreeMap<String, String>),
}

/// The databases of one test on the server.
#[derive(Debug)]
struct ServerDatabases {
    server: Arc<Server>,
    test: Uuid,
    created: Mutex<BTreeSet<String>>,
}

impl Databases {
    /// Prepares databases on an engine.
    ///
    /// # Panics
    /// If PostgreSQL is not installed, with what to install.
    pub async fn new(engine: Engine) -> Self {
        Self(match engine {
            Engine::Sqlite => Location::Folder(Folder::new()),
            Engine::Postgres => Location::Server(ServerDatabases::new().await),
        })
    }

    /// SQLite databases in a new folder in `parent`.
    ///
    /// # Panics
    /// If the folder cannot be created.
    #[must_use]
    pub fn in_folder(parent: &Path) -> Self {
        Self(Location::Folder(Folder::create_in(parent)))
    }

    /// Databases on this server.
    #[must_use]
    pub fn on_server(server: &DurableServer) -> Self {
        Self(Location::Server(ServerDatabases::on(server.server.clone())))
    }

    /// Databases that exist, by service; they are not deleted.
    pub(crate) fn existing(urls: BTreeMap<String, String>) -> Self {
        Self(Location::Existing(urls))
    }

    /// The URL of a service's database, which is created on the first call.
    ///
    /// # Panics
    /// If the database cannot be created.
    #[must_use]
    pub fn url(&self, service: &str) -> String {
        match &self.0 {
            Location::Folder(folder) => {
                format!("sqlite://{}/{service}.db", folder.path().display())
            }
            Location::Server(server) => server.url(service),
            Location::Existing(urls) => urls[service].clone(),
        }
    }

    /// A connection to a service's database.
    ///
    /// # Panics
    /// If it cannot be opened.
    pub async fn open(&self, service: &str) -> Database {
        let settings = Settings { url: self.url(service), max_connections: 1, max_fact_mib: 1 };
        Database::open(&settings).await.expect("it can be opened")
    }
}

impl ServerDatabases {
    async fn new() -> Self {
        let server = tokio::task::spawn_blocking(postgres::server).await;
        let server = server.expect("the start of PostgreSQL panicked");
        Self::on(server.unwrap_or_else(|error| panic!("{error}")))
    }

    fn on(server: Arc<Server>) -> Self {
        Self { server, test: Uuid::new_v4(), created: Mutex::default() }
    }

    fn url(&self, service: &str) -> String {
        let name = format!("{service}_{}", self.test.simple());
        let mut created = self.created.lock().expect("the creation of a database panicked");
        if created.insert(name.clone()) {
            self.server.create(&name).expect("cannot create a database");
        }
        self.server.url(&name)
    }
}

impl Drop for ServerDatabases {
    fn drop(&mut self) {
        let Ok(created) = self.created.get_mut() else {
            return;
        };
        for name in mem::take(created) {
            // A database that cannot be removed goes with our own server; it remains on any other.
            let _ = self.server.remove(&name);
        }
    }
}
