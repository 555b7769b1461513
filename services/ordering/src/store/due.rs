//! Subscriptions that are due.

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

/// A position in the list of due subscriptions, ordered by due time and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DueCursor {
    due_time: Timestamp,
    name: SubscriptionName,
}

impl DueCursor {
    /// The position of a subscription; `None` if it is never due.
    pub(crate) fn of(subscription: &Subscription) -> Option<Self> {
        let due_time = subscription.due_time()?;
        Some(Self { due_time, name: subscription.name })
    }
}

impl fmt::Display for DueCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.due_time.as_microsecond(), self.name)
    }
}

impl FromStr for DueCursor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let cursor = || {
            let (due_time, name) = text.split_once('/')?;
            let due_time = Timestamp::from_microsecond(due_time.parse().ok()?).ok()?;
            Some(Self { due_time, name: name.parse().ok()? })
        };
        cursor().ok_or("is not a next_token of SettleSubscriptions")
    }
}

impl Store {
    /// Subscriptions that are due, those with the earliest due time first, from behind a position on.
    pub(crate) async fn subscriptions_due(
        &self,
        now: Timestamp,
        after: Option<DueCursor>,
        limit: u64,
    ) -> Result<Vec<Subscription>, Failure> {
        let due = Entity::find().filter(Column::DueTime.lte(now.as_microsecond()));
        let due = due.filter(after.map_or_else(Condition::all, behind));
        let due = due.order_by_asc(Column::DueTime).order_by_asc(Column::Name).limit(limit);
        let rows = due.all(self.database.reader()).await.map_err(fault)?;
        rows.iter().map(from_row).collect()
    }
}

fn behind(cursor: DueCursor) -> Condition {
    let due_time = cursor.due_time.as_microsecond();
    let same_time = Condition::all()
        .add(Column::DueTime.eq(due_time))
        .add(Column::Name.gt(cursor.name.to_string()));
    Condition::any().add(Column::DueTime.gt(due_time)).add(same_time)
}
