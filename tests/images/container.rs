use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use crate::image::{Store, said};

/// What a container of ours may have. The bounds are below any that a host sets for its own.
const OPTIONS: [&str; 11] = [
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--network=host",
    "--ulimit=nofile=1024:1024",
    "--ulimit=nproc=1024:1024",
    "--log-driver=none",
    "--stop-signal=SIGTERM",
    "--name=it",
    "--pull=never",
    "--mount=type=tmpfs,destination=/data,tmpfs-mode=1777",
];

/// A service that runs from its image, on an embedded database that is gone with it.
pub struct Container {
    child: Child,
    stop: Command,
}

impl Container {
    /// Starts a service in a container. Where none can be run, its program is run in the image's
    /// files alone, which is said.
    pub fn start(store: &Store, service: &str, address: &str) -> Self {
        let variables = [
            format!("{}__GRPC__LISTEN={address}", service.to_uppercase()),
            format!("{}__DATABASE__URL=sqlite:///data/it.db", service.to_uppercase()),
        ];
        let tried =
            podman(store, "run").args(["--rm"]).args(OPTIONS).args([service, "defaults"]).output();
        let tried = tried.expect("podman is not installed: run tests/setup");
        let (mut run, stop) = if tried.status.success() {
            let mut run = podman(store, "run");
            run.args(OPTIONS).args(variables.iter().flat_map(|it| ["--env", it])).arg(service);
            let mut stop = podman(store, "kill");
            stop.args(["--signal=TERM", "it"]);
            (run, stop)
        } else {
            let why = String::from_utf8_lossy(&tried.stderr).trim().to_owned();
            println!("no container can be run here ({why}); the program runs in the image's files");
            alone(store, service, &variables)
        };
        let child = run.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        Self { child, stop }
    }

    /// Sends SIGTERM and gives the exit code.
    pub fn stop(mut self) -> Option<i32> {
        if self.stop.get_program() == "kill" {
            self.stop.arg(self.child.id().to_string());
        }
        said(&mut self.stop);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn podman(store: &Store, verb: &str) -> Command {
    store.command("podman", &["--cgroup-manager=cgroupfs", "--runtime=runc", verb])
}

/// The program in a root of its own, as the image's user; it can write nowhere but to /data.
fn alone(store: &Store, service: &str, variables: &[String]) -> (Command, Command) {
    let root: PathBuf = store.mounted(service);
    said(Command::new("install").args(["--directory", "--owner=65532"]).arg(root.join("data")));
    let mut run = Command::new("env");
    run.arg("--ignore-environment")
        .args(variables)
        .args(["/usr/sbin/chroot", "--userspec=65532:65532"]);
    run.arg(&root).arg(format!("/usr/bin/{service}"));
    let mut stop = Command::new("kill");
    stop.arg("-TERM");
    (run, stop)
}
