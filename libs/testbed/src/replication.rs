use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    Databases,
    folder::parent_folder,
    postgres::{FAST, Server, process_id, programs, start},
};

/// A primary whose commits wait for its standby, and that standby, each a server of its own.
#[derive(Debug)]
pub struct ReplicatedServer {
    programs: PathBuf,
    primary: Node,
    standby: Node,
}

/// One of the servers.
#[derive(Debug)]
struct Node {
    port: u16,
    folder: PathBuf,
    _server: Server,
}

impl ReplicatedServer {
    /// Starts both on free ports.
    ///
    /// # Panics
    /// If one does not start.
    #[must_use]
    pub fn start([primary, standby]: [u16; 2]) -> Self {
        let programs = programs().unwrap_or_else(|error| panic!("{error}"));
        let node = |port: u16, options: &str, kind: String| {
            let options = format!("{FAST} {options}");
            let address = [port.to_string(), kind];
            let started = start(&programs, parent_folder().as_ref(), &options, &address);
            let (server, folder) = started.unwrap_or_else(|error| panic!("{error}"));
            Node { port, folder, _server: server }
        };
        let options = "-c synchronous_standby_names=standby";
        let copied =
            format!("host=127.0.0.1 port={primary} user=postgres application_name=standby");
        let primary = node(primary, options, "plain".to_owned());
        let standby = node(standby, "", copied);
        Self { programs, primary, standby }
    }

    /// Creates a database for each service, with URLs that name both servers, the standby first.
    #[must_use]
    pub fn databases(&self, services: &[&str]) -> Databases {
        let url = |service: &&str| {
            self.execute(&self.primary, &format!("CREATE DATABASE {service}"));
            let hosts = format!("127.0.0.1:{},127.0.0.1:{}", self.standby.port, self.primary.port);
            ((*service).to_owned(), format!("postgres://postgres@{hosts}/{service}"))
        };
        Databases::existing(services.iter().map(url).collect())
    }

    /// Kills all processes of the primary.
    pub fn kill_primary(&self) {
        self.primary.signal("KILL");
    }

    /// Stops all processes of the primary: its connections stay open and answer nothing.
    pub fn hang_primary(&self) {
        self.primary.signal("STOP");
    }

    /// Continues the processes of the primary.
    pub fn continue_primary(&self) {
        self.primary.signal("CONT");
    }

    /// Stops all processes of the standby.
    pub fn hang_standby(&self) {
        self.standby.signal("STOP");
    }

    /// Continues the processes of the standby.
    pub fn continue_standby(&self) {
        self.standby.signal("CONT");
    }

    /// Makes the standby the primary, and waits until it accepts writes.
    ///
    /// # Panics
    /// If it does not.
    pub fn promote(&self) {
        assert_eq!(self.execute(&self.standby, "SELECT pg_promote()"), "t");
    }

    fn execute(&self, node: &Node, sql: &str) -> String {
        let psql = Command::new(self.programs.join("psql"))
            .args(["-X", "-A", "-t", "-h", "127.0.0.1", "-U", "postgres", "-c", sql, "-p"])
            .arg(node.port.to_string())
            .stdin(Stdio::null())
            .output();
        let output = psql.expect("psql runs");
        assert!(output.status.success(), "{sql}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for ReplicatedServer {
    fn drop(&mut self) {
        // The guardians would wait long for a server that hangs.
        for node in [&self.primary, &self.standby] {
            node.signal("KILL");
        }
    }
}

impl Node {
    /// Sends a signal to all processes of the server that still run.
    fn signal(&self, name: &str) {
        let server = process_id(&self.folder);
        for process in [server].into_iter().chain(children(server)) {
            let mut kill = Command::new("kill");
            let _ =
                kill.args([format!("-{name}"), process.to_string()]).stderr(Stdio::null()).status();
        }
    }
}

/// The processes that this one started.
pub(crate) fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir(Path::new("/proc")).expect("there is /proc");
    let is_child = |process: &u32| {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // After the name, which may contain anything: state, parent.
        let parent_of = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
        parent_of.and_then(|id| id.parse().ok()) == Some(parent)
    };
    let processes = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    processes.filter(is_child).collect()
}
