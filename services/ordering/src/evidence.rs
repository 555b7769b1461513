//! A decision of relationship as JSON: readable in the database, and exactly what came back.

use contracts::relationship as pb;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde_json::Value;

const DECISION: &str = "csp.relationship.v1.Decision";

/// A decision as JSON.
pub(crate) fn to_json(decision: &pb::Decision) -> Result<Value, String> {
    let mut message = DynamicMessage::new(descriptor()?);
    message.transcode_from(decision).map_err(|error| error.to_string())?;
    serde_json::to_value(&message).map_err(|error| error.to_string())
}

/// A decision from its JSON.
pub(crate) fn from_json(json: Value) -> Result<pb::Decision, String> {
    let message = DynamicMessage::deserialize(descriptor()?, json);
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
mod tests {
    use super::*;

    #[test]
    fn a_decision_reads_back_exactly() {
        let decision = pb::Decision {
            verdict: pb::Verdict::Allowed.into(),
            outcomes: vec![pb::RuleOutcome {
                rule_id: "REL-3".to_owned(),
                outcome: pb::Outcome::Passed.into(),
                inputs: vec![pb::Input { name: "a".to_owned(), value: "b".to_owned() }],
                ..pb::RuleOutcome::default()
            }],
            decide_time: Some(contracts::time::to_wire(kernel::Clock::system().now())),
            ..pb::Decision::default()
        };
        let json = to_json(&decision).unwrap();
        assert_eq!(json["outcomes"][0]["ruleId"], "REL-3");
        assert_eq!(from_json(json).unwrap(), decision);
    }
}
