//! Connections, from the accepted socket to its end.
//!
//! tonic's own server closes its listener at the first word of a stop, waits for connections
//! without an end, knows no limit of connections, and gives all of them the same age. Hence this.

use std::{collections::VecDeque, io, pin::pin, sync::Arc, time::Duration};

use ::telemetry::Observe;
use hyper::server::conn::http2;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use kernel::jitter;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::AbortHandle,
    time::{sleep, timeout},
};
use tonic::service::Routes;
use tower_layer::Layer;

use super::{Settings, Stage, calls::Calls};

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
/// By how much the ages of connections differ, in percent, so that they do not end together.
const AGE_JITTER: u32 = 10;
/// Connections beyond the limit which are told so, and served health. The next takes the place of
/// the oldest, so that whoever asks for health is heard, however many connections say nothing.
const BEYOND_LIMIT: usize = 64;
const AGE_BEYOND_LIMIT: Duration = Duration::from_secs(5);
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
    let within_limit = Arc::new(Semaphore::new(settings.max_connections));
    let (alive, ended) = watch::channel(());
    let serve_one = |stream, calls, age, permit| {
        let (stage, ended) = (stage.clone(), ended.clone());
        let (observe, grace) = (observe.clone(), settings.grace);
        let one = Connection { stream, calls, observe, age, grace, permit };
        task::spawn(one.serve(settings.max_streams, stage, ended))
    };
    let accept = async {
        let mut beyond_limit = VecDeque::<AbortHandle>::with_capacity(BEYOND_LIMIT);
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                sleep(ACCEPT_AGAIN).await;
                continue;
            };
            if let Ok(permit) = within_limit.clone().try_acquire_owned() {
                serve_one(stream, calls.clone(), settings.connection_age, Some(permit));
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
    let all = u32::try_from(settings.max_connections).unwrap_or(u32::MAX);
    let quiet = async {
        loop {
            calls.idle().await;
            // A call may come until its caller has heard of the end.
            if timeout(LINGER, within_limit.acquire_many(all)).await.is_ok() || calls.are_idle() {
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
    calls: Calls<Routes>,
    observe: Observe,
    age: Duration,
    grace: Duration,
    permit: Option<OwnedSemaphorePermit>,
}

impl Connection {
    async fn serve(
        self,
        max_streams: u32,
        mut stage: watch::Receiver<Stage>,
        mut ended: watch::Receiver<()>,
    ) {
        let Self { stream, calls, observe, age, grace, permit: _permit } = self;
        let _ = stream.set_nodelay(true);
        if !matches!(timeout(FIRST_WORDS, greets(&stream)).await, Ok(Ok(true))) {
            return;
        }
        let service = TowerToHyperService::new(observe.layer(calls.of_one_connection()));
        let mut connection =
            pin!(protocol(max_streams).serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            _ = connection.as_mut() => return,
            () = sleep(jitter(age, AGE_JITTER)) => {}
            () = Stage::reached(&mut stage, Stage::Closing) => {}
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
async fn greets(stream: &TcpStream) -> io::Result<bool> {
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

fn protocol(max_streams: u32) -> http2::Builder<TokioExecutor> {
    let mut protocol = http2::Builder::new(TokioExecutor::new());
    protocol
        .timer(TokioTimer::new())
        .max_concurrent_streams(max_streams)
        .max_header_list_size(MAX_HEADERS)
        .keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE_ANSWER);
    protocol
}
