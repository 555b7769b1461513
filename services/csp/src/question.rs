//! Options that name the parties and the product of a transaction, and the question they make.

use clap::{Args, builder::PossibleValuesParser};
use serde_json::{Value, json};

use crate::{
    api::Api,
    decision::Chain,
    error::Error,
    kinds::Kind,
    resolve::{self, Found},
    value,
};

const PURPOSES: [&str; 8] = [
    "new-subscription",
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

/// The parties of a transaction.
#[derive(Debug, Args)]
pub(crate) struct Parties {
    /// Partner that buys from Microsoft: an indirect provider or a direct-bill partner
    #[arg(long, value_name = "PARTNER")]
    seller: String,
    /// Indirect reseller between seller and customer; without it the seller sells directly
    #[arg(long, value_name = "PARTNER")]
    reseller: Option<String>,
    /// Customer that buys
    #[arg(long, value_name = "CUSTOMER")]
    customer: String,
}

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
        default_value = "new-subscription",
        value_parser = PossibleValuesParser::new(PURPOSES)
    )]
    purpose: String,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Product {
    /// Offer to sell, of which only the product family counts
    #[arg(long, value_name = "OFFER")]
    offer: Option<String>,
    /// Product family to sell
    #[arg(long, value_parser = PossibleValuesParser::new(FAMILIES))]
    family: Option<String>,
}

/// The parties as they exist.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) seller: Found,
    pub(crate) reseller: Option<Found>,
    pub(crate) customer: Found,
}

impl Parties {
    pub(crate) async fn resolve(&self, api: &Api) -> Result<Resolved, Error> {
        let seller = resolve::one(api, Kind::Partners, &self.seller).await?;
        let reseller = match &self.reseller {
            Some(reseller) => Some(resolve::one(api, Kind::Partners, reseller).await?),
            None => None,
        };
        let customer = resolve::one(api, Kind::Customers, &self.customer).await?;
        Ok(Resolved { seller, reseller, customer })
    }
}

impl Resolved {
    /// The PartnerID on record: the location account of the reseller. Empty if it has none, which the
    /// rules then report.
    pub(crate) fn on_record(&self) -> &str {
        self.reseller.as_ref().map_or("", |it| value::text(&it.value, "/locationAccountId"))
    }

    pub(crate) fn chain(&self) -> Chain {
        Chain {
            seller: self.seller.name.clone(),
            reseller: self.reseller.as_ref().map(|it| it.name.clone()).unwrap_or_default(),
            customer: self.customer.name.clone(),
        }
    }
}

impl Question {
    /// The question, complete, so that no rule lacks what it looks at.
    async fn transaction(&self, api: &Api) -> Result<Value, Error> {
        let parties = self.parties.resolve(api).await?;
        let family = match (&self.product.offer, &self.product.family) {
            (Some(offer), _) => {
                let offer = resolve::one(api, Kind::Offers, offer).await?.value;
                value::text(&offer, "/productFamily").to_owned()
            }
            (None, family) => wire("PRODUCT_FAMILY_", family.as_deref().unwrap_or_default()),
        };
        let line = json!({ "productFamily": family, "partnerIdOnRecord": parties.on_record() });
        let Chain { seller, reseller, customer } = parties.chain();
        Ok(json!({
            "seller": seller,
            "reseller": reseller,
            "customer": customer,
            "purpose": wire("PURPOSE_", &self.purpose),
            "lines": [line],
            "partnerAttestationAccepted": true,
        }))
    }

    /// Asks relationship and returns its decision.
    pub(crate) async fn ask(&self, api: &Api, view: &str) -> Result<Value, Error> {
        let transaction = self.transaction(api).await?;
        let request = json!({ "transaction": transaction, "view": view });
        let mut answer = api.call("CheckTransaction", request).await?;
        Ok(answer["decision"].take())
    }
}

/// The enum value of an option's value: `PURPOSE_NEW_SUBSCRIPTION` for `new-subscription`.
pub(crate) fn wire(prefix: &str, value: &str) -> String {
    format!("{prefix}{}", value.to_uppercase().replace('-', "_"))
}
