//! A gate in front of a service: it passes bytes both ways until a test holds one direction.

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
const PATIENCE: Duration = Duration::from_secs(20);

/// Fewest bytes that are taken for a call or an answer, and not for a ping or a window of HTTP/2.
const A_MESSAGE: usize = 150;

/// A direction through the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the caller to the service.
    Requests,
    /// From the service to the caller.
    Answers,
}

/// What is held, and how often what had come was let through.
type State = (Option<Direction>, u64);

/// A gate in front of a service.
#[derive(Debug)]
pub struct Gate {
    /// Where callers reach the service through the gate.
    pub address: SocketAddr,
    state: watch::Sender<State>,
    /// Bytes that are held now.
    held: watch::Sender<usize>,
}

impl Gate {
    /// An open gate in front of an address.
    ///
    /// # Panics
    /// When it cannot listen.
    #[must_use]
    pub fn before(service: SocketAddr) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("it can bind");
        listener.set_nonblocking(true).expect("it can be used without blocking");
        let listener = TcpListener::from_std(listener).expect("there is a runtime");
        let address = listener.local_addr().expect("it listens");
        let gate =
            Self { address, state: watch::Sender::new((None, 0)), held: watch::Sender::new(0) };
        let (state, held) = (gate.state.clone(), gate.held.clone());
        deadline::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let Ok(service) = TcpStream::connect(service).await else { continue };
                let (from_caller, to_caller) = caller.into_split();
                let (from_service, to_service) = service.into_split();
                for (direction, from, to) in [
                    (Direction::Requests, from_caller, to_service),
                    (Direction::Answers, from_service, to_caller),
                ] {
                    deadline::spawn(forward(direction, from, to, state.subscribe(), held.clone()));
                }
            }
        });
        gate
    }

    /// Holds what comes in one direction from now on.
    pub fn hold(&self, direction: Direction) {
        self.held.send_replace(0);
        self.state.send_modify(|state| state.0 = Some(direction));
    }

    /// Waits until a call or an answer is held.
    ///
    /// # Panics
    /// When none comes.
    pub async fn reached(&self) {
        let mut held = self.held.subscribe();
        let message = held.wait_for(|held| *held >= A_MESSAGE);
        let reached = timeout(PATIENCE, message).await.expect("a message comes to the gate");
        reached.expect("the gate is there");
    }

    /// Lets through what is held, and holds what comes next.
    pub fn pass(&self) {
        self.held.send_replace(0);
        self.state.send_modify(|state| state.1 += 1);
    }

    /// Lets through what is held and all that comes.
    pub fn open(&self) {
        self.state.send_modify(|state| state.0 = None);
    }
}

async fn forward(
    direction: Direction,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<State>,
    held: watch::Sender<usize>,
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
            held.send_replace(waiting.len());
        }
    }
}
