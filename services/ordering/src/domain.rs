//! What ordering decides, without transport, storage or clock.

mod answer;
mod approved;
mod cancel;
mod chain;
mod denial;
mod money;
mod offer;
mod offer_name;
mod order;
mod place;
mod plan;
mod rule;
mod sale;
mod subscription;

pub use answer::{Answer, Leg};
pub use approved::Approved;
pub use chain::{Chain, Product};
pub use denial::{Denial, Misfit};
pub use money::Money;
pub use offer::{Markets, Offer, OfferState, OfferTerms, Unsold};
pub use offer_name::OfferName;
pub use order::{Order, OrderLine, OrderState, Placement};
pub use place::{Identities, NewLine, NewOrder, PricedOrder};
pub use plan::{BillingCycle, Plan, ProductFamily, Term};
pub use subscription::{Subscription, SubscriptionState};

#[cfg(test)]
mod tests;
