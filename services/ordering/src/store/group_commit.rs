//! Commits the additions of several calls in one transaction, with one flush of the disk for all. Calls that
//! arrive while a transaction runs wait for the next one.
//!
//! A call whose rows are locked by another transaction, or whose group fails, commits on its own. So a group
//! waits for the insertion of a request id or pair by another process only, and for that a short time.

use std::{mem, time::Duration};

use deadline::OutOfTime;
use errors::Failure;
use storage::{
    Database, MutationContext, Transaction,
    events::{Entries, append_all},
    insert,
};
use tokio::sync::{mpsc, oneshot};
use tracing::{Instrument, Span};
use types::{Clock, Stopwatch};

use super::{
    conditions::{Check, Conditions, Locked},
    entity::{orders, subscriptions},
    event::events_of,
    order, previous_revision,
    read::Locking,
    subscription,
};
use crate::domain::{Change, Changes, Order};

/// Most calls of a group.
const LARGEST_GROUP: usize = 64;
/// Most subscriptions of a call in a group: a statement has at most 32,766 values on SQLite.
const MOST_SUBSCRIPTIONS: usize = 8;
/// Calls that wait in memory; more wait at the call.
const QUEUE: usize = 256;
/// Attempts to commit a group, each without the members that the previous one excluded.
const ATTEMPTS: usize = 3;
/// A call with less time left commits on its own, because an attempt ends at the earliest deadline.
const LEAST_TIME: Duration = Duration::from_millis(100);
/// Longest time of a group, longer than that of a statement.
const MOST_TIME: Duration = Duration::from_secs(5);

/// Changes of a call that only insert rows.
#[derive(Debug)]
pub(super) struct Additions {
    orders: Vec<orders::ActiveModel>,
    subscriptions: Vec<subscriptions::ActiveModel>,
    events: Entries,
    conditions: Conditions,
}

/// Whether a call was committed; `false` if it must commit on its own.
type Outcome = Result<bool, Failure>;

/// A call that waits for a group.
#[derive(Debug)]
struct Waiting {
    additions: Additions,
    time: Time,
    span: Span,
    /// Receives the place of the outcome when a group takes the call, which cannot be cancelled after that.
    taken: oneshot::Sender<oneshot::Receiver<Outcome>>,
}

/// A call in a group.
#[derive(Debug)]
struct Member {
    additions: Additions,
    time: Time,
    outcome: oneshot::Sender<Outcome>,
}

/// The time left of a call.
#[derive(Debug)]
struct Time {
    limit: Duration,
    since: Stopwatch,
}

/// The queue of one task that commits group after group.
#[derive(Debug, Clone)]
pub(super) struct GroupCommit(mpsc::Sender<Waiting>);

impl Additions {
    /// The changes if a group may commit them.
    pub(super) fn of(
        changes: &Changes,
        conditions: &Conditions,
        call: &MutationContext,
    ) -> Result<Option<Self>, Failure> {
        let (orders, subscriptions) = (changes.orders(), changes.subscriptions());
        let versions = orders.iter().map(|it| it.after.resource_version);
        let versions = versions.chain(subscriptions.iter().map(|it| it.after.resource_version));
        let mut changed = versions.filter(|version| previous_revision(*version).is_some());
        let small = !orders.is_empty() && subscriptions.len() <= MOST_SUBSCRIPTIONS;
        if call.is_dry_run()
            || !small
            || !changes.transfers().is_empty()
            || changed.next().is_some()
        {
            return Ok(None);
        }
        let order = |it: &Change<Order>| order::to_row(&it.after, conditions.commit_by);
        let orders = orders.iter().map(order).collect::<Result<_, _>>()?;
        let subscriptions = subscriptions.iter().map(|it| subscription::to_row(&it.after));
        Ok(Some(Self {
            orders,
            subscriptions: subscriptions.collect::<Result<_, _>>()?,
            events: Entries::new(call, events_of(changes)?),
            conditions: conditions.clone(),
        }))
    }
}

impl GroupCommit {
    pub(super) fn start(database: Database) -> Self {
        let (sender, queue) = mpsc::channel(QUEUE);
        deadline::spawn(commit_groups(database, queue));
        Self(sender)
    }

    /// Commits with the next group. The call can be cancelled until a group takes it.
    pub(super) async fn commit(&self, additions: Additions) -> Outcome {
        let (taken, waiting) = oneshot::channel();
        let call = Waiting { additions, time: Time::now(), span: Span::current(), taken };
        if self.0.send(call).await.is_err() {
            return Ok(false);
        }
        let Ok(outcome) = waiting.await else { return Ok(false) };
        deadline::complete(outcome, |it| matches!(it, Ok(Ok(true)))).await.map_err(Failure::bug)?
    }
}

async fn commit_groups(database: Database, mut queue: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::new();
    loop {
        if waiting.is_empty() {
            let Some(call) = queue.recv().await else { return };
            waiting.push(call);
        }
        while waiting.len() < LARGEST_GROUP
            && let Ok(call) = queue.try_recv()
        {
            waiting.push(call);
        }
        waiting.retain(|call| !call.taken.is_closed());
        // A power of two, so that statements have few texts, each of which is prepared one time.
        let size = waiting.len().checked_ilog2().map_or(0, |log| 1 << log);
        let Some(span) = waiting.first().map(|call| call.span.clone()) else { continue };
        let group: Vec<_> = waiting.drain(..size).filter_map(|call| call.join(&span)).collect();
        // In its own task, so that a panic ends one group only.
        let committed = deadline::spawn(commit(database.clone(), group).instrument(span)).await;
        if let Err(error) = committed {
            tracing::error!(%error, "the commit of a group ended without an outcome");
        }
    }
}

impl Waiting {
    /// Joins a group, unless the call was cancelled or has little time left.
    fn join(self, group: &Span) -> Option<Member> {
        let (outcome, receiver) = oneshot::channel();
        self.taken.send(receiver).ok()?;
        let member = Member { additions: self.additions, time: self.time, outcome };
        if member.time.left() < LEAST_TIME {
            member.report(Ok(false));
            return None;
        }
        if self.span.id() != group.id() {
            self.span.follows_from(group);
        }
        Some(member)
    }
}

/// Commits a group, and reports to each member.
async fn commit(database: Database, mut group: Vec<Member>) {
    // In this order the groups of two processes do not deadlock if they have request ids in common.
    group.sort_by(|one, other| {
        one.additions.events.request_id().cmp(&other.additions.events.request_id())
    });
    let mut excluded = Vec::new();
    let mut outcome = Ok(false);
    for _ in 0..ATTEMPTS {
        let Some(left) = group.iter().map(|member| member.time.left()).min() else { break };
        match deadline::within(left, attempt(&database, &mut group)).await {
            Ok(Attempt::Ended(Err(Failure::OutOfTime))) | Err(OutOfTime) => {
                for member in group.extract_if(.., |member| member.time.left() < LEAST_TIME) {
                    member.report(Ok(false));
                }
            }
            Ok(Attempt::Ended(ended)) => {
                outcome = ended;
                break;
            }
            Ok(Attempt::Without(failures)) => {
                for (member, failure) in mem::take(&mut group).into_iter().zip(failures) {
                    match failure {
                        None => group.push(member),
                        Some(failure) => excluded.push((member, failure)),
                    }
                }
            }
        }
    }
    group.into_iter().for_each(|member| member.report(outcome.clone()));
    // After the commit, which may be of a call with the same request id.
    excluded.into_iter().for_each(|(member, failure)| member.report(Err(failure)));
}

/// How an attempt to commit a group ended.
enum Attempt {
    /// With one outcome for all.
    Ended(Outcome),
    /// Rolled back, because of these failures of members.
    Without(Vec<Option<Failure>>),
}

/// Writes and commits a group, without the members whose conditions are not met.
async fn attempt(database: &Database, group: &mut Vec<Member>) -> Attempt {
    let transaction = match database.begin().await {
        Ok(transaction) => transaction,
        Err(failure) => return Attempt::Ended(Err(failure)),
    };
    let written = async {
        exclude_unmet(&transaction, group).await?;
        write(&transaction, group).await
    };
    match written.await {
        Ok(failures) if failures.iter().all(Option::is_none) => {
            Attempt::Ended(transaction.commit().await.map(|()| true))
        }
        Ok(failures) => match transaction.rollback().await {
            Ok(()) => Attempt::Without(failures),
            Err(_) => Attempt::Ended(Ok(false)),
        },
        Err(failure) => {
            tracing::warn!(?failure, "a group was not committed; its calls commit on their own");
            Attempt::Ended(Ok(false))
        }
    }
}

/// Locks the rows of all conditions, and reports to the members whose conditions are not met.
async fn exclude_unmet(transaction: &Transaction, group: &mut Vec<Member>) -> Result<(), Failure> {
    let conditions: Vec<_> = group.iter().map(|it| &it.additions.conditions).collect();
    let locked = Locked::read(transaction, &conditions, Locking::Skip).await?;
    let check = |member: &Member| member.additions.conditions.check(&locked);
    for member in group.extract_if(.., |member| check(member) != Check::Met) {
        match check(&member) {
            Check::NotLocked => member.report(Ok(false)),
            Check::Met | Check::NotMet => member.report(Err(Failure::DecisionExpired)),
        }
    }
    Ok(())
}

/// Writes the rows of a group. Returns a failure for each member whose request id is taken or whose
/// decision has expired; then the transaction must be rolled back.
async fn write(
    transaction: &Transaction,
    group: &[Member],
) -> Result<Vec<Option<Failure>>, Failure> {
    let events: Vec<_> = group.iter().map(|it| &it.additions.events).collect();
    let taken = append_all(transaction, &events).await?;
    if !taken.is_empty() {
        let failure = |at| taken.contains(&at).then_some(Failure::LostRace);
        return Ok((0..group.len()).map(failure).collect());
    }
    let (mut orders, mut subscriptions) = (Vec::new(), Vec::new());
    for Member { additions, .. } in group {
        orders.extend_from_slice(&additions.orders);
        subscriptions.extend_from_slice(&additions.subscriptions);
    }
    insert(transaction, orders).await?;
    insert(transaction, subscriptions).await?;
    let expired = |member: &Member| !member.additions.conditions.are_valid();
    Ok(group.iter().map(|it| expired(it).then_some(Failure::DecisionExpired)).collect())
}

impl Time {
    fn now() -> Self {
        let limit = deadline::left().map_or(MOST_TIME, |left| left.min(MOST_TIME));
        Self { limit, since: Clock::system().stopwatch() }
    }

    fn left(&self) -> Duration {
        self.limit.saturating_sub(self.since.elapsed())
    }
}

impl Member {
    fn report(self, outcome: Outcome) {
        // The call may have been cancelled.
        let _ = self.outcome.send(outcome);
    }
}
