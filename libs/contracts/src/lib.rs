//! The protobuf contracts of the cluster, generated from `proto/`, and helpers for fields, times and
//! violations.

#![allow(missing_docs, clippy::all)]

/// All files of `proto/` and what they import, as an encoded `FileDescriptorSet`.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

mod parts;
mod refusal;
pub mod time;
mod values;

pub use parts::parts;

/// Each service: its name, the full name of its gRPC service, and its default port.
pub const SERVICES: [(&str, &str, u16); 3] = [
    ("onboarding", onboarding::onboarding_service_server::SERVICE_NAME, 50051),
    ("relationship", relationship::relationship_service_server::SERVICE_NAME, 50052),
    ("ordering", ordering::ordering_service_server::SERVICE_NAME, 50053),
];

mod csp {
    pub mod onboarding {
        pub mod v1 {
            tonic::include_proto!("csp.onboarding.v1");
        }
    }
    pub mod relationship {
        pub mod v1 {
            tonic::include_proto!("csp.relationship.v1");
        }
    }
    pub mod ordering {
        pub mod v1 {
            tonic::include_proto!("csp.ordering.v1");
        }
    }
    pub mod rules {
        pub mod v1 {
            tonic::include_proto!("csp.rules.v1");
        }
    }
}

pub use csp::{
    onboarding::v1 as onboarding, ordering::v1 as ordering, relationship::v1 as relationship,
    rules::v1 as rules,
};
