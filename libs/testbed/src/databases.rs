use std::{collections::BTreeSet, mem, sync::Mutex};

use storage::{Database, Settings};
use uuid::Uuid;

use crate::{
    Folder,
    postgres::{self, Server},
};

/// What keeps the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The databases of one test, one a service. They are deleted when the value is dropped, so it
/// has to outlive the services that use them.
#[derive(Debug)]
pub struct Databases(Place);

#[derive(Debug)]
enum Place {
    Folder(Folder),
    Server(Share),
}

/// What one test has of a server.
#[derive(Debug)]
struct Share {
    server: &'static Server,
    test: Uuid,
    created: Mutex<BTreeSet<String>>,
}

impl Databases {
    /// Prepares a place for databases.
    ///
    /// # Panics
    /// When there is no PostgreSQL, with what to install.
    pub async fn new(engine: Engine) -> Self {
        Self(match engine {
            Engine::Sqlite => Place::Folder(Folder::new()),
            Engine::Postgres => Place::Server(Share::new().await),
        })
    }

    /// The URL of one service's database. The same service gets the same database every time.
    ///
    /// # Panics
    /// When the database cannot be created.
    #[must_use]
    pub fn url(&self, service: &str) -> String {
        match &self.0 {
            Place::Folder(folder) => format!("sqlite://{}/{service}.db", folder.path().display()),
            Place::Server(share) => share.url(service),
        }
    }

    /// A connection to one service's database.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn open(&self, service: &str) -> Database {
        let settings = Settings { url: self.url(service), max_connections: 1 };
        Database::open(&settings).await.expect("it can be opened")
    }
}

impl Share {
    async fn new() -> Self {
        let server = tokio::task::spawn_blocking(postgres::server).await;
        let server = server.expect("the start of PostgreSQL panicked");
        let server = server.unwrap_or_else(|error| panic!("{error}"));
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

impl Drop for Share {
    fn drop(&mut self) {
        let Ok(created) = self.created.get_mut() else {
            return;
        };
        for name in mem::take(created) {
            // What cannot be removed ends with a server of our own, and stays on any other.
            let _ = self.server.remove(&name);
        }
    }
}
