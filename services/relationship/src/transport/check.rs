use contracts::relationship as pb;
use errors::Failure;
use prost::Message;
use tonic::Request;
use types::CustomerName;

use super::{Transport, convert, gather::MAX_CHAINS, render, telemetry};
use crate::{
    domain::{Decision, Facts, Purpose, Role, Standing, Transaction, Verdict, decide},
    store::{SalesChain, Scope},
};

impl Transport {
    pub(super) async fn check_transaction(
        &self,
        request: Request<pb::CheckTransactionRequest>,
    ) -> Result<pb::CheckTransactionResponse, Failure> {
        let (transaction, view) = convert::check(&request.into_inner())?;
        let chain = (transaction.seller, transaction.reseller);
        let accounts: Vec<_> = transaction.additional_ids().into_iter().cloned().collect();
        let scope = Scope::Chain(chain, Vec::new());
        let facts = self
            .facts_at_one_instant(transaction.customer, scope, &accounts)
            .await?
            .facts(chain)?;
        let decision = decide_or_fail(transaction, &facts)?;
        telemetry::record(&decision);
        let decision = Some(render::decision(&decision, view, self.lifetimes.decision));
        Ok(pb::CheckTransactionResponse { decision })
    }

    pub(super) async fn list_sales_paths(
        &self,
        request: Request<pb::ListSalesPathsRequest>,
    ) -> Result<pb::ListSalesPathsResponse, Failure> {
        let customer = errors::one("customer", &request.get_ref().customer)?;
        let scope = Scope::AllChains(MAX_CHAINS as u64 + 1);
        let gathered = self.facts_at_one_instant(customer, scope, &[]).await?;
        let over_limit = |rows: usize| rows > MAX_CHAINS;
        let truncated = gathered.truncated
            || over_limit(gathered.context.relationships.len())
            || over_limit(gathered.context.partnerships.len());
        let mut decisions = Vec::new();
        for chain in &gathered.chains {
            let facts = gathered.facts(*chain)?;
            if chain.1.is_none() && !buys_from_microsoft(&facts.seller) {
                continue;
            }
            decisions.push(decide_or_fail(new_subscription(*chain, customer), &facts)?);
        }
        decisions.sort_by_key(|decision| decision.verdict() == Verdict::Refused);
        let view = pb::DecisionView::Basic;
        let paths =
            decisions.iter().map(|each| render::decision(each, view, self.lifetimes.decision));
        let mut paths: Vec<_> = paths.collect();
        let fit = storage::count_fitting(&paths, Message::encoded_len);
        let truncated = truncated || fit < paths.len();
        paths.truncate(fit);
        Ok(pb::ListSalesPathsResponse { paths, truncated })
    }
}

fn decide_or_fail(transaction: Transaction, facts: &Facts) -> Result<Decision, Failure> {
    let decision = decide(transaction, facts);
    decision.ok_or_else(|| Failure::bug("the gathered facts do not match the transaction"))
}

fn buys_from_microsoft(partner: &Standing) -> bool {
    [Role::DirectBill, Role::IndirectProvider].iter().any(|role| partner.state(*role).is_some())
}

/// A new subscription without lines: rules that need lines or an attestation are undetermined.
fn new_subscription((seller, reseller): SalesChain, customer: CustomerName) -> Transaction {
    let purpose = Purpose::NewSubscription;
    Transaction { seller, reseller, customer, purpose, lines: Vec::new(), attested: false }
}
