use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tests::process::program;

/// The services, each a target of the Dockerfile.
pub const SERVICES: [&str; 3] = ["onboarding", "relationship", "ordering"];
/// What the images are told to be built of.
pub const COMMIT: &str = "0123456789abcdef";

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A store of images that goes away with the value.
pub struct Store {
    folder: PathBuf,
}

/// Runs a command to its end and gives what it says.
///
/// # Panics
/// When it fails, with its complaint.
pub fn said(command: &mut Command) -> String {
    let output = command.output();
    let output = output.unwrap_or_else(|error| {
        panic!("{:?} does not run ({error}): run tests/setup", command.get_program())
    });
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Store {
    /// An empty store, with the base image made of the shared objects of the programs.
    pub fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("images");
        let store = Self { folder };
        store.clear();
        let programs = store.folder.join("programs/programs");
        fs::create_dir_all(&programs).unwrap();
        for service in SERVICES {
            let stripped = programs.join(service);
            said(Command::new("strip").arg(program(service)).arg("-o").arg(&stripped));
            store.keep_shared_objects(&stripped);
        }
        fs::write(store.base().join("Dockerfile"), "FROM scratch\nCOPY root/ /\n").unwrap();
        said(store.buildah(&["build", "--tag", "base"]).arg(store.base()));
        store
    }

    fn base(&self) -> PathBuf {
        self.folder.join("base")
    }

    /// Copies what a program is linked with to where it looks for it.
    fn keep_shared_objects(&self, program: &Path) {
        for line in said(Command::new("ldd").arg(program)).lines() {
            let object = line.split_whitespace().find(|word| word.starts_with('/'));
            let Some(object) = object.map(Path::new) else {
                continue;
            };
            let copy = self.base().join("root").join(object.strip_prefix("/").unwrap());
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(object, copy).unwrap();
        }
    }

    /// Builds the image of a service by the repository's Dockerfile.
    pub fn build(&self, service: &str) {
        let programs = format!("build={}", self.folder.join("programs").display());
        let commit = format!("CSP_COMMIT={COMMIT}");
        let mut command = self.buildah(&["build", "--build-arg", "BASE=localhost/base"]);
        command.args(["--build-arg", &commit, "--build-context", &programs]);
        command.args(["--target", service, "--tag", service]);
        said(command.arg(root()));
    }

    /// What of the repository a builder gets to see, as a folder.
    pub fn context(&self) -> PathBuf {
        let all = self.folder.join("all");
        fs::write(&all, "FROM scratch\nCOPY . /\n").unwrap();
        let mut command = self.buildah(&["build", "--tag", "context", "--file"]);
        said(command.arg(all).arg(root()));
        self.mounted("context")
    }

    /// What an image says of how it is run.
    pub fn config(&self, service: &str) -> Value {
        let inspected = said(&mut self.buildah(&["inspect", "--type", "image", service]));
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

    /// An image as a folder.
    pub fn mounted(&self, service: &str) -> PathBuf {
        let container = said(&mut self.buildah(&["from", service]));
        said(&mut self.buildah(&["mount", &container])).into()
    }

    fn buildah(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("buildah", arguments);
        command.env("BUILDAH_ISOLATION", "chroot");
        command
    }

    /// One of the tools, working on this store.
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

/// The regular files within a folder, from there.
fn files(folder: &Path) -> BTreeSet<String> {
    let found = said(Command::new("find").current_dir(folder).args([".", "-type", "f"]));
    found.lines().map(|it| it.trim_start_matches("./").to_owned()).collect()
}
