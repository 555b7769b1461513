use std::collections::{BTreeMap, BTreeSet};

use contracts::relationship as pb;
use failure::Failure;
use kernel::{CustomerName, LocationAccountId, PartnerName, Timestamp};
use tonic::Request;

use super::{Transport, convert, render, telemetry};
use crate::{
    domain::{
        AdditionalPartner, BuyerStanding, Decision, Facts, Partnership, Purpose, Role, Standing,
        Transaction, decide,
    },
    peers::Buyer,
    store::{Path, Surroundings},
};

/// Most chains that one answer holds.
const MAX_PATHS: usize = 100;

impl Transport {
    pub(super) async fn check_transaction(
        &self,
        request: Request<pb::CheckTransactionRequest>,
    ) -> Result<pb::CheckTransactionResponse, Failure> {
        let (transaction, view) = convert::check(request.get_ref())?;
        let path = (transaction.seller, transaction.reseller);
        let chain = self.store.chain(transaction.customer, path).await?;
        let chain = chain.ok_or_else(|| Failure::missing(transaction.customer))?;
        let accounts: Vec<_> = transaction.additional_ids().into_iter().cloned().collect();
        let (standings, located, buyer) = self.standings(&[path], &accounts, &chain).await?;
        let mut facts = facts(path, &chain, &standings, &buyer, self.clock.now())?;
        facts.additional = self.additional(path.0, located).await?;
        let decision = decided(transaction, &facts)?;
        telemetry::tell(&decision);
        let decision = Some(render::decision(&decision, view, self.spans.decision));
        Ok(pb::CheckTransactionResponse { decision })
    }

    pub(super) async fn list_sales_paths(
        &self,
        request: Request<pb::ListSalesPathsRequest>,
    ) -> Result<pb::ListSalesPathsResponse, Failure> {
        let customer = failure::one("customer", &request.get_ref().customer)?;
        let around = self.store.surroundings(customer, MAX_PATHS as u64 + 1).await?;
        let around = around.ok_or_else(|| Failure::missing(customer))?;
        let now = self.clock.now();
        let mut paths = paths(&around, now);
        let cut = |read: usize| read > MAX_PATHS;
        let truncated =
            cut(paths.len()) || cut(around.relationships.len()) || cut(around.partnerships.len());
        paths.truncate(MAX_PATHS);
        let (standings, _, buyer) = self.standings(&paths, &[], &around).await?;
        let mut decisions = Vec::new();
        let now = self.clock.now();
        for path in paths {
            let facts = facts(path, &around, &standings, &buyer, now)?;
            if path.1.is_none() && !buys_from_microsoft(&facts.seller) {
                continue;
            }
            decisions.push(decided(sale(path, customer), &facts)?);
        }
        decisions.sort_by_key(|decision| !decision.allowed());
        let view = pb::DecisionView::Basic;
        let paths = decisions.iter().map(|each| render::decision(each, view, self.spans.decision));
        Ok(pb::ListSalesPathsResponse { paths: paths.collect(), truncated })
    }

    async fn standings(
        &self,
        paths: &[Path],
        accounts: &[LocationAccountId],
        around: &Surroundings,
    ) -> Result<(BTreeMap<PartnerName, Standing>, Vec<Standing>, BuyerStanding), Failure> {
        let partners = paths.iter().flat_map(|(seller, reseller)| [Some(*seller), *reseller]);
        let partners: BTreeSet<_> = partners.flatten().collect();
        let partners: Vec<_> = partners.into_iter().collect();
        let customer = &around.customer;
        let buyer = Buyer { tenant: customer.name.id(), organization: customer.organization };
        let (known, buyer) = self.onboarding.everything(&partners, accounts, buyer).await?;
        let named = known.partners.into_iter().map(|it| (it.partner, it)).collect();
        Ok((named, known.located, buyer))
    }

    /// Partners that would stand on record beside the reseller, with their open partnerships.
    async fn additional(
        &self,
        seller: PartnerName,
        located: Vec<Standing>,
    ) -> Result<Vec<AdditionalPartner>, Failure> {
        if located.is_empty() {
            return Ok(Vec::new());
        }
        let resellers: Vec<_> = located.iter().map(|it| it.partner).collect();
        let open = self.store.open_partnerships(seller, &resellers).await?;
        let with_partnership = |standing: Standing| {
            let partnership = open.iter().find(|it| it.reseller == standing.partner).cloned();
            AdditionalPartner { standing, partnership }
        };
        Ok(located.into_iter().map(with_partnership).collect())
    }
}

fn decided(transaction: Transaction, facts: &Facts) -> Result<Decision, Failure> {
    let decision = decide(transaction, facts);
    decision.ok_or_else(|| Failure::bug("facts about others than the transaction were gathered"))
}

/// The facts about one chain, out of those about several.
fn facts(
    (seller, reseller): Path,
    around: &Surroundings,
    standings: &BTreeMap<PartnerName, Standing>,
    buyer: &BuyerStanding,
    time: Timestamp,
) -> Result<Facts, Failure> {
    let standing = |partner: PartnerName| {
        let known = standings.get(&partner).cloned();
        known.ok_or_else(|| Failure::bug(format!("nothing was gathered about {partner}")))
    };
    let pair = |it: &&Partnership| it.provider == seller && Some(it.reseller) == reseller;
    let of_chain = |partner| partner == seller || Some(partner) == reseller;
    let relationships = around.relationships.iter().filter(|it| of_chain(it.partner));
    Ok(Facts {
        seller: standing(seller)?,
        reseller: reseller.map(standing).transpose()?,
        partnership: around.partnerships.iter().find(pair).cloned(),
        customer: around.customer.clone(),
        buyer: buyer.clone(),
        relationships: relationships.cloned().collect(),
        additional: Vec::new(),
        time,
    })
}

/// The chains that could serve a customer: each tied partner alone, and each partnership of one.
fn paths(around: &Surroundings, now: Timestamp) -> Vec<Path> {
    let tied = around.relationships.iter().filter(|it| it.state_at(now).is_open());
    let tied: BTreeSet<_> = tied.map(|it| it.partner).collect();
    let pairs = around.partnerships.iter().filter(|it| it.state_at(now).is_open());
    let pairs = pairs.map(|it| (it.provider, Some(it.reseller)));
    tied.into_iter().map(|partner| (partner, None)).chain(pairs).collect()
}

fn buys_from_microsoft(partner: &Standing) -> bool {
    [Role::DirectBill, Role::IndirectProvider].iter().any(|role| partner.state(*role).is_some())
}

/// Something new through a chain, as far as the chain alone decides.
fn sale((seller, reseller): Path, customer: CustomerName) -> Transaction {
    let purpose = Purpose::NewSubscription;
    Transaction { seller, reseller, customer, purpose, lines: Vec::new(), attested: false }
}
