//! Version and commit of the build. Only binaries depend on this crate, because each commit rebuilds
//! its dependents.

use telemetry::Build;

/// This build.
pub const BUILD: Build = Build { version: env!("CARGO_PKG_VERSION"), commit: env!("CSP_COMMIT") };
