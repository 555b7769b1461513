use kernel::{
    CustomerName, Email, OrganizationName, PartnerName, Responsible, Stamp, Timestamp, text_enum,
};
use markets::Country;
use serde::{Deserialize, Serialize};

use super::{
    Approved, BuyerStanding, Denial, Fault, Finding, Reason,
    catalogue::{OWN_2, OWN_3},
    denial::refuse,
    rules::own_use::csp_tenant,
};

text_enum! {
    /// What a customer tenant is for.
    pub enum CustomerKind {
        /// A company that buys for itself.
        Company = "company",
        /// A partner's shared services tenant.
        SharedServices = "shared-services",
    }
}

/// A customer: one Entra tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Its resource name.
    pub name: CustomerName,
    /// Name to show.
    pub display_name: String,
    /// The company that owns the tenant.
    pub organization: OrganizationName,
    /// Country of the tenant.
    pub country: Country,
    /// What the tenant is for.
    pub kind: CustomerKind,
    /// The MCA accepted last.
    pub agreement: Option<CustomerAgreement>,
    /// How often it changed, and when.
    pub stamp: Stamp,
}

/// An acceptance of the Microsoft Customer Agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerAgreement {
    /// The partner that attests it.
    pub attested_by: PartnerName,
    /// First name of who accepted.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Address.
    pub email: Email,
    /// When.
    pub accept_time: Timestamp,
}

/// A customer to be recorded.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    /// Its resource name.
    pub name: CustomerName,
    /// Name to show.
    pub display_name: String,
    /// The company that owns the tenant.
    pub organization: OrganizationName,
    /// Country of the tenant.
    pub country: Country,
    /// What the tenant is for.
    pub kind: CustomerKind,
}

impl Customer {
    /// Records a customer tenant.
    pub fn create(
        new: NewCustomer,
        taken: bool,
        buyer: &BuyerStanding,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        if taken {
            return Err(Denial::Exists(new.name.to_string()));
        }
        refuse([
            (&OWN_2, csp_tenant(new.name, buyer.csp_tenant)),
            (&OWN_3, shared_services_of_a_partner(&new, buyer)),
        ])?;
        let customer = Self {
            name: new.name,
            display_name: new.display_name,
            organization: new.organization,
            country: new.country,
            kind: new.kind,
            agreement: None,
            stamp: Stamp::first(now),
        };
        Ok(Approved::created("CustomerCreated", customer))
    }

    /// Records an acceptance of the MCA.
    #[must_use]
    pub fn record_agreement(
        mut self,
        agreement: CustomerAgreement,
        now: Timestamp,
    ) -> Approved<Self> {
        let decided_on = self.stamp.revision;
        self.agreement = Some(agreement);
        self.stamp = self.stamp.next(now);
        Approved::changed("CustomerAgreementRecorded", decided_on, self)
    }
}

fn shared_services_of_a_partner(new: &NewCustomer, buyer: &BuyerStanding) -> Finding {
    let kept = new.kind == CustomerKind::Company || !buyer.partners.is_empty();
    let finding =
        Finding::of(new.name, vec![("customerOrganization", new.organization.to_string())]);
    finding.unless(kept, || Fault {
        reason: Reason::SharedServicesOfAnother,
        explanation: "a shared services tenant belongs to a company that is a partner".to_owned(),
        responsible: Responsible::Caller,
        next_step: "name the partner's own company, or record a tenant of kind COMPANY".to_owned(),
        code: "",
    })
}
