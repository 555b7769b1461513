//! An order: what was sold to whom, and the decision that allowed it.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use contracts::{
    ordering::{
        BatchGetSubscriptionsRequest, GetOrderRequest, ListOrdersRequest, Order, OrderLine,
        OrderView, Subscription, order_line::SellerRole,
    },
    time::from_wire,
};
use maud::{Markup, html};

use super::ORDERING;
use crate::{
    calls::{Calls, read, sent},
    commands::Commands,
    decision,
    enums::{self, plain},
    format::{id_of, money},
    html::{self, Page, badge, paging},
    names::{Names, Wanted},
    problem::Problem,
    visit::Visit,
};

/// Lines of a page.
const LINES: usize = 100;
/// Later orders of the customer that one page searches.
const LATER: i32 = 50;

pub(crate) async fn show(visit: Visit, Path(uid): Path<String>) -> Result<Page, Problem> {
    let calls = &visit.calls;
    let name = format!("orders/{uid}");
    let request = GetOrderRequest { name: name.clone(), view: OrderView::Full.into() };
    let answer = read!(calls.ordering.get_order(request)).await?;
    let order = sent("ordering", answer.order)?;
    let from = first_line(visit.query.get("lines"), order.lines.len());
    let lines: Vec<_> = order.lines.iter().skip(from).take(LINES).collect();
    let mut wanted = Wanted::default();
    wanted.add([&order.seller, &order.reseller, &order.customer]);
    wanted.add(lines.iter().map(|line| &line.offer));
    decision::want(&order.legs, &mut wanted);
    let outcomes = order.decision.iter().flat_map(|it| &it.outcomes);
    wanted.add(outcomes.map(|outcome| &outcome.subject));
    let (names, subscriptions, later) = tokio::try_join!(
        calls.names(wanted),
        subscriptions(calls, &lines),
        later(calls, &order, visit.query.get("later")),
    )?;
    let next = from.saturating_add(LINES);
    let body = html! {
        (head(&order, &names))
        section #lines {
            h2 { "Lines" }
            (lines_table(&lines, &subscriptions, &names))
            (paging(
                "Pages of lines",
                (from > 0).then(|| visit.link_with("lines", "0")),
                (next < order.lines.len()).then(|| visit.link_with("lines", &next.to_string())),
            ))
        }
        (later_section(&later, &visit))
        (decision_section(&order, &names))
    };
    let commands = Commands::default()
        .call(
            &visit.addresses.ordering,
            ORDERING,
            "GetOrder",
            &[("name", &name), ("view", "ORDER_VIEW_FULL")],
        )
        .csp(&["get", &name]);
    Ok(Page { commands, ..Page::new(format!("Order {}", id_of(&order.name)), body) })
}

/// The number of the first line of a page, at most the number of all lines.
fn first_line(text: &str, lines: usize) -> usize {
    text.parse().unwrap_or(0).min(lines)
}

/// The subscriptions of some lines, by name.
async fn subscriptions(
    calls: &Calls,
    lines: &[&OrderLine],
) -> Result<BTreeMap<String, Subscription>, Problem> {
    let names: BTreeSet<_> = lines.iter().map(|line| line.subscription.clone()).collect();
    let names: Vec<_> = names.into_iter().filter(|it| !it.is_empty()).collect();
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let request = BatchGetSubscriptionsRequest { names };
    let answer = read!(calls.ordering.batch_get_subscriptions(request)).await?;
    Ok(answer.subscriptions.into_iter().map(|it| (it.name.clone(), it)).collect())
}

/// Later orders on the subscriptions of an order, and the token of the page after those searched.
struct Later {
    orders: Vec<Order>,
    next: String,
}

async fn later(calls: &Calls, order: &Order, token: &str) -> Result<Later, Problem> {
    let time = order.create_time.as_ref().and_then(|time| from_wire(time).ok());
    let time = time.unwrap_or_default();
    let request = ListOrdersRequest {
        page_size: LATER,
        page_token: token.to_owned(),
        filter: format!("customer = {} AND create_time > {time}", order.customer),
        order_by: "create_time".to_owned(),
    };
    let answer = read!(calls.ordering.list_orders(request)).await?;
    let own: BTreeSet<_> = order.lines.iter().map(|line| &line.subscription).collect();
    let touches = |it: &Order| it.lines.iter().any(|line| own.contains(&line.subscription));
    let orders = answer.orders.into_iter().filter(touches).collect();
    Ok(Later { orders, next: answer.next_page_token })
}

fn head(order: &Order, names: &Names) -> Markup {
    let (tone, state) = enums::order(order.state());
    let amount = |value: &Option<_>| html! { (money(value.as_ref())) };
    html! {
        p.kind { "Order" }
        h1 { (plain("ORDER_KIND_", order.kind().as_str_name())) " " (badge(tone, &state)) }
        (decision::legs(&order.legs, names))
        (html::facts(&[
            ("Order", html::whole_id(id_of(&order.name))),
            ("Customer", names.link(&order.customer)),
            ("Seller", names.link(&order.seller)),
            ("Reseller", names.link(&order.reseller)),
            ("Total per billing cycle", amount(&order.total)),
            ("Charge", amount(&order.charge)),
            ("Refund", amount(&order.refund)),
            ("Accepted", html::time(order.create_time.as_ref())),
        ]))
        @if !order.state_reason.is_empty() { p { "Cancelled: " (order.state_reason) } }
    }
}

fn lines_table(
    lines: &[&OrderLine],
    subscriptions: &BTreeMap<String, Subscription>,
    names: &Names,
) -> Markup {
    let rows = html! {
        @for line in lines {
            tr {
                th scope="row" { (names.get(&line.offer)) br; code.id { (line.offer) } }
                td.number { (line.quantity) }
                td { (enums::term(line.term())) br; small { (plain("BILLING_CYCLE_", line.billing_cycle().as_str_name())) } }
                td.number { (money(line.unit_price.as_ref())) }
                td {
                    @match &line.seller_role {
                        Some(SellerRole::PartnerIdOnRecord(id)) => code { (id) },
                        _ => "direct partner",
                    }
                    @for id in &line.additional_partner_ids_on_record { " " code { (id) } }
                }
                td {
                    @if let Some(it) = subscriptions.get(&line.subscription) {
                        @let (tone, state) = enums::subscription(it.state());
                        (badge(tone, &state)) " " (it.quantity) " units"
                        @if !it.transferred_to.is_empty() { br; small { "transferred" } }
                        br;
                    }
                    (html::id(id_of(&line.subscription)))
                }
            }
        }
    };
    let head = ["Offer", "Units", "Term", "Unit price", "PartnerID on record", "Subscription now"];
    html::table("Lines", &head, &rows)
}

fn later_section(later: &Later, visit: &Visit) -> Markup {
    let rows = html! {
        @for order in &later.orders {
            @let (tone, state) = enums::order(order.state());
            tr {
                td { (html::time(order.create_time.as_ref())) }
                th scope="row" { a href={ "/" (order.name) } { (plain("ORDER_KIND_", order.kind().as_str_name())) } }
                td.number { (money(order.total.as_ref())) }
                td { (badge(tone, &state)) }
            }
        }
    };
    html! {
        section #later {
            h2 { "What happened since" }
            @if later.orders.is_empty() { p.none { "No later order on its subscriptions." } }
            @else { (html::table("Later orders", &["Time", "Order", "Total", "State"], &rows)) }
            (paging(
                "Pages of later orders",
                (!visit.query.get("later").is_empty()).then(|| visit.link_with("later", "")),
                (!later.next.is_empty()).then(|| format!("{}#later", visit.link_with("later", &later.next))),
            ))
        }
    }
}

fn decision_section(order: &Order, names: &Names) -> Markup {
    html! {
        section #decision {
            h2 { "Decision" }
            @match &order.decision {
                None => p.none { "The order has no decision." },
                Some(it) => {
                    @let (tone, verdict) = enums::verdict(it.verdict());
                    (html::facts(&[
                        ("Verdict", badge(tone, verdict)),
                        ("Decided", html::time(it.decide_time.as_ref())),
                        ("Market table of", html! { (html::text(&it.market_table_date)) }),
                        ("SHA-256", html! { code.digest { (html::text(&order.decision_sha256)) } }),
                    ]))
                    (decision::all_rules(it, names))
                    details {
                        summary { "Revisions of the facts: " (it.revisions.len()) }
                        (decision::revisions(&it.revisions, names))
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_lines_starts_inside_the_order() {
        let texts = ["", "-1", "100", "250", "18446744073709551615", "18446744073709551616"];
        assert_eq!(texts.map(|text| first_line(text, 250)), [0, 0, 100, 250, 250, 0]);
    }
}
