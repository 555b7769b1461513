//! Subscriptions that time has changed.

use std::{fmt, str::FromStr};

use errors::Failure;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use storage::fault;
use types::{SubscriptionName, Timestamp};

use super::{
    Store,
    entity::subscriptions::{Column, Entity},
    subscription::from_row,
};
use crate::domain::Subscription;

/// A place among what is due, those in front that are due longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DuePlace {
    due_time: Timestamp,
    name: SubscriptionName,
}

impl DuePlace {
    /// Where a subscription is; nowhere where time does not change it.
    pub(crate) fn of(subscription: &Subscription) -> Option<Self> {
        let due_time = subscription.due_time()?;
        Some(Self { due_time, name: subscription.name })
    }
}

impl fmt::Display for DuePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.due_time.as_microsecond(), self.name)
    }
}

impl FromStr for DuePlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let place = || {
            let (due_time, name) = text.split_once('/')?;
            let due_time = Timestamp::from_microsecond(due_time.parse().ok()?).ok()?;
            Some(Self { due_time, name: name.parse().ok()? })
        };
        place().ok_or("is not a token that SettleSubscriptions gave")
    }
}

impl Store {
    /// Subscriptions that time has changed by now and that come behind a place, those that it
    /// changed first in front.
    pub(crate) async fn subscriptions_due(
        &self,
        now: Timestamp,
        after: Option<DuePlace>,
        limit: u64,
    ) -> Result<Vec<Subscription>, Failure> {
        let due = Entity::find().filter(Column::DueTime.lte(now.as_microsecond()));
        let due = due.filter(after.map_or_else(Condition::all, behind));
        let due = due.order_by_asc(Column::DueTime).order_by_asc(Column::Name).limit(limit);
        let rows = due.all(self.database.reader()).await.map_err(fault)?;
        rows.iter().map(from_row).collect()
    }
}

fn behind(place: DuePlace) -> Condition {
    let due_time = place.due_time.as_microsecond();
    let at_once = Condition::all()
        .add(Column::DueTime.eq(due_time))
        .add(Column::Name.gt(place.name.to_string()));
    Condition::any().add(Column::DueTime.gt(due_time)).add(at_once)
}
