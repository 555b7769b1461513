use contracts::relationship as pb;
use errors::Failure;
use prost::Message;
use rules::{Purpose, Role, SalesChain, Transaction};
use tonic::Request;
use types::CustomerName;

use super::{Transport, convert, gather::MAX_CHAINS, render, telemetry};
use crate::{
    domain::{Decision, Facts, Standing, Verdict, decide},
    store::{Scope, SellingPartners},
};

impl Transport {
    pub(super) async fn check_transaction(
        &self,
        request: Request<pb::CheckTransactionRequest>,
    ) -> Result<pb::CheckTransactionResponse, Failure> {
        let (transaction, view) = convert::check(&request.into_inner())?;
        let partners = (transaction.chain.seller, transaction.chain.reseller);
        let accounts: Vec<_> = transaction.additional_ids().into_iter().cloned().collect();
        let scope = Scope::Chain(partners);
        let facts = self
            .facts_at_one_instant(transaction.chain.customer, scope, &accounts)
            .await?
            .facts(partners)?;
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
        for partners in &gathered.chains {
            let facts = gathered.facts(*partners)?;
            if partners.1.is_none() && !buys_from_microsoft(&facts.seller) {
                continue;
            }
            decisions.push(decide_or_fail(new_subscription(*partners, customer), &facts)?);
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
fn new_subscription((seller, reseller): SellingPartners, customer: CustomerName) -> Transaction {
    let chain = SalesChain { seller, reseller, customer };
    let purpose = Purpose::NewSubscription;
    Transaction { chain, purpose, lines: Vec::new(), attested: false }
}
