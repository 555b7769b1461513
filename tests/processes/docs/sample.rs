//! The first five minutes: `cluster --sample`, what it prints, and what the README does with it.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use testbed::Folder;
use tests::process::{Process, free_address, program};
use world::World;

use super::{
    README,
    blocks::{self, Outcome},
    printed::same,
    shell,
};

/// How the greeting and the README call the command line.
const CSP: &str = "cargo run -qp csp -- ";
const SERVICES: [&str; 3] = ["onboarding", "relationship", "ordering"];

/// A running `cluster --sample`.
struct Sample {
    /// The commands that it prints.
    commands: Vec<String>,
    /// Sets the addresses for the command line, and its name.
    prelude: String,
    process: Process,
    data: Folder,
}

impl Sample {
    fn start() -> Self {
        let data = Folder::new();
        let addresses = SERVICES.map(|service| (service.to_uppercase(), free_address()));
        let mut command = Command::new(program("cluster"));
        command.arg("--sample").env("CLUSTER__DATA", data.path()).stdout(Stdio::piped());
        let mut prelude = format!("csp() {{ {} \"$@\"; }}\n", program("csp").display());
        prelude += "export CSP_CONFIG=/nonexistent\n";
        command.env("CLUSTER__LISTEN__CONSOLE", free_address());
        for (service, address) in &addresses {
            command.env(format!("CLUSTER__LISTEN__{service}"), address);
            prelude += &format!("export CSP_{service}={address}\n");
        }
        let (process, stdout) = Process::with_output(&mut command);
        let mut commands = Vec::new();
        for line in BufReader::new(stdout).lines() {
            let line = line.unwrap();
            commands.extend(line.trim().strip_prefix(CSP).map(|it| format!("csp {it}")));
            if line.starts_with("Stop with") {
                break;
            }
        }
        Self { commands, prelude, process, data }
    }

    /// Runs a command with its exit code and what it prints.
    fn run(&self, command: &str) -> (Option<i32>, String) {
        let output = shell(&format!("{}{}", self.prelude, command.replace(CSP, "csp ")));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    }
}

#[test]
fn the_first_five_minutes_are_as_the_readme_says() {
    let sample = Sample::start();
    assert_eq!(sample.commands.len(), 5, "{:?}", sample.commands);
    let mut left = sample.commands.iter();
    for block in blocks::of("README.md", README) {
        let code = match block.outcome {
            Outcome::OnSample => 0,
            Outcome::RefusedOnSample => 2,
            Outcome::Shorthands | Outcome::Called | Outcome::Refused => continue,
        };
        for line in block.commands.lines() {
            let printed = left.next().map(|it| it.replace("csp ", CSP));
            assert_eq!(Some(line), printed.as_deref(), "the README does what the cluster suggests");
        }
        let (ended, printed) = sample.run(&block.commands);
        assert_eq!(ended, Some(code), "{block}: {printed}");
        same(block.prints.as_deref().unwrap_or("..."), &printed)
            .unwrap_or_else(|missing| panic!("{block} does not print\n{missing}\nbut\n{printed}"));
    }
    for command in left {
        let (ended, printed) = sample.run(command);
        assert_eq!(ended, Some(0), "{command}: {printed}");
    }
}

#[test]
fn the_worlds_of_the_readme_pass_their_tests() {
    let folder = Folder::new();
    let mut worlds = 0;
    for (line, mark, text) in blocks::fenced(README) {
        if mark != "yaml" {
            continue;
        }
        World::read(text).unwrap_or_else(|it| panic!("README.md:{line}: {}", it.of("world")));
        let file = folder.path().join("world.csp.yaml");
        std::fs::write(&file, text).unwrap();
        let output = Command::new(program("csp")).arg("test").arg(&file).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && printed.contains("2 passed, 0 failed"), "{printed}");
        worlds += 1;
    }
    assert_eq!(worlds, 1);
}

#[test]
fn the_data_of_a_running_cluster_is_not_deleted() {
    let Sample { process, data, .. } = Sample::start();
    let reset = || {
        let mut command = Command::new(program("cluster"));
        command.args(["reset", "--yes"]).env("CLUSTER__DATA", data.path()).output().unwrap()
    };
    let refused = reset();
    let stderr = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && stderr.contains("another cluster uses"), "{stderr}");
    assert!(data.path().join("ordering.db").exists());
    process.kill();
    assert!(reset().status.success());
    let left: Vec<_> = std::fs::read_dir(data.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "only the lock is left: {left:?}");
}
