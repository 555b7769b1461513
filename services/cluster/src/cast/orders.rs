//! What is offered and ordered.

use contracts::{ordering as od, relationship as rl};
use uuid::Uuid;

use super::{Answer, Cast, new_id};

/// Each gives what its call answers.
#[allow(clippy::missing_errors_doc, reason = "the error is always the status of the call")]
impl Cast {
    /// An offer in euros, one unit at 10.00 a month for a year; gives its name.
    pub async fn offer(&self, family: rl::ProductFamily) -> Answer<String> {
        let unit_price = od::Money { currency_code: "EUR".to_owned(), minor_units: 1000 };
        let plan = od::Plan {
            term: od::Term::P1y.into(),
            billing_cycle: od::BillingCycle::Monthly.into(),
            unit_price: Some(unit_price),
        };
        let offer = od::Offer {
            display_name: family.as_str_name().to_owned(),
            product_family: family.into(),
            min_quantity: 1,
            max_quantity: 300,
            plans: vec![plan],
            ..od::Offer::default()
        };
        let request = od::CreateOfferRequest {
            offer_id: format!("offer-{}", Uuid::new_v4()),
            offer: Some(offer),
            request_id: new_id(),
        };
        let answer = self.ordering.clone().create_offer(request).await?.into_inner();
        Ok(answer.offer.unwrap_or_default().name)
    }

    /// Places an order.
    pub async fn place(&self, order: od::Order) -> Answer<od::Order> {
        let request = od::PlaceOrderRequest {
            order: Some(order),
            request_id: new_id(),
            validate_only: false,
        };
        let answer = self.ordering.clone().place_order(request).await?.into_inner();
        Ok(answer.order.unwrap_or_default())
    }
}
