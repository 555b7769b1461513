//! Request ids for the messages of calls, whichever type they have.

use std::{collections::HashMap, sync::LazyLock};

use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use uuid::Uuid;

/// A message of gRPC begins with whether it is compressed, and its length.
const PREFIX: usize = 5;
/// How protobuf writes that a field is a text.
const TEXT: u64 = 2;

/// The number of the field `request_id` in the request of each method that has one, by its path.
static FIELDS: LazyLock<HashMap<String, u64>> = LazyLock::new(|| {
    let files = FileDescriptorSet::decode(contracts::DESCRIPTORS).unwrap_or_default().file;
    let fields: HashMap<_, _> = files.iter().flat_map(fields).collect();
    let methods = files.iter().flat_map(methods);
    methods.filter_map(|(path, request)| Some((path, *fields.get(request)?))).collect()
});

/// The number of the field `request_id` in the request of a method, such as
/// `/csp.ordering.v1.OrderingService/PlaceOrder`. None for a read.
pub(crate) fn field_of(path: &str) -> Option<u64> {
    FIELDS.get(path).copied()
}

/// The message with a new id before all its fields. The id that it has, if it has one, comes later
/// and therefore counts. `None` where the message cannot be read.
pub(crate) fn give(sent: &[u8], field: u64) -> Option<Vec<u8>> {
    let (prefix, message) = sent.split_at_checked(PREFIX)?;
    let id = text(field, &Uuid::new_v4().to_string());
    let length = u32::try_from(id.len() + message.len()).ok()?;
    let plain = prefix.first() == Some(&0);
    plain.then(|| [&[0], length.to_be_bytes().as_slice(), &id, message].concat())
}

/// A field as protobuf writes it.
fn text(field: u64, value: &str) -> Vec<u8> {
    let key = field << 3 | TEXT;
    let mut written = Vec::new();
    for number in [key, value.len() as u64] {
        varint(number, &mut written);
    }
    written.extend(value.bytes());
    written
}

fn varint(mut number: u64, written: &mut Vec<u8>) {
    while number > 0x7f {
        written.push(number as u8 | 0x80);
        number >>= 7;
    }
    written.push(number as u8);
}

/// The messages of a file that have the field, and its number.
fn fields(file: &FileDescriptorProto) -> impl Iterator<Item = (String, u64)> {
    file.message_type.iter().filter_map(|message| {
        let field = message.field.iter().find(|field| field.name() == "request_id")?;
        let name = format!(".{}.{}", file.package(), message.name());
        Some((name, u64::try_from(field.number()).ok()?))
    })
}

/// The methods of a file by their path, and what each takes.
fn methods(file: &FileDescriptorProto) -> impl Iterator<Item = (String, &str)> {
    file.service.iter().flat_map(|service| {
        service.method.iter().map(|method| {
            let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
            (path, method.input_type())
        })
    })
}

#[cfg(test)]
mod tests {
    use contracts::ordering::PlaceOrderRequest;

    use super::*;

    fn framed(message: &PlaceOrderRequest) -> Vec<u8> {
        let message = message.encode_to_vec();
        let length = u32::try_from(message.len()).unwrap_or_default();
        [&[0], length.to_be_bytes().as_slice(), &message].concat()
    }

    fn given(request: &PlaceOrderRequest) -> PlaceOrderRequest {
        let field = field_of("/csp.ordering.v1.OrderingService/PlaceOrder").unwrap_or_default();
        let sent = give(&framed(request), field).unwrap_or_default();
        assert_eq!(sent[1..PREFIX], ((sent.len() - PREFIX) as u32).to_be_bytes());
        PlaceOrderRequest::decode(&sent[PREFIX..]).unwrap_or_default()
    }

    #[test]
    fn a_change_without_a_request_id_gets_one_and_is_else_the_same() {
        let request = PlaceOrderRequest { validate_only: true, ..Default::default() };
        let (one, other) = (given(&request), given(&request));
        assert!(one.request_id.parse::<Uuid>().is_ok(), "{}", one.request_id);
        assert_ne!(one.request_id, other.request_id);
        assert_eq!(PlaceOrderRequest { request_id: String::new(), ..one }, request);
    }

    #[test]
    fn a_change_keeps_the_request_id_that_it_has() {
        let request_id = "60000000-0000-4000-8000-000000000001".to_owned();
        let request = PlaceOrderRequest { request_id, ..Default::default() };
        assert_eq!(given(&request), request);
    }

    #[test]
    fn every_service_has_changes_and_no_read_is_one() {
        for service in ["onboarding", "relationship", "ordering"] {
            let of_it = format!("/csp.{service}.v1.");
            assert!(FIELDS.keys().filter(|path| path.starts_with(&of_it)).count() > 5, "{service}");
        }
        for path in FIELDS.keys() {
            let method = path.rsplit('/').next().unwrap_or_default();
            let reads = ["Get", "List", "BatchGet", "Check", "Assess"];
            assert!(!reads.iter().any(|verb| method.starts_with(verb)), "{path}");
        }
    }

    #[test]
    fn a_field_is_written_with_its_number_and_length() {
        assert_eq!(text(3, "a"), [0x1a, 1, b'a']);
        assert_eq!(text(16, "ab"), [0x82, 0x01, 2, b'a', b'b']);
    }

    #[test]
    fn what_cannot_be_read_is_left_as_it_is() {
        assert_eq!(give(&[0, 0], 2), None);
        assert_eq!(give(&[1, 0, 0, 0, 0], 2), None);
    }
}
