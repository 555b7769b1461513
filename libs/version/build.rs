//! Sets the commit that is built: `CSP_COMMIT` if it is set, else git's HEAD, else `unknown`. Runs
//! again only if one of these has changed.

use std::{env, path::Path, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CSP_COMMIT");
    let given = env::var_os("CSP_COMMIT").and_then(|commit| commit.into_string().ok());
    let given = given.filter(|commit| !commit.is_empty());
    let commit = given.or_else(head).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=CSP_COMMIT={commit}");
}

/// The commit that is checked out, if the workspace is the root of a repository.
fn head() -> Option<String> {
    let root = git(&["rev-parse", "--show-toplevel"])?;
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if Path::new(&root).canonicalize().ok()? != here.canonicalize().ok()? {
        return None;
    }
    // A commit or a checkout writes to these files. Cargo treats a missing file as changed.
    for file in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--path-format=absolute", "--git-path", file])?;
        if Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
