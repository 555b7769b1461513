//! Requests that repeat what a request can repeat, as often as fits into one. None may cost the product
//! of two sizes that its caller chooses: work without an await holds a core, and others wait.

use std::time::Duration;

use prost_reflect::prost::Message;
use serde_json::Value;

use super::{Stage, forms};
use crate::{
    client::{exchange, message},
    proto::{self, SERVICES},
};

/// As large as a request may be, less what goes on top of the repeated elements.
const LIMIT: usize = 255 * 1024;
/// What such a call may take of a core, client and services together, in a build without optimization.
/// Most take a tenth of it; what costs a product takes a multiple.
const LONGEST: Duration = Duration::from_secs(1);

/// What this thread, on which all but the databases runs, has had of a core: the time on the clock
/// counts what other processes do, too.
fn used() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
    let nanoseconds = told.split(' ').next().and_then(|it| it.parse().ok());
    Duration::from_nanos(nanoseconds.expect("the first number is the time on a core"))
}

/// The places of all that a request repeats.
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
        // Paths of a mask stand in one text.
        Value::String(_) if place.ends_with("mask") => all.push(place.to_owned()),
        _ => {}
    }
}

/// The request with the elements of these places repeated so often; of those inside of others, the
/// elements of the first alone.
fn grown(request: &Value, places: &[String], times: usize) -> Value {
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
async fn a_request_that_repeats_what_it_can_is_answered_at_once() {
    let stage = Stage::open().await;
    let mut slowest = Vec::new();
    for service in SERVICES {
        let channel = stage.channel(service).await;
        for form in forms(service, &stage).await {
            let method = proto::method(service, form.method);
            let mut places = Vec::new();
            repeated(&form.good, "", &mut places);
            let each = places.iter().map(|it| vec![it.clone()]);
            for places in each.chain([places.clone()]).filter(|it| !it.is_empty()) {
                let sized = |times| message(method.input(), &grown(&form.good, &places, times));
                let (one, two) = (sized(1).encoded_len(), sized(2).encoded_len());
                let mut times = LIMIT / (two - one).max(1);
                while sized(times).encoded_len() > LIMIT {
                    times = times * 9 / 10;
                }
                let mut best = Duration::MAX;
                for _ in 0..2 {
                    let request = sized(times);
                    let before = used();
                    let _ = exchange(&channel, &method, request).await;
                    best = best.min(used() - before);
                }
                slowest.push((best, format!("{service} {} {places:?} x {times}", form.method)));
            }
        }
    }
    slowest.sort();
    for (time, what) in slowest.iter().rev().take(10) {
        println!("{time:?} {what}");
    }
    assert!(slowest.len() > 20, "only {} requests repeat anything", slowest.len());
    let (time, what) = slowest.last().unwrap();
    assert!(*time < LONGEST, "{time:?} for {what}");
}
