use clap::builder::PossibleValuesParser;
use client::Kind::{Refused, TooLate, Unavailable};
use serde_json::{Value, json};
use types::tenant_id;
use uuid::Uuid;

use crate::{
    api::Api,
    decision::{Chain, Decision},
    error::Error,
    kinds::Kind,
    labels::Labels,
    output::{Output, Tone},
    question::{Parties, Resolved, wire},
    resolve::{self, Found},
    session::{Exit, Session},
    value::{choice, money, text},
};

/// Place an order of one offer
///
/// The seller's attestation is given with the order, and the reseller's PartnerID is on its line. A refused
/// order is printed as `csp check` prints it.
///
/// Exit codes: 0 accepted, 2 refused, 1 error.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  csp order --seller northwind --reseller fabrikam --customer litware \
                  --offer m365-business --quantity 5"
)]
pub(crate) struct Args {
    #[command(flatten)]
    parties: Parties,
    /// Offer to buy
    #[arg(long, value_name = "OFFER")]
    offer: String,
    /// Number of units
    #[arg(
        long,
        value_name = "UNITS",
        default_value = "1",
        value_parser = clap::value_parser!(i32).range(1..)
    )]
    quantity: i32,
    /// Term of the subscription: a month, a year or three years
    #[arg(
        long,
        default_value = "P1Y",
        ignore_case = true,
        value_parser = PossibleValuesParser::new(["P1M", "P1Y", "P3Y"])
    )]
    term: String,
    /// How often the term is billed
    #[arg(
        long,
        default_value = "monthly",
        value_parser = PossibleValuesParser::new(["monthly", "annual", "one-time"])
    )]
    billing: String,
    /// Currency of the price, ISO 4217 [default: that of the seller's location]
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// UUID of the request, to repeat an order whose outcome is unknown [default: a new one]
    #[arg(long, value_name = "UUID", value_parser = tenant_id)]
    request_id: Option<Uuid>,
    /// Check everything and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let (api, out) = (session.api()?, &session.out);
        let parties = self.parties.resolve(&api).await?;
        let offer = resolve::one(&api, Kind::Offers, &self.offer).await?;
        let request_id = self.request_id.unwrap_or_else(Uuid::new_v4);
        let request = json!({
            "requestId": request_id,
            "validateOnly": self.dry_run,
            "order": self.order(&api, &parties, &offer).await?,
        });
        let failed = match api.call("PlaceOrder", request).await {
            Ok(mut response) => {
                let order = response["order"].take();
                let labels = Labels::read(&api, &order).await?;
                let sale = parties.chain().shown(&labels);
                let offer = text(&offer.value, "/displayName");
                out.show(&order, || self.accepted(out, &order, &sale, offer))?;
                return Ok(Exit::Success);
            }
            Err(Error::Call(failed)) => failed,
            Err(error) => return Err(error),
        };
        match failed.error.kind {
            Refused => {
                let decision = Decision::of_refusal(failed.error.refusal, parties.chain());
                let named = serde_json::to_value(&decision).unwrap_or_default();
                let labels = Labels::read(&api, &named).await?;
                out.show(&named, || decision.shown(out, &labels))?;
                Ok(Exit::Refused)
            }
            // A service without an answer may have placed the order.
            TooLate | Unavailable if !self.dry_run => Err(Error::Text(format!(
                "{failed}; to find out whether the order was placed, repeat it with \
                 --request-id {request_id}"
            ))),
            _ => Err(Error::Call(failed)),
        }
    }

    async fn order(&self, api: &Api, parties: &Resolved, offer: &Found) -> Result<Value, Error> {
        let currency = match &self.currency {
            Some(currency) => currency.to_uppercase(),
            None => currency_of(api, &parties.seller.value).await?,
        };
        let mut line = json!({
            "offer": offer.name,
            "quantity": self.quantity,
            "term": wire("TERM_", &self.term),
            "billingCycle": wire("BILLING_CYCLE_", &self.billing),
            "currencyCode": currency,
            "attestationAccepted": offer.value["attestationRequired"].as_bool().unwrap_or_default(),
        });
        match &parties.reseller {
            Some(_) => line["partnerIdOnRecord"] = parties.on_record().into(),
            None => line["actingAsDirectPartner"] = true.into(),
        }
        let Chain { seller, reseller, customer } = parties.chain();
        Ok(json!({
            "seller": seller,
            "reseller": reseller,
            "customer": customer,
            "lines": [line],
            "partnerAttestationAccepted": true,
        }))
    }

    fn accepted(&self, out: &Output, order: &Value, sale: &str, offer: &str) -> String {
        let line = &order["lines"][0];
        let verdict = match self.dry_run {
            true => out.paint(Tone::Good, "WOULD BE ACCEPTED") + " (dry run, nothing was written)",
            false => out.paint(Tone::Good, "ACCEPTED") + " " + text(order, "/name"),
        };
        let units = format!(
            "{} × {offer} ({}), {} billed {}: {} for each billing cycle",
            line["quantity"],
            text(line, "/offer"),
            text(line, "/term").trim_start_matches("TERM_"),
            choice(text(line, "/billingCycle"), "BILLING_CYCLE_"),
            money(order, "/total"),
        );
        format!("{verdict}\n{sale}\n{units}\n{}\n", text(line, "/subscription"))
    }
}

/// The billing currency of a partner's location.
async fn currency_of(api: &Api, partner: &Value) -> Result<String, Error> {
    let country = match text(partner, "/locationCountryCode") {
        "" => text(partner, "/countryCode"),
        location => location,
    };
    let market = api.call("GetMarket", json!({ "countryCode": country })).await?;
    Ok(text(&market, "/market/currencyCode").to_owned())
}
