//! The start: what is blocked in the channel now.

use contracts::relationship::{ListSalesPathsRequest, ListSalesPathsResponse};
use maud::{Markup, html};

use super::RELATIONSHIP;
use crate::{
    calls::{Calls, read},
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
/// Most pages of customers without a chain to list that one page skips.
const MAX_SKIPPED: usize = 10;
const ALL_CUSTOMERS: &str = "customers/-";

pub(crate) async fn show(visit: Visit) -> Result<Page, Problem> {
    let calls = &visit.calls;
    let token = visit.query.get("page");
    let Blocked { chains, truncated, next } = blocked(calls, token).await?;
    let mut wanted = Wanted::default();
    chains.iter().for_each(|chain| chain.want(&mut wanted));
    let names = calls.names(wanted).await?;
    let first = (!token.is_empty()).then(|| "/".to_owned());
    let next = (!next.is_empty()).then(|| link("/", [("page", next.as_str())]));
    let body = html! {
        h1 { "Blocked now" }
        (groups(chains, &names, first.is_none() && next.is_none()))
        @if truncated { p { "A customer has more chains than this page shows." } }
        (paging("Pages of customers", first, next))
    };
    let address = &visit.addresses.relationship;
    let request = format!("{{\"customer\": \"{ALL_CUSTOMERS}\", \"refused_only\": true}}");
    let commands = Commands::default()
        .call_json(address, RELATIONSHIP, "ListSalesPaths", &request)
        .csp(&["paths", "--blocked"]);
    Ok(Page { commands, ..Page::new("Blocked now", body) })
}

/// The chains to list, and the token of the page after those that were read.
struct Blocked {
    chains: Vec<Chain>,
    /// Whether a customer that was read has more chains.
    truncated: bool,
    next: String,
}

/// Reads pages of customers until one has a chain to list. Skips at most [`MAX_SKIPPED`] pages, and takes at
/// most half of the time that is left, because the names of the companies take calls, too.
async fn blocked(calls: &Calls, token: &str) -> Result<Blocked, Problem> {
    let reserve = deadline::left().map(|left| left / 2);
    let mut found = Blocked { chains: Vec::new(), truncated: false, next: token.to_owned() };
    for _ in 0..=MAX_SKIPPED {
        let request = ListSalesPathsRequest {
            customer: ALL_CUSTOMERS.to_owned(),
            page_size: PAGE_SIZE,
            page_token: found.next,
            refused_only: true,
        };
        let answer = read!(calls.relationship.list_sales_paths(request)).await?;
        let ListSalesPathsResponse { paths, truncated, next_page_token } = answer;
        found.chains = paths.iter().map(Chain::of).filter(Chain::is_prepared).collect();
        found.truncated |= truncated;
        found.next = next_page_token;
        let late = deadline::left() < reserve;
        if !found.chains.is_empty() || found.next.is_empty() || late {
            break;
        }
    }
    Ok(found)
}

const UNLISTED: &str =
    "Chains whose last partner has no relationship with the customer are not listed.";

/// The blocked chains of each customer. `all` is true if the page shows all customers.
fn groups(chains: Vec<Chain>, names: &Names, all: bool) -> Markup {
    let blocked = chains.len();
    let groups = chain::by_customer(chains);
    let scope = if all { "" } else { " on this page" };
    html! {
        @if groups.is_empty() {
            p.summary { "No sales chain is blocked" (scope) ". " (UNLISTED) }
        } @else {
            p.summary {
                (count(blocked, "sales chain")) " of " (count(groups.len(), "customer")) (scope)
                @if blocked == 1 { " is blocked." } @else { " are blocked." }
                " " (UNLISTED)
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
        assert!(page.contains(UNLISTED) && empty.contains(UNLISTED), "{page} {empty}");
    }
}
