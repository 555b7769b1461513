//! What a customer bought, and what happened since.

use contracts::ordering::{Order, OrderLine, Subscription};
use maud::{Markup, html};

use crate::{
    enums::{self, plain},
    format::{id_of, money},
    html::{self, badge, paging},
    names::{Names, Wanted},
};

/// Lines of an order that a row of the timeline shows.
const MAX_LINES: usize = 3;

pub(super) fn want(orders: &[Order], subscriptions: &[Subscription], wanted: &mut Wanted) {
    for order in orders {
        wanted.add([&order.seller, &order.reseller]);
        wanted.add(order.lines.iter().take(MAX_LINES).map(|line| &line.offer));
    }
    for subscription in subscriptions {
        wanted.add([&subscription.seller, &subscription.reseller, &subscription.offer]);
    }
}

fn partners(seller: &str, reseller: &str, names: &Names) -> Markup {
    html! {
        (names.short_link(seller))
        @if !reseller.is_empty() { " → " (names.short_link(reseller)) }
    }
}

pub(super) fn subscriptions(
    subscriptions: &[Subscription],
    names: &Names,
    first: Option<String>,
    next: Option<String>,
) -> Markup {
    let rows = html! {
        @for it in subscriptions {
            @let (tone, state) = enums::subscription(it.state());
            tr {
                td { (names.get(&it.offer)) br; (html::id(id_of(&it.name))) }
                td.number { (it.quantity) }
                td { (badge(tone, &state)) @if !it.state_reason.is_empty() { br; small { (it.state_reason) } } }
                td { (enums::term(it.term())) }
                td {
                    (html::time(it.term_end_time.as_ref())) br;
                    small { @if it.automatic_renewal { "renews automatically" } @else { "ends" } }
                }
                td { (partners(&it.seller, &it.reseller, names)) }
                td { @if !it.order.is_empty() { a href={ "/" (it.order) } { "Order" } } }
            }
        }
    };
    let head = ["Offer", "Units", "State", "Term", "Term ends", "Sold by", "Bought with"];
    section(
        "subscriptions",
        "Subscriptions",
        "No subscription.",
        subscriptions.len(),
        html! {
            (html::table("Subscriptions", &head, &rows))
            (paging("Pages of subscriptions", first, next))
        },
    )
}

pub(super) fn orders(
    orders: &[Order],
    names: &Names,
    first: Option<String>,
    next: Option<String>,
) -> Markup {
    let rows = html! {
        @for order in orders {
            @let (tone, state) = enums::order(order.state());
            tr {
                td { (html::time(order.create_time.as_ref())) }
                th scope="row" { a href={ "/" (order.name) } { (plain("ORDER_KIND_", order.kind().as_str_name())) } }
                td { (lines(&order.lines, names)) }
                td.number { (money(order.total.as_ref())) }
                td { (partners(&order.seller, &order.reseller, names)) }
                td { (badge(tone, &state)) }
            }
        }
    };
    let head = ["Time", "Order", "Lines", "Total", "Sold by", "State"];
    section(
        "orders",
        "Timeline",
        "No order.",
        orders.len(),
        html! {
            (html::table("Orders, newest first", &head, &rows))
            (paging("Pages of orders", first, next))
        },
    )
}

fn lines(lines: &[OrderLine], names: &Names) -> Markup {
    html! {
        ul.plain {
            @for line in lines.iter().take(MAX_LINES) {
                li { (line.quantity) " × " (names.get(&line.offer)) }
            }
            @if lines.len() > MAX_LINES { li { small { "and " (lines.len() - MAX_LINES) " more" } } }
        }
    }
}

fn section(id: &str, title: &str, none: &str, rows: usize, content: Markup) -> Markup {
    html! {
        section id=(id) {
            h2 { (title) }
            @if rows == 0 { p.none { (none) } } @else { (content) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_few_lines_of_a_long_order() {
        let line = |at: i32| OrderLine { quantity: at, ..OrderLine::default() };
        let order = Order { lines: (1..=300).map(line).collect(), ..Order::default() };
        let mut wanted = Wanted::default();
        want(std::slice::from_ref(&order), &[], &mut wanted);
        let shown = orders(&[order], &Names::default(), None, None).into_string();
        assert!(shown.contains("and 297 more") && !shown.contains("4 ×"), "{shown}");
    }

    #[test]
    fn a_list_has_links_to_its_pages() {
        let order = [Order::default()];
        let next = Some("/customers/1?orders=a%26b#orders".to_owned());
        let shown = orders(&order, &Names::default(), None, next).into_string();
        assert!(shown.contains("href=\"/customers/1?orders=a%26b#orders\""), "{shown}");
        assert!(orders(&[], &Names::default(), None, None).into_string().contains("No order."));
    }
}
