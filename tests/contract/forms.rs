//! Malformed requests: each method's good request, and every way in which it is tried wrong.

mod onboarding;
mod ordering;
mod relationship;
mod sizes;
mod times;

use std::collections::BTreeSet;

use prost_reflect::Kind;
use serde_json::{Value, json};
use tonic::{Code, transport::Channel};
use tonic_types::StatusExt;

use crate::{
    Stage,
    client::{call, error_info},
    proto::{self, SERVICES},
};

/// A GUID in use nowhere.
const ID: &str = "0195f0a8-7c1e-7b3a-9c55-0242ac120002";
/// Another.
const OTHER_ID: &str = "0195f0a8-7c1e-7b3a-9c55-0242ac120003";

/// A change of a request: the path of a field, and its new value.
type Change = (&'static str, Value);

/// One method's requests.
struct Form {
    method: &'static str,
    /// A request without a malformed field, whatever else may stand against it.
    good: Value,
    /// Wrong in the one field that is changed. Also wrong together.
    wrong: Vec<Change>,
    /// Wrong in the fields that are listed.
    also: Vec<(Vec<Change>, Vec<&'static str>)>,
}

impl Form {
    fn new(method: &'static str, good: Value) -> Self {
        Self { method, good, wrong: Vec::new(), also: Vec::new() }
    }

    /// A field, and values that it must not have.
    fn wrong(mut self, field: &'static str, values: impl IntoIterator<Item = Value>) -> Self {
        self.wrong.extend(values.into_iter().map(|value| (field, value)));
        self
    }

    /// Changes that make the listed fields wrong.
    fn also<const N: usize>(mut self, changes: [Change; N], fields: &[&'static str]) -> Self {
        self.also.push((changes.into(), fields.to_vec()));
        self
    }

    /// The good request with some changes.
    fn changed(&self, changes: &[Change]) -> Value {
        let mut request = self.good.clone();
        for (field, value) in changes {
            let pointer = format!("/{}", field.replace(['.', '['], "/").replace(']', ""));
            let (parent, key) = pointer.rsplit_once('/').unwrap_or_default();
            match request.pointer_mut(parent) {
                Some(Value::Array(all)) => all[key.parse::<usize>().expect(key)] = value.clone(),
                Some(parent) => parent[key] = value.clone(),
                None => panic!("the good request of {} has no {field}: mend the test", self.method),
            }
        }
        request
    }

    /// Every wrong request and the fields that it is wrong in.
    fn requests(&self) -> Vec<(Value, BTreeSet<&str>)> {
        let alone = self.wrong.iter().map(|change| {
            let changes = std::slice::from_ref(change);
            (self.changed(changes), BTreeSet::from([change.0]))
        });
        let listed = self
            .also
            .iter()
            .map(|(changes, fields)| (self.changed(changes), fields.iter().copied().collect()));
        alone.chain(listed).chain([self.together()]).collect()
    }

    /// All fields wrong at once, but for those that hold another one.
    fn together(&self) -> (Value, BTreeSet<&str>) {
        let holds = |field: &str| {
            let inner = [format!("{field}."), format!("{field}[")];
            self.wrong.iter().any(|(it, _)| inner.iter().any(|start| it.starts_with(start)))
        };
        let changes: Vec<_> =
            self.wrong.iter().filter(|(field, _)| !holds(field)).cloned().collect();
        (self.changed(&changes), changes.iter().map(|(field, _)| *field).collect())
    }
}

/// Texts that are no id.
fn no_guid() -> Vec<Value> {
    let bare = ID.replace('-', "");
    vec![json!("x"), json!(bare), json!(format!("{{{ID}}}")), json!(format!("{ID}0"))]
}

/// The same, where an empty text is wrong too.
fn no_required_guid() -> Vec<Value> {
    [vec![json!("")], no_guid()].concat()
}

/// Texts that are the etag of nothing.
fn no_etag() -> Vec<Value> {
    ["1", "r1", "r0-1", "r01-1", "R1-1", "\"r1-1\""].map(Value::from).into()
}

/// Texts that are no name in a collection.
fn no_name(collection: &str) -> Vec<Value> {
    let wrong = ["".to_owned(), ID.to_owned(), format!("{collection}/"), format!("{collection}/x")];
    let other = format!("planets/{ID}");
    let more = format!("{collection}/{ID}/more");
    wrong.into_iter().chain([other, more]).map(Value::from).collect()
}

/// Texts that are none of 1 to `max` characters.
fn no_text(max: usize) -> Vec<Value> {
    vec![json!(""), json!(" "), json!("é".repeat(max + 1)), json!("two\nlines")]
}

/// Countries without a market, and what is no country.
fn no_country() -> Vec<Value> {
    ["", "XX", "IR", "fr", "FRA"].map(Value::from).into()
}

/// Addresses that do not work.
fn no_email() -> Vec<Value> {
    let long = format!("ada@{}.com", "contoso.".repeat(40));
    let wrong = ["", "ada", "ada@", "@contoso.com", "ada@contoso", "Ada <ada@contoso.com>", &long];
    wrong.map(Value::from).into()
}

/// Addresses that are not at a company's own domain.
fn no_work_email() -> Vec<Value> {
    [no_email(), vec![json!("ada@gmail.com"), json!("ADA@GMAIL.COM")]].concat()
}

/// Times at which nothing can have been accepted.
fn no_time_past() -> Vec<Value> {
    vec![Value::Null, json!("2999-01-01T00:00:00Z")]
}

/// Numbers of an enum that stand for nothing.
fn no_choice() -> Vec<Value> {
    vec![json!(0), json!(99), json!(-1)]
}

/// The fields of a list; `token` was given out for another one.
fn list(method: &'static str, token: &str) -> Form {
    list_under(method, json!({}), token)
}

/// The fields of a list that has others too.
fn list_under(method: &'static str, others: Value, token: &str) -> Form {
    let mut good = json!({
        "page_size": 5,
        "page_token": "",
        "filter": "create_time > \"2026-03-02T09:00:00Z\" AND update_time != 2026-03-02T09:00:00Z",
        "order_by": "create_time desc",
    });
    good.as_object_mut()
        .expect("it is one")
        .extend(others.as_object().cloned().unwrap_or_default());
    Form::new(method, good)
        .wrong("page_size", [json!(-1)])
        .wrong("page_token", [json!("?"), json!("bm9uc2Vuc2U"), json!(token)])
        .wrong(
            "filter",
            ["x", "planet = mars", "create_time = now", "create_time"].map(Value::from),
        )
        .wrong("order_by", ["x", "update_time", "name asc", "name, create_time"].map(Value::from))
}

/// The field of a request for several resources.
fn batch(method: &'static str, collection: &str, max: usize, no_name: Vec<Value>) -> Form {
    let id = |at| format!("{collection}/0195f0a8-7c1e-7b3a-9c55-{at:012x}");
    let names = |count| (0..count).map(id);
    let good: Vec<_> = names(max).collect();
    Form::new(method, json!({ "names": good }))
        .wrong("names[0]", no_name)
        .also([("names", json!([]))], &["names"])
        .also([("names", json!(names(max + 1).collect::<Vec<_>>()))], &["names"])
        .also([("names[1]", json!(good[0]))], &["names[1]"])
}

/// Tokens of the second page of ListOrganizations and of ListPartners.
async fn tokens(stage: &Stage) -> [String; 2] {
    for _ in 0..2 {
        let company = stage.cast.company("Contoso", "FR").await.expect("a company is recorded");
        stage.cast.join(&company, "FR").await.expect("a partner is recorded");
    }
    let channel = stage.channel("onboarding").await;
    let mut tokens = Vec::new();
    for list in ["ListOrganizations", "ListPartners"] {
        let method = proto::method("onboarding", list);
        let page = call(&channel, &method, &json!({ "page_size": 1 })).await;
        let token = page.expect("a list answers")["nextPageToken"].as_str().map(str::to_owned);
        tokens.push(token.expect("two pages have a token between them"));
    }
    tokens.try_into().expect("there are two")
}

/// The forms of a service.
async fn forms(service: &str, stage: &Stage) -> Vec<Form> {
    let tokens = tokens(stage).await;
    match service {
        "onboarding" => onboarding::forms(&tokens),
        "relationship" => relationship::forms(&tokens),
        _ => ordering::forms(&tokens, stage).await,
    }
}

/// The fields that an answer says are wrong, or what it is instead of such an answer.
async fn told(service: &str, channel: &Channel, method: &str, request: &Value) -> Vec<String> {
    let Err(status) = call(channel, &proto::method(service, method), request).await else {
        return vec!["it is answered as if nothing were wrong".to_owned()];
    };
    if status.code() != Code::InvalidArgument {
        return vec![format!("it is answered {}: {}", status.code(), status.message())];
    }
    let info = error_info(&status);
    let (reason, domain) = (info.reason.as_str(), info.domain.as_str());
    if (reason, domain) != ("INVALID_FIELDS", format!("{service}.csp").as_str()) {
        return vec![format!("its ErrorInfo says {reason} of {domain}")];
    }
    let listed = status.get_details_bad_request().map(|it| it.field_violations);
    listed.unwrap_or_default().into_iter().map(|it| it.field).collect()
}

#[tokio::test]
async fn a_malformed_request_is_answered_with_every_wrong_field_and_no_other() {
    let stage = Stage::open().await;
    let mut wrong = Vec::new();
    for service in SERVICES {
        let channel = stage.channel(service).await;
        for form in forms(service, &stage).await {
            for (request, expected) in form.requests() {
                let told = told(service, &channel, form.method, &request).await;
                let distinct: BTreeSet<_> = told.iter().map(String::as_str).collect();
                if distinct != expected || told.len() > expected.len() {
                    let method = form.method;
                    let mut request = request.to_string();
                    request.truncate(request.floor_char_boundary(400));
                    wrong.push(format!(
                        "{service} {method} {request}\n    wrong {expected:?}\n    told  {told:?}"
                    ));
                }
            }
        }
    }
    let count = wrong.len();
    assert!(
        wrong.is_empty(),
        "\n{}\n{count} answers do not tell exactly what is wrong; mend convert.rs of the service",
        wrong.join("\n")
    );
}

#[tokio::test]
async fn a_request_without_a_malformed_field_is_never_called_malformed() {
    let stage = Stage::open().await;
    for service in SERVICES {
        let channel = stage.channel(service).await;
        for form in forms(service, &stage).await {
            let method = proto::method(service, form.method);
            if let Err(status) = call(&channel, &method, &form.good).await {
                assert_ne!(status.code(), Code::InvalidArgument, "{}: {status}", form.method);
            }
        }
    }
}

#[tokio::test]
async fn every_field_of_every_request_is_tried_wrong() {
    let stage = Stage::open().await;
    let mut missing = Vec::new();
    for service in SERVICES {
        let forms = forms(service, &stage).await;
        for method in proto::service(service).methods() {
            let form = forms.iter().find(|form| form.method == method.name());
            let requests = form.map(Form::requests).unwrap_or_default();
            let tried: BTreeSet<_> = requests.iter().flat_map(|(_, fields)| fields).collect();
            let input = method.input();
            for field in input.fields().filter(|it| it.kind() != Kind::Bool) {
                if !tried.iter().any(|it| it.split(['.', '[']).next() == Some(field.name())) {
                    missing.push(field.full_name().to_owned());
                }
            }
        }
    }
    assert!(missing.is_empty(), "no form tries {missing:#?}; add a wrong value in forms/");
}
