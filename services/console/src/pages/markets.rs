//! The market table by region.

use std::collections::BTreeMap;

use contracts::relationship::{ListMarketsRequest, Market};
use maud::{Markup, html};

use super::RELATIONSHIP;
use crate::{
    calls::read,
    commands::Commands,
    format::count,
    html::{self, Page},
    problem::Problem,
    visit::Visit,
};

const HEAD: [&str; 5] = ["Country", "Code", "Billing currency", "Registration number", "Sales"];

pub(crate) async fn show(visit: Visit) -> Result<Page, Problem> {
    let calls = &visit.calls;
    let markets = read!(calls.relationship.list_markets(ListMarketsRequest {})).await?.markets;
    let address = &visit.addresses.relationship;
    let commands = Commands::default().call(address, RELATIONSHIP, "ListMarkets", &[]);
    Ok(Page { commands, ..Page::new("Markets", by_region(&markets)) })
}

fn by_region(markets: &[Market]) -> Markup {
    let mut regions: BTreeMap<&str, Vec<&Market>> = BTreeMap::new();
    for market in markets {
        regions.entry(&market.csp_region).or_default().push(market);
    }
    regions.values_mut().for_each(|markets| markets.sort_by_key(|it| &it.country_name));
    let date = markets.first().map_or("", |it| it.market_table_date.as_str());
    html! {
        h1 { "Markets" }
        p.summary {
            "CSP offers are sold in " (markets.len()) " countries in "
            (count(regions.len(), "region")) " (table of " (date) "). A partner sells only to customers in \
             its own region (" (html::rule("REL-3")) ")."
        }
        nav aria-label="Regions" {
            ul.plain.methods {
                @for (region, markets) in &regions {
                    li { a href={ "#" (region) } { (region) } " " small { (markets.len()) } }
                }
            }
        }
        @for (region, markets) in &regions {
            section.market #(region) {
                h2 { (region) }
                (html::table(&format!("Markets of {region}"), &HEAD, &rows(markets)))
            }
        }
    }
}

fn rows(markets: &[&Market]) -> Markup {
    html! {
        @for market in markets {
            tr {
                th scope="row" { (market.country_name) }
                td { (market.country_code) }
                td { (market.currency_code) }
                td { @if market.registration_number_required { "required" } @else { "not required" } }
                td {
                    @match &market.sales_stop_time {
                        None => "continue",
                        Some(time) => { "stopped on " (html::time(Some(time))) " (" (html::rule("REL-5")) ")" }
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
    fn countries_are_grouped_by_region() {
        let market = |code: &str, region: &str| Market {
            country_code: code.to_owned(),
            country_name: format!("<{code}>"),
            csp_region: region.to_owned(),
            ..Market::default()
        };
        let markets = [market("AU", "australia"), market("FR", "europe"), market("DE", "europe")];
        let page = by_region(&markets).into_string();
        assert!(page.contains("3 countries in 2 regions"), "{page}");
        assert!(page.contains("<section class=\"market\" id=\"europe\">"), "{page}");
        let at = ["#europe", "&lt;DE&gt;", "&lt;FR&gt;"].map(|text| page.find(text));
        assert!(at[0].is_some() && at.is_sorted() && !page.contains("<FR>"), "{page}");
    }
}
