//! The fields of an encoded request by path, without its Rust type.

use std::{collections::BTreeMap, sync::OnceLock};

use prost::Message;
use prost_types::{
    DescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

/// The fields of a message, by number.
type Fields = BTreeMap<u32, Field>;

struct Field {
    /// Path from the request, such as `order.lines`.
    path: String,
    /// Fields of a singular message at the top level; empty for any other field.
    inner: Fields,
}

/// The fields of a request of this method and of the messages in it: path and content, once for each
/// value of a repeated field, in the encoded order. Ends at the first invalid byte.
#[must_use]
pub fn parts<'a>(service: &str, method: &str, request: &'a [u8]) -> Vec<(&'static str, &'a [u8])> {
    let mut parts = Vec::new();
    if let Some(fields) = requests().get(&format!("{service}/{method}")) {
        read(fields, request, &mut parts);
    }
    parts
}

fn read<'a>(
    fields: &'static Fields,
    mut message: &'a [u8],
    parts: &mut Vec<(&'static str, &'a [u8])>,
) {
    while let Some((number, content)) = next(&mut message) {
        match fields.get(&number) {
            None => {}
            Some(field) if field.inner.is_empty() => parts.push((&field.path, content)),
            Some(field) => read(&field.inner, content, parts),
        }
    }
}

/// The number and content of the next field.
fn next<'a>(message: &mut &'a [u8]) -> Option<(u32, &'a [u8])> {
    let key = varint(message)?;
    let before = *message;
    let length = match key & 7 {
        0 => {
            varint(message)?;
            before.len() - message.len()
        }
        1 => 8,
        2 => usize::try_from(varint(message)?).ok()?,
        5 => 4,
        _ => return None,
    };
    let from = if key & 7 == 0 { before } else { *message };
    let (content, rest) = from.split_at_checked(length)?;
    *message = rest;
    Some((u32::try_from(key >> 3).ok()?, content))
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    prost::encoding::decode_varint(message).ok()
}

/// The fields of every request, by `{service}/{method}`.
fn requests() -> &'static BTreeMap<String, Fields> {
    static REQUESTS: OnceLock<BTreeMap<String, Fields>> = OnceLock::new();
    REQUESTS.get_or_init(|| {
        // If the descriptors cannot be decoded, reflection fails at the start of the server.
        let files = FileDescriptorSet::decode(crate::DESCRIPTORS).unwrap_or_default().file;
        let messages = files.iter().flat_map(|file| {
            let name = move |it: &DescriptorProto| format!(".{}.{}", file.package(), it.name());
            file.message_type.iter().map(move |it| (name(it), it))
        });
        let messages: BTreeMap<_, _> = messages.collect();
        let mut requests = BTreeMap::new();
        for file in &files {
            for service in &file.service {
                for method in &service.method {
                    let name = format!("{}.{}/{}", file.package(), service.name(), method.name());
                    requests.insert(name, fields(&messages, method.input_type(), "", true));
                }
            }
        }
        requests
    })
}

fn fields(
    messages: &BTreeMap<String, &DescriptorProto>,
    message: &str,
    prefix: &str,
    descend: bool,
) -> Fields {
    let all = messages.get(message).map_or(&[][..], |it| &it.field);
    let fields = all.iter().map(|it| {
        let path = format!("{prefix}{}", it.name());
        let singular = it.r#type() == Type::Message && it.label() != Label::Repeated;
        let inner = match descend && singular && it.type_name().starts_with(".csp.") {
            true => fields(messages, it.type_name(), &format!("{path}."), false),
            false => Fields::new(),
        };
        (u32::try_from(it.number()).unwrap_or_default(), Field { path, inner })
    });
    fields.collect()
}

#[cfg(test)]
mod tests {
    use crate::ordering::{Order, OrderLine, PlaceOrderRequest};

    use super::*;

    #[test]
    fn the_fields_of_a_request_have_paths() {
        let line = |quantity| OrderLine { quantity, ..OrderLine::default() };
        let order = Order {
            seller: "partners/a".to_owned(),
            lines: vec![line(1), line(300)],
            ..Order::default()
        };
        let request = PlaceOrderRequest {
            order: Some(order),
            request_id: "id".to_owned(),
            validate_only: true,
            ..PlaceOrderRequest::default()
        };
        let request = request.encode_to_vec();
        let found = parts("csp.ordering.v1.OrderingService", "PlaceOrder", &request);
        let mut paths: Vec<_> = found.iter().map(|(path, _)| *path).collect();
        paths.sort_unstable();
        let order = ["order.lines", "order.lines", "order.seller"];
        assert_eq!(paths, [&order[..], &["request_id", "validate_only"]].concat());
        let seller = found.iter().find(|(path, _)| *path == "order.seller").unwrap();
        assert_eq!(seller.1, b"partners/a");
        assert_eq!(parts("csp.ordering.v1.OrderingService", "PlaceOrder", &request[..9]).len(), 0);
        assert_eq!(parts("csp.ordering.v1.OrderingService", "Other", &request), []);
    }

    #[test]
    fn fuzzing() {
        let method = ("csp.ordering.v1.OrderingService", "PlaceOrder");
        fuzz::run(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/requests.txt"), |input| {
            let found = parts(method.0, method.1, input);
            // Each part is within the request, and all of them are no longer than it.
            let request = input.as_ptr_range();
            for (_, part) in &found {
                let part = part.as_ptr_range();
                assert!(request.start <= part.start && part.end <= request.end);
            }
            assert!(found.iter().map(|(_, part)| part.len()).sum::<usize>() <= input.len());
            // Fields of concatenated messages are those of both, if the first one is whole.
            if let Ok(order) = PlaceOrderRequest::decode(input) {
                let whole = order.encode_to_vec();
                let one = parts(method.0, method.1, &whole);
                let twice = [&whole[..], &whole].concat();
                assert_eq!(parts(method.0, method.1, &twice), [&one[..], &one].concat());
            }
            let mut paths: Vec<_> = found.into_iter().map(|(path, _)| path).collect();
            paths.dedup();
            paths.truncate(3);
            paths.join(" ")
        });
    }
}
