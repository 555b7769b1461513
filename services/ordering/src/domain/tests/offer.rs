//! Offers, their names and how they are sold.

use kernel::Stamp;

use super::world::{at, money, name, new_offer};
use crate::domain::{
    BillingCycle::{self, Annual, Monthly, OneTime},
    Denial, NewOffer, Offer, OfferName, Plan,
    Term::{P1M, P1Y, P3Y},
};

#[test]
fn an_offer_is_recorded_once() {
    let new = || new_offer("mail", money("EUR", 500));
    let denied = Offer::create(new(), true, at(9)).unwrap_err();
    assert_eq!(denied, Denial::Exists("offers/mail".to_owned()));
    let approved = Offer::create(new(), false, at(9)).unwrap();
    assert_eq!((approved.event(), approved.decided_on()), ("OfferCreated", None));
    let NewOffer { name, display_name, family, min_quantity, max_quantity, plans } = new();
    let stamp = Stamp::first(at(9));
    let expected = Offer { name, display_name, family, min_quantity, max_quantity, plans, stamp };
    assert_eq!(approved.into_after(), expected);
}

#[test]
fn the_price_is_that_of_term_and_billing_cycle_together() {
    let plan =
        |term, billing_cycle, price| Plan { term, billing_cycle, unit_price: money("EUR", price) };
    let plans = vec![plan(P1Y, Monthly, 1), plan(P1Y, Annual, 12), plan(P3Y, Annual, 10)];
    let new = NewOffer { plans, ..new_offer("mail", money("EUR", 500)) };
    let offer = Offer::create(new, false, at(9)).unwrap().into_after();
    for (term, billing_cycle, price) in [
        (P1Y, Monthly, Some(1)),
        (P1Y, Annual, Some(12)),
        (P3Y, Annual, Some(10)),
        (P3Y, Monthly, None),
        (P1M, Monthly, None),
        (P3Y, OneTime, None),
    ] {
        let expected = price.map(|price| money("EUR", price));
        assert_eq!(offer.price(term, billing_cycle), expected, "{term} {billing_cycle}");
    }
}

#[test]
fn a_term_is_billed_no_longer_than_it_runs() {
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
    assert!("mail".parse::<OfferName>().is_err(), "a name begins with its collection");
}

#[test]
fn money_is_counted_in_one_currency_and_within_64_bits() {
    let euro = |amount| money("EUR", amount);
    assert_eq!(euro(3).times(4), Some(euro(12)));
    assert_eq!(euro(3).plus(euro(4)), Some(euro(7)));
    assert_eq!(euro(3).plus(money("USD", 4)), None);
    assert_eq!(euro(i64::MAX).times(2), None);
    assert_eq!(euro(i64::MAX).plus(euro(1)), None);
    assert_eq!(euro(i64::MAX).plus(euro(0)), Some(euro(i64::MAX)));
}
