//! Who may trade with whom by region, over every pair of countries.

use markets::Country;
use types::Responsible;

use super::world::{RESELLER, SELLER, customer, partner};
use crate::domain::{
    Role,
    rules::{chain::same_region, customer::in_region},
};

/// Regions as the data file tells them, read here once more.
fn regions() -> Vec<(Country, &'static str)> {
    let file = include_str!("../../../../../libs/markets/markets.csv");
    let rows = file.lines().skip(1).map(|row| {
        // Names and notes may hold commas; the region stands before a currency.
        let cells: Vec<_> = row.split(',').collect();
        let currency = |it: &str| it.len() == 3 && it.bytes().all(|it| it.is_ascii_uppercase());
        let region = cells.windows(2).find(|it| currency(it[1])).unwrap()[0];
        (cells[0].parse().unwrap(), region)
    });
    rows.collect()
}

#[test]
fn any_two_countries_trade_if_and_only_if_they_are_in_one_region() {
    let regions = regions();
    assert_eq!(regions.len(), 244);
    let mut provider = partner(SELLER, Role::IndirectProvider);
    let mut reseller = partner(RESELLER, Role::IndirectReseller);
    let mut customer = customer();
    let mut together = 0;
    for (here, region) in &regions {
        provider.country = *here;
        for (there, other_region) in &regions {
            (reseller.country, customer.country) = (*there, *there);
            let expected = region == other_region;
            let partner_up = |one, other| same_region(one, other).fault.is_none();
            assert_eq!(partner_up(&provider, &reseller), expected, "{here} {there}");
            assert_eq!(partner_up(&reseller, &provider), expected, "{there} {here}");
            let sale = in_region(&provider, &customer, Responsible::Seller);
            assert_eq!(sale.fault.is_none(), expected, "{here} sells to {there}");
            together += usize::from(expected);
        }
    }
    // The sum of the squares of the sizes of the 16 regions.
    assert_eq!(together, 9_744);
}
