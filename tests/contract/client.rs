//! A client that uses descriptors only, as grpcurl does.

use prost_reflect::{
    DynamicMessage, MessageDescriptor, MethodDescriptor,
    prost::{DecodeError, Message},
};
use serde_json::Value;
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    transport::Channel,
};
use tonic_types::{ErrorDetail, ErrorInfo, StatusExt};

/// A message from its JSON form.
pub fn message(of: MessageDescriptor, json: &Value) -> DynamicMessage {
    let name = of.full_name().to_owned();
    DynamicMessage::deserialize(of, json)
        .unwrap_or_else(|error| panic!("{json} is not a {name}: {error}; fix the test"))
}

/// Calls a method and checks that an error has exactly one `ErrorInfo`.
pub async fn call(
    channel: &Channel,
    method: &MethodDescriptor,
    json: &Value,
) -> Result<Value, Status> {
    let response = send(channel, method, json).await;
    response.inspect_err(|status| drop(error_info(status)))
}

/// Calls a method.
pub async fn send(
    channel: &Channel,
    method: &MethodDescriptor,
    json: &Value,
) -> Result<Value, Status> {
    exchange(channel, method, message(method.input(), json)).await
}

/// Calls a method with a token.
pub async fn send_as(
    token: &str,
    channel: &Channel,
    method: &MethodDescriptor,
    json: &Value,
) -> Result<Value, Status> {
    let mut request = Request::new(message(method.input(), json));
    let token = format!("Bearer {token}").parse().expect("a token is ASCII");
    request.metadata_mut().insert("authorization", token);
    respond(channel, method, request).await
}

/// Calls a method with a message that may have no JSON form.
pub async fn exchange(
    channel: &Channel,
    method: &MethodDescriptor,
    message: DynamicMessage,
) -> Result<Value, Status> {
    respond(channel, method, Request::new(message)).await
}

async fn respond(
    channel: &Channel,
    method: &MethodDescriptor,
    request: Request<DynamicMessage>,
) -> Result<Value, Status> {
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let mut client = Grpc::new(channel.clone());
    client.ready().await.expect("the service accepts calls");
    let response =
        client.unary(request, path.parse().expect("it is a path"), Json(method.output()));
    Ok(serde_json::to_value(response.await?.get_ref()).expect("a message has a JSON form"))
}

/// The one `ErrorInfo` of an error.
pub fn error_info(status: &Status) -> ErrorInfo {
    let details = status.get_error_details_vec().into_iter();
    let mut infos = details.filter_map(|detail| match detail {
        ErrorDetail::ErrorInfo(info) => Some(info),
        _ => None,
    });
    match (infos.next(), infos.next()) {
        (Some(info), None) => info,
        (None, _) => panic!("{status:?} has no ErrorInfo: create the status in libs/errors"),
        (Some(_), Some(_)) => panic!("{status:?} has more than one ErrorInfo"),
    }
}

/// Codec for messages of one descriptor.
struct Json(MessageDescriptor);

impl Codec for Json {
    type Encode = DynamicMessage;
    type Decode = DynamicMessage;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self(self.0.clone())
    }

    fn decoder(&mut self) -> Self {
        Self(self.0.clone())
    }
}

impl Encoder for Json {
    type Item = DynamicMessage;
    type Error = Status;

    fn encode(&mut self, item: DynamicMessage, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        item.encode(into).map_err(|error| Status::internal(error.to_string()))
    }
}

impl Decoder for Json {
    type Item = DynamicMessage;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<DynamicMessage>, Status> {
        let invalid = |error: DecodeError| Status::internal(error.to_string());
        DynamicMessage::decode(self.0.clone(), from).map(Some).map_err(invalid)
    }
}
