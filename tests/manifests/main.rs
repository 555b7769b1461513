//! The manifests of `k8s/`: each overlay is rendered, validated, and held against our own rules, the
//! services' settings, and who calls whom.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod apply;
mod graph;
mod mesh;
mod network;
mod overlay;
mod policy;
mod rules;
mod schemas;
mod settings;
