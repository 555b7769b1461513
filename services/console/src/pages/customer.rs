//! A customer: who can sell to it, what blocks the others, and what it bought.

mod history;
mod question;

use axum::extract::Path;
use contracts::{
    ordering::{ListOrdersRequest, ListSubscriptionsRequest},
    relationship::{Customer, CustomerKind, GetCustomerRequest, ListSalesPathsRequest},
};
use http::StatusCode;
use maud::{Markup, html};

use super::{ORDERING, RELATIONSHIP};
use crate::{
    calls::{read, sent},
    chain::{self, Chain},
    commands::Commands,
    enums,
    format::{count, id_of},
    html::{self, Page, badge},
    names::{Names, Wanted},
    picture::Picture,
    problem::Problem,
    query::link,
    visit::Visit,
};
use question::Question;

/// Orders and subscriptions of a page.
const PAGE_SIZE: i32 = 20;
const ORDERS: &str = "orders";
const SUBSCRIPTIONS: &str = "subscriptions";

pub(crate) async fn show(visit: Visit, Path(tenant): Path<String>) -> Result<Page, Problem> {
    let (calls, query) = (&visit.calls, &visit.query);
    let name = format!("customers/{tenant}");
    let question = Question::of(&name, query);
    let filter = format!("customer = {name}");
    let orders = ListOrdersRequest {
        page_size: PAGE_SIZE,
        page_token: query.get(ORDERS).to_owned(),
        filter: filter.clone(),
        order_by: "create_time desc".to_owned(),
    };
    let subscriptions = ListSubscriptionsRequest {
        page_size: PAGE_SIZE,
        page_token: query.get(SUBSCRIPTIONS).to_owned(),
        filter: filter.clone(),
        order_by: "create_time desc".to_owned(),
    };
    let paths = ListSalesPathsRequest { customer: name.clone(), ..Default::default() };
    let (customer, paths, orders, subscriptions, (question, answer)) = tokio::try_join!(
        read!(calls.relationship.get_customer(GetCustomerRequest { name: name.clone() })),
        read!(calls.relationship.list_sales_paths(paths)),
        read!(calls.ordering.list_orders(orders)),
        read!(calls.ordering.list_subscriptions(subscriptions)),
        question.ask(calls),
    )?;
    let customer = sent("relationship", customer.customer)?;
    let chains: Vec<_> = paths.paths.iter().map(Chain::of).collect();
    let mut wanted = Wanted::default();
    wanted.add([&customer.name, &customer.created_by]);
    chains.iter().for_each(|chain| chain.want(&mut wanted));
    answer.want(&mut wanted);
    history::want(&orders.orders, &subscriptions.subscriptions, &mut wanted);
    let company = [customer.organization.clone()].into();
    let (mut names, company) =
        tokio::try_join!(calls.names(wanted), calls.organization_names(company))?;
    names.insert(&customer.name, &customer.display_name);
    let lists = html! {
        (history::subscriptions(
            &subscriptions.subscriptions,
            &names,
            (!query.get(SUBSCRIPTIONS).is_empty()).then(|| visit.link_with(SUBSCRIPTIONS, "")),
            next(&visit, SUBSCRIPTIONS, &subscriptions.next_page_token),
        ))
        (history::orders(
            &orders.orders,
            &names,
            (!query.get(ORDERS).is_empty()).then(|| visit.link_with(ORDERS, "")),
            next(&visit, ORDERS, &orders.next_page_token),
        ))
    };
    let company = company.get(&customer.organization).map_or("", String::as_str);
    let body = html! {
        (head(&customer, company, &names))
        (sales(&chains, paths.truncated, &names, &visit.path))
        (question.section(&answer, &chains, &names, &visit.path))
        (lists)
    };
    let (relationship, ordering) = (&visit.addresses.relationship, &visit.addresses.ordering);
    let latest = [("filter", filter.as_str()), ("order_by", "create_time desc")];
    let commands = Commands::default()
        .call(relationship, RELATIONSHIP, "GetCustomer", &[("name", &name)])
        .call(relationship, RELATIONSHIP, "ListSalesPaths", &[("customer", &name)])
        .call(ordering, ORDERING, "ListSubscriptions", &latest)
        .call(ordering, ORDERING, "ListOrders", &latest)
        .csp(&["paths", &name])
        .csp(&["get", &name]);
    let commands = question.commands(commands, &answer, relationship);
    let status = answer.status().unwrap_or(StatusCode::OK);
    Ok(Page { commands, status, ..Page::new(customer.display_name, body) })
}

/// The link to the next page of a list.
fn next(visit: &Visit, list: &str, token: &str) -> Option<String> {
    (!token.is_empty()).then(|| format!("{}#{list}", visit.link_with(list, token)))
}

fn head(customer: &Customer, company: &str, names: &Names) -> Markup {
    let (tone, state) = enums::account(customer.account_state());
    let kind = match customer.kind() {
        CustomerKind::Company => "company",
        CustomerKind::SharedServices => "shared services of a partner",
        CustomerKind::Unspecified => "–",
    };
    let mca = match &customer.agreement {
        None => html! { span.none { "no acceptance recorded; a partner may attest one" } },
        Some(mca) => html! {
            "version " (mca.version) ", accepted " (html::time(mca.accept_time.as_ref())) " by "
            (mca.first_name) " " (mca.last_name)
        },
    };
    html! {
        p.kind { "Customer" }
        h1 { (customer.display_name) }
        (html::facts(&[
            ("Tenant", html::whole_id(id_of(&customer.name))),
            ("Country and region", html! { (customer.country_code) " · " (customer.csp_region) }),
            ("Company", html! { (html::text(company)) " " (html::id(id_of(&customer.organization))) }),
            ("Use", html! { (kind) }),
            ("Account review", html! { (badge(tone, &state)) " " (customer.account_detail) }),
            ("Customer agreement", mca),
            ("Created", html! {
                (html::time(customer.create_time.as_ref()))
                @if !customer.created_by.is_empty() { " by " (names.short_link(&customer.created_by)) }
            }),
        ]))
    }
}

/// The picture of the chains, and the same as a table.
fn sales(chains: &[Chain], truncated: bool, names: &Names, path: &str) -> Markup {
    let open = chains.iter().filter(|it| it.is_open()).count();
    let summary = match (chains.len(), open) {
        (0, _) => "No partner has an open relationship with this customer.".to_owned(),
        (all, 0) => format!("{}, all blocked.", count(all, "chain")),
        (all, open) if all == open => format!("{}, all open.", count(all, "chain")),
        (all, open) => {
            format!("{}: {open} open, {} blocked.", count(all, "chain"), all - open)
        }
    };
    let ask = |chain: &Chain| {
        let values = [("seller", id_of(&chain.seller)), ("reseller", id_of(&chain.reseller))];
        html! { a.ask href={ (link(path, values)) "#question" } { "Check a sale" } }
    };
    html! {
        section #sales {
            h2 { "Who can sell to it" }
            p.summary { (summary) }
            @if !chains.is_empty() {
                figure {
                    div.scroll role="region" aria-label="Picture of the sales chains" tabindex="0" {
                        (Picture::of(chains).svg(names, &summary))
                    }
                    figcaption {
                        (Picture::legend())
                        "The table has the same and the reasons."
                    }
                }
                (html::table("Sales chains", &chain::HEAD, &chain::rows(chains, names, ask)))
            }
            @if truncated { p { "There are more chains than this page shows." } }
        }
    }
}
