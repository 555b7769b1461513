//! The common path of all orders: ask relationship, decide, and commit while every decision is valid.

use std::future::Future;

use contracts::ordering as pb;
use errors::Failure;
use rules::Transaction;
use serde::de::DeserializeOwned;
use storage::MutationContext;
use types::OrderName;

use super::{Transport, render, telemetry};
use crate::{
    domain::{Answer, Changes, OrderKind},
    store::{Decided, DecisionValidity},
};

/// Most decisions of a call: the first may be based on old rows in memory.
const DECISIONS: usize = 3;

impl Transport {
    /// Asks relationship. The answer carries its validity.
    pub(super) async fn ask(&self, transaction: &Transaction) -> Result<Decided<Answer>, Failure> {
        let epochs = self.store.epochs(transaction.chain, self.clock.now()).await?;
        let age = self.clock.stopwatch();
        let answer = self.relationship.check(transaction).await?;
        tracing::info!(
            verdict = if answer.violations.is_empty() { "allowed" } else { "refused" },
            purpose = transaction.purpose.as_str(),
            seller = %transaction.chain.seller,
            customer = %transaction.chain.customer,
            "asked relationship"
        );
        let validity = DecisionValidity { age, valid_for: answer.valid_for, epochs };
        Ok(Decided::new(answer, validity))
    }

    pub(super) fn new_order(&self) -> OrderName {
        OrderName::new(self.clock.new_uid())
    }

    /// Commits the order that `decide` returns, idempotently, and renders it in a view.
    pub(super) async fn mutate_order<F>(
        &self,
        call: &MutationContext,
        kind: OrderKind,
        view: pb::OrderView,
        decide: impl Fn() -> F + Send + Sync,
    ) -> Result<pb::Order, Failure>
    where
        F: Future<Output = Result<Decided<Changes>, Failure>> + Send,
    {
        let order = self.mutate(call, decide, Changes::into_order).await;
        let order = order.inspect_err(|failure| telemetry::failed(call, kind, failure))?;
        let mut order = self.order_in(view, order).await?;
        if call.is_dry_run() {
            render::clear_order(&mut order);
        }
        Ok(order)
    }

    /// Commits the changes that `decide` returns, idempotently, and returns their `response`. Decides
    /// again if a decision expires before the commit.
    pub(super) async fn mutate<T, F>(
        &self,
        call: &MutationContext,
        decide: impl Fn() -> F + Send + Sync,
        response: fn(Changes) -> Option<T>,
    ) -> Result<T, Failure>
    where
        T: DeserializeOwned + Send,
        F: Future<Output = Result<Decided<Changes>, Failure>> + Send,
    {
        let commit = async |decided: Decided<Changes>| {
            self.commit(&decided, call).await?;
            let response = response(decided.into_changes());
            response.ok_or_else(|| Failure::bug("the changes hold no response"))
        };
        let change = async {
            for _ in 1..DECISIONS {
                match commit(decide().await?).await {
                    Err(Failure::DecisionExpired) => {}
                    outcome => return outcome,
                }
            }
            commit(decide().await?).await
        };
        self.store.database().idempotent_write(call, change).await
    }

    /// Commits changes if every decision behind them is still valid.
    pub(super) async fn commit(
        &self,
        decided: &Decided<Changes>,
        call: &MutationContext,
    ) -> Result<(), Failure> {
        self.store.commit(decided, call).await?;
        telemetry::accepted(call, decided.changes());
        Ok(())
    }
}
