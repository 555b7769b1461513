//! Version and commit of what was built. Only programs take this crate: each commit builds what
//! depends on it again.

use telemetry::Build;

/// This build.
pub const BUILD: Build = Build { version: env!("CARGO_PKG_VERSION"), commit: env!("CSP_COMMIT") };
