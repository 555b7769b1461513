use std::collections::BTreeSet;

use prost_reflect::{DynamicMessage, ReflectMessage, Value, prost_types::Timestamp};
use tonic::Status;
use tonic_types::StatusExt;

use super::all_requests;
use crate::{
    Fixture,
    client::{exchange, message},
    proto::{self, SERVICES},
};

/// Seconds and nanoseconds outside the range of a protobuf Timestamp. JSON cannot express them.
const INVALID_TIMES: [(i64, i32); 7] = [
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

/// Copies of a message, each with one Timestamp replaced, with the path of that field.
fn replaced(message: &DynamicMessage, time: Timestamp) -> Vec<(String, DynamicMessage)> {
    if message.descriptor().full_name() == "google.protobuf.Timestamp" {
        let mut replaced = message.clone();
        replaced.transcode_from(&time).expect("it is a Timestamp");
        return vec![(String::new(), replaced)];
    }
    let mut all = Vec::new();
    for (field, value) in message.fields() {
        let mut push = |path: String, value| {
            let mut copy = message.clone();
            copy.set_field(&field, value);
            all.push((path.trim_end_matches('.').to_owned(), copy));
        };
        match value {
            Value::Message(inner) => {
                for (path, inner) in replaced(inner, time) {
                    push(format!("{}.{path}", field.name()), Value::Message(inner));
                }
            }
            Value::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    for (path, item) in
                        item.as_message().into_iter().flat_map(|it| replaced(it, time))
                    {
                        let mut items = items.clone();
                        items[at] = Value::Message(item);
                        push(format!("{}[{at}].{path}", field.name()), Value::List(items));
                    }
                }
            }
            _ => {}
        }
    }
    all
}

fn invalid_fields(status: &Status) -> Vec<String> {
    let listed = status.get_details_bad_request().map(|it| it.field_violations);
    listed.into_iter().flatten().map(|it| it.field).collect()
}

#[tokio::test]
async fn a_timestamp_out_of_range_is_an_invalid_field() {
    let fixture = Fixture::start().await;
    let mut covered = BTreeSet::new();
    for service in SERVICES {
        let channel = fixture.channel(service).await;
        for requests in all_requests(service, &fixture).await {
            let method = proto::method(service, requests.method);
            let good = message(method.input(), &requests.valid);
            for (seconds, nanos) in INVALID_TIMES {
                for (path, request) in replaced(&good, Timestamp { seconds, nanos }) {
                    let response = exchange(&channel, &method, request).await;
                    let status = response.expect_err("the time is out of range");
                    let case = format!("{} {path} = {seconds} s {nanos} ns", requests.method);
                    assert_eq!(invalid_fields(&status), [path.as_str()], "{case}: {status:?}");
                    covered.insert(format!("{} {path}", requests.method));
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
    assert_eq!(Vec::from_iter(covered), expected);
}
