//! Malformed requests: a valid request of each method, and its variations with invalid fields.

mod onboarding;
mod ordering;
mod relationship;
mod sizes;
mod times;

use std::collections::BTreeSet;

use prost_reflect::Kind;
use serde_json::{Value, json};
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt;

use crate::{
    Fixture,
    client::{call, error_info},
    proto::{self, SERVICES},
};

/// A GUID of no resource.
const ID: &str = "0195f0a8-7c1e-7b3a-9c55-0242ac120002";
/// Another GUID of no resource.
const OTHER_ID: &str = "0195f0a8-7c1e-7b3a-9c55-0242ac120003";

/// A change of a request: the path of a field, and its new value.
type Change = (&'static str, Value);

/// A valid request of a method, and invalid values of its fields.
pub struct Requests {
    pub method: &'static str,
    /// A request without a malformed field; rules may still refuse it.
    pub valid: Value,
    /// Changes that make the changed field invalid, alone and together.
    invalid: Vec<Change>,
    /// Changes that make the listed fields invalid.
    invalid_fields: Vec<(Vec<Change>, Vec<&'static str>)>,
}

impl Requests {
    fn new(method: &'static str, valid: Value) -> Self {
        Self { method, valid, invalid: Vec::new(), invalid_fields: Vec::new() }
    }

    /// Adds invalid values of a field.
    fn invalid(mut self, field: &'static str, values: impl IntoIterator<Item = Value>) -> Self {
        self.invalid.extend(values.into_iter().map(|value| (field, value)));
        self
    }

    /// Adds changes that make the listed fields invalid.
    fn invalid_fields<const N: usize>(
        mut self,
        changes: [Change; N],
        fields: &[&'static str],
    ) -> Self {
        self.invalid_fields.push((changes.into(), fields.to_vec()));
        self
    }

    /// The valid request with changes.
    fn changed(&self, changes: &[Change]) -> Value {
        let mut request = self.valid.clone();
        for (field, value) in changes {
            let pointer = format!("/{}", field.replace(['.', '['], "/").replace(']', ""));
            let (parent, key) = pointer.rsplit_once('/').unwrap_or_default();
            match request.pointer_mut(parent) {
                Some(Value::Array(all)) => all[key.parse::<usize>().expect(key)] = value.clone(),
                Some(parent) => parent[key] = value.clone(),
                None => panic!("the valid request of {} has no {field}: fix the test", self.method),
            }
        }
        request
    }

    /// Every malformed request with its invalid fields.
    fn malformed(&self) -> Vec<(Value, BTreeSet<&str>)> {
        let alone = self.invalid.iter().map(|change| {
            let changes = std::slice::from_ref(change);
            (self.changed(changes), BTreeSet::from([change.0]))
        });
        let listed = self
            .invalid_fields
            .iter()
            .map(|(changes, fields)| (self.changed(changes), fields.iter().copied().collect()));
        alone.chain(listed).chain([self.together()]).collect()
    }

    /// All invalid fields at once, except those that contain another one.
    fn together(&self) -> (Value, BTreeSet<&str>) {
        let contains = |field: &str| {
            let inner = [format!("{field}."), format!("{field}[")];
            self.invalid.iter().any(|(it, _)| inner.iter().any(|start| it.starts_with(start)))
        };
        let changes: Vec<_> =
            self.invalid.iter().filter(|(field, _)| !contains(field)).cloned().collect();
        (self.changed(&changes), changes.iter().map(|(field, _)| *field).collect())
    }
}

/// Malformed GUIDs; empty is allowed.
fn invalid_guids() -> Vec<Value> {
    let bare = ID.replace('-', "");
    vec![json!("x"), json!(bare), json!(format!("{{{ID}}}")), json!(format!("{ID}0"))]
}

/// Malformed GUIDs of a required field.
fn invalid_required_guids() -> Vec<Value> {
    [vec![json!("")], invalid_guids()].concat()
}

/// Malformed etags.
fn invalid_etags() -> Vec<Value> {
    ["1", "r1", "r0-1", "r01-1", "R1-1", "\"r1-1\""].map(Value::from).into()
}

/// Malformed resource names of a collection.
fn invalid_names(collection: &str) -> Vec<Value> {
    let wrong = ["".to_owned(), ID.to_owned(), format!("{collection}/"), format!("{collection}/x")];
    let other = format!("planets/{ID}");
    let more = format!("{collection}/{ID}/more");
    wrong.into_iter().chain([other, more]).map(Value::from).collect()
}

/// Texts that are not one line of 1 to `max` characters.
fn invalid_texts(max: usize) -> Vec<Value> {
    vec![json!(""), json!(" "), json!("é".repeat(max + 1)), json!("two\nlines")]
}

/// Countries without a market, and malformed country codes.
fn invalid_countries() -> Vec<Value> {
    ["", "XX", "IR", "fr", "FRA"].map(Value::from).into()
}

/// Malformed e-mail addresses.
fn invalid_emails() -> Vec<Value> {
    let long = format!("ada@{}.com", "contoso.".repeat(40));
    let wrong = ["", "ada", "ada@", "@contoso.com", "ada@contoso", "Ada <ada@contoso.com>", &long];
    wrong.map(Value::from).into()
}

/// E-mail addresses that are not of a company's domain.
fn invalid_work_emails() -> Vec<Value> {
    [invalid_emails(), vec![json!("ada@gmail.com"), json!("ADA@GMAIL.COM")]].concat()
}

/// Missing and future times.
fn invalid_past_times() -> Vec<Value> {
    vec![Value::Null, json!("2999-01-01T00:00:00Z")]
}

/// Unspecified and unknown numbers of an enum.
fn invalid_enum_values() -> Vec<Value> {
    vec![json!(0), json!(99), json!(-1)]
}

/// Requests of a list; `token` is of another list.
fn list(method: &'static str, token: &str) -> Requests {
    list_under(method, json!({}), token)
}

/// Requests of a list with other fields.
fn list_under(method: &'static str, others: Value, token: &str) -> Requests {
    let mut valid = json!({
        "page_size": 5,
        "page_token": "",
        "filter": "create_time > \"2026-03-02T09:00:00Z\" AND update_time != 2026-03-02T09:00:00Z",
        "order_by": "create_time desc",
    });
    valid
        .as_object_mut()
        .expect("it is one")
        .extend(others.as_object().cloned().unwrap_or_default());
    Requests::new(method, valid)
        .invalid("page_size", [json!(-1)])
        .invalid("page_token", [json!("?"), json!("bm9uc2Vuc2U"), json!(token)])
        .invalid(
            "filter",
            ["x", "planet = mars", "create_time = now", "create_time"].map(Value::from),
        )
        .invalid("order_by", ["x", "update_time", "name asc", "name, create_time"].map(Value::from))
}

/// Malformed filters by `display_name`.
fn invalid_name_filters() -> Vec<Value> {
    let wrong = ["= *", "= \"\"", "= a*b", "= *b", "= a**", "!= a", "> a"];
    wrong.map(|it| json!(format!("display_name {it}"))).into()
}

/// Requests of a batch method.
fn batch(
    method: &'static str,
    collection: &str,
    max: usize,
    invalid_names: Vec<Value>,
) -> Requests {
    let id = |at| format!("{collection}/0195f0a8-7c1e-7b3a-9c55-{at:012x}");
    let names = |count| (0..count).map(id);
    let good: Vec<_> = names(max).collect();
    Requests::new(method, json!({ "names": good }))
        .invalid("names[0]", invalid_names)
        .invalid_fields([("names", json!([]))], &["names"])
        .invalid_fields([("names", json!(names(max + 1).collect::<Vec<_>>()))], &["names"])
        .invalid_fields([("names[1]", json!(good[0]))], &["names[1]"])
}

/// Tokens of the second page of ListOrganizations and of ListPartners.
async fn tokens(fixture: &Fixture) -> [String; 2] {
    for _ in 0..2 {
        let company = fixture.client.company("Contoso", "FR").await.expect("a company is recorded");
        fixture.client.join(&company, "FR").await.expect("a partner is recorded");
    }
    let channel = fixture.channel("onboarding").await;
    let mut tokens = Vec::new();
    for list in ["ListOrganizations", "ListPartners"] {
        let method = proto::method("onboarding", list);
        let page = call(&channel, &method, &json!({ "page_size": 1 })).await;
        let token = page.expect("the list succeeds")["nextPageToken"].as_str().map(str::to_owned);
        tokens.push(token.expect("the first of two pages has a token"));
    }
    tokens.try_into().expect("there are two")
}

/// The requests of every method of a service.
pub async fn all_requests(service: &str, fixture: &Fixture) -> Vec<Requests> {
    let tokens = tokens(fixture).await;
    match service {
        "onboarding" => onboarding::requests(&tokens),
        "relationship" => relationship::requests(&tokens),
        _ => ordering::requests(&tokens, fixture).await,
    }
}

/// The errors of one malformed and of the valid request of every method: service, method and status.
pub async fn answers(fixture: &Fixture) -> Vec<(&'static str, &'static str, Status)> {
    let mut answers = Vec::new();
    for service in SERVICES {
        let channel = fixture.channel(service).await;
        for requests in all_requests(service, fixture).await {
            let method = proto::method(service, requests.method);
            for request in [&requests.together().0, &requests.valid] {
                let status = call(&channel, &method, request).await.err();
                answers.extend(status.map(|it| (service, requests.method, it)));
            }
        }
    }
    answers
}

/// The invalid fields of a response, or what is wrong with the response.
async fn reported(service: &str, channel: &Channel, method: &str, request: &Value) -> Vec<String> {
    let Err(status) = call(channel, &proto::method(service, method), request).await else {
        return vec!["the call succeeded".to_owned()];
    };
    if status.code() != Code::InvalidArgument {
        return vec![format!("the code is {}: {}", status.code(), status.message())];
    }
    let info = error_info(&status);
    let (reason, domain) = (info.reason.as_str(), info.domain.as_str());
    if (reason, domain) != ("INVALID_FIELDS", format!("{service}.csp").as_str()) {
        return vec![format!("the ErrorInfo has {reason} of {domain}")];
    }
    let listed = status.get_details_bad_request().map(|it| it.field_violations);
    listed.unwrap_or_default().into_iter().map(|it| it.field).collect()
}

#[tokio::test]
async fn a_malformed_request_gets_exactly_its_invalid_fields() {
    let fixture = Fixture::start().await;
    let mut wrong = Vec::new();
    for service in SERVICES {
        let channel = fixture.channel(service).await;
        for requests in all_requests(service, &fixture).await {
            for (request, expected) in requests.malformed() {
                let reported = reported(service, &channel, requests.method, &request).await;
                let distinct: BTreeSet<_> = reported.iter().map(String::as_str).collect();
                if distinct != expected || reported.len() > expected.len() {
                    let method = requests.method;
                    let mut request = request.to_string();
                    request.truncate(request.floor_char_boundary(400));
                    wrong.push(format!(
                        "{service} {method} {request}\n    expected {expected:?}\n    reported {reported:?}"
                    ));
                }
            }
        }
    }
    let count = wrong.len();
    assert!(
        wrong.is_empty(),
        "\n{}\n{count} responses do not report exactly the invalid fields; fix convert.rs of the service",
        wrong.join("\n")
    );
}

#[tokio::test]
async fn a_valid_request_gets_no_field_violation() {
    let fixture = Fixture::start().await;
    for service in SERVICES {
        let channel = fixture.channel(service).await;
        for requests in all_requests(service, &fixture).await {
            let method = proto::method(service, requests.method);
            if let Err(status) = call(&channel, &method, &requests.valid).await {
                assert_ne!(status.code(), Code::InvalidArgument, "{}: {status}", requests.method);
            }
        }
    }
}

#[tokio::test]
async fn every_field_of_every_request_has_an_invalid_value() {
    let fixture = Fixture::start().await;
    let mut missing = Vec::new();
    for service in SERVICES {
        let all = all_requests(service, &fixture).await;
        for method in proto::service(service).methods() {
            let requests = all.iter().find(|it| it.method == method.name());
            let malformed = requests.map(Requests::malformed).unwrap_or_default();
            let covered: BTreeSet<_> = malformed.iter().flat_map(|(_, fields)| fields).collect();
            let input = method.input();
            for field in input.fields().filter(|it| it.kind() != Kind::Bool) {
                if !covered.iter().any(|it| it.split(['.', '[']).next() == Some(field.name())) {
                    missing.push(field.full_name().to_owned());
                }
            }
        }
    }
    assert!(missing.is_empty(), "no invalid value for {missing:#?}; add one in malformed/");
}
