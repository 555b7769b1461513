//! A decision of relationship as JSON: readable in the database, and exactly what came back.

use contracts::relationship as pb;
use prost_reflect::{DescriptorPool, DeserializeOptions, DynamicMessage, MessageDescriptor};
use serde_json::Value;

const DECISION: &str = "csp.relationship.v1.Decision";

/// A decision as JSON.
pub(crate) fn to_json(decision: &pb::Decision) -> Result<Value, String> {
    let mut message = DynamicMessage::new(descriptor()?);
    message.transcode_from(decision).map_err(|error| error.to_string())?;
    serde_json::to_value(&message).map_err(|error| error.to_string())
}

/// A decision from its JSON, without the fields that this version does not know: a newer version may
/// have stored it, before a rollback or beside this one during a rollout.
pub(crate) fn from_json(json: Value) -> Result<pb::Decision, String> {
    let options = DeserializeOptions::new().deny_unknown_fields(false);
    let message = DynamicMessage::deserialize_with_options(descriptor()?, json, &options);
    let message = message.map_err(|error| error.to_string())?;
    message.transcode_to().map_err(|error| error.to_string())
}

fn descriptor() -> Result<MessageDescriptor, String> {
    use std::sync::OnceLock;

    static POOL: OnceLock<Result<DescriptorPool, String>> = OnceLock::new();
    let pool = POOL.get_or_init(|| {
        DescriptorPool::decode(contracts::DESCRIPTORS).map_err(|error| error.to_string())
    });
    let descriptor = pool.as_ref().map_err(Clone::clone)?.get_message_by_name(DECISION);
    descriptor.ok_or_else(|| format!("{DECISION} is not described"))
}

#[cfg(test)]
mod tests;
