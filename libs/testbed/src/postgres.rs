//! The PostgreSQL server of this test process.

use std::{
    env, fs,
    fs::File,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, OnceLock},
    thread,
};

use sea_orm::{ConnectionTrait, Database, DbErr};
use tokio::runtime;
use url::Url;

use crate::folder::parent_folder;

/// URL of a server, version 15 or newer, to use instead of starting one; its user must be allowed to
/// create databases.
const URL: &str = "CSP_TEST_POSTGRES_URL";
/// Debian's folder with the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// Options of a server for tests, which need not survive a crash of the machine.
pub(crate) const FAST: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off";
/// Options of a server whose commits survive a crash, and that counts statements.
const DURABLE: &str = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on \
    -c shared_preload_libraries=pg_stat_statements";

/// A server on which databases can be created.
#[derive(Debug)]
pub struct Server {
    /// URL of a database that always exists.
    url: Url,
    /// The server stops when this closes.
    _lifeline: Option<ChildStdin>,
}

/// The server of all tests of this process; the first call starts it.
pub fn server() -> Result<Arc<Server>, &'static str> {
    static SERVER: OnceLock<Result<Arc<Server>, String>> = OnceLock::new();
    let server = SERVER.get_or_init(|| Server::new().map(Arc::new));
    server.as_ref().map(Arc::clone).map_err(String::as_str)
}

impl Server {
    #[allow(clippy::disallowed_methods, reason = "a test has no configuration file")]
    fn new() -> Result<Self, String> {
        match env::var(URL) {
            Ok(url) => {
                let url = url.parse().map_err(|error| format!("{URL} is not a URL: {error}"))?;
                Ok(Self { url, _lifeline: None })
            }
            Err(_) => {
                start(&programs()?, parent_folder().as_ref(), FAST, &[]).map(|(server, _)| server)
            }
        }
    }

    /// The URL of the database of that name.
    pub fn url(&self, name: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(name);
        url.into()
    }

    /// Creates a database.
    pub fn create(&self, name: &str) -> Result<(), DbErr> {
        // Copying files takes half the time of the default, which writes every page to the WAL.
        self.execute(format!("CREATE DATABASE \"{name}\" TEMPLATE template0 STRATEGY FILE_COPY"))
    }

    /// Deletes a database, even if it has connections.
    pub fn remove(&self, name: &str) -> Result<(), DbErr> {
        self.execute(format!("DROP DATABASE \"{name}\" WITH (FORCE)"))
    }

    /// Executes a statement in a new thread, so that a caller inside a runtime can wait for it.
    fn execute(&self, statement: String) -> Result<(), DbErr> {
        let url = self.url.to_string();
        let work = async move {
            let connection = Database::connect(url).await?;
            connection.execute_unprepared(&statement).await?;
            connection.close().await
        };
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("cannot make a runtime");
        thread::spawn(move || runtime.block_on(work)).join().expect("a statement panicked")
    }
}

/// A separate server that accepts TLS connections only.
#[derive(Debug)]
pub struct TlsServer {
    /// Its self-signed certificate for `localhost`.
    pub certificate: PathBuf,
    port: u16,
    _server: Server,
}

impl TlsServer {
    /// Starts the server on a free port.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(port: u16) -> Self {
        let started = programs().and_then(|programs| {
            start(&programs, parent_folder().as_ref(), FAST, &[port.to_string()])
        });
        let (server, folder) = started.unwrap_or_else(|error| panic!("{error}"));
        Self { certificate: folder.join("server.crt"), port, _server: server }
    }

    /// The URL of its database with these parameters.
    #[must_use]
    pub fn url(&self, parameters: &str) -> String {
        format!("postgres://postgres@localhost:{}/postgres?{parameters}", self.port)
    }
}

/// A separate server that commits durably and counts statements, for measurements.
#[derive(Debug)]
pub struct DurableServer {
    /// The server.
    pub(crate) server: Arc<Server>,
    programs: PathBuf,
    folder: PathBuf,
}

impl DurableServer {
    /// Starts the server in a new folder in `parent`, which its user must be able to enter.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(parent: &Path) -> Self {
        let started = programs().and_then(|programs| {
            let (server, folder) = start(&programs, parent, DURABLE, &[])?;
            Ok(Self { server: Arc::new(server), programs, folder })
        });
        started.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The URL of the database of that name.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        self.server.url(name)
    }

    /// The path of one of PostgreSQL's programs.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// The folder with the socket and the data.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The process that starts all other processes of the server.
    ///
    /// # Panics
    /// If the server does not run.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        process_id(&self.folder)
    }
}

/// The process that starts all other processes of the server in a folder.
pub(crate) fn process_id(folder: &Path) -> u32 {
    let file = fs::read_to_string(folder.join("data/postmaster.pid")).expect("the server runs");
    let id = file.lines().next().and_then(|line| line.parse().ok());
    id.expect("the first line is the process id")
}

/// Starts a server in a new folder, at the address that `guardian.sh` describes, with a guardian process that removes both when this process ends.
pub(crate) fn start(
    programs: &Path,
    parent: &Path,
    options: &str,
    address: &[String],
) -> Result<(Server, PathBuf), String> {
    let folder =
        tempfile::Builder::new().prefix("csp-test-").tempdir_in(parent).map_err(explain)?;
    let log = folder.path().join("log");
    let mut log = File::create_new(&log).and_then(|_| File::open(&log)).map_err(explain)?;
    let mut guardian = guard(folder.path(), programs, options, address).map_err(explain)?;
    // From here on the guardian deletes the folder.
    let folder = folder.keep();
    let mut answer = String::new();
    let stdout = guardian.stdout.take().expect("it is piped");
    BufReader::new(stdout).read_line(&mut answer).map_err(explain)?;
    if answer != "ready\n" {
        let mut text = String::new();
        log.read_to_string(&mut text).map_err(explain)?;
        return Err(format!("PostgreSQL in {} does not start:\n{text}", programs.display()));
    }
    let port = address.first().map_or("5432", String::as_str);
    let url = format!("postgres://postgres@localhost:{port}/postgres?host={}", folder.display());
    let url = url.parse().expect("it is a URL");
    Ok((Server { url, _lifeline: guardian.stdin.take() }, folder))
}

/// Starts the guardian in its own process group, so that a terminal's signals do not reach it.
fn guard(
    folder: &Path,
    programs: &Path,
    options: &str,
    address: &[String],
) -> std::io::Result<Child> {
    Command::new("sh")
        .args(["-c", include_str!("guardian.sh"), "guardian"])
        .args([folder, programs])
        .arg(options)
        .args(address)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(File::options().append(true).open(folder.join("log"))?)
        .process_group(0)
        .spawn()
}

/// The folder with PostgreSQL's programs: Debian's newest version, or that of `pg_config`.
pub(crate) fn programs() -> Result<PathBuf, String> {
    newest().or_else(configured).ok_or_else(|| {
        format!(
            "PostgreSQL is not installed: run `apt-get install postgresql`, or use a running server \
             with {URL}=postgres://user:password@host:port/db"
        )
    })
}

fn newest() -> Option<PathBuf> {
    let versions = fs::read_dir(VERSIONS).ok()?.filter_map(Result::ok);
    let found = versions.filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let programs = entry.path().join("bin");
        programs.join("initdb").exists().then_some((version, programs))
    });
    found.max().map(|(_, programs)| programs)
}

fn configured() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let programs = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim_end());
    programs.join("initdb").exists().then_some(programs)
}

fn explain(error: std::io::Error) -> String {
    format!("cannot start PostgreSQL: {error}")
}
