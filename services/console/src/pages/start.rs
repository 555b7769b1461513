//! The start: what is blocked in the channel now.

use contracts::relationship::ListSalesPathsRequest;
use maud::{Markup, html};

use super::RELATIONSHIP;
use crate::{
    calls::read,
    chain::{self, Chain},
    commands::Commands,
    format::count,
    html::{self, Page, paging},
    names::{Names, Wanted},
    problem::Problem,
    query::link,
    visit::Visit,
};

/// Customers of a page.
const PAGE_SIZE: i32 = 10;
const ALL_CUSTOMERS: &str = "customers/-";

pub(crate) async fn show(visit: Visit) -> Result<Page, Problem> {
    let calls = &visit.calls;
    let token = visit.query.get("page");
    let request = ListSalesPathsRequest {
        customer: ALL_CUSTOMERS.to_owned(),
        page_size: PAGE_SIZE,
        page_token: token.to_owned(),
        refused_only: true,
    };
    let answer = read!(calls.relationship.list_sales_paths(request)).await?;
    let chains: Vec<_> = answer.paths.iter().map(Chain::of).filter(Chain::is_prepared).collect();
    let mut wanted = Wanted::default();
    chains.iter().for_each(|chain| chain.want(&mut wanted));
    let names = calls.names(wanted).await?;
    let first = (!token.is_empty()).then(|| "/".to_owned());
    let next = answer.next_page_token;
    let next = (!next.is_empty()).then(|| link("/", [("page", next.as_str())]));
    let body = html! {
        h1 { "Blocked now" }
        (groups(chains, &names, first.is_none() && next.is_none()))
        @if answer.truncated { p { "A customer has more chains than this page shows." } }
        (paging("Pages of customers", first, next))
    };
    let address = &visit.addresses.relationship;
    let request = format!("{{\"customer\": \"{ALL_CUSTOMERS}\", \"refused_only\": true}}");
    let commands = Commands::default()
        .call_json(address, RELATIONSHIP, "ListSalesPaths", &request)
        .csp(&["paths", ALL_CUSTOMERS]);
    Ok(Page { commands, ..Page::new("Blocked now", body) })
}

/// The blocked chains of each customer. `all` is true if the page shows all customers.
fn groups(chains: Vec<Chain>, names: &Names, all: bool) -> Markup {
    let blocked = chains.len();
    let groups = chain::by_customer(chains);
    let scope = if all { "" } else { " on this page" };
    html! {
        @if groups.is_empty() {
            p.summary { "No sales chain is blocked" (scope) "." }
        } @else {
            p.summary {
                (count(blocked, "sales chain")) " of " (count(groups.len(), "customer")) (scope)
                @if blocked == 1 { " is blocked." } @else { " are blocked." }
                " Chains in which a partner has no relationship with the customer are not listed."
            }
        }
        @for (customer, chains) in &groups {
            section.group {
                h2 { (names.link(customer)) }
                @let label = format!("Blocked chains of {}", names.get(customer));
                (html::table(&label, &chain::HEAD, &chain::rows(chains, names, |_| html! {})))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::tests::chain;

    #[test]
    fn chains_are_grouped_and_counted() {
        let failed = [("MPA-2", "partners/r")];
        let other = Chain {
            customer: "customers/d".to_owned(),
            ..chain("partners/s", "partners/r", &failed)
        };
        let chains = vec![chain("partners/s", "partners/r", &failed), other];
        let names = Names::of(&[("customers/c", "Litware <Co>"), ("customers/d", "Adatum")]);
        let page = groups(chains, &names, true).into_string();
        assert!(page.contains("2 sales chains of 2 customers are blocked."), "{page}");
        assert!(page.contains("aria-label=\"Blocked chains of Litware &lt;Co&gt;\""), "{page}");
        assert_eq!(page.matches("<section").count(), 2, "{page}");
        let empty = groups(Vec::new(), &names, false).into_string();
        assert!(empty.contains("No sales chain is blocked on this page."), "{empty}");
    }
}
