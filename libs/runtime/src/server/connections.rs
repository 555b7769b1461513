//! Connections, from the accepted socket to its end.
//!
//! tonic's own server closes its listener at the first word of a stop, waits for connections
//! without an end, knows no limit of connections, and gives all of them the same age. Hence this.

use std::{collections::VecDeque, future::pending, io, pin::pin, sync::Arc, time::Duration};

use ::telemetry::Observe;
use hyper::server::conn::http2;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
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
    answer::{Streams, Unread},
    calls::Calls,
    registry::{Place, Registry},
};

/// A connection is asked for a sign of life after this long without one, and has this long to
/// answer.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_ANSWER: Duration = Duration::from_secs(20);
/// A connection on which HTTP/2 does not begin is closed.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FIRST_WORDS: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// Longest headers of a request in bytes.
const MAX_HEADERS: u32 = 16 * 1024;
/// Bytes of requests that a caller may send ahead, on one stream and on a connection. A stream may
/// bring the longest message without waiting.
const STREAM_WINDOW: u32 = 96 * 1024;
const CONNECTION_WINDOW: u32 = 512 * 1024;
/// Bytes of one answer that HTTP/2 may hold for a connection that takes nothing; the rest waits in the
/// call, which is counted.
const SEND_BUFFER: usize = 1024;
/// By how much the ages of connections differ, in percent, so that they do not end together.
const AGE_JITTER: u32 = 10;
/// Connections beyond the limit which are told so, and served health. The next takes the place of
/// the oldest, so that whoever asks for health is heard, however many connections say nothing.
const BEYOND_LIMIT: usize = 64;
const AGE_BEYOND_LIMIT: Duration = Duration::from_secs(5);
/// Connections that gave up their place and are still told so. Others are closed at once.
const LEAVING: usize = 64;
/// Waited after the last call for its answer to be on its way.
const LINGER: Duration = Duration::from_secs(1);
/// Pause after an accept that failed, as where no file handle is left.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// Accepts connections and serves them until the stage is closing, and then until calls and
/// connections have ended, or the grace has.
pub(super) async fn serve(
    listener: TcpListener,
    calls: Calls<Routes>,
    observe: Observe,
    settings: Settings,
    stage: watch::Receiver<Stage>,
) {
    let registry = Registry::new(settings.max_connections, settings.max_connections_per_address);
    let leaving = Arc::new(Semaphore::new(LEAVING));
    let protocol = protocol(settings.max_streams, Unread::new(settings.max_in_flight));
    let (alive, ended) = watch::channel(());
    let serve_one = |stream, calls, age, place| {
        let (stage, ended, leaving) = (stage.clone(), ended.clone(), leaving.clone());
        let (observe, grace) = (observe.clone(), settings.grace);
        let protocol = protocol.clone();
        let one = Connection { stream, protocol, calls, observe, age, grace, place, leaving };
        deadline::spawn(one.serve(stage, ended))
    };
    let accept = async {
        let mut beyond_limit = VecDeque::<AbortHandle>::with_capacity(BEYOND_LIMIT);
        loop {
            let Ok((stream, peer)) = listener.accept().await else {
                sleep(ACCEPT_AGAIN).await;
                continue;
            };
            if let Some(place) = registry.admit(peer.ip()) {
                let calls = calls.clone().of_one_connection(place.usage());
                serve_one(stream, calls, settings.connection_age, Some(place));
                continue;
            }
            let calls = calls.clone().without_room();
            let served = serve_one(stream, calls, AGE_BEYOND_LIMIT, None).abort_handle();
            beyond_limit.retain(|it| !it.is_finished());
            if beyond_limit.len() == BEYOND_LIMIT
                && let Some(oldest) = beyond_limit.pop_front()
            {
                oldest.abort();
            }
            beyond_limit.push_back(served);
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
            sleep(LOOK_AGAIN).await;
        }
    };
    let mut closed = pin!(closed);
    let quiet = async {
        loop {
            calls.idle().await;
            // A call may come until its caller has heard of the end.
            if timeout(LINGER, closed.as_mut()).await.is_ok() || calls.are_idle() {
                break;
            }
        }
    };
    if timeout(settings.grace + LINGER, quiet).await.is_err() {
        tracing::warn!("calls in work were cut off at the stop");
    }
    drop(alive);
}

struct Connection {
    stream: TcpStream,
    protocol: http2::Builder<Streams>,
    calls: Calls<Routes>,
    observe: Observe,
    age: Duration,
    grace: Duration,
    place: Option<Place>,
    leaving: Arc<Semaphore>,
}

impl Connection {
    async fn serve(self, mut stage: watch::Receiver<Stage>, mut ended: watch::Receiver<()>) {
        let Self { stream, protocol, calls, observe, age, grace, place, leaving } = self;
        let mut evicted = pin!(async {
            match &place {
                Some(place) => place.evicted().await,
                None => pending().await,
            }
        });
        let _ = stream.set_nodelay(true);
        tokio::select! {
            greeted = timeout(FIRST_WORDS, await_preface(&stream)) => {
                if !matches!(greeted, Ok(Ok(true))) {
                    return;
                }
            }
            () = evicted.as_mut() => return,
        }
        let service = TowerToHyperService::new(observe.layer(calls));
        let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), service));
        let mut _leaving = None;
        tokio::select! {
            _ = connection.as_mut() => return,
            () = sleep(jitter(age, AGE_JITTER)) => {}
            () = Stage::reached(&mut stage, Stage::Closing) => {}
            () = evicted.as_mut() => match leaving.try_acquire() {
                Ok(permit) => _leaving = Some(permit),
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
}

/// Waits for the words with which HTTP/2 begins. hyper would wait for them without an end.
async fn await_preface(stream: &TcpStream) -> io::Result<bool> {
    let mut words = [0; PREFACE.len()];
    loop {
        stream.readable().await?;
        let count = stream.peek(&mut words).await?;
        if count == 0 || count == PREFACE.len() || words[..count] != PREFACE[..count] {
            return Ok(words[..count] == *PREFACE);
        }
        sleep(LOOK_AGAIN).await;
    }
}

fn protocol(max_streams: u32, unread: Unread) -> http2::Builder<Streams> {
    let mut protocol = http2::Builder::new(Streams(unread));
    protocol
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .max_concurrent_streams(max_streams)
        .max_header_list_size(MAX_HEADERS)
        .keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE_ANSWER);
    protocol
}
