//! The market of a country. The API answers one country at a time, so the page asks for one.

use contracts::relationship::{GetMarketRequest, Market};
use http::StatusCode;
use maud::{Markup, html};

use super::RELATIONSHIP;
use crate::{
    calls::{read, sent},
    commands::Commands,
    html::{self, Page},
    problem::Problem,
    visit::Visit,
};

pub(crate) async fn show(visit: Visit) -> Result<Page, Problem> {
    let calls = &visit.calls;
    let code = visit.query.get("country").to_uppercase();
    let mut commands = Commands::default();
    let (mut status, mut answer) = (StatusCode::OK, html! {});
    if !code.is_empty() {
        let request = GetMarketRequest { country_code: code.clone() };
        let found = read!(calls.relationship.get_market(request)).await;
        let fields = [("country_code", code.as_str())];
        commands = commands.call(&visit.addresses.relationship, RELATIONSHIP, "GetMarket", &fields);
        answer = match found {
            Ok(found) => market(&sent("relationship", found.market)?),
            Err(Problem::Invalid(values)) => {
                status = StatusCode::BAD_REQUEST;
                html! { ul.plain { @for value in values { li { (value) } } } }
            }
            Err(problem) => return Err(problem),
        };
    }
    let body = html! {
        h1 { "Markets" }
        p.summary {
            "CSP offers are sold in the countries of the market table. A partner sells only to customers in \
             its own region (" (html::rule("REL-3")) ")."
        }
        form.question method="get" action="/markets" {
            div.field {
                label for="country" { "Country, ISO 3166-1 alpha-2" }
                input #country name="country" value=(code) maxlength="2" autocomplete="country"
                    placeholder="DE";
            }
            button type="submit" { "Show" }
        }
        div role="status" { (answer) }
    };
    Ok(Page { status, commands, ..Page::new("Markets", body) })
}

fn market(market: &Market) -> Markup {
    let registration =
        if market.registration_number_required { "required" } else { "must be empty" };
    html! {
        h2 { (market.country_name) }
        (html::facts(&[
            ("Country", html! { (market.country_code) }),
            ("CSP region", html! { (market.csp_region) }),
            ("Billing currency", html! { (market.currency_code) }),
            ("Registration number", html! { (registration) }),
            ("Sales", match &market.sales_stop_time {
                None => html! { "continue" },
                Some(time) => html! { "stopped on " (html::time(Some(time))) " (" (html::rule("REL-5")) ")" },
            }),
            ("Market table of", html! { (market.market_table_date) }),
        ]))
    }
}
