//! Loss of power: what programs wrote and did not sync is lost, all or some of it.

use std::{
    collections::HashMap,
    fs::{self, Metadata, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use uuid::Uuid;

/// What a disk writes at once.
const SECTOR: usize = 512;

/// Which writes the disk had done before the power was lost, in addition to the synced ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsynced {
    /// None.
    Lost,
    /// Any sectors, in any order.
    Some,
}

/// A folder in which programs that have [`Self::variables`] in their environment lose unsynced writes.
#[derive(Debug)]
pub struct VolatileFolder {
    root: PathBuf,
    shadow: PathBuf,
    library: PathBuf,
}

impl VolatileFolder {
    /// Builds the library that records what is synced below `root`, in `workspace`.
    ///
    /// # Panics
    /// If there is no C compiler.
    #[must_use]
    pub fn new(root: &Path, workspace: &Path) -> Self {
        let source = workspace.join("unsynced.c");
        fs::write(&source, include_str!("unsynced.c")).expect("it can be written");
        let (shadow, library) = (workspace.join("synced"), workspace.join("unsynced.so"));
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o"]).arg(&library).arg(&source);
        let built = cc.status().is_ok_and(|status| status.success());
        assert!(built, "cc cannot build {}", source.display());
        let folder = Self { root: root.to_owned(), shadow, library };
        folder.sync();
        folder
    }

    /// What a program needs in its environment.
    #[must_use]
    pub fn variables(&self) -> Vec<(String, String)> {
        let text = |path: &Path| path.display().to_string();
        vec![
            ("LD_PRELOAD".to_owned(), text(&self.library)),
            ("UNSYNCED_ROOT".to_owned(), text(&self.root)),
            ("UNSYNCED_SHADOW".to_owned(), text(&self.shadow)),
        ]
    }

    /// Makes all content of the folder durable. No program may write to it.
    ///
    /// # Panics
    /// If a file cannot be copied.
    pub fn sync(&self) {
        let _ = fs::remove_dir_all(&self.shadow);
        for part in ["data", "tree", "locks"] {
            fs::create_dir_all(self.shadow.join(part)).expect("it can be created");
        }
        walk(&self.root, &mut |path, metadata| {
            let name = self.shadow.join("tree").join(self.relative(path));
            if metadata.is_dir() {
                fs::create_dir_all(name).expect("it can be created");
            } else {
                let key = key(metadata);
                fs::copy(path, self.shadow.join("data").join(&key)).expect("it can be copied");
                fs::write(name, key).expect("it can be written");
            }
        });
        // The programs may run as another user.
        walk(&self.shadow, &mut |path, _| {
            fs::set_permissions(path, Permissions::from_mode(0o777)).expect("it is ours");
        });
    }

    /// Loses the power: puts in place what was synced. All programs that write to the folder must have been
    /// killed.
    ///
    /// # Panics
    /// If a file cannot be written.
    pub fn lose_power(&self, unsynced: Unsynced) {
        let mut written = HashMap::new();
        walk(&self.root, &mut |path, metadata| {
            written.insert(key(metadata), path.to_owned());
        });
        let owner = fs::metadata(&self.root).expect("it exists");
        let left = self.root.with_extension("left");
        let tree = self.shadow.join("tree");
        walk(&tree, &mut |name, metadata| {
            let path = left.join(name.strip_prefix(&tree).expect("it is inside"));
            if metadata.is_dir() {
                fs::create_dir_all(&path).expect("it can be created");
            } else {
                let key = fs::read_to_string(name).expect("it is a key");
                // A file that was never synced has its name and no content.
                let synced = fs::read(self.shadow.join("data").join(&key)).unwrap_or_default();
                let content = match written.get(&key) {
                    Some(path) if unsynced == Unsynced::Some => {
                        mix(synced, &fs::read(path).expect("it can be read"))
                    }
                    _ => synced,
                };
                fs::write(&path, content).expect("it can be written");
            }
            let mode = if metadata.is_dir() { 0o700 } else { 0o600 };
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("it is ours");
            chown(&path, Some(owner.uid()), Some(owner.gid())).expect("it is ours");
        });
        fs::remove_dir_all(&self.root).expect("it can be removed");
        fs::rename(left, &self.root).expect("it can be renamed");
        self.sync();
    }

    fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).expect("it is inside")
    }
}

/// Calls for a folder and everything in it, folders first.
fn walk(path: &Path, each: &mut impl FnMut(&Path, &Metadata)) {
    let metadata = fs::symlink_metadata(path).expect("it exists");
    if metadata.is_dir() || metadata.is_file() {
        each(path, &metadata);
    }
    if metadata.is_dir() {
        for entry in fs::read_dir(path).expect("it can be read") {
            walk(&entry.expect("it can be read").path(), each);
        }
    }
}

/// As in `unsynced.c`.
fn key(metadata: &Metadata) -> String {
    let born = metadata.created().expect("the file system has times of birth");
    let born = born.duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970");
    format!("{}-{}-{:09}", metadata.ino(), born.as_secs(), born.subsec_nanos())
}

/// Each sector of the synced or of the written content, and the length of one of both.
fn mix(synced: Vec<u8>, written: &[u8]) -> Vec<u8> {
    let mut coins = Coins(0, 0);
    let mut mixed = synced;
    if coins.toss() {
        mixed.resize(written.len(), 0);
    }
    for (sector, written) in mixed.chunks_mut(SECTOR).zip(written.chunks(SECTOR)) {
        if coins.toss() {
            let both = sector.len().min(written.len());
            sector[..both].copy_from_slice(&written[..both]);
        }
    }
    mixed
}

/// Random bits, and how many there are.
struct Coins(u128, u32);

impl Coins {
    fn toss(&mut self) -> bool {
        if self.1 == 0 {
            // The low 62 bits of a UUID are random.
            *self = Self(Uuid::new_v4().as_u128(), 62);
        }
        let side = self.0 & 1 == 1;
        *self = Self(self.0 >> 1, self.1 - 1);
        side
    }
}
