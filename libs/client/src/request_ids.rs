//! Request ids for encoded requests of any type. tonic hands a generated client's request to the
//! channel encoded, so that this is the one place that every call passes.

use std::{collections::HashMap, sync::LazyLock};

use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use uuid::Uuid;

/// Bytes of the gRPC header of a message: the compression flag and the length.
const PREFIX: usize = 5;

/// Tag of the field `request_id` for each method whose request has one, by path.
static FIELDS: LazyLock<HashMap<String, u32>> = LazyLock::new(|| {
    let files = FileDescriptorSet::decode(contracts::DESCRIPTORS).unwrap_or_default().file;
    let fields: HashMap<_, _> = files.iter().flat_map(fields).collect();
    let methods = files.iter().flat_map(methods);
    methods.filter_map(|(path, request)| Some((path, *fields.get(request)?))).collect()
});

/// Tag of the field `request_id` in the request of a method, such as
/// `/csp.ordering.v1.OrderingService/PlaceOrder`. `None` for a read.
pub(crate) fn tag_of(path: &str) -> Option<u32> {
    FIELDS.get(path).copied()
}

/// The message with a new id before its fields. An id that the message already has comes later and
/// therefore wins. `None` if the message is compressed or incomplete.
pub(crate) fn add(sent: &[u8], tag: u32) -> Option<Vec<u8>> {
    let (prefix, message) = sent.split_at_checked(PREFIX)?;
    let mut id = Vec::new();
    prost::encoding::string::encode(tag, &Uuid::new_v4().to_string(), &mut id);
    let length = u32::try_from(id.len() + message.len()).ok()?;
    let plain = prefix.first() == Some(&0);
    plain.then(|| [&[0], length.to_be_bytes().as_slice(), &id, message].concat())
}

/// The messages of a file that have the field, with its tag.
fn fields(file: &FileDescriptorProto) -> impl Iterator<Item = (String, u32)> {
    file.message_type.iter().filter_map(|message| {
        let field = message.field.iter().find(|field| field.name() == "request_id")?;
        let name = format!(".{}.{}", file.package(), message.name());
        Some((name, u32::try_from(field.number()).ok()?))
    })
}

/// The methods of a file by path, with the type of their request.
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
        let tag = tag_of("/csp.ordering.v1.OrderingService/PlaceOrder").unwrap_or_default();
        let sent = add(&framed(request), tag).unwrap_or_default();
        assert_eq!(sent[1..PREFIX], ((sent.len() - PREFIX) as u32).to_be_bytes());
        PlaceOrderRequest::decode(&sent[PREFIX..]).unwrap_or_default()
    }

    #[test]
    fn a_mutation_without_a_request_id_gets_one() {
        let request = PlaceOrderRequest { validate_only: true, ..Default::default() };
        let (one, other) = (given(&request), given(&request));
        assert!(one.request_id.parse::<Uuid>().is_ok(), "{}", one.request_id);
        assert_ne!(one.request_id, other.request_id);
        assert_eq!(PlaceOrderRequest { request_id: String::new(), ..one }, request);
    }

    #[test]
    fn a_mutation_keeps_its_request_id() {
        let request_id = "60000000-0000-4000-8000-000000000001".to_owned();
        let request = PlaceOrderRequest { request_id, ..Default::default() };
        assert_eq!(given(&request), request);
    }

    #[test]
    fn mutations_have_request_ids_and_reads_have_none() {
        for service in ["onboarding", "relationship", "ordering"] {
            let of_it = format!("/csp.{service}.v1.");
            assert!(FIELDS.keys().filter(|path| path.starts_with(&of_it)).count() > 5, "{service}");
        }
        for path in FIELDS.keys() {
            let method = path.rsplit('/').next().unwrap_or_default();
            let reads = ["Get", "List", "Batch", "Check", "Assess"];
            assert!(!reads.iter().any(|verb| method.starts_with(verb)), "{path}");
        }
    }

    #[test]
    fn an_incomplete_or_compressed_message_is_not_changed() {
        assert_eq!(add(&[0, 0], 2), None);
        assert_eq!(add(&[1, 0, 0, 0, 0], 2), None);
    }
}
