//! Rules of the source tree that no compiler checks.

#![allow(clippy::expect_used, clippy::panic, reason = "so a test fails")]

mod code;
mod crates;
mod files;
mod habits;
mod layers;
mod links;
mod operations;
mod supply;
mod tree;
mod vocabulary;

/// Fails with all violations, and how to fix them.
#[track_caller]
fn assert_none(wrong: &[String], advice: &str) {
    assert!(wrong.is_empty(), "\n  {}\n{advice}\n", wrong.join("\n  "));
}
