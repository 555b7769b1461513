//! Accepts connections, serves them, and closes them. HTTP/1 only: browsers use nothing else without TLS.
//!
//! `axum::serve` has no limit of connections and no timeout of headers.

use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};
use types::Clock;

use crate::{settings::Settings, web};

/// Longest wait for the head of a request, also on an idle connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest head of a request in bytes. A longer one is answered with 431.
const MAX_HEAD: usize = 16 * 1024;
/// Age at which a connection is closed after its request in flight, so that slow readers do not keep it.
const MAX_AGE: Duration = Duration::from_secs(60);
/// Pause after a failed accept, for example because no file handle is free.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(50);

/// A console that serves.
#[derive(Debug)]
pub struct Running {
    /// The address that it listens on.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Accepts no connection any more, and waits for the pages in flight, at most for the grace time.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

/// Binds the port and serves. Connects to the services when a page first needs them.
///
/// # Errors
/// If the address is taken or not of this machine, as text.
pub async fn start(settings: Settings, clock: Clock) -> Result<Running, String> {
    let listen = settings.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let (stop, stopping) = watch::channel(false);
    let limits = Limits { connections: settings.max_connections, grace: settings.grace };
    let router = web::router(settings, clock)?;
    let task = deadline::spawn(accept(listener, router, limits, stopping));
    tracing::info!(%address, "serving the console");
    Ok(Running { address, stop, task })
}

#[derive(Clone, Copy)]
struct Limits {
    connections: usize,
    grace: Duration,
}

async fn accept(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stopping: watch::Receiver<bool>,
) {
    let permits = Arc::new(Semaphore::new(limits.connections));
    let mut stopped = stopping.clone();
    let accepting = async {
        // The semaphore is never closed.
        while let Ok(permit) = permits.clone().acquire_owned().await {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let (router, stopping) = (router.clone(), stopping.clone());
                    drop(deadline::spawn(serve(stream, router, limits.grace, stopping, permit)));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(ACCEPT_BACKOFF).await;
                }
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        _ = stopped.wait_for(|stop| *stop) => {}
    }
    drop(listener);
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    if timeout(limits.grace, permits.acquire_many(all)).await.is_err() {
        tracing::warn!("the grace time is over: stopping with pages in flight");
    }
}

async fn serve(
    stream: TcpStream,
    router: Router,
    grace: Duration,
    mut stopping: watch::Receiver<bool>,
    _permit: OwnedSemaphorePermit,
) {
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = sleep(MAX_AGE) => {}
        _ = stopping.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(grace, connection).await;
}
