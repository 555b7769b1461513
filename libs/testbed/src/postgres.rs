//! The PostgreSQL server of this test process.

use std::{
    env, fs,
    fs::File,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::OnceLock,
    thread,
};

use sea_orm::{ConnectionTrait, Database, DbErr};
use tokio::runtime;
use url::Url;

/// URL of a server, 15 or newer, to use in place of our own; its user may create databases.
const URL: &str = "CSP_TEST_POSTGRES_URL";
/// Where Debian keeps the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// A server on which databases can be created.
#[derive(Debug)]
pub struct Server {
    /// Leads to a database that is always there.
    url: Url,
    /// The server stops when this closes.
    _lifeline: Option<ChildStdin>,
}

/// The server that all tests of this process share; the first call starts it.
pub fn server() -> Result<&'static Server, &'static str> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    SERVER.get_or_init(Server::new).as_ref().map_err(String::as_str)
}

impl Server {
    #[allow(clippy::disallowed_methods, reason = "a test has no configuration file")]
    fn new() -> Result<Self, String> {
        match env::var(URL) {
            Ok(url) => {
                let url = url.parse().map_err(|error| format!("{URL} is not a URL: {error}"))?;
                Ok(Self { url, _lifeline: None })
            }
            Err(_) => start(&programs()?, None).map(|(server, _)| server),
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
        // Copying files takes half the time of the default, which logs every page.
        self.execute(format!("CREATE DATABASE \"{name}\" TEMPLATE template0 STRATEGY FILE_COPY"))
    }

    /// Deletes a database, whoever still uses it.
    pub fn remove(&self, name: &str) -> Result<(), DbErr> {
        self.execute(format!("DROP DATABASE \"{name}\" WITH (FORCE)"))
    }

    /// Executes a statement on a thread of its own, so that it can be waited for within a runtime.
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

/// A server of its own that takes connections over TLS only.
#[derive(Debug)]
pub struct TlsServer {
    /// The certificate that it shows for `localhost`, signed by itself.
    pub certificate: PathBuf,
    port: u16,
    _server: Server,
}

impl TlsServer {
    /// Starts it on a port that is free.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(port: u16) -> Self {
        let started = programs().and_then(|programs| start(&programs, Some(port)));
        let (server, folder) = started.unwrap_or_else(|error| panic!("{error}"));
        Self { certificate: folder.join("server.crt"), port, _server: server }
    }

    /// The URL of its database, with these parameters.
    #[must_use]
    pub fn url(&self, parameters: &str) -> String {
        format!("postgres://postgres@localhost:{}/postgres?{parameters}", self.port)
    }
}

/// Starts a server in a new folder, under a guardian who ends both with this process.
fn start(programs: &Path, port: Option<u16>) -> Result<(Server, PathBuf), String> {
    let folder = tempfile::Builder::new()
        .prefix("csp-test-")
        .tempdir_in(crate::folder::place())
        .map_err(explain)?;
    let log = folder.path().join("log");
    let mut log = File::create_new(&log).and_then(|_| File::open(&log)).map_err(explain)?;
    let mut guardian = guard(folder.path(), programs, port).map_err(explain)?;
    // From here on the folder is the guardian's.
    let folder = folder.keep();
    let mut answer = String::new();
    let stdout = guardian.stdout.take().expect("it is piped");
    BufReader::new(stdout).read_line(&mut answer).map_err(explain)?;
    if answer != "ready\n" {
        let mut text = String::new();
        log.read_to_string(&mut text).map_err(explain)?;
        return Err(format!("PostgreSQL of {} does not start:\n{text}", programs.display()));
    }
    let place = port.unwrap_or(5432);
    let url = format!("postgres://postgres@localhost:{place}/postgres?host={}", folder.display());
    let url = url.parse().expect("it is a URL");
    Ok((Server { url, _lifeline: guardian.stdin.take() }, folder))
}

/// Starts the guardian, out of reach of the signals which a terminal sends to this process.
fn guard(folder: &Path, programs: &Path, port: Option<u16>) -> std::io::Result<Child> {
    Command::new("sh")
        .args(["-c", include_str!("guardian.sh"), "guardian"])
        .args([folder, programs])
        .args(port.map(|port| port.to_string()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(File::options().append(true).open(folder.join("log"))?)
        .process_group(0)
        .spawn()
}

/// The folder with PostgreSQL's programs: Debian's newest, or what `pg_config` says.
fn programs() -> Result<PathBuf, String> {
    newest().or_else(configured).ok_or_else(|| {
        format!(
            "These tests need the programs of a PostgreSQL server: `apt-get install postgresql`. \
             To use a server that runs already, set {URL}=postgres://user:password@host:port/db."
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
