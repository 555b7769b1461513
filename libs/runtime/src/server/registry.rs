//! The open connections, their calls in flight, and which idle connection is evicted for a new one.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// The open connections.
#[derive(Debug)]
pub(super) struct Registry {
    limit: usize,
    limit_per_address: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    /// Logical clock: grows with every event, which orders events.
    moment: u64,
    connections: HashMap<u64, Connection>,
}

#[derive(Debug)]
struct Connection {
    address: IpAddr,
    in_flight: usize,
    idle_since: u64,
    evicted: Arc<Notify>,
}

impl Open {
    fn next_moment(&mut self) -> u64 {
        self.moment += 1;
        self.moment
    }

    /// Evicts the connection that has been idle longest, of all or of one address. `None` if no
    /// connection is idle.
    fn evict(&mut self, of: Option<IpAddr>) -> Option<()> {
        let idle = self
            .connections
            .iter()
            .filter(|(_, it)| it.in_flight == 0 && of.is_none_or(|address| it.address == address));
        let id = *idle.min_by_key(|(_, it)| it.idle_since)?.0;
        self.connections.remove(&id)?.evicted.notify_one();
        Some(())
    }
}

impl Registry {
    pub(super) fn new(limit: usize, limit_per_address: usize) -> Arc<Self> {
        Arc::new(Self { limit, limit_per_address, open: Mutex::default() })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open().connections.is_empty()
    }

    /// A slot for a connection from this address. At the limit of the server, evicts the connection that
    /// has been idle longest; at the limit of the address, one of that address. `None` if all of them
    /// have calls in flight.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr) -> Option<ConnectionSlot> {
        let address = network(address);
        let mut open = self.open();
        let of_address = open.connections.values().filter(|it| it.address == address).count();
        if of_address >= self.limit_per_address {
            open.evict(Some(address))?;
        } else if open.connections.len() >= self.limit {
            open.evict(None)?;
        }
        let (id, evicted) = (open.next_moment(), Arc::new(Notify::new()));
        let connection =
            Connection { address, in_flight: 0, idle_since: id, evicted: evicted.clone() };
        open.connections.insert(id, connection);
        Some(ConnectionSlot { usage: Usage { registry: self.clone(), id }, evicted })
    }
}

/// What counts as one address: for IPv6 the /64 network that a provider assigns to one customer.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

/// The slot of one connection, released when it is dropped.
#[derive(Debug)]
pub(super) struct ConnectionSlot {
    usage: Usage,
    evicted: Arc<Notify>,
}

impl ConnectionSlot {
    /// Waits until the connection is evicted.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    pub(super) fn usage(&self) -> Usage {
        self.usage.clone()
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.usage.registry.open().connections.remove(&self.usage.id);
    }
}

/// Counts the calls of a connection.
#[derive(Debug, Clone)]
pub(super) struct Usage {
    registry: Arc<Registry>,
    id: u64,
}

impl Usage {
    /// Counts a call until the returned value is dropped.
    pub(super) fn begin(&self) -> InFlight {
        if let Some(connection) = self.registry.open().connections.get_mut(&self.id) {
            connection.in_flight += 1;
        }
        InFlight(self.clone())
    }
}

/// A call in flight.
#[derive(Debug)]
pub(super) struct InFlight(Usage);

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut open = self.0.registry.open();
        let now = open.next_moment();
        if let Some(connection) = open.connections.get_mut(&self.0.id) {
            connection.in_flight -= 1;
            connection.idle_since = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use futures_util::FutureExt;

    use super::*;

    fn is_evicted(slot: &ConnectionSlot) -> bool {
        slot.evicted().now_or_never().is_some()
    }

    fn address(last: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, last).into()
    }

    #[test]
    fn the_connection_that_has_been_idle_longest_is_evicted() {
        let registry = Registry::new(3, 3);
        let [first, second, third] = [1, 2, 3].map(|it| registry.admit(address(it)).unwrap());
        drop(first.usage().begin());
        let fourth = registry.admit(address(4)).unwrap();
        let evicted = [&first, &second, &third, &fourth].map(is_evicted);
        assert_eq!(evicted, [false, true, false, false]);
        drop(second);
        let _fifth = registry.admit(address(5)).unwrap();
        assert_eq!([&first, &third, &fourth].map(is_evicted), [false, true, false]);
    }

    #[test]
    fn a_connection_with_calls_in_flight_is_not_evicted() {
        let registry = Registry::new(2, 2);
        let [first, second] = [1, 2].map(|it| registry.admit(address(it)).unwrap());
        let calls = [&first, &second, &second].map(|it| it.usage().begin());
        assert!(registry.admit(address(3)).is_none(), "both have calls in flight");
        drop(calls);
        assert!(registry.admit(address(3)).is_some());
        assert_eq!([&first, &second].map(is_evicted), [true, false]);
    }

    #[test]
    fn an_address_at_its_limit_loses_its_own_idle_connection() {
        let registry = Registry::new(3, 2);
        let [other, first, second] = [9, 1, 1].map(|it| registry.admit(address(it)).unwrap());
        let third = registry.admit(address(1)).unwrap();
        let evicted = [&other, &first, &second, &third].map(is_evicted);
        assert_eq!(evicted, [false, true, false, false]);
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one_address() {
        for (address, counted) in [
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(network(address.parse().unwrap()).to_string(), counted);
        }
    }

    #[test]
    fn a_dropped_slot_is_free() {
        let registry = Registry::new(1, 1);
        let slot = registry.admit(address(1)).unwrap();
        let call = slot.usage().begin();
        drop(slot);
        assert!(registry.is_empty());
        drop(call);
        assert!(registry.is_empty());
    }
}
