//! The partners that resources of onboarding are about. An organization is about its CSP tenants, which the
//! store looks up.

use authority::Involves;
use types::PartnerName;

use super::Partner;

impl Involves for Partner {
    fn involves(&self, is_own: &dyn Fn(PartnerName) -> bool) -> bool {
        is_own(self.name)
    }
}
