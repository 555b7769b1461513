use std::collections::BTreeSet;

use prost_reflect::{DynamicMessage, ReflectMessage, Value, prost_types::Timestamp};
use tonic::Status;
use tonic_types::StatusExt;

use super::forms;
use crate::{
    Stage,
    client::{exchange, message},
    proto::{self, SERVICES},
};

/// Seconds and nanoseconds that are no time of protobuf's. JSON cannot say them.
const NO_TIMES: [(i64, i32); 7] = [
    (0, -1),
    (1_700_000_000, -1),
    (0, 1_000_000_000),
    (i64::MAX, 0),
    (i64::MIN, 0),
    // The second before 0001-01-01T00:00:00Z.
    (-62_135_596_801, 0),
    // The second after 9999-12-31T23:59:59Z.
    (253_402_300_800, 0),
];

/// A message with one of its times replaced, for each that it has, and the path of that one.
fn replaced(message: &DynamicMessage, time: Timestamp) -> Vec<(String, DynamicMessage)> {
    if message.descriptor().full_name() == "google.protobuf.Timestamp" {
        let mut replaced = message.clone();
        replaced.transcode_from(&time).expect("it is a Timestamp");
        return vec![(String::new(), replaced)];
    }
    let mut all = Vec::new();
    for (field, value) in message.fields() {
        let mut keep = |path: String, value| {
            let mut copy = message.clone();
            copy.set_field(&field, value);
            all.push((path.trim_end_matches('.').to_owned(), copy));
        };
        match value {
            Value::Message(inner) => {
                for (path, inner) in replaced(inner, time) {
                    keep(format!("{}.{path}", field.name()), Value::Message(inner));
                }
            }
            Value::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    for (path, item) in
                        item.as_message().into_iter().flat_map(|it| replaced(it, time))
                    {
                        let mut items = items.clone();
                        items[at] = Value::Message(item);
                        keep(format!("{}[{at}].{path}", field.name()), Value::List(items));
                    }
                }
            }
            _ => {}
        }
    }
    all
}

fn wrong_fields(status: &Status) -> Vec<String> {
    let listed = status.get_details_bad_request().map(|it| it.field_violations);
    listed.into_iter().flatten().map(|it| it.field).collect()
}

#[tokio::test]
async fn a_time_outside_of_protobufs_range_is_a_wrong_field_wherever_a_time_is_taken() {
    let stage = Stage::open().await;
    let mut tried = BTreeSet::new();
    for service in SERVICES {
        let channel = stage.channel(service).await;
        for form in forms(service, &stage).await {
            let method = proto::method(service, form.method);
            let good = message(method.input(), &form.good);
            for (seconds, nanos) in NO_TIMES {
                for (path, request) in replaced(&good, Timestamp { seconds, nanos }) {
                    let answer = exchange(&channel, &method, request).await;
                    let status = answer.expect_err("there is no such time");
                    let case = format!("{} {path} = {seconds} s {nanos} ns", form.method);
                    assert_eq!(wrong_fields(&status), [path.as_str()], "{case}: {status:?}");
                    tried.insert(format!("{} {path}", form.method));
                }
            }
        }
    }
    let expected = [
        "AcceptAgreement agreement.accept_time",
        "AttestCustomerAgreement agreement.accept_time",
        "CreateOrganization organization.owners[0].from_time",
        "CreateOrganization organization.owners[1].from_time",
        "EndOwnership end_time",
        "RecordCustomerAgreement agreement.accept_time",
        "RecordEvidence evidence[0].observed_time",
        "RecordEvidence evidence[1].observed_time",
        "RecordOwnership owner.from_time",
    ];
    assert_eq!(Vec::from_iter(tried), expected, "every time that a caller gives is tried");
}
