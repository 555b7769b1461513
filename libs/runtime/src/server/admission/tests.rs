use std::{future::pending, net::Ipv4Addr};

use http_body::Frame;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::*;
use crate::server::registry::Registry;

/// A body that never ends.
struct Never;

impl http_body::Body for Never {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Poll::Pending
    }
}

/// A service whose behaviour the path selects.
#[derive(Clone)]
struct Stub;

impl Service<Request<Body>> for Stub {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let path = request.uri().path().to_owned();
        Box::pin(async move {
            match path.as_str() {
                PANIC => panic!("row 7"),
                WAIT => pending().await,
                SLOW | WATCH => Ok(Response::new(Body::new(Never))),
                _ => Ok(Response::new(Body::empty())),
            }
        })
    }
}

const OK: &str = "/csp.test/Ok";
const WAIT: &str = "/csp.test/Wait";
/// Its answer does not end.
const SLOW: &str = "/csp.test/Slow";
const PANIC: &str = "/csp.test/Panic";
const CHECK: &str = "/grpc.health.v1.Health/Check";
const WATCH: &str = "/grpc.health.v1.Health/Watch";

fn admission(limit: usize) -> Admission<Stub> {
    with_connection_limit(limit, limit)
}

fn with_connection_limit(limit: usize, connection_limit: usize) -> Admission<Stub> {
    let methods = [OK, WAIT, SLOW, PANIC, CHECK, WATCH].map(|it| it[1..].to_owned());
    let (methods, longest) = (methods.into_iter().collect(), Duration::from_secs(1));
    let limits = crate::server::limits::Limits::new(1, std::num::NonZeroU32::MIN);
    let callers = Callers::new(crate::access::Access::unproven().unwrap(), limits);
    let served = Served { name: "test", grpc_name: "csp.test", methods, callers };
    Admission::new(Stub, served, limit, connection_limit, longest)
}

fn request(path: &str) -> http::request::Builder {
    Request::get(path).header(CONTENT_TYPE, "application/grpc")
}

async fn call(admission: &Admission<Stub>, path: &str, timeout: &str) -> Status {
    let request = request(path).header(TIMEOUT, timeout).body(Body::empty()).unwrap();
    let answer = admission.clone().call(request).await.unwrap();
    Status::from_header_map(answer.headers()).unwrap_or_else(|| Status::ok(""))
}

#[tokio::test]
async fn a_call_that_panics_is_a_defect_and_releases_its_permit() {
    let admission = admission(1);
    for _ in 0..2 {
        let status = call(&admission, PANIC, "1S").await;
        assert_eq!(status.code(), Code::Internal);
        let info = status.get_details_error_info().unwrap();
        assert!(info.metadata.contains_key("incidentId"));
        assert!(!format!("{status:?}").contains("row 7"));
    }
    assert_eq!(call(&admission, OK, "1S").await.code(), Code::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_call_past_its_deadline_releases_its_permit() {
    let admission = admission(1);
    for timeout in ["200m", "9S"] {
        let status = call(&admission, WAIT, timeout).await;
        assert_eq!(status.code(), Code::DeadlineExceeded);
    }
    admission.wait_until_idle().await;
}

#[tokio::test(start_paused = true)]
async fn a_server_over_capacity_answers_health_only() {
    let admission = admission(1);
    let busy = deadline::spawn({
        let admission = admission.clone();
        async move { call(&admission, WAIT, "1S").await }
    });
    tokio::task::yield_now().await;
    assert_eq!(call(&admission, OK, "1S").await.code(), Code::ResourceExhausted);
    assert_eq!(call(&admission, CHECK, "1S").await.code(), Code::Ok);
    let full = admission.clone().over_capacity();
    assert_eq!(busy.await.unwrap().code(), Code::DeadlineExceeded);
    assert_eq!(call(&admission, OK, "1S").await.code(), Code::Ok);
    assert_eq!(call(&full, OK, "1S").await.code(), Code::ResourceExhausted);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_names_the_limit_that_is_reached() {
    let admission = with_connection_limit(3, 2);
    let registry = Registry::new(2, 2);
    let slots = [(); 2].map(|()| registry.admit(Ipv4Addr::LOCALHOST.into()).unwrap());
    let [one, other] = slots.each_ref().map(|it| admission.clone().for_connection(it.usage()));
    let wait = |admission: &Admission<Stub>| {
        let admission = admission.clone();
        deadline::spawn(async move { call(&admission, WAIT, "1S").await })
    };
    let waiting = [wait(&one), wait(&one), wait(&other)];
    tokio::task::yield_now().await;
    for (admission, expected) in [
        (&one, "2 calls are in flight, the maximum of a connection"),
        (&other, "3 calls are in flight, the maximum of a server"),
    ] {
        let status = call(admission, OK, "1S").await;
        let violations = status.get_details_quota_failure().unwrap().violations;
        assert_eq!(violations[0].description, expected);
    }
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap().code(), Code::DeadlineExceeded);
    }
    assert_eq!(call(&one, OK, "1S").await.code(), Code::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_call_holds_its_connection_permit_until_its_answer_is_dropped() {
    let admission = with_connection_limit(2, 1);
    let answer = admission.clone().call(request(SLOW).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(call(&admission, OK, "1S").await.code(), Code::ResourceExhausted);
    assert_eq!(call(&admission, CHECK, "1S").await.code(), Code::Ok);
    drop(answer);
    assert_eq!(call(&admission, OK, "1S").await.code(), Code::Ok);
}

#[tokio::test(start_paused = true)]
async fn health_calls_of_one_connection_are_limited() {
    let admission = admission(1);
    let watch = || admission.clone().call(request(WATCH).body(Body::empty()).unwrap());
    let mut open = Vec::new();
    for _ in 0..MAX_HEALTH_CALLS {
        open.push(watch().await.unwrap());
    }
    assert_eq!(call(&admission, CHECK, "1S").await.code(), Code::ResourceExhausted);
    open.pop();
    assert_eq!(call(&admission, CHECK, "1S").await.code(), Code::Ok);
}

#[tokio::test]
async fn an_unknown_method_is_answered_with_the_service_that_has_it() {
    for (path, expected) in [
        (
            "/csp.onboarding.v1.OnboardingService/GetPartner",
            "this port serves csp.test, not `csp.onboarding.v1.OnboardingService/GetPartner`; call \
             onboarding, which listens on port 50051 by default",
        ),
        (
            "/csp.test/Ko",
            "csp.test has no method `csp.test/Ko`; server reflection lists its methods",
        ),
        (
            "/csp.billing.v1.BillingService/GetInvoice",
            "no service of the cluster has `csp.billing.v1.BillingService/GetInvoice`: this port \
             serves csp.test; the other services and their default ports: onboarding 50051, \
             relationship 50052, ordering 50053",
        ),
    ] {
        let status = call(&admission(1), path, "1S").await;
        assert_eq!((status.code(), status.message()), (Code::Unimplemented, expected));
        let info = status.get_details_error_info().unwrap();
        assert_eq!((&*info.reason, &*info.metadata["method"]), ("UNKNOWN_METHOD", &path[1..]));
    }
}

#[tokio::test]
async fn any_other_content_type_is_answered_with_415() {
    for (form, expected) in [
        (Some("application/json"), 415),
        (Some("application/grpc+json"), 415),
        (Some("application/grpc-web"), 415),
        (None, 415),
        (Some("application/grpc"), 200),
        (Some("application/grpc+proto"), 200),
        (Some("Application/gRPC; charset=utf-8"), 200),
    ] {
        let mut request = Request::get(OK);
        if let Some(form) = form {
            request = request.header(CONTENT_TYPE, form);
        }
        let answer = admission(1).call(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status().as_u16(), expected, "{form:?}");
    }
}
