//! Envoy in front of services, by the example that operators start from.

use std::{fs, path::Path, process::Command, time::Duration};

use tempfile::TempDir;
use tests::process::{Process, free_address};
use tonic::transport::{Channel, Endpoint};

use crate::http;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const EXAMPLE: &str = include_str!("../../envoy/envoy.yaml");

/// An Envoy that runs, and ends with the value.
pub struct Sidecar {
    /// Where callers call.
    pub address: String,
    admin: String,
    _process: Process,
    _folder: TempDir,
}

/// Whether Envoy can be had here. Where there is a Python to install it with, it must be.
pub fn is_here() -> bool {
    if Path::new(ROOT).join(".tools/bin/envoy").exists() {
        return true;
    }
    let python = Path::new(ROOT).join(".tools/venv/bin/python").exists();
    let made_for = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
    assert!(!(python && made_for), "tests/setup could not install Envoy though pip is here");
    println!("there is no Envoy here: nothing is tested through it");
    false
}

impl Sidecar {
    /// Starts it in front of the replicas of onboarding, relationship and ordering, and waits until
    /// it finds all of them healthy.
    pub async fn before(replicas: [&[&str]; 3]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (address, admin) = (free_address(), free_address());
        let mut settings = EXAMPLE.replace(&socket("127.0.0.1:50050"), &socket(&address));
        settings = settings.replace(&socket("127.0.0.1:9901"), &socket(&admin));
        for (port, replicas) in [50051, 50052, 50053].into_iter().zip(replicas) {
            settings = at(&settings, &format!("127.0.0.1:{port}"), replicas);
        }
        let file = folder.path().join("envoy.yaml");
        fs::write(&file, settings).unwrap();
        let process = start(folder.path());
        let sidecar = Self { address, admin, _process: process, _folder: folder };
        for replica in replicas.concat() {
            sidecar.until(&format!("{replica} is healthy"), || sidecar.is_healthy(replica)).await;
        }
        sidecar
    }

    /// A connection to it.
    pub async fn channel(&self) -> Channel {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address)).unwrap();
        endpoint.connect().await.unwrap()
    }

    /// Whether it sends calls to a replica.
    pub fn is_healthy(&self, replica: &str) -> bool {
        self.figure(replica, "health_flags").is_some_and(|flags| flags == "healthy")
    }

    /// How many calls it has sent to a replica.
    pub fn calls_of(&self, replica: &str) -> u64 {
        self.figure(replica, "rq_total").unwrap().parse().unwrap()
    }

    /// What it tells of a replica under a name.
    fn figure(&self, replica: &str, name: &str) -> Option<String> {
        let told = http::get(&self.admin, "/clusters").ok()?.body;
        let marked = format!("::{replica}::{name}::");
        told.lines().find_map(|line| Some(line.split_once(&marked)?.1.trim().to_owned()))
    }

    /// Waits for a condition, in words as well.
    pub async fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        for _ in 0..1500 {
            if holds() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it does not come about that {what}");
    }
}

/// Starts it on `envoy.yaml` of the folder.
fn start(folder: &Path) -> Process {
    let root = Path::new(ROOT).canonicalize().unwrap();
    let written = Command::new(root.join("tests/envoy/descriptors"))
        .arg(folder.join("csp.binpb"))
        .output()
        .unwrap();
    assert!(written.status.success(), "{written:?}");
    let mut envoy = Command::new(root.join(".tools/bin/envoy"));
    envoy.args(["-c", "envoy.yaml", "--disable-hot-restart", "--concurrency", "1"]);
    envoy.args(["--log-level", "warning", "--log-path", "log"]);
    Process::of(envoy.current_dir(folder))
}

/// How the example writes an address.
fn socket(address: &str) -> String {
    let (ip, port) = address.split_once(':').unwrap();
    format!("socket_address: {{ address: {ip}, port_value: {port} }}")
}

/// The settings with the endpoint at an address once for each replica.
fn at(settings: &str, address: &str, replicas: &[&str]) -> String {
    let documented = socket(address);
    let lines = settings.lines().flat_map(|line| match line.contains(&documented) {
        true => replicas.iter().map(|it| line.replace(&documented, &socket(it))).collect(),
        false => vec![line.to_owned()],
    });
    lines.collect::<Vec<_>>().join("\n")
}
