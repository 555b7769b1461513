//! Calls of methods that are known by name only, with JSON in place of generated types.

use std::{fmt::Display, sync::LazyLock};

use errors::{Failure, FieldViolation};
use http::uri::PathAndQuery;
use prost::{
    Message,
    bytes::{Buf, BufMut, Bytes},
};
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, MethodDescriptor};
use serde_json::Value;
use serde_path_to_error::{Path, Segment, Track};
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

use crate::Channel;

/// Domain of the errors of this client.
const DOMAIN: &str = "client.csp";
/// How similar a name must be to be offered instead of an unknown one, from 0 to 1.
const SIMILAR: f64 = 0.8;
/// Most names that are offered instead of an unknown one.
const MAX_OFFERED: usize = 3;

static METHODS: LazyLock<Vec<MethodDescriptor>> = LazyLock::new(|| {
    let pool = DescriptorPool::decode(contracts::DESCRIPTORS).unwrap_or_default();
    pool.services().flat_map(|it| it.methods().collect::<Vec<_>>()).collect()
});

/// The method with this name, such as `PlaceOrder` or `csp.ordering.v1.OrderingService/PlaceOrder`.
pub(crate) fn method(name: &str) -> Result<&'static MethodDescriptor, Status> {
    let named = |it: &&MethodDescriptor| it.name() == name || full_name(it) == name;
    METHODS.iter().find(named).ok_or_else(|| invalid("method", unknown(name)))
}

/// Place in `contracts::SERVICES` of the service that has a method.
pub(crate) fn service(method: &MethodDescriptor) -> Option<usize> {
    let service = method.parent_service();
    contracts::SERVICES.iter().position(|(_, name, _)| *name == service.full_name())
}

/// The service that has a method, such as `ordering` for `PlaceOrder`.
#[must_use]
pub fn service_of(method: &str) -> Option<&'static str> {
    let at = service(self::method(method).ok()?)?;
    contracts::SERVICES.get(at).map(|(name, ..)| *name)
}

/// Calls a method. Request and response are proto3 JSON; the response omits fields with default values.
pub(crate) async fn call(
    channel: Channel,
    method: &MethodDescriptor,
    request: Value,
) -> Result<Value, Status> {
    let request = message(method.input(), &request)?;
    let path = format!("/{}", full_name(method));
    let path = PathAndQuery::try_from(path).map_err(defect)?;
    let mut client = Grpc::new(channel);
    client.ready().await?;
    let request = Request::new(request.encode_to_vec());
    let response = client.unary(request, path, Encoded).await?.into_inner();
    let response = DynamicMessage::decode(method.output(), response).map_err(defect)?;
    serde_json::to_value(&response).map_err(defect)
}

fn full_name(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().full_name(), method.name())
}

/// Reads a message from JSON.
fn message(of: MessageDescriptor, json: &Value) -> Result<DynamicMessage, Status> {
    let mut track = Track::new();
    let input = serde_path_to_error::Deserializer::new(json, &mut track);
    DynamicMessage::deserialize(of, input).map_err(|error| {
        let path = track.path();
        let value = types::quoted(&value_at(json, &path).to_string());
        let field = if path.iter().len() == 0 { "message".to_owned() } else { path.to_string() };
        invalid(&field, format!("is {value}, which does not fit: {error}"))
    })
}

/// The innermost value of a path that exists.
fn value_at<'a>(json: &'a Value, path: &Path) -> &'a Value {
    let mut value = json;
    for segment in path.iter() {
        let next = match segment {
            Segment::Seq { index } => value.get(index),
            Segment::Map { key } => value.get(key),
            Segment::Enum { .. } | Segment::Unknown => None,
        };
        value = next.unwrap_or(value);
    }
    value
}

fn invalid(field: &str, description: String) -> Status {
    let violation = FieldViolation { field: field.to_owned(), description };
    status::from_failure(Failure::Invalid(vec![violation]), DOMAIN)
}

/// A method of none of the services.
pub(crate) fn not_served(method: &MethodDescriptor) -> Status {
    defect(format!("no service has {}", full_name(method)))
}

fn defect(cause: impl Display) -> Status {
    status::from_failure(Failure::bug(cause), DOMAIN)
}

/// Says that there is no such method, and which ones have similar names.
fn unknown(name: &str) -> String {
    let wanted = name.rsplit('/').next().unwrap_or(name);
    let rated = METHODS.iter().map(|it| (strsim::jaro_winkler(it.name(), wanted), it));
    let mut similar: Vec<_> = rated.filter(|(rating, _)| *rating >= SIMILAR).collect();
    similar.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let shown = |it: &MethodDescriptor| match name.contains('/') {
        true => full_name(it),
        false => it.name().to_owned(),
    };
    let similar: Vec<_> = similar.iter().take(MAX_OFFERED).map(|(_, it)| shown(it)).collect();
    let name = types::quoted(name);
    match similar.as_slice() {
        [] => format!("{name} is unknown; use a method of proto/, such as `PlaceOrder`"),
        similar => format!("{name} is unknown; did you mean {}?", types::alternatives(similar)),
    }
}

/// Codec for messages that are encoded already.
struct Encoded;

impl Codec for Encoded {
    type Encode = Vec<u8>;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Encoded {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Encoded {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
