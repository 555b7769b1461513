use std::collections::{BTreeMap, BTreeSet};

use contracts::relationship as pb;
use failure::Failure;
use kernel::PartnerName;
use tonic::Request;

use super::{Transport, convert, render};
use crate::{
    domain::{
        BuyerStanding, Decision, Facts, Partnership, Purpose, Role, Standing, Transaction, decide,
    },
    peers::Buyer,
    store::Chain,
};

/// Most chains that one answer holds.
const MAX_PATHS: usize = 100;

/// A seller and maybe a reseller.
type Path = (PartnerName, Option<PartnerName>);

impl Transport {
    pub(super) async fn check_transaction(
        &self,
        request: Request<pb::CheckTransactionRequest>,
    ) -> Result<pb::CheckTransactionResponse, Failure> {
        let (transaction, view) = convert::check(request.get_ref())?;
        let partners = [Some(transaction.seller), transaction.reseller];
        let partners: Vec<_> = partners.into_iter().flatten().collect();
        let chain = self.store.chain(transaction.customer, &partners).await?;
        let chain = chain.ok_or_else(|| Failure::missing(transaction.customer))?;
        let (standings, buyer) = self.standings(&partners, &chain).await?;
        let facts = facts((transaction.seller, transaction.reseller), &chain, &standings, &buyer)?;
        let decision = decide(transaction, &facts, self.clock.now());
        log(&decision);
        let decision = Some(render::decision(&decision, view, self.valid_for));
        Ok(pb::CheckTransactionResponse { decision })
    }

    pub(super) async fn list_sales_paths(
        &self,
        request: Request<pb::ListSalesPathsRequest>,
    ) -> Result<pb::ListSalesPathsResponse, Failure> {
        let customer = failure::one("customer", &request.get_ref().customer)?;
        let chain = self.store.chain(customer, &[]).await?;
        let chain = chain.ok_or_else(|| Failure::missing(customer))?;
        let (partners, mut truncated) = partners(&chain);
        let (standings, buyer) = self.standings(&partners, &chain).await?;
        let mut paths = paths(&standings, &chain);
        truncated |= paths.len() > MAX_PATHS;
        paths.truncate(MAX_PATHS);
        let mut decisions = Vec::new();
        for path in paths {
            let facts = facts(path, &chain, &standings, &buyer)?;
            let (seller, reseller) = path;
            let purpose = Purpose::NewSubscription;
            let (lines, attested) = (Vec::new(), false);
            let sale = Transaction { seller, reseller, customer, purpose, lines, attested };
            decisions.push(decide(sale, &facts, self.clock.now()));
        }
        decisions.sort_by_key(|decision| !decision.allowed());
        let view = pb::DecisionView::Basic;
        let paths = decisions.iter().map(|each| render::decision(each, view, self.valid_for));
        Ok(pb::ListSalesPathsResponse { paths: paths.collect(), truncated })
    }

    async fn standings(
        &self,
        partners: &[PartnerName],
        chain: &Chain,
    ) -> Result<(BTreeMap<PartnerName, Standing>, BuyerStanding), Failure> {
        let customer = &chain.customer;
        let buyer = Buyer { tenant: customer.name.id(), organization: customer.organization };
        let (standings, buyer) = self.onboarding.standings_for(partners, buyer).await?;
        Ok((standings.into_iter().map(|it| (it.partner, it)).collect(), buyer))
    }
}

/// The facts about one chain, out of those about several.
fn facts(
    (seller, reseller): Path,
    chain: &Chain,
    standings: &BTreeMap<PartnerName, Standing>,
    buyer: &BuyerStanding,
) -> Result<Facts, Failure> {
    let standing = |partner: PartnerName| {
        let known = standings.get(&partner).cloned();
        known.ok_or_else(|| Failure::bug(format!("nothing was gathered about {partner}")))
    };
    let pair = |it: &&Partnership| it.provider == seller && Some(it.reseller) == reseller;
    let of_chain = |partner| partner == seller || Some(partner) == reseller;
    let relationships = chain.relationships.iter().filter(|it| of_chain(it.partner));
    Ok(Facts {
        seller: standing(seller)?,
        reseller: reseller.map(standing).transpose()?,
        partnership: chain.partnerships.iter().find(pair).cloned(),
        customer: chain.customer.clone(),
        buyer: buyer.clone(),
        relationships: relationships.cloned().collect(),
    })
}

/// The partners around a customer, as many as chains are looked at, and whether there are more.
fn partners(chain: &Chain) -> (Vec<PartnerName>, bool) {
    let tied = chain.relationships.iter().map(|it| it.partner);
    let paired = chain.partnerships.iter().flat_map(|it| [it.provider, it.reseller]);
    let all: BTreeSet<_> = tied.chain(paired).collect();
    let truncated = all.len() > MAX_PATHS;
    (all.into_iter().take(MAX_PATHS).collect(), truncated)
}

/// The chains that could serve a customer: each tied partner that buys from Microsoft, and each
/// partnership of a tied partner.
fn paths(standings: &BTreeMap<PartnerName, Standing>, chain: &Chain) -> Vec<Path> {
    let buys = |partner: &Standing| {
        [Role::DirectBill, Role::IndirectProvider].iter().any(|role| partner.state(*role).is_some())
    };
    let tied: BTreeSet<_> = chain.relationships.iter().map(|it| it.partner).collect();
    let alone = tied.iter().filter_map(|partner| standings.get(partner)).filter(|it| buys(it));
    let pairs = chain
        .partnerships
        .iter()
        .filter(|it| standings.contains_key(&it.provider) && standings.contains_key(&it.reseller));
    let alone = alone.map(|seller| (seller.partner, None));
    alone.chain(pairs.map(|it| (it.provider, Some(it.reseller)))).collect()
}

/// One line a decision, with the same fields whatever the verdict.
fn log(decision: &Decision) {
    let failed: Vec<_> =
        decision.outcomes.iter().filter(|it| it.failed()).map(|it| it.rule.id).collect();
    tracing::info!(
        verdict = if decision.allowed() { "allowed" } else { "refused" },
        failed_rules = failed.join(","),
        purpose = decision.transaction.purpose.as_str(),
        seller = %decision.transaction.seller,
        customer = %decision.transaction.customer,
        "decided"
    );
}
