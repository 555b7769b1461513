use std::{path::Path, process::Command};

use tempfile::TempDir;

/// Where Linux keeps files in memory: databases there do not wait for a disk.
const MEMORY: &str = "/dev/shm";
/// How much of it has to be free, in KiB. A container has 64 MiB by default, which is too little.
const ROOM: u64 = 1024 * 1024;
/// Where folders go when there is no room in memory.
const DISK: &str = "/tmp";

/// An empty folder. It is deleted, with all that is in it, when the value is dropped.
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// Makes a folder.
    ///
    /// # Panics
    /// When there is no place for one.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it touches the disk")]
    pub fn new() -> Self {
        Self(tempfile::tempdir_in(place()).expect("cannot make a temporary folder"))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Where folders of tests go. Not where TMPDIR says: a server takes a short path for a socket, and
/// one that PostgreSQL's user may enter.
pub(crate) fn place() -> &'static str {
    let room = free(MEMORY).is_some_and(|free| free >= ROOM);
    if room { MEMORY } else { DISK }
}

/// The free space of the file system at this path, in KiB.
fn free(path: &str) -> Option<u64> {
    let output = Command::new("df").args(["-Pk", path]).output().ok()?;
    let table = String::from_utf8(output.stdout).ok()?;
    table.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}
