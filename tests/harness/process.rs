//! The services as processes of their own.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// A program of this workspace that runs. It is killed when the value is dropped.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts a program with these settings in its environment.
    ///
    /// # Panics
    /// When it was not built.
    #[must_use]
    pub fn start(program: &str, environment: &[(String, String)]) -> Self {
        let mut command = command(program, environment);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(child.spawn().expect("the program starts"))
    }

    /// Memory that it holds, in KiB (the resident set).
    ///
    /// # Panics
    /// When it has ended.
    #[must_use]
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()));
        let status = status.expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let size = line.and_then(|line| line.trim().strip_suffix(" kB"));
        size.and_then(|size| size.trim().parse().ok()).expect("Linux tells it")
    }

    /// Kills it at once, as a power cut would.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill(mut self) {
        self.0.kill().expect("it can be killed");
        self.0.wait().expect("it ends");
    }

    /// Sends it a signal by name, such as `STOP`.
    ///
    /// # Panics
    /// When it cannot be sent.
    pub fn signal(&self, name: &str) {
        let (name, id) = (format!("-{name}"), self.0.id().to_string());
        let sent = Command::new("kill").args([name, id]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits until it ends by itself, and tells whether it did so without a complaint.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn ended_well(mut self) -> bool {
        self.0.wait().expect("it ends").success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a program to its end.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn run(program: &str, arguments: &[&str], environment: &[(String, String)]) -> Output {
    let mut command = command(program, environment);
    command.args(arguments).stdin(Stdio::null()).output().expect("the program runs")
}

/// Ports that the system gives to nobody by itself, so that none is lost between the look and the
/// start of a process.
const PORTS: std::ops::Range<u32> = 12_000..32_000;
static TAKEN: AtomicU32 = AtomicU32::new(0);

/// An address that nobody listens on now. Each is given once.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn free_address() -> String {
    let count = PORTS.end - PORTS.start;
    let mut ports = (0..count).map(|_| {
        // Test programs that run at the same time begin at different places.
        let place = std::process::id().wrapping_mul(389) % count;
        PORTS.start + (place + TAKEN.fetch_add(1, Ordering::Relaxed)) % count
    });
    let free = ports.find_map(|port| TcpListener::bind(format!("127.0.0.1:{port}")).ok());
    let address = free.expect("a port is free").local_addr();
    address.expect("it has an address").to_string()
}

/// Where a program of this workspace is, once it is built.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    folder().join(name)
}

fn command(program: &str, environment: &[(String, String)]) -> Command {
    let mut command = Command::new(self::program(program));
    command.envs(environment.iter().cloned());
    command
}

/// Where cargo puts the programs: beside this one, or beside the folder of the tests.
fn folder() -> PathBuf {
    let program = std::env::current_exe().expect("a program knows where it is");
    let folder = program.parent().expect("it is in a folder");
    let folder = if folder.ends_with("deps") { folder.parent() } else { Some(folder) };
    folder.expect("it is in target/…").to_owned()
}
