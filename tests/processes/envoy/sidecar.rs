//! Envoy in front of services, with the example for operators.

use std::{fs, path::Path, process::Command, time::Duration};

use tempfile::TempDir;
use tests::process::{Process, free_address};
use tonic::transport::{Channel, Endpoint};

use tests::http;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const EXAMPLE: &str = include_str!("../../deployment/envoy/envoy.yaml");

/// A running Envoy; dropping the value stops it.
pub struct Sidecar {
    /// Address for callers.
    pub address: String,
    admin: String,
    _process: Process,
    _folder: TempDir,
}

/// Whether Envoy is installed. It must be if the Python environment exists.
pub fn is_installed() -> bool {
    if Path::new(ROOT).join(".tools/bin/envoy").exists() {
        return true;
    }
    let python = Path::new(ROOT).join(".tools/venv/bin/python").exists();
    let supported = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
    assert!(!(python && supported), "tests/setup has installed Python packages without Envoy");
    println!("Skipped: Envoy is not installed.");
    false
}

impl Sidecar {
    /// Starts Envoy in front of replicas of onboarding, relationship and ordering, and waits until all of
    /// them are healthy.
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

    /// A connection to Envoy.
    pub async fn channel(&self) -> Channel {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address)).unwrap();
        endpoint.connect().await.unwrap()
    }

    /// Whether Envoy sends calls to a replica.
    pub fn is_healthy(&self, replica: &str) -> bool {
        self.statistic(replica, "health_flags").is_some_and(|flags| flags == "healthy")
    }

    /// Number of calls that Envoy has sent to a replica.
    pub fn calls_of(&self, replica: &str) -> u64 {
        self.statistic(replica, "rq_total").unwrap().parse().unwrap()
    }

    /// A statistic of a replica.
    fn statistic(&self, replica: &str, name: &str) -> Option<String> {
        let clusters = http::get(&self.admin, "/clusters").ok()?.body;
        let prefix = format!("::{replica}::{name}::");
        clusters.lines().find_map(|line| Some(line.split_once(&prefix)?.1.trim().to_owned()))
    }

    /// Waits for a condition, with its description.
    pub async fn until(&self, description: &str, mut holds: impl FnMut() -> bool) {
        for _ in 0..1500 {
            if holds() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("not in time: {description}");
    }
}

/// Starts Envoy with `envoy.yaml` of the folder.
fn start(folder: &Path) -> Process {
    let root = Path::new(ROOT).canonicalize().unwrap();
    let written = Command::new(root.join("tests/deployment/envoy/descriptors"))
        .arg(folder.join("csp.binpb"))
        .output()
        .unwrap();
    assert!(written.status.success(), "{written:?}");
    let mut envoy = Command::new(root.join(".tools/bin/envoy"));
    envoy.args(["-c", "envoy.yaml", "--disable-hot-restart", "--concurrency", "1"]);
    envoy.args(["--log-level", "warning", "--log-path", "log"]);
    Process::of(envoy.current_dir(folder))
}

/// An address as the example writes it.
fn socket(address: &str) -> String {
    let (ip, port) = address.split_once(':').unwrap();
    format!("socket_address: {{ address: {ip}, port_value: {port} }}")
}

/// Replaces the endpoint at an address by one for each replica.
fn at(settings: &str, address: &str, replicas: &[&str]) -> String {
    let documented = socket(address);
    let lines = settings.lines().flat_map(|line| match line.contains(&documented) {
        true => replicas.iter().map(|it| line.replace(&documented, &socket(it))).collect(),
        false => vec![line.to_owned()],
    });
    lines.collect::<Vec<_>>().join("\n")
}
