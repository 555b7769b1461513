//! Values shared by all services, without I/O, transport or storage.

mod clock;
mod email;
mod jitter;
mod name;
mod partner_id;
mod resource_version;
#[cfg(test)]
mod tests;
mod text;

pub use clock::{Clock, Stopwatch};
pub use email::{Email, WorkEmail};
pub use jiff::Timestamp;
pub use jitter::jitter;
pub use name::{
    CustomerName, CustomerRelationshipName, NameError, OrderName, OrganizationName, PartnerName,
    PartnershipName, SubscriptionName, TransferName, csp_tenant, tenant_id,
};
pub use partner_id::{GlobalAccountId, LocationAccountId};
pub use resource_version::{Etag, ResourceVersion};
#[doc(hidden)]
pub use serde;
pub use text::{alternatives, quoted};
