//! Both versions of reflection, as grpcurl uses them.

use std::collections::BTreeSet;

use prost_reflect::{prost::Message, prost_types::FileDescriptorProto};
use tonic::{Status, codegen::tokio_stream, transport::Channel};

use crate::{
    Fixture,
    proto::{self, SERVICES},
};

/// Messages of errors, times and health that every service describes.
const COMMON: [&str; 8] = [
    "google.rpc.Status",
    "google.rpc.ErrorInfo",
    "google.rpc.PreconditionFailure",
    "google.rpc.BadRequest",
    "google.rpc.ResourceInfo",
    "google.rpc.RetryInfo",
    "google.protobuf.Timestamp",
    "grpc.health.v1.HealthCheckRequest",
];

/// Declares a client of one version; the versions differ only in names.
macro_rules! client {
    ($version:ident) => {
        mod $version {
            use tonic_reflection::pb::$version::{
                ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
                server_reflection_request::MessageRequest,
                server_reflection_response::MessageResponse,
            };

            use super::{Answer, Channel, Question, Status, tokio_stream};

            pub async fn ask(channel: &Channel, question: Question) -> Result<Answer, Status> {
                let question = match question {
                    Question::Services => MessageRequest::ListServices(String::new()),
                    Question::Symbol(it) => MessageRequest::FileContainingSymbol(it),
                    Question::File(it) => MessageRequest::FileByFilename(it),
                };
                let request = ServerReflectionRequest {
                    host: String::new(),
                    message_request: Some(question),
                };
                let mut client = ServerReflectionClient::new(channel.clone());
                let answers = client.server_reflection_info(tokio_stream::once(request)).await?;
                let answer = answers.into_inner().message().await?;
                match answer.and_then(|it| it.message_response) {
                    Some(MessageResponse::ListServicesResponse(it)) => {
                        Ok(Answer::Services(it.service.into_iter().map(|it| it.name).collect()))
                    }
                    Some(MessageResponse::FileDescriptorResponse(it)) => {
                        Ok(Answer::Files(it.file_descriptor_proto))
                    }
                    other => Err(Status::unknown(format!("{other:?}"))),
                }
            }
        }
    };
}

client!(v1);
client!(v1alpha);

#[derive(Debug, Clone)]
enum Question {
    Services,
    Symbol(String),
    File(String),
}

#[derive(Debug)]
enum Answer {
    Services(Vec<String>),
    Files(Vec<Vec<u8>>),
}

const VERSIONS: [&str; 2] = ["v1", "v1alpha"];

async fn ask(version: &str, channel: &Channel, question: Question) -> Result<Answer, Status> {
    match version {
        "v1" => v1::ask(channel, question).await,
        _ => v1alpha::ask(channel, question).await,
    }
}

/// The files that answer a question; panics on any other answer.
async fn files(version: &str, channel: &Channel, question: Question) -> Vec<FileDescriptorProto> {
    let answer = ask(version, channel, question.clone()).await;
    let Ok(Answer::Files(files)) = answer else {
        panic!("{version} answers {question:?} with {answer:?}: register the descriptors");
    };
    let read = |bytes: Vec<u8>| FileDescriptorProto::decode(bytes.as_slice());
    files.into_iter().map(|bytes| read(bytes).expect("a descriptor reads back")).collect()
}

#[tokio::test]
async fn reflection_lists_the_service_and_health() {
    let fixture = Fixture::start().await;
    for service in SERVICES {
        let channel = fixture.channel(service).await;
        for version in VERSIONS {
            let answer = ask(version, &channel, Question::Services).await;
            let Ok(Answer::Services(listed)) = answer else {
                panic!("{version} of {service} does not list services: {answer:?}");
            };
            let own = proto::service(service).full_name().to_owned();
            assert_eq!(listed, [own.as_str(), "grpc.health.v1.Health"], "{version} of {service}");
        }
    }
}

#[tokio::test]
async fn reflection_describes_every_message() {
    let fixture = Fixture::start().await;
    for service in SERVICES {
        let channel = fixture.channel(service).await;
        let described = proto::service(service);
        let methods = described.methods().flat_map(|it| [it.input(), it.output()]);
        let own = methods.map(|it| it.full_name().to_owned());
        let common = COMMON.iter().map(|it| (*it).to_owned());
        for symbol in own.chain(common) {
            for version in VERSIONS {
                let found = files(version, &channel, Question::Symbol(symbol.clone())).await;
                assert!(
                    found.iter().any(|file| defines(file, &symbol)),
                    "{version} of {service} returns no file that defines {symbol}"
                );
            }
        }
    }
}

fn defines(file: &FileDescriptorProto, symbol: &str) -> bool {
    let messages = file.message_type.iter();
    messages.map(|it| format!("{}.{}", file.package(), it.name())).any(|it| it == symbol)
}

#[tokio::test]
async fn reflection_returns_every_imported_file() {
    let fixture = Fixture::start().await;
    for service in SERVICES {
        let channel = fixture.channel(service).await;
        for version in VERSIONS {
            let symbols =
                [proto::service(service).full_name(), "google.rpc.Status"].map(str::to_owned);
            let mut open: Vec<_> = symbols.into_iter().map(Question::Symbol).collect();
            open.push(Question::Symbol("google.rpc.ErrorInfo".to_owned()));
            let mut seen = BTreeSet::new();
            while let Some(question) = open.pop() {
                for file in files(version, &channel, question).await {
                    let imported = file.dependency.into_iter();
                    let new: Vec<_> = imported.filter(|it| seen.insert(it.clone())).collect();
                    open.extend(new.into_iter().map(Question::File));
                }
            }
            assert!(seen.len() > 3, "{version} of {service} imports only {seen:?}");
        }
    }
}
