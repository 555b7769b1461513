use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tests::process::program;

use crate::root;

/// The services and the console, each a target of the Dockerfile.
pub const PROGRAMS: [&str; 4] = ["onboarding", "relationship", "ordering", "console"];
/// Commit that the images are labelled with.
pub const COMMIT: &str = "0123456789abcdef";

/// A store of images; dropping the value deletes it.
pub struct Store {
    folder: PathBuf,
}

/// Runs a command and returns its standard output.
///
/// # Panics
/// If the command fails, with its standard error.
pub fn stdout(command: &mut Command) -> String {
    let output = command.output();
    let output = output.unwrap_or_else(|error| {
        panic!("{:?} does not run ({error}): run tests/setup", command.get_program())
    });
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Store {
    /// A store with a base image of the shared objects of the programs.
    pub fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("images");
        let store = Self { folder };
        store.clear();
        let programs = store.folder.join("programs/programs");
        fs::create_dir_all(&programs).unwrap();
        for name in PROGRAMS {
            let stripped = programs.join(name);
            stdout(Command::new("strip").arg(program(name)).arg("-o").arg(&stripped));
            store.copy_shared_objects(&stripped);
        }
        fs::write(store.base().join("Dockerfile"), "FROM scratch\nCOPY root/ /\n").unwrap();
        stdout(store.buildah(&["build", "--tag", "base"]).arg(store.base()));
        store
    }

    fn base(&self) -> PathBuf {
        self.folder.join("base")
    }

    /// Copies the shared objects of a program into the base image.
    fn copy_shared_objects(&self, program: &Path) {
        for line in stdout(Command::new("ldd").arg(program)).lines() {
            let object = line.split_whitespace().find(|word| word.starts_with('/'));
            let Some(object) = object.map(Path::new) else {
                continue;
            };
            let copy = self.base().join("root").join(object.strip_prefix("/").unwrap());
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(object, copy).unwrap();
        }
    }

    /// Builds the image of a service with the Dockerfile of the repository.
    pub fn build(&self, service: &str) {
        let programs = format!("build={}", self.folder.join("programs").display());
        let commit = format!("CSP_COMMIT={COMMIT}");
        let mut command = self.buildah(&["build", "--build-arg", "BASE=localhost/base"]);
        command.args(["--build-arg", &commit, "--build-context", &programs]);
        command.args(["--target", service, "--tag", service]);
        stdout(command.arg(root()));
    }

    /// The build context after `.dockerignore`, as a folder.
    pub fn context(&self) -> PathBuf {
        let all = self.folder.join("all");
        fs::write(&all, "FROM scratch\nCOPY . /\n").unwrap();
        let mut command = self.buildah(&["build", "--tag", "context", "--file"]);
        stdout(command.arg(all).arg(root()));
        self.mounted("context")
    }

    /// The configuration of an image (user, entry point, labels).
    pub fn config(&self, service: &str) -> Value {
        let inspected = stdout(&mut self.buildah(&["inspect", "--type", "image", service]));
        let inspected: Value = serde_json::from_str(&inspected).unwrap();
        inspected["OCIv1"]["config"].clone()
    }

    /// The files of the base image.
    pub fn base_files(&self) -> BTreeSet<String> {
        files(&self.base().join("root"))
    }

    /// The files of an image.
    pub fn files(&self, service: &str) -> BTreeSet<String> {
        files(&self.mounted(service))
    }

    /// Mounts an image as a folder.
    pub fn mounted(&self, service: &str) -> PathBuf {
        let container = stdout(&mut self.buildah(&["from", service]));
        stdout(&mut self.buildah(&["mount", &container])).into()
    }

    fn buildah(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("buildah", arguments);
        command.env("BUILDAH_ISOLATION", "chroot");
        command
    }

    /// A command of buildah or podman on this store.
    pub fn command(&self, tool: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(tool);
        command.arg("--root").arg(self.folder.join("store"));
        command.arg("--runroot").arg(self.folder.join("run"));
        command.args(["--storage-driver", "vfs"]).args(arguments);
        command
    }

    fn clear(&self) {
        if self.folder.join("store").exists() {
            let _ = self.command("podman", &["rm", "--all", "--force"]).output();
            let _ = self.buildah(&["rm", "--all"]).output();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The regular files in a folder, by their relative paths.
fn files(folder: &Path) -> BTreeSet<String> {
    let found = stdout(Command::new("find").current_dir(folder).args([".", "-type", "f"]));
    found.lines().map(|it| it.trim_start_matches("./").to_owned()).collect()
}
