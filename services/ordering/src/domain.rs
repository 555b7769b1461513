//! What ordering decides, without transport, storage or clock.

mod answer;
mod approved;
mod cancel;
mod denial;
mod money;
mod offer;
mod order;
mod place;
mod subscription;

pub use answer::{Answer, Leg};
pub use approved::Approved;
pub use denial::{Denial, Misfit};
pub use money::Money;
pub use offer::{BillingCycle, NewOffer, Offer, OfferName, Plan, ProductFamily, Term};
pub use order::{Order, OrderLine, OrderState, Placement};
pub use place::{Identities, NewLine, NewOrder, PricedOrder};
pub use subscription::{Subscription, SubscriptionState};

#[cfg(test)]
mod tests;
