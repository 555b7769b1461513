//! Routes, limits and headers.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use client::{Cluster, Credentials};
use http::{
    HeaderValue, Method, StatusCode,
    header::{
        ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY,
        RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
    },
};
use tokio::sync::Semaphore;
use types::Clock;

use crate::{
    html::Page,
    pages,
    problem::Problem,
    settings::Settings,
    visit::{Addresses, Console},
};

const POLICY: &str = "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";
/// Pages may name customers, so neither caches nor other sites get anything.
const HEADERS: [(http::HeaderName, HeaderValue); 3] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];
const STYLE: &str = include_str!("style.css");
const ICON: &str = include_str!("icon.svg");

/// The pages.
///
/// # Errors
/// If a file of the credentials is unusable.
pub(crate) fn router(settings: Settings, clock: Clock) -> Result<Router, String> {
    let credentials = Credentials::load(settings.credentials, clock.clone())?;
    let addresses = Addresses::of(&settings.services);
    let [onboarding, relationship, ordering] = settings.services;
    let services = client::Settings::at(onboarding, relationship, ordering);
    let services = client::Settings { timeout: settings.page_timeout, credentials, ..services };
    let console = Arc::new(Console {
        services: Cluster::new(services),
        addresses,
        hosts: settings.hosts,
        clock,
        in_flight: Semaphore::new(settings.max_in_flight),
        page_timeout: settings.page_timeout,
    });
    let router = Router::new()
        .route("/", get(pages::start::show))
        .route("/search", get(pages::search::show))
        .route("/customers/{tenant}", get(pages::customer::show))
        .route("/partners/{tenant}", get(pages::partner::show))
        .route("/orders/{uid}", get(pages::order::show))
        .route("/rules", get(pages::rules::all))
        .route("/rules/{id}", get(pages::rules::one))
        .route("/markets", get(pages::markets::show))
        .fallback(missing)
        .layer(from_fn_with_state(console.clone(), limit))
        .route("/style.css", get(async || asset("text/css; charset=utf-8", STYLE)))
        .route("/icon.svg", get(async || asset("image/svg+xml", ICON)))
        .layer(from_fn_with_state(console.clone(), guard))
        .with_state(console);
    Ok(router)
}

async fn missing(request: Request) -> Problem {
    Problem::Missing(request.uri().path().to_owned())
}

fn asset(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "max-age=60")], text)
}

/// Refuses a page over the capacity, and ends one at its deadline.
async fn limit(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    let Ok(_permit) = console.in_flight.try_acquire() else {
        return Problem::Busy.into_response();
    };
    match deadline::within(console.page_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(deadline::OutOfTime) => Problem::OutOfTime.into_response(),
    }
}

/// Refuses other hosts and everything but reads, and adds the headers of all answers. Logs the path only,
/// because a query may contain names.
async fn guard(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let host = request.headers().get(HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let mut response = match *request.method() {
        _ if !console.hosts.allow(host) => Problem::Host(host.to_owned()).into_response(),
        Method::GET | Method::HEAD => next.run(request).await,
        _ => Problem::Method.into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, value);
    }
    tracing::debug!(path, status = response.status().as_u16(), "answered");
    response
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store")];
        (self.status, headers, self.render()).into_response()
    }
}

/// When to reload after a 503.
const RELOAD_AFTER: Duration = Duration::from_secs(1);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.page().into_response();
        match response.status() {
            StatusCode::METHOD_NOT_ALLOWED => {
                response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                let seconds = HeaderValue::from(RELOAD_AFTER.as_secs());
                response.headers_mut().insert(RETRY_AFTER, seconds);
            }
            _ => {}
        }
        response
    }
}
