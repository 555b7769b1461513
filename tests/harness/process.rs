//! Programs of this workspace as child processes.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// State of a listening socket in `/proc/net/tcp`.
const LISTEN: &str = "0A";

/// A child process; dropping the value kills it.
#[derive(Debug)]
pub struct Process(Child);

impl From<Child> for Process {
    fn from(child: Child) -> Self {
        Self(child)
    }
}

impl Process {
    /// Starts a program of this workspace with these environment variables.
    ///
    /// # Panics
    /// If the program is not built.
    #[must_use]
    pub fn start(program: &str, environment: &[(String, String)]) -> Self {
        let mut command = command(program, environment);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Self::of(&mut command)
    }

    /// Starts a command.
    ///
    /// # Panics
    /// If the program does not exist.
    #[must_use]
    pub fn of(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).spawn().expect("the program starts"))
    }

    /// Starts a command whose standard output is a pipe, and returns that.
    ///
    /// # Panics
    /// If the program does not exist, or its output is no pipe.
    #[must_use]
    pub fn with_output(command: &mut Command) -> (Self, ChildStdout) {
        let mut process = Self::of(command);
        let output = process.0.stdout.take().expect("its output is a pipe");
        (process, output)
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Resident memory, in KiB.
    ///
    /// # Panics
    /// If the process has ended.
    #[must_use]
    pub fn memory(&self) -> u64 {
        self.size("VmRSS:")
    }

    /// Peak resident memory, in KiB.
    ///
    /// # Panics
    /// If the process has ended.
    #[must_use]
    pub fn peak_memory(&self) -> u64 {
        self.size("VmHWM:")
    }

    fn size(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()));
        let status = status.expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let size = line.and_then(|line| line.trim().strip_suffix(" kB"));
        size.and_then(|size| size.trim().parse().ok()).expect("/proc has the size")
    }

    /// Starts a program like [`Process::start`], with its log in a file.
    ///
    /// # Panics
    /// If the program is not built, or the file cannot be created.
    #[must_use]
    pub fn start_logging(program: &str, environment: &[(String, String)], log: &Path) -> Self {
        let mut command = command(program, environment);
        let log = File::create(log).expect("the file can be made");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        Self(child.spawn().expect("the program starts"))
    }

    /// Kills the process with SIGKILL.
    ///
    /// # Panics
    /// If the process cannot be killed.
    pub fn kill(mut self) {
        self.0.kill().expect("it can be killed");
        self.0.wait().expect("it ends");
    }

    /// Sends a signal by name, such as `STOP`.
    ///
    /// # Panics
    /// If the signal cannot be sent.
    pub fn signal(&self, name: &str) {
        let (name, id) = (format!("-{name}"), self.0.id().to_string());
        let sent = Command::new("kill").args([name, id]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// The TCP ports that the process listens on.
    ///
    /// # Panics
    /// On a system without /proc.
    #[must_use]
    pub fn listens_on(&self) -> Vec<u16> {
        let of_process = format!("/proc/{}", self.0.id());
        let open = fs::read_dir(format!("{of_process}/fd")).expect("the process runs");
        let open = open.filter_map(|it| fs::read_link(it.ok()?.path()).ok());
        let open: Vec<_> = open.map(|it| it.to_string_lossy().into_owned()).collect();
        let table = fs::read_to_string(format!("{of_process}/net/tcp")).expect("there is /proc");
        let sockets = table.lines().skip(1).map(|it| it.split_whitespace().collect::<Vec<_>>());
        let listening = sockets.filter(|it| it[3] == LISTEN);
        let own = listening.filter(|it| open.contains(&format!("socket:[{}]", it[9])));
        let port = |it: Vec<&str>| u16::from_str_radix(it[1].rsplit(':').next()?, 16).ok();
        own.filter_map(port).collect()
    }

    /// Waits for the process to exit, and returns whether it exited with 0.
    ///
    /// # Panics
    /// If waiting fails.
    pub fn exit_success(mut self) -> bool {
        self.0.wait().expect("it ends").success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Each service with the service that it calls, callees first.
pub const SERVICES: [(&str, Option<&str>); 3] = [
    ("onboarding", None),
    ("relationship", Some("onboarding")),
    ("ordering", Some("relationship")),
];

/// The environment of a service: its listen address, its database, and the URLs of its peer.
#[must_use]
pub fn environment(
    service: &str,
    listen: &str,
    database: String,
    urls: impl Fn(&str) -> String,
) -> Vec<(String, String)> {
    let prefix = service.to_uppercase();
    let mut environment = vec![
        (format!("{prefix}__GRPC__LISTEN"), listen.to_owned()),
        (format!("{prefix}__DATABASE__URL"), database),
    ];
    let peer = peer(service);
    environment
        .extend(peer.map(|peer| (format!("{prefix}__{}__URL", peer.to_uppercase()), urls(peer))));
    environment
}

/// The service that a service calls.
#[must_use]
pub fn peer(service: &str) -> Option<&'static str> {
    SERVICES.iter().find(|(name, _)| *name == service).and_then(|(_, peer)| *peer)
}

/// Runs a program until it exits.
///
/// # Panics
/// If the program is not built.
#[must_use]
pub fn run(program: &str, arguments: &[&str], environment: &[(String, String)]) -> Output {
    let mut command = command(program, environment);
    command.args(arguments).stdin(Stdio::null()).output().expect("the program runs")
}

/// Ports below the ephemeral range, so that the system does not assign one between the check and the
/// start of a process.
const PORTS: std::ops::Range<u32> = 12_000..32_000;
static NEXT_PORT: AtomicU32 = AtomicU32::new(0);

/// An address without a listener; each call returns another one.
///
/// # Panics
/// If no port is free.
#[must_use]
pub fn free_address() -> String {
    let count = PORTS.end - PORTS.start;
    let mut ports = (0..count).map(|_| {
        // Test programs that run at the same time start at different offsets.
        let offset = std::process::id().wrapping_mul(389) % count;
        PORTS.start + (offset + NEXT_PORT.fetch_add(1, Ordering::Relaxed)) % count
    });
    let free = ports.find_map(|port| TcpListener::bind(format!("127.0.0.1:{port}")).ok());
    let address = free.expect("a port is free").local_addr();
    address.expect("it has an address").to_string()
}

/// The path of a program of this workspace.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    folder().join(name)
}

fn command(program: &str, environment: &[(String, String)]) -> Command {
    let mut command = Command::new(self::program(program));
    command.envs(environment.iter().cloned());
    command
}

/// Where cargo puts programs: the folder of this one, or the parent of the tests' `deps`.
fn folder() -> PathBuf {
    let program = std::env::current_exe().expect("the path of the program is known");
    let folder = program.parent().expect("it is in a folder");
    let folder = if folder.ends_with("deps") { folder.parent() } else { Some(folder) };
    folder.expect("it is in target/…").to_owned()
}
