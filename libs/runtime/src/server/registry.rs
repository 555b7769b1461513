//! Which connections are open, which of them have calls in flight, and which has to go for the next.

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
    limit_of_address: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    /// Grows with everything that happens here, and so tells what was first.
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

    /// Takes out the connection that has been idle longest, of all or of one address.
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
    pub(super) fn new(limit: usize, limit_of_address: usize) -> Arc<Self> {
        Arc::new(Self { limit, limit_of_address, open: Mutex::default() })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no connection is open.
    pub(super) fn is_empty(&self) -> bool {
        self.open().connections.is_empty()
    }

    /// A place for a connection from this address. Where there is none, the connection that has been
    /// idle longest gives up its own: one of the same address, where that has as many as it may.
    /// `None` if all of these have calls in flight.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = network(address);
        let mut open = self.open();
        let of_address = open.connections.values().filter(|it| it.address == address).count();
        if of_address >= self.limit_of_address {
            open.evict(Some(address))?;
        } else if open.connections.len() >= self.limit {
            open.evict(None)?;
        }
        let (id, evicted) = (open.next_moment(), Arc::new(Notify::new()));
        let connection =
            Connection { address, in_flight: 0, idle_since: id, evicted: evicted.clone() };
        open.connections.insert(id, connection);
        Some(Place { usage: Usage { registry: self.clone(), id }, evicted })
    }
}

/// What counts as one address: of IPv6 the network that one customer of a provider gets.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

/// The place of one connection, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    usage: Usage,
    evicted: Arc<Notify>,
}

impl Place {
    /// Waits until the place is needed for another connection.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// Counts the calls of the connection.
    pub(super) fn usage(&self) -> Usage {
        self.usage.clone()
    }
}

impl Drop for Place {
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
    /// A call begins, and ends when this is dropped.
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

    fn is_evicted(place: &Place) -> bool {
        place.evicted().now_or_never().is_some()
    }

    fn address(last: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, last).into()
    }

    #[test]
    fn the_connection_that_has_been_idle_longest_gives_up_its_place() {
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
    fn a_connection_with_calls_in_flight_keeps_its_place() {
        let registry = Registry::new(2, 2);
        let [first, second] = [1, 2].map(|it| registry.admit(address(it)).unwrap());
        let calls = [&first, &second, &second].map(|it| it.usage().begin());
        assert!(registry.admit(address(3)).is_none(), "both have calls in flight");
        drop(calls);
        assert!(registry.admit(address(3)).is_some());
        assert_eq!([&first, &second].map(is_evicted), [true, false]);
    }

    #[test]
    fn an_address_at_its_limit_gives_up_a_connection_of_its_own() {
        let registry = Registry::new(3, 2);
        let [other, first, second] = [9, 1, 1].map(|it| registry.admit(address(it)).unwrap());
        let third = registry.admit(address(1)).unwrap();
        let evicted = [&other, &first, &second, &third].map(is_evicted);
        assert_eq!(evicted, [false, true, false, false]);
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        for (address, counted) in [
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(network(address.parse().unwrap()).to_string(), counted);
        }
    }

    #[test]
    fn a_place_that_is_given_back_is_free() {
        let registry = Registry::new(1, 1);
        let place = registry.admit(address(1)).unwrap();
        let call = place.usage().begin();
        drop(place);
        assert!(registry.is_empty());
        drop(call);
        assert!(registry.is_empty());
    }
}
