//! The manifests of `k8s/`: each overlay is rendered, validated against schemas, and compared with the
//! project's rules, the settings of the services, and the calls between them.

mod apply;
mod graph;
mod mesh;
mod network;
mod overlay;
mod policy;
mod rules;
mod schemas;
mod settings;
