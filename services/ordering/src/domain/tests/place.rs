//! Pricing and acceptance of orders.

use proptest::{collection::vec, prelude::*, sample::select};
use rules::{Denial, OnRecord, ProductFamily, SalesChain};
use types::ResourceVersion;

use super::fixtures::{
    CHAIN, ORDER, RESELLER, answer, at, catalogue, events, identities, line, money, name,
    new_offer, order, placed, subscription, violation,
};
use crate::domain::{
    Answer, BillingCycle, Markets, NewLine, NewOrder, Order, OrderKind, OrderLine, OrderState,
    Placement, Product, SeatBatch, Subscription, SubscriptionState, Term,
};

/// A price for which a year of two units just fits into 64 bits.
const DEAR: i64 = i64::MAX / 24;

/// Three offers in euro and one in dollars.
fn offers() -> Vec<super::fixtures::NewOffer> {
    let mut limited = new_offer("limited", money("EUR", 100));
    (limited.1.min_quantity, limited.1.max_quantity) = (5, 10);
    let mut dear = new_offer("dear", money("EUR", DEAR));
    dear.1.family = ProductFamily::Azure;
    let mail = new_offer("mail", money("EUR", 500));
    vec![mail, limited, dear, new_offer("dollars", money("USD", 700))]
}

/// The invalid fields, as `field: description`.
fn invalid(lines: Vec<NewLine>) -> Vec<String> {
    match order(lines).price(&catalogue(offers())) {
        Ok(_) => Vec::new(),
        Err(Denial::Invalid(invalid)) => {
            invalid.iter().map(|it| format!("{}: {}", it.field, it.description)).collect()
        }
        Err(denial) => unreachable!("{denial:?}"),
    }
}

fn on(term: Term, billing_cycle: BillingCycle) -> NewLine {
    NewLine { term, billing_cycle, ..line("mail", 1) }
}

#[test]
fn a_line_matches_its_offer_or_names_the_wrong_field() {
    use BillingCycle::{Annual, Monthly, OneTime};
    let unsold = |how| format!("order.lines[0].term: offers/mail is not sold for {how}");
    let too_large = "offer: makes the amount too large";
    let currency = "currency_code: differs from EUR; use one currency on all lines";
    let dollars = |offer| NewLine { currency: "USD".parse().unwrap(), ..line(offer, 1) };
    let unpriced =
        "order.lines[0].currency_code: offers/mail is not sold in USD for P1Y billed monthly";
    let on_second = |problem| vec![format!("order.lines[1].{problem}")];
    let quantity = |it| vec![format!("order.lines[0].quantity: {it} is not between 5 and 10")];
    let rows = [
        (vec![line("mail", 1)], vec![]),
        (vec![line("none", 1)], vec!["order.lines[0].offer: offers/none does not exist".into()]),
        (vec![line("limited", 4)], quantity("4")),
        (vec![line("limited", 5)], vec![]),
        (vec![line("limited", 10)], vec![]),
        (vec![line("limited", 11)], quantity("11")),
        (vec![line("limited", -1)], quantity("-1")),
        (vec![on(Term::P1M, Monthly)], vec![unsold("P1M billed monthly")]),
        (vec![on(Term::P1Y, Annual)], vec![unsold("P1Y billed annual")]),
        (vec![on(Term::P3Y, OneTime)], vec![unsold("P3Y billed one-time")]),
        (vec![line("dear", 2)], vec![]),
        (vec![line("dear", 3)], vec![format!("order.lines[0].{too_large}")]),
        (vec![line("dear", 2), line("mail", 1)], on_second(too_large)),
        (vec![line("mail", 1), dollars("dollars")], on_second(currency)),
        (vec![line("mail", 1), dollars("dollars"), line("mail", 1)], on_second(currency)),
        (vec![dollars("dollars")], vec![]),
        (vec![dollars("mail")], vec![unpriced.to_owned()]),
    ];
    for (lines, expected) in rows {
        let what: Vec<_> = lines.iter().map(|it| format!("{} {}", it.quantity, it.offer)).collect();
        assert_eq!(invalid(lines), expected, "{what:?}");
    }
}

#[test]
fn all_invalid_fields_are_reported_in_the_order_of_the_lines() {
    let unsold = NewLine { billing_cycle: BillingCycle::Annual, ..line("limited", 1) };
    let lines = vec![
        line("mail", 1),
        line("none", 0),
        line("limited", 99),
        unsold,
        NewLine { currency: "USD".parse().unwrap(), ..line("dollars", 1) },
        line("dear", 100),
        line("mail", 2),
    ];
    let fields: Vec<_> = invalid(lines)
        .iter()
        .map(|it| it.split_once(": ").unwrap().0.trim_start_matches("order.").to_owned())
        .collect();
    let expected = [
        "lines[1].offer",
        "lines[2].quantity",
        "lines[3].quantity",
        "lines[3].term",
        "lines[4].currency_code",
        "lines[5].offer",
    ];
    assert_eq!(fields, expected);
}

#[test]
fn a_priced_order_has_family_and_unit_price_of_every_line() {
    let lines = vec![line("mail", 2), line("dear", 1), line("limited", 5)];
    let (new, offers) = (order(lines), catalogue(offers()));
    let priced = new.price(&offers).unwrap();
    let families: Vec<_> = priced.offers.iter().map(|it| it.terms.family).collect();
    let mail = ProductFamily::Microsoft365;
    assert_eq!(families, [mail, ProductFamily::Azure, mail]);
    let prices: Vec<_> = priced.products.iter().map(|it| it.unit_price).collect();
    assert_eq!(prices, [500, DEAR, 100].map(|it| money("EUR", it)));
}

#[test]
fn violations_of_the_programme_are_returned_unchanged() {
    let (new, offers) = (order(vec![line("mail", 1)]), catalogue(offers()));
    let priced = new.price(&offers).unwrap();
    let mut answer = answer();
    answer.violations = vec![violation("REL-3"), violation("CUS-1")];
    let denied = priced.accept(answer, identities(1, 9)).unwrap_err();
    let expected = vec![violation("REL-3"), violation("CUS-1")];
    assert_eq!(denied, Denial::Refused(expected));
}

#[test]
fn a_sale_is_checked_for_market_currency_and_attestation() {
    let mut special = new_offer("special", money("EUR", 500));
    special.1.attestation_required = true;
    let mut local = new_offer("local", money("EUR", 500));
    local.1.markets = Markets::Only(vec!["FR".parse().unwrap(), "BE".parse().unwrap()]);
    let offers = catalogue([special, local, new_offer("mail", money("EUR", 500))]);
    let attested = NewLine { attested: true, ..line("special", 1) };
    let country = |code: &str| code.parse().ok();
    for (lines, seller, customer, expected) in [
        (vec![line("mail", 1)], "FR", "US", ""),
        (vec![line("mail", 1)], "US", "US", "ORD-6 USD"),
        (vec![line("mail", 1)], "", "FR", "ORD-6 unknown"),
        (vec![line("local", 1)], "FR", "BE", ""),
        (vec![line("local", 1)], "FR", "FR", ""),
        (vec![line("mail", 1), line("local", 1)], "FR", "DE", "ORD-5 1"),
        (vec![line("mail", 1), line("local", 1)], "FR", "", "ORD-5 0, 1"),
        (vec![attested], "FR", "BE", ""),
        (vec![line("special", 1), line("special", 1)], "FR", "BE", "ORD-4 0, 1"),
        (vec![line("special", 1), line("local", 1)], "GB", "DE", "ORD-4 0, ORD-5 1, ORD-6 GBP"),
    ] {
        let answer = Answer {
            seller_country: country(seller),
            customer_country: country(customer),
            ..answer()
        };
        let count = lines.len();
        let new = order(lines);
        let priced = new.price(&offers).unwrap();
        let violations = match priced.accept(answer, identities(count, 9)) {
            Ok(_) => Vec::new(),
            Err(Denial::Refused(violations)) => violations,
            Err(denial) => unreachable!("{denial:?}"),
        };
        let violations =
            violations.iter().map(|it| format!("{} {}", it.rule, it.inputs.last().unwrap().1));
        assert_eq!(violations.collect::<Vec<_>>().join(", "), expected, "{seller} {customer}");
    }
}

#[test]
fn violations_of_ordering_follow_those_of_the_programme() {
    let (new, offers) = (order(vec![line("mail", 1)]), catalogue(offers()));
    let priced = new.price(&offers).unwrap();
    let violations = vec![violation("REL-3")];
    let answer = Answer { violations, seller_country: "US".parse().ok(), ..answer() };
    let Err(Denial::Refused(violations)) = priced.accept(answer, identities(1, 9)) else {
        unreachable!()
    };
    let violations: Vec<_> = violations.iter().map(|it| it.rule.as_str()).collect();
    assert_eq!(violations, ["REL-3", "ORD-6"]);
}

#[test]
fn a_retired_offer_is_not_sold() {
    let mut offers = catalogue(offers());
    let mail = offers.remove(&name("mail")).unwrap();
    let retired = mail.retire("replaced".to_owned(), at(1)).unwrap().into_after();
    offers.insert(name("mail"), retired);
    let new = order(vec![line("mail", 1)]);
    let Err(Denial::Invalid(invalid)) = new.price(&offers) else { unreachable!() };
    assert_eq!(invalid[0].description, "offers/mail is retired");
}

#[test]
fn an_accepted_order_is_the_requested_one_with_prices_names_and_decision() {
    let on_record = OnRecord {
        partner_id: Some("2002".parse().unwrap()),
        additional_ids: vec!["2003".parse().unwrap()],
    };
    let requested = NewLine { on_record: on_record.clone(), attested: true, ..line("mail", 2) };
    let (new, offers) = (order(vec![requested]), catalogue(offers()));
    let priced = new.price(&offers).unwrap();
    let approved = priced.accept(answer(), identities(1, 9)).unwrap();
    assert_eq!(events(&approved), ["SubscriptionCreated", "OrderAccepted"]);
    let Placement { order, subscriptions } = placed(&approved);
    let product = Product {
        offer: name("mail"),
        family: ProductFamily::Microsoft365,
        term: Term::P1Y,
        billing_cycle: BillingCycle::Monthly,
        on_record,
        unit_price: money("EUR", 500),
    };
    let line = OrderLine {
        product: product.clone(),
        quantity: 2,
        attested: true,
        subscription: subscription(0),
        charge: money("EUR", 12_000),
        refund: money("EUR", 0),
    };
    let expected = Order {
        name: ORDER,
        kind: OrderKind::Purchase,
        chain: CHAIN,
        lines: vec![line],
        attested: true,
        state: OrderState::Accepted,
        state_reason: String::new(),
        total: money("EUR", 1000),
        charge: money("EUR", 12_000),
        refund: money("EUR", 0),
        evidence: answer().evidence,
        resource_version: ResourceVersion::first(at(9)),
    };
    assert_eq!(order, expected);
    let expected = Subscription {
        name: subscription(0),
        order: ORDER,
        chain: CHAIN,
        product,
        batches: vec![SeatBatch::bought(2, 12_000, at(9))],
        term_start: at(9),
        term_end: at(9 + 365 * 86_400),
        automatic_renewal: true,
        next_term: None,
        refused_increase: None,
        transferred_from: None,
        transferred_to: None,
        state: SubscriptionState::Active,
        state_time: at(9),
        state_reason: String::new(),
        resource_version: ResourceVersion::first(at(9)),
    };
    assert_eq!(subscriptions, [expected]);
}

fn lines() -> impl Strategy<Value = Vec<NewLine>> {
    let line = (select(vec!["mail", "limited"]), 5..=10).prop_map(|(offer, quantity)| {
        let partner_id = (quantity % 2 == 0).then(|| "2002".parse().unwrap());
        let on_record = OnRecord { partner_id, ..OnRecord::default() };
        NewLine { on_record, ..line(offer, quantity) }
    });
    vec(line, 1..20)
}

/// Prices of every magnitude.
fn prices() -> impl Strategy<Value = i64> {
    (any::<i64>(), 1..63_u32).prop_map(|(bits, size)| (bits & i64::MAX) >> size)
}

proptest! {
    #[test]
    fn an_order_and_its_subscriptions_match_the_request(
        lines in lines(), reseller in any::<bool>(), attested in any::<bool>(),
    ) {
        let reseller = reseller.then_some(RESELLER);
        let chain = SalesChain { reseller, ..CHAIN };
        let requested = NewOrder { chain, attested, ..order(lines) };
        let (new, offers) = (requested.clone(), catalogue(offers()));
        let priced = new.price(&offers).unwrap();
        let approved = priced.accept(answer(), identities(requested.lines.len(), 9)).unwrap();
        let Placement { order, subscriptions } = placed(&approved);

        let prices = requested.lines.iter().map(|it| if it.offer == name("mail") { 500 } else { 100 });
        let amounts = requested.lines.iter().zip(prices).map(|(it, price)| i64::from(it.quantity) * price);
        let total = amounts.sum::<i64>();
        prop_assert_eq!((order.total, order.charge), (money("EUR", total), money("EUR", 12 * total)));
        prop_assert_eq!((order.chain, order.attested), (chain, attested));
        prop_assert_eq!(order.lines.len(), requested.lines.len());
        prop_assert_eq!(subscriptions.len(), requested.lines.len());
        for ((line, requested), made) in order.lines.iter().zip(&requested.lines).zip(&subscriptions) {
            let found = (&line.product.offer, line.quantity, &line.product.on_record);
            prop_assert_eq!(found, (&requested.offer, requested.quantity, &requested.on_record));
            prop_assert_eq!((made.name, made.order), (line.subscription, order.name));
            prop_assert_eq!((&made.product, made.quantity()), (&line.product, line.quantity));
            prop_assert_eq!((made.chain, made.resource_version), (order.chain, order.resource_version));
        }
    }

    #[test]
    fn an_amount_is_exact_or_refused(price in prices(), quantity in 1..=100_i32) {
        let offers = catalogue([new_offer("mail", money("EUR", price))]);
        let new = order(vec![line("mail", quantity), line("mail", 1)]);
        let priced = new.price(&offers);
        let exact = 12 * i128::from(price) * i128::from(quantity + 1);
        let accepted = priced.ok().map(|it| placed(&it.accept(answer(), identities(2, 0)).unwrap()));
        let charge = accepted.map(|it| i128::from(it.order.charge.minor_units));
        prop_assert_eq!(charge, (exact <= i128::from(i64::MAX)).then_some(exact));
    }
}
