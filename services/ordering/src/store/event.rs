use std::fmt::Display;

use errors::Failure;
use serde::Serialize;
use storage::Event;
use types::ResourceVersion;

use crate::domain::{Change, Changes};

/// The events of all changes. The last one answers the call.
pub(super) fn events_of(changes: &Changes) -> Result<Vec<Event>, Failure> {
    fn event<T: Serialize>(
        change: &Change<T>,
        name: impl Display,
        version: ResourceVersion,
    ) -> Result<Event, Failure> {
        Event::new(change.event, name, version, &change.after)
    }
    let subscriptions = changes.subscriptions().iter();
    let subscriptions = subscriptions.map(|it| event(it, it.after.name, it.after.resource_version));
    let orders = changes.orders().iter();
    let orders = orders.map(|it| event(it, it.after.name, it.after.resource_version));
    let transfers = changes.transfers().iter();
    let transfers = transfers.map(|it| event(it, it.after.name, it.after.resource_version));
    subscriptions.chain(orders).chain(transfers).collect()
}
