//! Accepts connections, serves them, and closes them.
//!
//! Replaces tonic's server, which closes its listener as soon as a stop begins, waits for open
//! connections without a limit, accepts any number of them, and gives all the same maximum age.

use std::{
    collections::VecDeque,
    future::pending,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use ::telemetry::TelemetryLayer;
use hyper::server::conn::http2;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use identity::ServerTls;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::AbortHandle,
    time::{sleep, timeout},
};
use tonic::service::Routes;
use tower_layer::Layer;
use types::jitter;

use super::{
    Settings, Stage,
    admission::Admission,
    answer::{StreamExecutor, UnreadAnswers},
    callers::Peer,
    preface::{self, Opening},
    registry::{ConnectionSlot, Registry},
};

/// Interval of HTTP/2 pings, and how long a client may take to answer one.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// Longest headers of a request in bytes.
const MAX_HEADERS: u32 = 16 * 1024;
/// Flow control windows of requests in bytes. The longest message fits into the window of a stream.
const STREAM_WINDOW: u32 = 96 * 1024;
const CONNECTION_WINDOW: u32 = 512 * 1024;
/// Bytes of one answer that HTTP/2 may buffer for a connection that does not read. The rest waits in
/// `AnswerBody`, where it is counted.
const SEND_BUFFER: usize = 1024;
/// Jitter of the connection age in percent, so that connections do not end at the same time.
const AGE_JITTER: u32 = 10;
/// Connections over the limit that are accepted to answer health calls and refuse all others. The next
/// one closes the oldest, so that idle connections cannot block health checks.
const MAX_OVER_LIMIT: usize = 64;
const OVER_LIMIT_AGE: Duration = Duration::from_secs(5);
/// Evicted connections that may shut down gracefully at the same time. Others are closed immediately.
const MAX_EVICTED: usize = 64;
/// Wait after the last call, so that its answer is sent.
const LINGER: Duration = Duration::from_secs(1);
/// How long a client may take for the TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// Pause after a failed accept, for example because no file handle is free.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(50);

/// Accepts and serves connections until the stage is closing; then waits for calls and connections to
/// end, at most for the grace time.
pub(super) async fn serve(
    listener: TcpListener,
    admission: Admission<Routes>,
    telemetry: TelemetryLayer,
    settings: Settings,
    tls: Option<ServerTls>,
    stage: watch::Receiver<Stage>,
) {
    let registry = Registry::new(settings.max_connections, settings.max_connections_per_address);
    let evictions = Arc::new(Semaphore::new(MAX_EVICTED));
    let protocol = protocol(settings.max_streams, UnreadAnswers::new(settings.max_in_flight));
    let (alive, ended) = watch::channel(());
    let serve_one = |stream, peer: SocketAddr, admission, age, slot| {
        let (stage, ended, evictions) = (stage.clone(), ended.clone(), evictions.clone());
        let (telemetry, grace) = (telemetry.clone(), settings.grace);
        let protocol = protocol.clone();
        let (tls, address) = (tls.clone(), peer.ip().to_canonical());
        let connection = Connection {
            stream,
            address,
            tls,
            protocol,
            admission,
            telemetry,
            age,
            grace,
            slot,
            evictions,
        };
        deadline::spawn(connection.serve(stage, ended))
    };
    let accept = async {
        let mut over_limit = VecDeque::<AbortHandle>::with_capacity(MAX_OVER_LIMIT);
        loop {
            let Ok((stream, peer)) = listener.accept().await else {
                sleep(ACCEPT_BACKOFF).await;
                continue;
            };
            if let Some(slot) = registry.admit(peer.ip()) {
                let admission = admission.clone().for_connection(slot.usage());
                serve_one(stream, peer, admission, settings.connection_age, Some(slot));
                continue;
            }
            let admission = admission.clone().over_capacity();
            let served = serve_one(stream, peer, admission, OVER_LIMIT_AGE, None).abort_handle();
            over_limit.retain(|it| !it.is_finished());
            if over_limit.len() == MAX_OVER_LIMIT
                && let Some(oldest) = over_limit.pop_front()
            {
                oldest.abort();
            }
            over_limit.push_back(served);
        }
    };
    let mut closing = stage.clone();
    tokio::select! {
        () = accept => {}
        () = Stage::reached(&mut closing, Stage::Closing) => {}
    }
    drop(listener);
    let closed = async {
        while !registry.is_empty() {
            sleep(POLL_INTERVAL).await;
        }
    };
    let mut closed = pin!(closed);
    let quiet = async {
        loop {
            admission.wait_until_idle().await;
            // Calls may arrive until their clients have seen the GOAWAY.
            if timeout(LINGER, closed.as_mut()).await.is_ok() || admission.is_idle() {
                break;
            }
        }
    };
    if timeout(settings.grace + LINGER, quiet).await.is_err() {
        tracing::warn!("the grace time is over: stopping with calls in flight");
    }
    drop(alive);
}

struct Connection {
    stream: TcpStream,
    address: IpAddr,
    tls: Option<ServerTls>,
    protocol: http2::Builder<StreamExecutor>,
    admission: Admission<Routes>,
    telemetry: TelemetryLayer,
    age: Duration,
    grace: Duration,
    slot: Option<ConnectionSlot>,
    evictions: Arc<Semaphore>,
}

/// A connection whose client has begun to speak HTTP/2.
trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

impl Connection {
    async fn serve(mut self, mut stage: watch::Receiver<Stage>, mut ended: watch::Receiver<()>) {
        let slot = self.slot.take();
        let mut evicted = pin!(async {
            match &slot {
                Some(slot) => slot.evicted().await,
                None => pending().await,
            }
        });
        let _ = self.stream.set_nodelay(true);
        let (age, grace, evictions) = (self.age, self.grace, self.evictions.clone());
        let (protocol, telemetry) = (self.protocol.clone(), self.telemetry.clone());
        let (stream, admission) = tokio::select! {
            opened = self.open() => match opened {
                Some(opened) => opened,
                None => return,
            },
            () = evicted.as_mut() => return,
        };
        let service = TowerToHyperService::new(telemetry.layer(admission));
        let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), service));
        let mut _eviction = None;
        tokio::select! {
            _ = connection.as_mut() => return,
            () = sleep(jitter(age, AGE_JITTER)) => {}
            () = Stage::reached(&mut stage, Stage::Closing) => {}
            () = evicted.as_mut() => match evictions.try_acquire() {
                Ok(permit) => _eviction = Some(permit),
                Err(_) => return,
            },
        }
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            _ = connection => {}
            () = sleep(grace) => {}
            _ = ended.changed() => {}
        }
    }

    /// Waits until the client speaks HTTP/2, after the TLS handshake if it begins with one.
    async fn open(self) -> Option<(Box<dyn Io>, Admission<Routes>)> {
        let Self { mut stream, address, tls, admission, .. } = self;
        let opening = preface::opening(&mut stream, admission.name(), tls.is_some()).await?;
        let (stream, certificates): (Box<dyn Io>, _) = match (opening, tls) {
            (Opening::Http2, _) | (Opening::Tls, None) => (Box::new(stream), None),
            (Opening::Tls, Some(tls)) => {
                let handshake = timeout(HANDSHAKE_TIMEOUT, tls.acceptor().accept(stream)).await;
                let stream = match handshake {
                    Ok(Ok(stream)) => stream,
                    Ok(Err(error)) => {
                        tracing::debug!(%address, %error, "a TLS handshake failed");
                        return None;
                    }
                    Err(_) => return None,
                };
                let certificates = stream.get_ref().1.peer_certificates();
                let certificates = certificates.unwrap_or_default().to_vec();
                (Box::new(stream), Some(certificates))
            }
        };
        Some((stream, admission.for_peer(Peer { address, tls: certificates })))
    }
}

fn protocol(max_streams: u32, unread: UnreadAnswers) -> http2::Builder<StreamExecutor> {
    let mut protocol = http2::Builder::new(StreamExecutor(unread));
    protocol
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .max_concurrent_streams(max_streams)
        .max_header_list_size(MAX_HEADERS)
        .keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT);
    protocol
}
