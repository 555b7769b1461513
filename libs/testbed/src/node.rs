use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    Databases,
    folder::parent_folder,
    postgres::{Server, process_id, programs, start},
    power::{Unsynced, VolatileFolder},
};

/// Commits survive a loss of power.
const SAFE: &str = "-c fsync=on -c full_page_writes=on -c synchronous_commit=on";

/// A PostgreSQL server on a TCP port that can be killed and started again.
#[derive(Debug)]
pub struct Node {
    port: u16,
    options: String,
    programs: PathBuf,
    folder: PathBuf,
    power: Option<VolatileFolder>,
    _server: Server,
}

impl Node {
    /// Starts a server whose commits survive a crash of the machine.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(port: u16) -> Self {
        Self::with(port, SAFE, "plain".to_owned())
    }

    /// Starts a server whose unsynced writes can be lost.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start_volatile(port: u16) -> Self {
        let mut node = Self::start(port);
        node.control(&["stop", "-m", "fast"]);
        node.power = Some(VolatileFolder::new(&node.folder.join("data"), &node.folder));
        node.restart();
        node
    }

    pub(crate) fn with(port: u16, options: &str, kind: String) -> Self {
        let programs = programs().unwrap_or_else(|error| panic!("{error}"));
        let address = [port.to_string(), kind];
        let started = start(&programs, parent_folder().as_ref(), options, &address);
        let (server, folder) = started.unwrap_or_else(|error| panic!("{error}"));
        let options = format!(
            "-k '{}' -p {port} -c listen_addresses=127.0.0.1 -c max_connections=500 {options}",
            folder.display()
        );
        Self { port, options, programs, folder, power: None, _server: server }
    }

    /// Creates a database for each service.
    #[must_use]
    pub fn databases(&self, services: &[&str]) -> Databases {
        let url = |service: &&str| {
            self.execute(&format!("CREATE DATABASE {service}"));
            let url = format!("postgres://postgres@{}/{service}", self.host());
            ((*service).to_owned(), url)
        };
        Databases::existing(services.iter().map(url).collect())
    }

    /// Address and port.
    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Kills all processes of the server.
    pub fn kill(&self) {
        for process in self.signal("KILL") {
            while state(process).is_some_and(|state| state != "Z") {
                thread::sleep(Duration::from_millis(1));
            }
        }
    }

    /// Kills all processes of the server, and loses what it has not synced.
    ///
    /// # Panics
    /// If the server is not volatile.
    pub fn lose_power(&self, unsynced: Unsynced) {
        self.kill();
        self.power.as_ref().expect("the server is volatile").lose_power(unsynced);
    }

    /// Starts the server again.
    ///
    /// # Panics
    /// If it does not start.
    pub fn restart(&self) {
        // They name a process that was killed, and whose number may be in use.
        for lock in ["data/postmaster.pid".to_owned(), format!(".s.PGSQL.{}.lock", self.port)] {
            let _ = fs::remove_file(self.folder.join(lock));
        }
        self.control(&["start", "-t", "30", "-o", &self.options]);
    }

    fn control(&self, arguments: &[&str]) {
        let variables = self.power.as_ref().map(VolatileFolder::variables).unwrap_or_default();
        // PostgreSQL refuses to run as root.
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "[ \"$(id -u)\" != 0 ] || set -- runuser -u postgres -- \"$@\"; exec \"$@\"",
        ]);
        command.args(["sh", "env"]);
        command.args(variables.iter().map(|(name, value)| format!("{name}={value}")));
        command.arg(self.programs.join("pg_ctl")).args(arguments);
        command.args(["-w", "-D", "data", "-l", "log"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let ended = command.current_dir(&self.folder).status().expect("sh runs");
        let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        assert!(ended.success(), "pg_ctl {arguments:?} failed:\n{}", log());
    }

    /// Executes a statement and returns its result.
    ///
    /// # Panics
    /// If it fails.
    pub fn execute(&self, sql: &str) -> String {
        let psql = Command::new(self.programs.join("psql"))
            .args(["-X", "-A", "-t", "-h", "127.0.0.1", "-U", "postgres", "-c", sql, "-p"])
            .arg(self.port.to_string())
            .stdin(Stdio::null())
            .output();
        let output = psql.expect("psql runs");
        assert!(output.status.success(), "{sql}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Sends a signal to all processes of the server that still run, and returns their ids.
    pub(crate) fn signal(&self, name: &str) -> Vec<u32> {
        let server = process_id(&self.folder);
        let mut processes = children(server);
        processes.insert(0, server);
        for process in &processes {
            let mut kill = Command::new("kill");
            let arguments = [format!("-{name}"), process.to_string()];
            let _ = kill.args(arguments).stderr(Stdio::null()).status();
        }
        processes
    }
}

/// The processes that this one started.
fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir(Path::new("/proc")).expect("there is /proc");
    let processes = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let parent = parent.to_string();
    processes.filter(|process| stat(*process, 1).as_ref() == Some(&parent)).collect()
}

fn state(process: u32) -> Option<String> {
    stat(process, 0)
}

/// What the system knows of a process, after its name, which may contain anything: state, parent.
fn stat(process: u32, field: usize) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit(')').next()?.split_whitespace().nth(field).map(str::to_owned)
}
