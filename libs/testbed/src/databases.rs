use std::{collections::BTreeSet, sync::Mutex};

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
    Files(Folder),
    Server {
        server: &'static Server,
        test: Uuid,
        created: Mutex<BTreeSet<String>>,
    },
}

impl Databases {
    /// Prepares a place for databases.
    ///
    /// # Panics
    /// When there is no PostgreSQL, with what to install.
    pub async fn new(engine: Engine) -> Self {
        let place = match engine {
            Engine::Sqlite => Place::Files(Folder::new()),
            Engine::Postgres => {
                let server = tokio::task::spawn_blocking(postgres::server).await;
                let server = server.expect("the start of PostgreSQL panicked");
                let server = server.unwrap_or_else(|error| panic!("{error}"));
                Place::Server {
                    server,
                    test: Uuid::new_v4(),
                    created: Mutex::default(),
                }
            }
        };
        Self(place)
    }

    /// The URL of one service's database. The same service gets the same database every time.
    ///
    /// # Panics
    /// When the database cannot be created.
    #[must_use]
    pub fn url(&self, service: &str) -> String {
        match &self.0 {
            Place::Files(folder) => format!("sqlite://{}/{service}.db", folder.path().display()),
            Place::Server {
                server,
                test,
                created,
            } => {
                let name = format!("{service}_{}", test.simple());
                let mut created = created.lock().expect("the creation of a database panicked");
                if created.insert(name.clone()) {
                    server.create(&name).expect("cannot create a database");
                }
                server.url(&name)
            }
        }
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        let Place::Server {
            server, created, ..
        } = &self.0
        else {
            return;
        };
        for name in created
            .lock()
            .into_iter()
            .flat_map(|mut names| std::mem::take(&mut *names))
        {
            // On a server of our own the rest goes with the process; on another it can only stay.
            drop(server.remove(&name));
        }
    }
}
