use authority::Authorized;
use contracts::relationship::{self as pb, check_result};
use errors::{Failure, Fields};
use futures_util::{StreamExt, TryStreamExt, stream};
use prost::Message;
use rules::Transaction;
use status::Request;

use super::{Transport, convert, render, telemetry};
use crate::{
    domain::{Decision, Facts, decide},
    store::Scope,
};

/// Transactions of a batch that are decided at the same time, each with a call to onboarding.
const OF_A_BATCH: usize = 8;
/// Those of all batches, and customers of all pages of sales paths, so that neither takes the capacity of
/// onboarding from other calls.
pub(super) const OF_ALL_BATCHES: usize = 16;

impl Transport {
    pub(super) async fn check_transaction(
        &self,
        request: Request<pb::CheckTransactionRequest>,
    ) -> Result<pb::CheckTransactionResponse, Failure> {
        let (message, caller) = request.into_parts();
        let (transaction, view) = convert::check(&message)?;
        drop(message);
        act_in(&caller, &transaction)?;
        let decision = self.decide(transaction).await?;
        let decision = Some(render::decision(&decision, view, self.lifetimes.decision));
        Ok(pb::CheckTransactionResponse { decision })
    }

    pub(super) async fn batch_check_transactions(
        &self,
        request: Request<pb::BatchCheckTransactionsRequest>,
    ) -> Result<pb::BatchCheckTransactionsResponse, Failure> {
        let (message, caller) = request.into_parts();
        let (transactions, view) = convert::batch_check(&message)?;
        drop(message);
        transactions.iter().try_for_each(|it| act_in(&caller, it))?;
        let check = |transaction| async move {
            let _permit = self.batch_checks.acquire().await.map_err(Failure::bug)?;
            let result = match self.decide(transaction).await {
                Ok(decision) => check_result::Result::Decision(render::decision(
                    &decision,
                    view,
                    self.lifetimes.decision,
                )),
                Err(failure @ (Failure::Missing(_) | Failure::FactsChanged { .. })) => {
                    check_result::Result::Error(render::check_error(failure))
                }
                Err(failure) => return Err(failure),
            };
            Ok(pb::CheckResult { result: Some(result) })
        };
        let results: Vec<_> =
            stream::iter(transactions).map(check).buffered(OF_A_BATCH).try_collect().await?;
        let fit = storage::count_fitting(&results, Message::encoded_len);
        if fit < results.len() {
            let mut fields = Fields::new();
            let problem = format!("only the first {fit} decisions fit; request fewer at once");
            fields.reject("transactions", problem);
            return fields.finish(|| None);
        }
        Ok(pb::BatchCheckTransactionsResponse { results })
    }

    async fn decide(&self, transaction: Transaction) -> Result<Decision, Failure> {
        let partners = (transaction.chain.seller, transaction.chain.reseller);
        let accounts: Vec<_> = transaction.additional_ids().into_iter().cloned().collect();
        let scope = Scope::Chain(partners);
        let facts = self
            .facts_at_one_instant(transaction.chain.customer, scope, &accounts)
            .await?
            .facts(partners)?;
        let decision = decide_or_fail(transaction, &facts)?;
        telemetry::record(&decision);
        Ok(decision)
    }
}

/// Checks that a caller that is bound to partners asks about their transactions.
fn act_in(caller: &Authorized, transaction: &Transaction) -> Result<(), Failure> {
    let partners: Vec<_> = transaction.chain.partners().collect();
    Ok(caller.act_for(&partners)?)
}

pub(super) fn decide_or_fail(transaction: Transaction, facts: &Facts) -> Result<Decision, Failure> {
    let decision = decide(transaction, facts);
    decision.ok_or_else(|| Failure::bug("the gathered facts do not match the transaction"))
}
