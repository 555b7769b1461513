//! The companies that a partner works with.

use contracts::relationship::{
    CustomerRelationship, CustomerRelationshipKind, ListCustomerRelationshipsResponse,
    ListPartnershipsResponse, Partnership,
};
use maud::{Markup, html};

use crate::{
    enums,
    html::{self, badge, paging},
    names::Names,
    visit::Visit,
};

/// Names of the pages in the query.
pub(super) const PARTNER_RESELLERS: &str = "resellers";
pub(super) const PARTNER_PROVIDERS: &str = "providers";
pub(super) const PARTNER_CUSTOMERS: &str = "customers";

/// Links to the first and the next page of a list.
fn pages(visit: &Visit, list: &str, token: &str) -> Markup {
    let first = (!visit.query.get(list).is_empty()).then(|| visit.link_with(list, ""));
    let next = (!token.is_empty()).then(|| format!("{}#{list}", visit.link_with(list, token)));
    paging(&format!("Pages of {list}"), first, next)
}

pub(super) fn partnerships(
    resellers: &ListPartnershipsResponse,
    providers: &ListPartnershipsResponse,
    names: &Names,
    visit: &Visit,
) -> Markup {
    let of = |id: &str, title: &str, head: &str, list: &ListPartnershipsResponse| {
        let rows = partnership_rows(&list.partnerships, id == PARTNER_RESELLERS, names);
        html! {
            @if !list.partnerships.is_empty() || !visit.query.get(id).is_empty() {
                section id=(id) {
                    h2 { (title) }
                    (html::table(title, &[head, "State", "Invited", "Accepted", "Ended"], &rows))
                    (pages(visit, id, &list.next_page_token))
                }
            }
        }
    };
    html! {
        (of(PARTNER_RESELLERS, "Partnerships as provider", "Reseller", resellers))
        (of(PARTNER_PROVIDERS, "Partnerships as reseller", "Provider", providers))
        @if resellers.partnerships.is_empty() && providers.partnerships.is_empty() {
            section { h2 { "Partnerships" } p.none { "No partnership." } }
        }
    }
}

fn partnership_rows(partnerships: &[Partnership], is_provider: bool, names: &Names) -> Markup {
    html! {
        @for it in partnerships {
            @let (tone, state) = enums::partnership(it.state());
            tr {
                th scope="row" { (names.link(if is_provider { &it.reseller } else { &it.provider })) }
                td { (badge(tone, &state)) @if !it.state_reason.is_empty() { br; small { (it.state_reason) } } }
                td { (html::time(it.create_time.as_ref())) }
                td { (html::time(it.accept_time.as_ref())) }
                td { (html::time(it.end_time.as_ref())) }
            }
        }
    }
}

pub(super) fn customers(
    list: &ListCustomerRelationshipsResponse,
    names: &Names,
    visit: &Visit,
) -> Markup {
    let head = ["Customer", "Kind", "Role", "State", "Accepted", "Ended"];
    html! {
        section id=(PARTNER_CUSTOMERS) {
            h2 { "Customers" }
            @if list.relationships.is_empty() { p.none { "No customer relationship." } }
            @else { (html::table("Customers", &head, &customer_rows(&list.relationships, names))) }
            (pages(visit, PARTNER_CUSTOMERS, &list.next_page_token))
        }
    }
}

fn customer_rows(relationships: &[CustomerRelationship], names: &Names) -> Markup {
    html! {
        @for it in relationships {
            @let (tone, state) = enums::relationship(it.state());
            @let customer = it.name.split("/relationships").next().unwrap_or_default();
            tr {
                th scope="row" { (names.link(customer)) }
                td {
                    @match it.kind() {
                        CustomerRelationshipKind::Resale => "resale",
                        CustomerRelationshipKind::Management => "management",
                        CustomerRelationshipKind::Unspecified => "–",
                    }
                }
                td { (enums::role(it.role())) }
                td { (badge(tone, &state)) @if !it.state_reason.is_empty() { br; small { (it.state_reason) } } }
                td { (html::time(it.accept_time.as_ref())) }
                td { (html::time(it.end_time.as_ref())) }
            }
        }
    }
}
