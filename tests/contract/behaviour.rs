//! The behaviour of fields that their comments declare (AIP-203), compared with the services.

use std::collections::BTreeSet;

use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, ReflectMessage,
    Value,
};
use serde_json::json;
use tonic::{Code, transport::Channel};
use tonic_types::StatusExt;

use crate::{
    Fixture,
    client::{exchange, message},
    malformed::all_requests,
    metadata::TYPES,
    proto::{self, Commented, SERVICES, paragraphs, pool},
};

/// The words in the order in which a comment lists them.
const WORDS: [&str; 4] = ["IDENTIFIER", "REQUIRED", "OUTPUT_ONLY", "IMMUTABLE"];
/// Fields without which some requests are invalid, because others are set or unset.
const CONDITIONALLY_REQUIRED: [(&str, &str); 4] = [
    ("csp.onboarding.v1.GetAgreementStatusRequest.partner_id", "unless tenant_id is set"),
    ("csp.onboarding.v1.RecordVettingResultRequest.detail", "if the result is REJECTED"),
    ("csp.ordering.v1.Offer.country_codes", "unless every_market is set"),
    ("csp.relationship.v1.Customer.registration_number", "if the country requires one"),
];
/// Fields of a resource that change by their own methods, though no update mask may name them.
const CHANGED_OTHERWISE: [&str; 2] =
    ["csp.onboarding.v1.Organization.owners", "csp.onboarding.v1.Organization.etag"];

/// The words with which a comment starts.
fn words(part: &impl Commented) -> Vec<String> {
    let comment = paragraphs(part).remove(0);
    let Some((start, _)) = comment.split_once(". ") else { return Vec::new() };
    let words: Vec<_> = start.split(", ").map(str::to_owned).collect();
    if words.iter().all(|it| WORDS.contains(&it.as_str())) { words } else { Vec::new() }
}

fn declares(part: &impl Commented, word: &str) -> bool {
    words(part).iter().any(|it| it == word)
}

/// A part of a request: a field, or a oneof with all its fields.
struct Part {
    name: String,
    /// Whether the comment declares each of [`WORDS`].
    declared: Vec<String>,
    /// Paths of its fields in the request.
    paths: Vec<String>,
    /// Whether the request has it.
    is_set: bool,
    /// The request without it.
    without: DynamicMessage,
    /// The request with another value; none for a oneof.
    with_other: Option<DynamicMessage>,
}

/// The parts of a message and of the messages in it: of a list, those of the first element.
fn parts(message: &DynamicMessage) -> Vec<Part> {
    let descriptor = message.descriptor();
    let mut parts: Vec<_> = descriptor
        .fields()
        .filter(|it| it.containing_oneof().is_none())
        .map(|it| {
            let mut without = message.clone();
            without.clear_field(&it);
            let mut with_other = message.clone();
            with_other.set_field(&it, other_value(&it));
            Part {
                name: it.full_name().to_owned(),
                declared: words(&it),
                paths: vec![it.name().to_owned()],
                is_set: message.has_field(&it),
                without,
                with_other: Some(with_other),
            }
        })
        .collect();
    parts.extend(descriptor.oneofs().map(|it| {
        let mut without = message.clone();
        it.fields().for_each(|field| without.clear_field(&field));
        Part {
            name: it.full_name().to_owned(),
            declared: words(&it),
            paths: it.fields().map(|field| field.name().to_owned()).collect(),
            is_set: it.fields().any(|field| message.has_field(&field)),
            without,
            with_other: None,
        }
    }));
    for (field, value) in message.fields() {
        let (inner, place) = match value {
            Value::Message(inner) => (inner, field.name().to_owned()),
            Value::List(items) => match items.first() {
                Some(Value::Message(inner)) => (inner, format!("{}[0]", field.name())),
                _ => continue,
            },
            _ => continue,
        };
        let put = |inner: DynamicMessage| {
            let mut copy = message.clone();
            match copy.get_field_mut(&field) {
                Value::List(items) => items[0] = Value::Message(inner),
                it => *it = Value::Message(inner),
            }
            copy
        };
        if inner.descriptor().full_name().starts_with("google.") {
            continue;
        }
        parts.extend(self::parts(inner).into_iter().map(|part| Part {
            paths: part.paths.iter().map(|it| format!("{place}.{it}")).collect(),
            without: put(part.without),
            with_other: part.with_other.map(put),
            ..part
        }));
    }
    parts
}

/// A value that no field has by default.
fn other_value(field: &FieldDescriptor) -> Value {
    let value = match field.kind() {
        Kind::Bool => Value::Bool(true),
        Kind::Int32 => Value::I32(7),
        Kind::Int64 => Value::I64(7),
        Kind::String => Value::String("x".to_owned()),
        Kind::Bytes => Value::Bytes(b"x".as_slice().into()),
        Kind::Enum(_) => Value::EnumNumber(1),
        Kind::Message(of) => Value::Message(DynamicMessage::new(of)),
        kind => panic!("{} is a {kind:?}: add a value", field.full_name()),
    };
    if field.is_list() { Value::List(vec![value]) } else { value }
}

/// The invalid fields of a request.
async fn invalid(
    channel: &Channel,
    method: &MethodDescriptor,
    mut request: DynamicMessage,
) -> Vec<String> {
    // A dry run, so that requests do not depend on each other.
    if method.input().get_field_by_name("validate_only").is_some() {
        request.set_field_by_name("validate_only", Value::Bool(true));
    }
    let Err(status) = exchange(channel, method, request).await else { return Vec::new() };
    let listed = status.get_details_bad_request().map(|it| it.field_violations);
    let listed = listed.filter(|_| status.code() == Code::InvalidArgument);
    listed.into_iter().flatten().map(|it| it.field).collect()
}

fn updates(method: &MethodDescriptor) -> bool {
    method.input().get_field_by_name("update_mask").is_some()
}

#[tokio::test]
async fn exactly_the_required_fields_must_be_set() {
    let fixture = Fixture::start().await;
    let mut wrong = BTreeSet::new();
    for service in SERVICES {
        let channel = fixture.channel(service).await;
        for requests in all_requests(service, &fixture).await {
            let method = proto::method(service, requests.method);
            for part in parts(&message(method.input(), &requests.valid)) {
                let has = |word: &str| part.declared.iter().any(|it| it == word);
                let declared = has("REQUIRED") || (has("IDENTIFIER") && updates(&method));
                if updates(&method) && !part.is_set {
                    continue;
                }
                let invalid = invalid(&channel, &method, part.without).await;
                let required = part.paths.iter().any(|it| invalid.contains(it));
                let conditional = CONDITIONALLY_REQUIRED.iter().any(|(it, _)| *it == part.name);
                let method = method.name();
                if declared && !required {
                    wrong.insert(format!("{} is REQUIRED, but {method} accepts none", part.name));
                }
                if required && !declared && !conditional {
                    wrong.insert(format!(
                        "{} is not REQUIRED, but {method} refuses none",
                        part.name
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}\nfix the comment in proto/");
}

#[tokio::test]
async fn values_of_output_only_fields_are_ignored_in_requests() {
    let fixture = Fixture::start().await;
    let mut wrong = BTreeSet::new();
    let mut tried = 0;
    for service in SERVICES {
        let channel = fixture.channel(service).await;
        for requests in all_requests(service, &fixture).await {
            let method = proto::method(service, requests.method);
            for part in parts(&message(method.input(), &requests.valid)) {
                let has = |word: &str| part.declared.iter().any(|it| it == word);
                let ignored = has("OUTPUT_ONLY") || (has("IDENTIFIER") && !updates(&method));
                let Some(request) = part.with_other.filter(|_| ignored) else { continue };
                tried += 1;
                let invalid = invalid(&channel, &method, request).await;
                if !invalid.is_empty() {
                    wrong.insert(format!("{} in {}: {invalid:?}", part.name, method.name()));
                }
            }
        }
    }
    assert!(tried > 20, "only {tried} fields in requests are OUTPUT_ONLY");
    assert!(
        wrong.is_empty(),
        "{wrong:#?}\nfix the comment in proto/, or convert.rs of the service"
    );
}

/// The resource messages.
fn resources() -> impl Iterator<Item = MessageDescriptor> {
    TYPES.iter().map(|(name, _)| pool().get_message_by_name(name).expect(name))
}

#[tokio::test]
async fn update_masks_name_exactly_the_fields_that_can_change() {
    let fixture = Fixture::start().await;
    let mut wrong = Vec::new();
    for service in SERVICES {
        let channel = fixture.channel(service).await;
        for requests in all_requests(service, &fixture).await {
            let method = proto::method(service, requests.method);
            if !updates(&method) {
                continue;
            }
            let input = method.input();
            let mut messages = input.fields().filter_map(|it| it.kind().as_message().cloned());
            let resource = messages.find(|it| resources().any(|resource| resource == *it));
            for field in resource.expect("an update has a resource").fields() {
                let mut request = requests.valid.clone();
                request["update_mask"] = json!(field.json_name());
                let request = message(method.input(), &request);
                let refused =
                    invalid(&channel, &method, request).await.contains(&"update_mask".to_owned());
                let fixed = ["IDENTIFIER", "OUTPUT_ONLY", "IMMUTABLE"];
                let fixed = fixed.iter().any(|word| declares(&field, word));
                let name = field.full_name();
                if refused != (fixed || CHANGED_OTHERWISE.contains(&name) || field.name() == "etag")
                {
                    wrong.push(format!("{} with {name}: refused is {refused}", method.name()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}\nfix the comment in proto/");
}

/// The messages of requests, and those in them.
fn messages_of_requests() -> BTreeSet<String> {
    fn add(message: &MessageDescriptor, all: &mut BTreeSet<String>) {
        if all.insert(message.full_name().to_owned()) {
            let fields = message.fields().filter(|it| !declares(it, "OUTPUT_ONLY"));
            fields.filter_map(|it| it.kind().as_message().cloned()).for_each(|it| add(&it, all));
        }
    }
    let mut all = BTreeSet::new();
    for service in SERVICES {
        proto::service(service).methods().for_each(|it| add(&it.input(), &mut all));
    }
    all
}

#[test]
fn every_field_of_a_resource_declares_its_behaviour() {
    let in_requests = messages_of_requests();
    for resource in resources() {
        let updated = ["csp.onboarding.v1.Organization", "csp.ordering.v1.Offer"];
        let updated = updated.contains(&resource.full_name());
        for field in resource.fields() {
            let (name, words) = (field.full_name(), words(&field));
            let has = |word: &str| words.iter().any(|it| it == word);
            assert_eq!(has("IDENTIFIER"), field.name() == "name", "{name}");
            let fixed = ["IDENTIFIER", "OUTPUT_ONLY", "IMMUTABLE"].iter().any(|word| has(word));
            assert!(fixed || updated, "{name} does not declare its behaviour");
            let output = has("IDENTIFIER") || has("OUTPUT_ONLY");
            assert!(
                output || in_requests.contains(resource.full_name()),
                "{name} is in no request"
            );
        }
    }
}

#[test]
fn behaviour_is_declared_in_one_form() {
    let mut count = 0;
    for message in pool().all_messages().filter(|it| it.full_name().starts_with("csp.")) {
        for field in message.fields() {
            let words = words(&field);
            let ordered: Vec<_> =
                WORDS.iter().filter(|word| words.iter().any(|it| it == *word)).collect();
            assert!(ordered.iter().copied().eq(&words), "{}: {words:?}", field.full_name());
            let text = paragraphs(&field).concat();
            for loose in ["Output only", "output only", "Required.", "Ignored in requests"] {
                assert!(!text.contains(loose), "{}: `{loose}`", field.full_name());
            }
            count += words.len();
        }
    }
    assert!(count > 100, "only {count} words");
}
