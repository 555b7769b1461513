//! Options that name the parties of a transaction.

use clap::Args;

use crate::{
    api::Api,
    decision::Chain,
    error::Error,
    kinds::Kind,
    resolve::{self, Found},
    value,
};

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

/// The parties as they exist.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) seller: Found,
    pub(crate) reseller: Option<Found>,
    pub(crate) customer: Found,
}

impl Parties {
    /// An error if a name is the start of a display name.
    pub(crate) fn require_whole_names(&self) -> Result<(), Error> {
        resolve::require_whole(Kind::Partners, &self.seller)?;
        self.reseller.iter().try_for_each(|it| resolve::require_whole(Kind::Partners, it))?;
        resolve::require_whole(Kind::Customers, &self.customer)
    }

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

/// The enum value of an option's value: `PURPOSE_NEW_SUBSCRIPTION` for `new-subscription`.
pub(crate) fn wire(prefix: &str, value: &str) -> String {
    format!("{prefix}{}", value.to_uppercase().replace('-', "_"))
}
