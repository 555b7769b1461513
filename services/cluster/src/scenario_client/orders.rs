//! Offers and orders.

use std::collections::BTreeSet;

use contracts::{ordering as od, relationship as rl};
use markets::Country;
use uuid::Uuid;

use super::{Answer, ScenarioClient, new_id};

/// Each method returns the answer of its call.
#[allow(clippy::missing_errors_doc, reason = "the error is always the status of the call")]
impl ScenarioClient {
    /// Creates an offer in every market, at 10.00 per unit and month in each currency. Returns its name.
    pub async fn offer(&self, family: rl::ProductFamily) -> Answer<String> {
        self.offer_as(od::Offer { product_family: family.into(), ..offer_in_every_market() }).await
    }

    /// Creates an offer. Returns its name.
    pub async fn offer_as(&self, offer: od::Offer) -> Answer<String> {
        let request = od::CreateOfferRequest {
            offer_id: format!("offer-{}", Uuid::new_v4()),
            offer: Some(offer),
            request_id: new_id(),
            validate_only: false,
        };
        let answer = self.ordering.clone().create_offer(request).await?.into_inner();
        Ok(answer.offer.unwrap_or_default().name)
    }

    /// Places an order.
    pub async fn place(&self, order: od::Order) -> Answer<od::Order> {
        let request = od::PlaceOrderRequest {
            order: Some(order),
            request_id: new_id(),
            ..Default::default()
        };
        let answer = self.ordering.clone().place_order(request).await?.into_inner();
        Ok(answer.order.unwrap_or_default())
    }
}

/// An offer of Microsoft 365 in every market: 1 to 300 units, a term of one year, monthly billing at
/// 10.00 per unit in each currency.
#[must_use]
pub fn offer_in_every_market() -> od::Offer {
    let currencies: BTreeSet<_> = Country::all().map(|it| it.currency().to_string()).collect();
    let plan = |currency_code| od::Plan {
        term: od::Term::P1y.into(),
        billing_cycle: od::BillingCycle::Monthly.into(),
        unit_price: Some(od::Money { currency_code, minor_units: 1000 }),
    };
    od::Offer {
        display_name: "Business".to_owned(),
        product_family: rl::ProductFamily::Microsoft365.into(),
        min_quantity: 1,
        max_quantity: 300,
        plans: currencies.into_iter().map(plan).collect(),
        every_market: true,
        ..od::Offer::default()
    }
}
