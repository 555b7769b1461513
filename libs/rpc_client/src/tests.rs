use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::Instant};
use tonic::{
    Code, Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};
use tonic_health::pb::{
    HealthCheckRequest, HealthCheckResponse,
    health_client::HealthClient,
    health_server::{Health, HealthServer},
};

use super::*;

/// A server that counts its calls and answers as `answer` says.
#[derive(Clone)]
struct Stub {
    answer: fn(u32) -> Result<(), Status>,
    delay: Duration,
    calls: Arc<AtomicU32>,
}

#[tonic::async_trait]
impl Health for Stub {
    async fn check(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let before = self.calls.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.delay).await;
        (self.answer)(before).map(|()| Response::new(HealthCheckResponse::default()))
    }

    type WatchStream = tokio_stream::Pending<Result<HealthCheckResponse, Status>>;

    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(tokio_stream::pending()))
    }
}

impl Stub {
    fn new(answer: fn(u32) -> Result<(), Status>) -> Self {
        Self { answer, delay: Duration::ZERO, calls: Arc::default() }
    }

    async fn serve_at(&self, at: &str) -> (SocketAddr, Serving) {
        let listener = TcpListener::bind(at).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::builder().add_service(HealthServer::new(self.clone()));
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let serving = server.serve_with_incoming_shutdown(TcpIncoming::from(listener), stopped);
        (address, Serving { stop, server: deadline::spawn(async move { serving.await.unwrap() }) })
    }

    async fn serve(&self) -> (SocketAddr, Serving) {
        self.serve_at("127.0.0.1:0").await
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }
}

/// A server. It serves until it is stopped or the test ends.
struct Serving {
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Serving {
    /// Closes the listener and, after their calls, the connections.
    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.server.await.unwrap();
    }
}

fn channel(addresses: &[SocketAddr]) -> HealthClient<Channel> {
    let urls: Vec<_> = addresses.iter().map(|at| format!("http://{at}")).collect();
    let urls = urls.join(",").parse().unwrap();
    let timeout = Duration::from_secs(5);
    HealthClient::new(Channel::new(Settings {
        urls,
        timeout,
        connections: 2,
        credentials: Default::default(),
    }))
}

async fn call(client: &HealthClient<Channel>) -> Result<(), Status> {
    client.clone().check(HealthCheckRequest::default()).await.map(drop)
}

#[test]
fn a_url_has_a_scheme_host_and_port() {
    for good in [
        "http://relationship:50052",
        "http://[::1]:1, http://10.0.0.1:2",
        "http://a:1/",
        "https://a:1",
    ] {
        assert!(good.parse::<Urls>().is_ok(), "{good}");
    }
    for bad in ["", "relationship:50052", "ftp://a:1", "http://a", "http://a:1/x", "http://a:1,"] {
        assert!(bad.parse::<Urls>().is_err(), "{bad}");
    }
}

#[tokio::test]
async fn calls_are_spread_over_all_addresses() {
    let stubs = [(); 2].map(|()| Stub::new(|_| Ok(())));
    let addresses = [stubs[0].serve().await.0, stubs[1].serve().await.0];
    let client = channel(&addresses);
    for _ in 0..40 {
        call(&client).await.unwrap();
    }
    assert_eq!(stubs.map(|it| it.calls()), [20, 20]);
}

#[tokio::test]
async fn an_address_that_dies_fails_no_call() {
    let (gone, stays) = (Stub::new(|_| Ok(())), Stub::new(|_| Ok(())));
    let (first, server) = gone.serve().await;
    let client = channel(&[first, stays.serve().await.0]);
    for _ in 0..30 {
        call(&client).await.unwrap();
    }
    server.stop().await;
    for _ in 0..70 {
        call(&client).await.unwrap();
    }
    assert_eq!(gone.calls() + stays.calls(), 100);
}

#[tokio::test]
async fn a_service_without_a_server_is_unavailable_immediately_until_one_starts() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = channel(&[free]);
    let begun = Instant::now();
    for _ in 0..10 {
        assert_eq!(call(&client).await.unwrap_err().code(), Code::Unavailable);
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let _server = Stub::new(|_| Ok(())).serve_at(&free.to_string()).await;
    while call(&client).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(10), "the breaker does not recover");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn servers_restarted_one_after_another_fail_no_call() {
    let (first, second) = (Stub::new(|_| Ok(())), Stub::new(|_| Ok(())));
    let servers = [first.serve().await, second.serve().await];
    let client = channel(&[servers[0].0, servers[1].0]);
    let calls = async {
        loop {
            call(&client).await.unwrap();
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let restarts = async {
        for (address, server) in servers {
            server.stop().await;
            // Long enough that its breaker opens.
            tokio::time::sleep(Duration::from_millis(700)).await;
            Stub::new(|_| Ok(())).serve_at(&address.to_string()).await;
            // As long as the next one still serves after it was told to stop.
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    tokio::select! {
        () = calls => unreachable!("calls have no end"),
        () = restarts => {}
    }
}

#[tokio::test]
async fn only_unavailable_without_details_is_retried() {
    let detailed = |_| Err(Status::with_details(Code::Unavailable, "", "database".into()));
    let answers: [(fn(u32) -> Result<(), Status>, Code, u32); 4] = [
        (|at| if at < 2 { Err(Status::unavailable("proxy")) } else { Ok(()) }, Code::Ok, 3),
        (|_| Err(Status::unavailable("proxy")), Code::Unavailable, 3),
        (detailed, Code::Unavailable, 1),
        (|_| Err(Status::resource_exhausted("")), Code::ResourceExhausted, 1),
    ];
    for (answer, code, calls) in answers {
        let stub = Stub::new(answer);
        let client = channel(&[stub.serve().await.0]);
        let answered = call(&client).await.map_or_else(|status| status.code(), |()| Code::Ok);
        assert_eq!((answered, stub.calls()), (code, calls));
    }
}

#[tokio::test]
async fn the_earliest_deadline_counts() {
    let stub = Stub { delay: Duration::from_secs(60), ..Stub::new(|_| Ok(())) };
    let client = channel(&[stub.serve().await.0]);
    let begun = Instant::now();
    let mut request = Request::new(HealthCheckRequest::default());
    request.set_timeout(Duration::from_millis(50));
    let status = client.clone().check(request).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    let within = deadline::within(Duration::from_millis(50), call(&client)).await;
    assert!(within.is_err(), "the deadline of the surrounding call has passed");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn fuzzing_of_urls() {
    fuzz::run(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/urls.txt"), |input| {
        let Ok(text) = std::str::from_utf8(input) else { return "no text".to_owned() };
        match text.parse::<Urls>() {
            Ok(urls) => {
                let printed = urls.to_string();
                assert_eq!(printed.parse::<Urls>().unwrap().to_string(), printed);
                printed.matches(',').count().min(3).to_string()
            }
            Err(error) => fuzz::kind(&error),
        }
    });
}
