//! Ordering's own rules for a sale.

use rules::{Reason, Responsible, SalesChain, Violation};

use super::{Answer, Offer, OfferState, PricedOrder};

impl PricedOrder<'_> {
    /// Violations of ordering's own rules, in order of precedence.
    pub(super) fn violations(&self, answer: &Answer) -> Vec<Violation> {
        let offers = self.offers.iter().copied().map(Some);
        let outside = outside_market(self.requested.chain, answer, offers);
        let found = [self.unattested(), outside, self.foreign_currency(answer)];
        found.into_iter().flatten().collect()
    }

    /// ORD-4: a line is attested if its offer requires it.
    fn unattested(&self) -> Option<Violation> {
        let lines = self.requested.lines.iter().zip(&self.offers);
        let lines = line_numbers(
            lines.map(|(line, offer)| offer.terms.attestation_required && !line.attested),
        )?;
        Some(Reason::LineAttestationMissing.violation(
            self.requested.chain.seller,
            Responsible::Seller,
            match lines.as_slice() {
                [_] => format!("{} is not attested, but its offer requires it", named(&lines)),
                _ => format!("{} are not attested, but their offers require it", named(&lines)),
            },
            "set attestation_accepted on these lines after the seller has attested them",
            vec![("unattestedLines", list(&lines))],
        ))
    }

    /// ORD-6: the order is in the currency of the seller's location, in which the seller is billed.
    fn foreign_currency(&self, answer: &Answer) -> Option<Violation> {
        let expected = answer.seller_country.map(markets::Country::currency);
        if expected == Some(self.currency) {
            return None;
        }
        let expected = expected.map_or("unknown".to_owned(), |it| it.to_string());
        let country = answer.seller_country.map_or("unknown".to_owned(), |it| it.to_string());
        Some(Reason::CurrencyNotOfSeller.violation(
            self.requested.chain.seller,
            Responsible::Caller,
            format!("the order is in {}, the seller is billed in {expected}", self.currency),
            "order in the currency of the seller's location",
            vec![
                ("currency", self.currency.to_string()),
                ("sellerCountry", country),
                ("sellerCurrency", expected),
            ],
        ))
    }
}

/// ORD-5: the offer of every line is active and sold in the customer's country. An unknown country
/// or offer is a violation. `offers` has the offer of each line.
pub(super) fn outside_market<'a>(
    chain: SalesChain,
    answer: &Answer,
    offers: impl Iterator<Item = Option<&'a Offer>>,
) -> Option<Violation> {
    let country = answer.customer_country;
    let sold = |offer: &Offer| {
        offer.state == OfferState::Active
            && country.is_some_and(|it| offer.terms.markets.include(it))
    };
    let lines = line_numbers(offers.map(|offer| !offer.is_some_and(sold)))?;
    let country = country.map_or("unknown".to_owned(), |it| it.to_string());
    Some(Reason::OfferNotInMarket.violation(
        chain.customer,
        Responsible::Caller,
        match lines.as_slice() {
            [_] => format!("the offer of {} is not sold in {country}", named(&lines)),
            _ => format!("the offers of {} are not sold in {country}", named(&lines)),
        },
        "order offers that are sold in the customer's country",
        vec![("customerCountry", country), ("unsoldLines", list(&lines))],
    ))
}

/// The numbers of the wrong lines, counted from 0; `None` if all are right.
fn line_numbers(wrong: impl Iterator<Item = bool>) -> Option<Vec<String>> {
    let wrong = wrong.enumerate().filter(|(_, wrong)| *wrong);
    let numbers: Vec<_> = wrong.map(|(at, _)| at.to_string()).collect();
    (!numbers.is_empty()).then_some(numbers)
}

fn list(numbers: &[String]) -> String {
    numbers.join(", ")
}

/// The lines as paths of the order.
fn named(numbers: &[String]) -> String {
    let paths: Vec<_> = numbers.iter().map(|at| format!("lines[{at}]")).collect();
    paths.join(", ")
}
