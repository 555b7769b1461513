//! Regions of partners and customers, for every pair of countries.

use markets::Country;
use rules::{Responsible, Role};

use super::world::{RESELLER, SELLER, customer, partner};
use crate::domain::judges::{chain::same_region, customer::in_region};

/// Regions, read from the data file independently of the code under test.
fn regions() -> Vec<(Country, &'static str)> {
    let file = include_str!("../../../../../libs/markets/markets.csv");
    let rows = file.lines().skip(1).map(|row| {
        // Names and notes may contain commas; the region precedes the currency.
        let cells: Vec<_> = row.split(',').collect();
        let currency = |it: &str| it.len() == 3 && it.bytes().all(|it| it.is_ascii_uppercase());
        let region = cells.windows(2).find(|it| currency(it[1])).unwrap()[0];
        (cells[0].parse().unwrap(), region)
    });
    rows.collect()
}

#[test]
fn partners_and_customers_transact_only_in_one_region() {
    let regions = regions();
    assert_eq!(regions.len(), 244);
    let mut provider = partner(SELLER, Role::IndirectProvider);
    let mut reseller = partner(RESELLER, Role::IndirectReseller);
    let mut customer = customer();
    let mut pairs = 0;
    for (here, region) in &regions {
        provider.country = *here;
        for (there, other_region) in &regions {
            (reseller.country, customer.country) = (*there, *there);
            let expected = region == other_region;
            let may_partner = |provider, reseller| same_region(provider, reseller).fault.is_none();
            assert_eq!(may_partner(&provider, &reseller), expected, "{here} {there}");
            assert_eq!(may_partner(&reseller, &provider), expected, "{there} {here}");
            let sale = in_region(&provider, &customer, Responsible::Seller);
            assert_eq!(sale.fault.is_none(), expected, "{here} sells to {there}");
            pairs += usize::from(expected);
        }
    }
    // Sum of the squared sizes of the 16 regions.
    assert_eq!(pairs, 9_744);
}
