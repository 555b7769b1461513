//! The files of this repository as text.

use std::{fs, path::Path, sync::OnceLock};

/// A text file.
pub struct File {
    /// Path from the root, such as `libs/types/src/lib.rs`.
    pub path: String,
    /// Content.
    pub text: String,
}

impl File {
    /// Whether this is Rust of tests.
    pub fn is_test(&self) -> bool {
        self.is_rust() && self.path.split('/').any(|part| ["tests", "tests.rs"].contains(&part))
    }

    /// Whether this is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the file is, or is in, one of these files and folders. `*` matches any one name.
    pub fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| {
            let mut parts = self.path.split('/');
            place.split('/').all(|wanted| parts.next().is_some_and(|it| matches(it, wanted)))
        })
    }
}

fn matches(name: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

/// Whether a text has a whole word.
pub fn has_word(text: &str, word: &str) -> bool {
    let part = |it: char| it.is_ascii_alphanumeric() || it == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

/// The root of the repository.
pub fn root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests)
}

/// Every text file that `.gitignore` does not exclude.
pub fn files() -> &'static [File] {
    static FILES: OnceLock<Vec<File>> = OnceLock::new();
    FILES.get_or_init(|| {
        let ignored = fs::read_to_string(root().join(".gitignore")).unwrap_or_default();
        let ignored = ignored.lines().filter_map(|line| line.strip_prefix('/'));
        let ignored: Vec<_> = ignored.chain([".git"]).collect();
        let mut files = Vec::new();
        read("", &ignored, &mut files);
        assert!(files.len() > 100, "{} holds too few files to be the repository", root().display());
        files
    })
}

fn read(folder: &str, ignored: &[&str], files: &mut Vec<File>) {
    let entries = fs::read_dir(root().join(folder)).into_iter().flatten();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        if ignored.contains(&path.as_str()) {
            continue;
        }
        if entry.path().is_dir() {
            read(&path, ignored, files);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.push(File { path, text });
        }
    }
}
