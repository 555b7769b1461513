//! Requests with as many repeated elements as fit. Their cost must not be quadratic: work without an
//! await blocks a core for all calls.

use std::time::Duration;

use prost_reflect::prost::Message;
use serde_json::Value;

use super::{Fixture, all_requests};
use crate::{
    client::{exchange, message},
    proto::{self, SERVICES},
};

/// Limit of a request, less the parts around the repeated elements.
const LIMIT: usize = 255 * 1024;
/// Most CPU time of a call, client and services together, in an unoptimized build. Most calls take a
/// tenth of it; a quadratic one takes a multiple.
const MAX_CPU_TIME: Duration = Duration::from_secs(1);

/// CPU time of this thread, on which all but the databases runs. Wall-clock time would include other
/// processes.
fn cpu_time() -> Duration {
    let statistics =
        std::fs::read_to_string("/proc/thread-self/schedstat").expect("/proc has schedstat");
    let nanoseconds = statistics.split(' ').next().and_then(|it| it.parse().ok());
    Duration::from_nanos(nanoseconds.expect("the first number is the time on a core"))
}

/// JSON pointers of the repeated fields of a request.
fn repeated(request: &Value, place: &str, all: &mut Vec<String>) {
    match request {
        Value::Array(elements) => {
            all.push(place.to_owned());
            for (at, element) in elements.iter().enumerate().take(1) {
                repeated(element, &format!("{place}/{at}"), all);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                repeated(value, &format!("{place}/{name}"), all);
            }
        }
        // JSON joins the paths of a mask into one string.
        Value::String(_) if place.ends_with("mask") => all.push(place.to_owned()),
        _ => {}
    }
}

/// The request with the elements at these places repeated. Nested ones are repeated in the first element
/// only.
fn repeat(request: &Value, places: &[String], times: usize) -> Value {
    let mut grown = request.clone();
    for place in places {
        match grown.pointer_mut(place) {
            Some(Value::Array(elements)) if !elements.is_empty() => {
                let cycle = elements.clone();
                elements.extend(cycle.into_iter().cycle().take(times));
            }
            Some(Value::String(paths)) if !paths.is_empty() => {
                *paths = [paths.as_str(), &format!(",{paths}").repeat(times)].concat();
            }
            _ => {}
        }
    }
    grown
}

#[tokio::test]
async fn requests_with_many_elements_take_bounded_cpu_time() {
    let fixture = Fixture::start().await;
    let mut slowest = Vec::new();
    for service in SERVICES {
        let channel = fixture.channel(service).await;
        for requests in all_requests(service, &fixture).await {
            let method = proto::method(service, requests.method);
            let mut places = Vec::new();
            repeated(&requests.valid, "", &mut places);
            let each = places.iter().map(|it| vec![it.clone()]);
            for places in each.chain([places.clone()]).filter(|it| !it.is_empty()) {
                let sized =
                    |times| message(method.input(), &repeat(&requests.valid, &places, times));
                let (one, two) = (sized(1).encoded_len(), sized(2).encoded_len());
                let mut times = LIMIT / (two - one).max(1);
                while sized(times).encoded_len() > LIMIT {
                    times = times * 9 / 10;
                }
                let mut best = Duration::MAX;
                for _ in 0..2 {
                    let request = sized(times);
                    let before = cpu_time();
                    let _ = exchange(&channel, &method, request).await;
                    best = best.min(cpu_time() - before);
                }
                slowest.push((best, format!("{service} {} {places:?} x {times}", requests.method)));
            }
        }
    }
    slowest.sort();
    for (time, request) in slowest.iter().rev().take(10) {
        println!("{time:?} {request}");
    }
    assert!(slowest.len() > 20, "only {} requests have repeated fields", slowest.len());
    let (time, request) = slowest.last().unwrap();
    assert!(*time < MAX_CPU_TIME, "{time:?} for {request}");
}
