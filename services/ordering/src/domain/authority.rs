//! The partners that resources of ordering are about.

use authority::Involves;
use types::PartnerName;

use super::{Order, Placement, Subscription, Transfer};

impl Involves for Order {
    fn involves(&self, is_own: &dyn Fn(PartnerName) -> bool) -> bool {
        self.chain.partners().any(is_own)
    }
}

impl Involves for Placement {
    fn involves(&self, is_own: &dyn Fn(PartnerName) -> bool) -> bool {
        self.order.involves(is_own)
    }
}

impl Involves for Subscription {
    fn involves(&self, is_own: &dyn Fn(PartnerName) -> bool) -> bool {
        self.chain.partners().any(is_own)
    }
}

impl Involves for Transfer {
    fn involves(&self, is_own: &dyn Fn(PartnerName) -> bool) -> bool {
        self.chain.partners().chain([self.source]).any(is_own)
    }
}
