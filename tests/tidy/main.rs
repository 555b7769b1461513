//! What the source tree promises and no compiler checks.

#![allow(clippy::expect_used, clippy::panic, reason = "so a test fails")]

mod code;
mod crates;
mod files;
mod habits;
mod layers;
mod operations;
mod tree;

/// Fails with all that is wrong, and what to do about it.
#[track_caller]
fn assert_none(wrong: &[String], advice: &str) {
    assert!(wrong.is_empty(), "\n  {}\n{advice}\n", wrong.join("\n  "));
}
