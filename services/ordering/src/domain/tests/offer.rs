//! Offers, their names, plans and states.

use rules::Denial;
use types::ResourceVersion;

use super::fixtures::{at, created, money, name, new_offer};
use crate::domain::{
    BillingCycle::{self, Annual, Monthly, OneTime},
    Markets, Offer, OfferName, OfferState, OfferTerms, Plan, PriceError,
    Term::{P1M, P1Y, P3Y},
};

#[test]
fn an_offer_with_an_existing_name_is_rejected() {
    let (name, terms) = new_offer("mail", money("EUR", 500));
    let denied = Offer::create(name.clone(), terms.clone(), true, at(9)).unwrap_err();
    assert_eq!(denied, Denial::Exists("offers/mail".to_owned()));
    let approved = Offer::create(name.clone(), terms.clone(), false, at(9)).unwrap();
    assert_eq!((approved.event(), approved.decided_on()), ("OfferCreated", None));
    let (state, state_reason) = (OfferState::Active, String::new());
    let expected =
        Offer { name, terms, state, state_reason, resource_version: ResourceVersion::first(at(9)) };
    assert_eq!(approved.into_after(), expected);
}

#[test]
fn a_retired_offer_cannot_change() {
    let offer = created(new_offer("mail", money("EUR", 500)));
    let terms = OfferTerms { max_quantity: 7, ..offer.terms.clone() };
    let approved = offer.clone().update(terms.clone(), at(9)).unwrap();
    assert_eq!((approved.event(), approved.decided_on()), ("OfferUpdated", Some(1)));
    let resource_version = offer.resource_version.next(at(9));
    assert_eq!(
        approved.into_after(),
        Offer { terms: terms.clone(), resource_version, ..offer.clone() }
    );
    let approved = offer.clone().retire("replaced".to_owned(), at(9)).unwrap();
    assert_eq!((approved.event(), approved.decided_on()), ("OfferRetired", Some(1)));
    let retired = approved.into_after();
    let (state, resource_version) = (OfferState::Retired, offer.resource_version.next(at(9)));
    assert_eq!(
        retired,
        Offer { state, state_reason: "replaced".to_owned(), resource_version, ..offer }
    );
    let again = retired.clone().retire("again".to_owned(), at(10));
    for refused in [again, retired.update(terms, at(10))] {
        let Err(Denial::Refused(violations)) = refused else { unreachable!() };
        assert_eq!(violations[0].reason, "OFFER_STATE_CONFLICT");
    }
}

#[test]
fn a_price_depends_on_term_billing_cycle_and_currency() {
    let plan = |term, billing_cycle, currency, price| Plan {
        term,
        billing_cycle,
        unit_price: money(currency, price),
    };
    let plans = vec![
        plan(P1Y, Monthly, "EUR", 1),
        plan(P1Y, Annual, "EUR", 12),
        plan(P1Y, Annual, "USD", 13),
        plan(P3Y, Annual, "EUR", 10),
    ];
    let (name, terms) = new_offer("mail", money("EUR", 500));
    let offer = created((name, OfferTerms { plans, ..terms }));
    for (term, billing_cycle, currency, price) in [
        (P1Y, Monthly, "EUR", Ok(1)),
        (P1Y, Annual, "EUR", Ok(12)),
        (P1Y, Annual, "USD", Ok(13)),
        (P3Y, Annual, "EUR", Ok(10)),
        (P1Y, Monthly, "USD", Err(PriceError::UnknownCurrency)),
        (P3Y, Monthly, "EUR", Err(PriceError::UnknownPlan)),
        (P1M, Monthly, "EUR", Err(PriceError::UnknownPlan)),
        (P3Y, OneTime, "USD", Err(PriceError::UnknownPlan)),
    ] {
        let expected = price.map(|price| money(currency, price));
        let found = offer.price(term, billing_cycle, currency.parse().unwrap());
        assert_eq!(found, expected, "{term} {billing_cycle} {currency}");
    }
}

#[test]
fn an_offer_is_sold_only_in_its_markets() {
    let [france, belgium] = ["FR", "BE"].map(|it| it.parse().unwrap());
    assert!(Markets::Every.include(france));
    assert!(Markets::Only(vec![france]).include(france));
    assert!(!Markets::Only(vec![france]).include(belgium));
}

#[test]
fn a_billing_cycle_is_not_longer_than_its_term() {
    let fitting =
        [(P1M, vec![Monthly]), (P1Y, vec![Monthly, Annual]), (P3Y, vec![Monthly, Annual, OneTime])];
    for (term, expected) in fitting {
        let fits = BillingCycle::ALL.iter().copied().filter(|cycle| cycle.fits(term));
        assert_eq!(fits.collect::<Vec<_>>(), expected, "{term}");
    }
}

#[test]
fn the_id_of_an_offer_is_1_to_63_lower_case_letters_digits_and_hyphens() {
    let longest = "a".repeat(63);
    for id in ["a", "office-365-e3", "0", &longest] {
        assert_eq!(format!("offers/{id}").parse(), Ok(name(id)), "{id}");
    }
    let too_long = "a".repeat(64);
    for id in ["", "Office", "a b", "a/b", "é", "a_b", &too_long] {
        assert!(OfferName::new(id).is_err(), "{id}");
    }
    assert!("mail".parse::<OfferName>().is_err(), "a name starts with its collection");
}

#[test]
fn a_sum_of_money_does_not_overflow() {
    let euro = |amount| money("EUR", amount);
    assert_eq!(euro(3).add(4), Some(euro(7)));
    assert_eq!(euro(i64::MAX).add(1), None);
    assert_eq!(euro(i64::MAX).add(0), Some(euro(i64::MAX)));
}

#[test]
fn a_term_ends_on_the_same_day_of_a_later_month_or_on_its_last() {
    for (start, term, end) in [
        ("2026-03-02T09:00:00.000001Z", P1M, "2026-04-02T09:00:00.000001Z"),
        ("2026-01-31T00:00:00Z", P1M, "2026-02-28T00:00:00Z"),
        ("2028-01-31T23:59:59Z", P1M, "2028-02-29T23:59:59Z"),
        ("2026-03-02T09:00:00Z", P1Y, "2027-03-02T09:00:00Z"),
        ("2028-02-29T09:00:00Z", P1Y, "2029-02-28T09:00:00Z"),
        ("2026-03-02T09:00:00Z", P3Y, "2029-03-02T09:00:00Z"),
    ] {
        assert_eq!(term.end(start.parse().unwrap()), end.parse().unwrap(), "{start} {term}");
    }
}

#[test]
fn a_term_has_as_many_bills_as_billing_cycles() {
    let cycles = [(P1M, vec![1]), (P1Y, vec![12, 1]), (P3Y, vec![36, 3, 1])];
    for (term, expected) in cycles {
        let fitting = BillingCycle::ALL.iter().filter(|cycle| cycle.fits(term));
        assert_eq!(fitting.map(|it| it.times_in(term)).collect::<Vec<_>>(), expected, "{term}");
    }
}
