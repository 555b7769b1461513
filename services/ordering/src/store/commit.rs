//! Commits the changes of a call.

use errors::Failure;
use storage::{MutationContext, ServerClock, ServerTime, events};

use super::{
    Decided, DecisionValidity, PairEpoch, Store,
    conditions::{Check, Conditions, Locked},
    event::events_of,
    group_commit::Additions,
    order,
    read::Locking,
    subscription, transfer,
};
use crate::domain::Changes;

impl Store {
    /// Writes all changes of a call if their conditions are met. Additions are committed together with
    /// those of other calls if possible.
    ///
    /// # Errors
    /// [`Failure::DecisionExpired`] if a condition is not met, by this process or in the commit of the server; a decision made after that does not use
    /// the rows in memory that this one used.
    pub(crate) async fn commit(
        &self,
        decided: &Decided<Changes>,
        call: &MutationContext,
    ) -> Result<(), Failure> {
        let conditions = Conditions {
            offers: decided.changes().required_offers().clone(),
            decisions: decided.decisions.clone(),
            commit_by: self.commit_by(&decided.decisions).await?,
            now: call.now,
        };
        let outcome = self.commit_if(&conditions, decided.changes(), call).await;
        if matches!(outcome, Err(Failure::DecisionExpired)) {
            self.offers.forget(conditions.offers.keys());
            self.epochs.forget(conditions.pairs().map(PairEpoch::key));
            self.server_clock.iter().for_each(ServerClock::forget);
        }
        outcome
    }

    /// Until when the server may commit what is based on these decisions; `None` if it does not check that.
    async fn commit_by(
        &self,
        decisions: &[DecisionValidity],
    ) -> Result<Option<ServerTime>, Failure> {
        match &self.server_clock {
            Some(clock) if !decisions.is_empty() => {
                let reading = clock.reading().await?;
                let left = || decisions.iter().map(DecisionValidity::left).min();
                Ok(Some(reading.after(|| left().unwrap_or_default())))
            }
            _ => Ok(None),
        }
    }

    async fn commit_if(
        &self,
        conditions: &Conditions,
        changes: &Changes,
        call: &MutationContext,
    ) -> Result<(), Failure> {
        if let Some(additions) = Additions::of(changes, conditions, call)?
            && self.group_commit.commit(additions).await?
        {
            return Ok(());
        }
        self.commit_alone(conditions, changes, call).await
    }

    async fn commit_alone(
        &self,
        conditions: &Conditions,
        changes: &Changes,
        call: &MutationContext,
    ) -> Result<(), Failure> {
        let transaction = self.database.begin().await?;
        let locked = Locked::read(&transaction, &[conditions], Locking::Wait).await?;
        if conditions.check(&locked) != Check::Met {
            return Err(Failure::DecisionExpired);
        }
        order::write(&transaction, changes.orders(), conditions.commit_by).await?;
        subscription::write(&transaction, changes.subscriptions()).await?;
        transfer::write(&transaction, changes.transfers()).await?;
        events::append(&transaction, call, events_of(changes)?).await?;
        if !conditions.are_valid() {
            return Err(Failure::DecisionExpired);
        }
        events::end(transaction, call).await
    }
}
