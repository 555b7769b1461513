//! What is ordered: options of a line, and the order that they make.

use clap::{Args, builder::PossibleValuesParser};
use serde_json::{Value, json};

use crate::{
    api::Api,
    decision::Chain,
    error::Error,
    parties::{Resolved, wire},
    resolve::Found,
    value::text,
};

/// How much of an offer is ordered, and on which plan.
#[derive(Debug, Args)]
pub(crate) struct Sale {
    /// Number of units of the offer
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
}

impl Sale {
    /// The order of one offer, with the seller's attestation and the reseller's PartnerID.
    pub(crate) async fn order(
        &self,
        api: &Api,
        parties: &Resolved,
        offer: &Found,
    ) -> Result<Value, Error> {
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
