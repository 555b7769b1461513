//! The partners that resources of relationship are about. A customer is about the partners of its accepted
//! relationships and the one that created it, which the store looks up.

use authority::Involves;
use types::PartnerName;

use super::{CustomerRelationship, Partnership};

impl Involves for Partnership {
    fn involves(&self, is_own: &dyn Fn(PartnerName) -> bool) -> bool {
        [self.provider, self.reseller].into_iter().any(is_own)
    }
}

impl Involves for CustomerRelationship {
    fn involves(&self, is_own: &dyn Fn(PartnerName) -> bool) -> bool {
        is_own(self.partner)
    }
}
