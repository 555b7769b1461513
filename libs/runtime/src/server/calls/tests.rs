use std::future::pending;

use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::*;

/// A service that does what the path says.
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
                "/panic" => panic!("row 7"),
                "/wait" => pending().await,
                _ => Ok(Response::new(Body::empty())),
            }
        })
    }
}

fn calls(limit: usize) -> Calls<Stub> {
    Calls::new(Stub, "test", limit, limit, Duration::from_secs(1))
}

async fn call(calls: &Calls<Stub>, path: &str, timeout: &str) -> Status {
    let request = Request::get(path).header(TIMEOUT, timeout).body(Body::empty()).unwrap();
    let answer = calls.clone().call(request).await.unwrap();
    Status::from_header_map(answer.headers()).unwrap_or_else(|| Status::ok(""))
}

#[tokio::test]
async fn a_call_that_panics_is_a_defect_and_gives_its_room_back() {
    let calls = calls(1);
    for _ in 0..2 {
        let status = call(&calls, "/panic", "1S").await;
        assert_eq!(status.code(), Code::Internal);
        let info = status.get_details_error_info().unwrap();
        assert!(info.metadata.contains_key("incidentId"));
        assert!(!format!("{status:?}").contains("row 7"));
    }
    assert_eq!(call(&calls, "/", "1S").await.code(), Code::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_call_out_of_time_gives_its_room_back() {
    let calls = calls(1);
    for timeout in ["200m", "9S"] {
        let status = call(&calls, "/wait", timeout).await;
        assert_eq!(status.code(), Code::DeadlineExceeded);
    }
    calls.idle().await;
}

#[tokio::test(start_paused = true)]
async fn without_room_only_health_is_answered() {
    let calls = calls(1);
    let busy = task::spawn({
        let calls = calls.clone();
        async move { call(&calls, "/wait", "1S").await }
    });
    tokio::task::yield_now().await;
    assert_eq!(call(&calls, "/", "1S").await.code(), Code::ResourceExhausted);
    assert_eq!(call(&calls, "/grpc.health.v1.Health/Check", "1S").await.code(), Code::Ok);
    let full = calls.clone().without_room();
    assert_eq!(busy.await.unwrap().code(), Code::DeadlineExceeded);
    assert_eq!(call(&calls, "/", "1S").await.code(), Code::Ok);
    assert_eq!(call(&full, "/", "1S").await.code(), Code::ResourceExhausted);
}

#[tokio::test(start_paused = true)]
async fn a_connection_has_its_share_of_the_room_and_the_refusal_says_which_is_full() {
    let calls = Calls::new(Stub, "test", 3, 2, Duration::from_secs(1));
    let (one, other) = (calls.clone().of_one_connection(), calls.of_one_connection());
    let wait = |calls: &Calls<Stub>| {
        let calls = calls.clone();
        task::spawn(async move { call(&calls, "/wait", "1S").await })
    };
    let waiting = [wait(&one), wait(&one), wait(&other)];
    tokio::task::yield_now().await;
    for (calls, expected) in [
        (&one, "2 calls are in work, as many as one connection may have"),
        (&other, "3 calls are in work, as many as one server may have"),
    ] {
        let status = call(calls, "/", "1S").await;
        let told = status.get_details_quota_failure().unwrap().violations;
        assert_eq!(told[0].description, expected);
    }
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap().code(), Code::DeadlineExceeded);
    }
    assert_eq!(call(&one, "/", "1S").await.code(), Code::Ok);
}
