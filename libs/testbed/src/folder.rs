use std::{path::Path, process::Command};

use tempfile::TempDir;

/// A file system in memory on Linux: databases in it do not wait for a disk.
const MEMORY_FOLDER: &str = "/dev/shm";
/// Free space that tests need in it. A container has 64 MiB by default, which is too little.
const MIN_FREE_KIB: u64 = 1024 * 1024;
/// Used if the memory file system is missing or too small.
const DISK_FOLDER: &str = "/tmp";

/// An empty folder. Dropping the value deletes it and its contents.
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// Creates a folder.
    ///
    /// # Panics
    /// If it cannot be created.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it touches the disk")]
    pub fn new() -> Self {
        Self::create_in(Path::new(parent_folder()))
    }

    /// Creates a folder in another one.
    ///
    /// # Panics
    /// If it cannot be created.
    #[must_use]
    pub fn create_in(parent: &Path) -> Self {
        Self(tempfile::tempdir_in(parent).expect("cannot make a temporary folder"))
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// The parent of test folders. Not TMPDIR: a server needs a short path for its socket, which PostgreSQL's
/// user may enter.
pub(crate) fn parent_folder() -> &'static str {
    let enough = free(MEMORY_FOLDER).is_some_and(|free| free >= MIN_FREE_KIB);
    if enough { MEMORY_FOLDER } else { DISK_FOLDER }
}

/// The free space of the file system at this path, in KiB.
fn free(path: &str) -> Option<u64> {
    let output = Command::new("df").args(["-Pk", path]).output().ok()?;
    let table = String::from_utf8(output.stdout).ok()?;
    table.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}
