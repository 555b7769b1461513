//! The one way in which an order comes about: ask relationship, decide, and commit while every
//! decision is fresh.

use std::future::Future;

use contracts::ordering as pb;
use failure::Failure;
use kernel::OrderName;
use storage::Call;

use super::{Transport, render};
use crate::{
    domain::{Answer, Changes, Order, Question},
    store::Freshness,
};

/// What was decided, and how long it may be acted on.
#[derive(Debug, Default)]
pub(super) struct Decided {
    pub changes: Changes,
    pub fresh: Vec<Freshness>,
}

impl Transport {
    /// Asks relationship, and notes how long the answer is fresh.
    pub(super) async fn ask(
        &self,
        question: &Question,
        fresh: &mut Vec<Freshness>,
    ) -> Result<Answer, Failure> {
        let since_asked = self.clock.stopwatch();
        let answer = self.relationship.check(question).await?;
        fresh.push(Freshness { since_asked, valid_for: answer.valid_for });
        tracing::info!(
            verdict = if answer.violations.is_empty() { "allowed" } else { "refused" },
            purpose = question.purpose.as_str(),
            seller = %question.chain.seller,
            customer = %question.chain.customer,
            "asked relationship"
        );
        Ok(answer)
    }

    pub(super) fn new_order(&self) -> OrderName {
        OrderName::new(self.clock.new_uid())
    }

    /// Makes an order of what `decide` decides, once a call. In a dry run nothing is written.
    pub(super) async fn order<F>(
        &self,
        call: &Call,
        dry_run: bool,
        decide: impl Fn() -> F + Send + Sync,
    ) -> Result<pb::Order, Failure>
    where
        F: Future<Output = Result<Decided, Failure>> + Send,
    {
        if dry_run {
            return render::dry_run(answer(decide().await?.changes)?);
        }
        let order = self.store.database().once(call, self.commit_fresh(call, decide)).await?;
        render::order_with_decision(order)
    }

    /// Decides and commits. What grew too old on the way is decided anew, once.
    async fn commit_fresh<F>(
        &self,
        call: &Call,
        decide: impl Fn() -> F + Send + Sync,
    ) -> Result<Order, Failure>
    where
        F: Future<Output = Result<Decided, Failure>> + Send,
    {
        let first = self.commit(call, decide().await?).await;
        match first {
            Err(Failure::DecisionExpired) => self.commit(call, decide().await?).await,
            outcome => outcome,
        }
    }

    async fn commit(&self, call: &Call, decided: Decided) -> Result<Order, Failure> {
        self.store.commit(&decided.changes, &decided.fresh, call).await?;
        answer(decided.changes)
    }
}

fn answer(changes: Changes) -> Result<Order, Failure> {
    changes.into_answer().ok_or_else(|| Failure::bug("a change without an order"))
}
