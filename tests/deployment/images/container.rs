use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use super::image::{Store, stdout};

/// Restrictions of the container. The limits are below those of usual hosts.
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

/// A service that runs from its image with an embedded database on a tmpfs.
pub struct Container {
    child: Child,
    stop: Command,
}

impl Container {
    /// Starts a service in a container. If this host cannot run containers, it prints so and starts the
    /// program with chroot in the files of the image.
    pub fn start(store: &Store, service: &str, address: &str) -> Self {
        let variables = [
            format!("{}__GRPC__LISTEN={address}", service.to_uppercase()),
            format!("{}__DATABASE__URL=sqlite:///data/it.db", service.to_uppercase()),
        ];
        let probe =
            podman(store, "run").args(["--rm"]).args(OPTIONS).args([service, "defaults"]).output();
        let probe = probe.expect("podman is not installed: run tests/setup");
        let (mut run, stop) = if probe.status.success() {
            let mut run = podman(store, "run");
            run.args(OPTIONS).args(variables.iter().flat_map(|it| ["--env", it])).arg(service);
            let mut stop = podman(store, "kill");
            stop.args(["--signal=TERM", "it"]);
            (run, stop)
        } else {
            let reason = String::from_utf8_lossy(&probe.stderr).trim().to_owned();
            println!("this host runs no containers ({reason}); using chroot instead");
            chroot(store, service, &variables)
        };
        let child = run.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        Self { child, stop }
    }

    /// Sends SIGTERM and returns the exit code.
    pub fn stop(mut self) -> Option<i32> {
        if self.stop.get_program() == "kill" {
            self.stop.arg(self.child.id().to_string());
        }
        stdout(&mut self.stop);
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

/// The program in a chroot as the user of the image; it can write to /data only.
fn chroot(store: &Store, service: &str, variables: &[String]) -> (Command, Command) {
    let root: PathBuf = store.mounted(service);
    stdout(Command::new("install").args(["--directory", "--owner=65532"]).arg(root.join("data")));
    let mut run = Command::new("env");
    run.arg("--ignore-environment")
        .args(variables)
        .args(["/usr/sbin/chroot", "--userspec=65532:65532"]);
    run.arg(&root).arg(format!("/usr/bin/{service}"));
    let mut stop = Command::new("kill");
    stop.arg("-TERM");
    (run, stop)
}
