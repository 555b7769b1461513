//! The rules of ordering. Pure: no transport, no storage, no clock.

// A new state or kind must be handled in every match.
#![warn(clippy::wildcard_enum_match_arm)]

mod answer;
mod approved;
mod authority;
mod batch;
mod cancel;
mod change;
mod changes;
mod evidence;
mod limits;
mod money;
mod offer;
mod offer_name;
mod order;
mod place;
mod plan;
mod product;
mod proration;
mod release;
mod renewal;
mod sale;
mod subscription;
mod takeover;
mod transfer;
mod transfer_rules;

pub use answer::Answer;
pub use approved::Approved;
pub use batch::SeatBatch;
pub use change::{Action, NewChange, RequestedTerm};
pub use changes::{Change, Changes};
pub use evidence::Evidence;
pub use money::Money;
pub use offer::{Markets, Offer, OfferState, OfferTerms, PriceError};
pub use offer_name::OfferName;
pub use order::{Order, OrderKind, OrderLine, OrderState, Placement};
pub use place::{Identities, NewLine, NewOrder, PricedOrder};
pub use plan::{BillingCycle, Plan, Term};
pub use product::Product;
pub use release::Release;
pub use subscription::{Due, NextTerm, RefusedIncrease, Subscription, SubscriptionState};
pub use takeover::TransferFacts;
pub use transfer::{NewTransfer, Transfer, TransferItem, TransferState};

#[cfg(test)]
#[allow(clippy::wildcard_enum_match_arm)]
mod tests;
