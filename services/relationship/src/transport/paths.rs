use contracts::relationship as pb;
use errors::Failure;
use futures_util::{StreamExt, TryStreamExt, stream};
use prost::Message;
use rules::{Purpose, Role, SalesChain, Transaction};
use status::Request;
use storage::{Page, PageRequest};
use types::CustomerName;

use super::{
    Transport,
    check::decide_or_fail,
    convert::{self, Customers},
    gather::MAX_CHAINS,
    render,
};
use crate::{
    domain::{Standing, Verdict},
    store::{Scope, SellingPartners},
};

/// The sales paths of one customer.
struct Paths {
    decisions: Vec<pb::Decision>,
    truncated: bool,
}

impl Transport {
    pub(super) async fn list_sales_paths(
        &self,
        request: Request<pb::ListSalesPathsRequest>,
    ) -> Result<pb::ListSalesPathsResponse, Failure> {
        let visible = request.caller().scope();
        let customers = convert::sales_paths(request.get_ref(), visible)?;
        let refused_only = request.get_ref().refused_only;
        let page = match customers {
            Customers::One(customer) => {
                self.find_visible_customer(customer, visible).await?;
                let items = vec![self.paths_of(customer, refused_only, visible).await?];
                Page { items, next_page_token: String::new() }
            }
            Customers::Page(page) => self.page_of_paths(&page, refused_only, visible).await?,
        };
        Ok(pb::ListSalesPathsResponse {
            truncated: page.items.iter().any(|it| it.truncated),
            paths: page.items.into_iter().flat_map(|it| it.decisions).collect(),
            next_page_token: page.next_page_token,
        })
    }

    /// The paths of the customers of a page; those of one chunk are decided at the same time.
    async fn page_of_paths(
        &self,
        page: &PageRequest,
        refused_only: bool,
        visible: &authority::Scope,
    ) -> Result<Page<Paths>, Failure> {
        let decide = |customer| async move {
            let _permit = self.batch_checks.acquire().await.map_err(Failure::bug)?;
            self.paths_of(customer, refused_only, visible).await
        };
        let read = |page: PageRequest| async move {
            let Page { items, next_page_token } = self.store.customers(&page).await?;
            let (count, names) = (items.len().max(1), items.into_iter().map(|it| it.name));
            let names: Vec<_> = names.collect();
            let items = stream::iter(names).map(decide).buffered(count).try_collect().await?;
            Ok(Page { items, next_page_token })
        };
        page.answer(read, |it| it, Paths::encoded_len).await
    }

    /// The paths of a customer, as many as fit into one answer.
    async fn paths_of(
        &self,
        customer: CustomerName,
        refused_only: bool,
        visible: &authority::Scope,
    ) -> Result<Paths, Failure> {
        let scope = Scope::AllChains(MAX_CHAINS as u64 + 1);
        let gathered = self.facts_at_one_instant(customer, scope, &[]).await?;
        let over_limit = |rows: usize| rows > MAX_CHAINS;
        let truncated = gathered.truncated
            || over_limit(gathered.context.relationships.len())
            || over_limit(gathered.context.partnerships.len());
        let mut decisions = Vec::new();
        let sees = |(seller, reseller): &&SellingPartners| {
            visible.includes(seller) || reseller.is_some_and(|it| visible.includes(&it))
        };
        for partners in gathered.chains.iter().filter(sees) {
            let facts = gathered.facts(*partners)?;
            if partners.1.is_none() && !buys_from_microsoft(&facts.seller) {
                continue;
            }
            decisions.push(decide_or_fail(new_subscription(*partners, customer), &facts)?);
        }
        if refused_only {
            decisions.retain(|decision| decision.verdict() == Verdict::Refused);
        }
        decisions.sort_by_key(|decision| decision.verdict() == Verdict::Refused);
        let view = pb::DecisionView::Basic;
        let decisions =
            decisions.iter().map(|each| render::decision(each, view, self.lifetimes.decision));
        let mut decisions: Vec<_> = decisions.collect();
        let fit = storage::count_fitting(&decisions, Message::encoded_len);
        let truncated = truncated || fit < decisions.len();
        decisions.truncate(fit);
        Ok(Paths { decisions, truncated })
    }
}

impl Paths {
    fn encoded_len(&self) -> usize {
        self.decisions.iter().map(Message::encoded_len).sum()
    }
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
