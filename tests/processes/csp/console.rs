use std::process::{Command, Output};

use testbed::{Folder, golden_section};
use tests::{messages::without_ids, process};

use super::sample::Sample;

/// Runs `csp` and records what it prints.
pub struct Console {
    environment: Vec<(String, String)>,
    recorded: String,
    home: Folder,
    /// The address of the sample's services and how the record shows each.
    shown: Vec<(String, &'static str)>,
}

impl Console {
    pub fn of(sample: &Sample) -> Self {
        let home = Folder::new();
        let services = ["onboarding", "relationship", "ordering"];
        let addresses = || services.into_iter().zip(sample.addresses());
        let mut environment: Vec<_> = addresses()
            .map(|(service, address)| (format!("CSP_{}", service.to_uppercase()), address))
            .collect();
        let config = home.path().join("config.toml").display().to_string();
        environment.push(("CSP_CONFIG".to_owned(), config));
        let shown = addresses().map(|(service, address)| (address, service)).collect();
        Self { environment, recorded: String::new(), home, shown }
    }

    /// Uses the addresses of the configuration file.
    pub fn forget_addresses(&mut self) {
        self.environment.retain(|(name, _)| name == "CSP_CONFIG");
    }

    /// Runs a command.
    pub fn output(&self, command: &str) -> Output {
        let arguments: Vec<_> = command.split(' ').collect();
        tokio::task::block_in_place(|| process::run("csp", &arguments, &self.environment))
    }

    /// Runs a line in a shell that finds `csp`, at the root of the repository.
    pub fn shell(&self, line: &str) -> Output {
        let program = process::program("csp");
        let folder = program.parent().unwrap().display();
        let mut command = Command::new("bash");
        command.args(["-c", &format!("PATH={folder}:$PATH; {line}")]);
        command.envs(self.environment.iter().cloned()).env("HOME", self.home.path());
        command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        tokio::task::block_in_place(|| command.output()).unwrap()
    }

    /// Runs a command, checks its exit code and records its output.
    pub fn run(&mut self, command: &str, exit: i32) {
        let output = self.output(command);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, error) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(exit), "csp {command}\n{out}{error}");
        self.recorded += &format!("\n$ csp {command}\n{out}{error}");
        if exit != 0 {
            self.recorded += &format!("(exit code {exit})\n");
        }
    }

    /// Compares the record with its section of the golden file.
    pub fn compare(self, section: &str) {
        let mut text = without_ids(&self.recorded);
        for (address, service) in &self.shown {
            text = text.replace(address, &format!("{{{service}}}"));
        }
        let home = self.home.path().display().to_string();
        golden_section("csp.txt", section, &text.replace(&home, "{home}"));
    }
}
