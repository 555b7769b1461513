//! A TCP proxy that forwards bytes in both directions until a test blocks one of them.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    time::timeout,
};

/// Longest wait for a message.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Fewest bytes of a request or response; PING and WINDOW_UPDATE frames are smaller.
const MIN_MESSAGE_SIZE: usize = 150;

/// A direction of the forwarded bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the caller to the service.
    Requests,
    /// From the service to the caller.
    Responses,
}

/// The blocked direction, and how often [`Gate::pass`] was called.
type State = (Option<Direction>, u64);

/// A TCP proxy in front of a service.
#[derive(Debug)]
pub struct Gate {
    /// The address that forwards to the service.
    pub address: SocketAddr,
    state: watch::Sender<State>,
    /// Bytes that are blocked now.
    blocked: watch::Sender<usize>,
}

impl Gate {
    /// Starts to forward to an address.
    ///
    /// # Panics
    /// If the proxy cannot listen.
    #[must_use]
    pub fn before(service: SocketAddr) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("it can bind");
        listener.set_nonblocking(true).expect("it can be used without blocking");
        let listener = TcpListener::from_std(listener).expect("there is a runtime");
        let address = listener.local_addr().expect("it listens");
        let gate =
            Self { address, state: watch::Sender::new((None, 0)), blocked: watch::Sender::new(0) };
        let (state, blocked) = (gate.state.clone(), gate.blocked.clone());
        deadline::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let Ok(service) = TcpStream::connect(service).await else { continue };
                let (from_caller, to_caller) = caller.into_split();
                let (from_service, to_service) = service.into_split();
                for (direction, from, to) in [
                    (Direction::Requests, from_caller, to_service),
                    (Direction::Responses, from_service, to_caller),
                ] {
                    deadline::spawn(forward(
                        direction,
                        from,
                        to,
                        state.subscribe(),
                        blocked.clone(),
                    ));
                }
            }
        });
        gate
    }

    /// Blocks one direction from now on.
    pub fn block(&self, direction: Direction) {
        self.blocked.send_replace(0);
        self.state.send_modify(|state| state.0 = Some(direction));
    }

    /// Waits until a request or response is blocked.
    ///
    /// # Panics
    /// If no message arrives in time.
    pub async fn reached(&self) {
        let mut blocked = self.blocked.subscribe();
        let message = blocked.wait_for(|bytes| *bytes >= MIN_MESSAGE_SIZE);
        let reached = timeout(TIMEOUT, message).await.expect("a message comes to the gate");
        reached.expect("the gate is there");
    }

    /// Forwards the blocked bytes, and blocks those that follow.
    pub fn pass(&self) {
        self.blocked.send_replace(0);
        self.state.send_modify(|state| state.1 += 1);
    }

    /// Forwards the blocked bytes and all that follow.
    pub fn open(&self) {
        self.state.send_modify(|state| state.0 = None);
    }
}

async fn forward(
    direction: Direction,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<State>,
    blocked: watch::Sender<usize>,
) {
    let mut waiting = Vec::new();
    loop {
        tokio::select! {
            read = from.read_buf(&mut waiting) => match read {
                Ok(1..) => {}
                Ok(0) | Err(_) => return,
            },
            changed = state.changed() => {
                if changed.is_err() || to.write_all(&waiting).await.is_err() {
                    return;
                }
                waiting.clear();
            }
        }
        if state.borrow().0 != Some(direction) {
            if to.write_all(&waiting).await.is_err() {
                return;
            }
            waiting.clear();
        } else if !waiting.is_empty() {
            blocked.send_replace(waiting.len());
        }
    }
}
