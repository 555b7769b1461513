//! Options that describe a transaction, and the question they make.

use clap::{Args, builder::PossibleValuesParser};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    api::Api,
    decision::{Chain, Decision, add_refusal, is_allowed},
    error::Error,
    kinds::Kind,
    parties::{Parties, Resolved, wire},
    resolve::{self, Found},
    sale::Sale,
    value::{self, choice},
};

/// The purpose of an order.
const NEW_SUBSCRIPTION: &str = "new-subscription";

const PURPOSES: [&str; 8] = [
    NEW_SUBSCRIPTION,
    "manage",
    "add-quantity",
    "renew",
    "change",
    "transfer-in",
    "cancel",
    "automatic-renewal",
];
const FAMILIES: [&str; 5] =
    ["microsoft-365", "dynamics-365", "azure", "azure-shared-services", "software"];

/// A question whether a transaction may happen.
#[derive(Debug, Args)]
pub(crate) struct Question {
    #[command(flatten)]
    parties: Parties,
    #[command(flatten)]
    product: Product,
    /// Purpose of the transaction
    #[arg(
        long,
        default_value = NEW_SUBSCRIPTION,
        value_parser = PossibleValuesParser::new(PURPOSES)
    )]
    purpose: String,
    #[command(flatten)]
    sale: Sale,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Product {
    /// Offer to sell; for a new subscription it is checked as `csp order` would order it, for another purpose
    /// only its product family counts
    #[arg(long, value_name = "OFFER")]
    offer: Option<String>,
    /// Product family to sell, of any offer
    #[arg(long, value_parser = PossibleValuesParser::new(FAMILIES))]
    family: Option<String>,
}

impl Question {
    /// Asks relationship, and ordering about the offer of a new subscription that relationship allows. Returns
    /// the decision also as the response has it.
    pub(crate) async fn ask(&self, api: &Api, view: &str) -> Result<(Value, Decision), Error> {
        let parties = self.parties.resolve(api).await?;
        let offer = match &self.product.offer {
            Some(offer) => Some(resolve::one(api, Kind::Offers, offer).await?),
            None => None,
        };
        let family = match &offer {
            Some(offer) => value::text(&offer.value, "/productFamily").to_owned(),
            None => wire("PRODUCT_FAMILY_", self.product.family.as_deref().unwrap_or_default()),
        };
        let transaction = self.transaction(&parties, &family);
        let request = json!({ "transaction": transaction, "view": view });
        let mut response = api.call("CheckTransaction", request).await?["decision"].take();
        let ordered = offer.as_ref().filter(|_| self.purpose == NEW_SUBSCRIPTION);
        if let Some(offer) = ordered.filter(|_| is_allowed(&response)) {
            self.try_order(api, &parties, offer, &mut response).await?;
        }
        let mut decision = Decision::read(&response)?;
        if ordered.is_none() {
            let family = choice(&family, "PRODUCT_FAMILY_").replace(' ', "-");
            let unchecked = match offer {
                Some(_) => "the offer itself is not checked",
                None => "no offer is checked",
            };
            decision.limits = format!(" for product family {family} ({unchecked})");
        }
        Ok((response, decision))
    }

    /// The transaction, complete, so that no rule lacks what it looks at.
    fn transaction(&self, parties: &Resolved, family: &str) -> Value {
        let line = json!({ "productFamily": family, "partnerIdOnRecord": parties.on_record() });
        let Chain { seller, reseller, customer } = parties.chain();
        json!({
            "seller": seller,
            "reseller": reseller,
            "customer": customer,
            "purpose": wire("PURPOSE_", &self.purpose),
            "lines": [line],
            "partnerAttestationAccepted": true,
        })
    }

    /// Adds what refuses an order of the offer, as a dry run.
    async fn try_order(
        &self,
        api: &Api,
        parties: &Resolved,
        offer: &Found,
        decision: &mut Value,
    ) -> Result<(), Error> {
        let request = json!({
            "requestId": Uuid::new_v4(),
            "validateOnly": true,
            "order": self.sale.order(api, parties, offer).await?,
        });
        match api.call("PlaceOrder", request).await {
            Err(Error::Call(failed)) if failed.error.kind == client::Kind::Refused => {
                add_refusal(decision, failed.error.refusal);
                Ok(())
            }
            other => other.map(drop),
        }
    }
}
