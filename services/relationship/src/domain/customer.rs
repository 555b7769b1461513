use kernel::{
    CustomerName, OrganizationName, PartnerName, Responsible, Stamp, Timestamp, text_enum,
};
use markets::Country;
use serde::{Deserialize, Serialize};

use super::{
    Approved, BuyerStanding, CustomerAgreement, Denial, Fault, Finding, Reason, Role, RoleState,
    Standing,
    catalogue::{ON_1, OWN_2, OWN_3, PT_1, REL_3},
    denial::refuse,
    relationship_request::not_restricted,
    rules::{customer::in_region, list, own_use::csp_tenant},
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

text_enum! {
    /// What came of a review of a customer's account.
    pub enum AccountState {
        /// It passed.
        Verified = "verified",
        /// It goes on.
        UnderReview = "under-review",
        /// It did not pass.
        Rejected = "rejected",
        /// The account is locked.
        Locked = "locked",
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
    /// Registration number of the company, where the country demands one.
    pub registration_number: Option<String>,
    /// What the tenant is for.
    pub kind: CustomerKind,
    /// The partner that created the tenant, if one did.
    pub created_by: Option<PartnerName>,
    /// The MCA that it accepted at Microsoft, the latest.
    pub agreement: Option<CustomerAgreement>,
    /// The last review of its account, if there was one.
    pub account: Option<AccountReview>,
    /// How often it changed, and when.
    pub stamp: Stamp,
}

/// A review of a customer's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountReview {
    /// What came of it.
    pub state: AccountState,
    /// What was said about it.
    pub detail: String,
    /// When it was recorded.
    pub time: Timestamp,
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
    /// Registration number of the company, where the country demands one.
    pub registration_number: Option<String>,
    /// What the tenant is for.
    pub kind: CustomerKind,
    /// The partner that creates the tenant; none for a tenant that exists.
    pub created_by: Option<PartnerName>,
}

impl Customer {
    /// Records a customer tenant, which may be one that a partner creates.
    pub fn create(
        new: NewCustomer,
        taken: bool,
        buyer: &BuyerStanding,
        creator: Option<&Standing>,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        if taken {
            return Err(Denial::Exists(new.name.to_string()));
        }
        let customer = Self {
            name: new.name,
            display_name: new.display_name,
            organization: new.organization,
            country: new.country,
            registration_number: new.registration_number,
            kind: new.kind,
            created_by: new.created_by,
            agreement: None,
            account: None,
            stamp: Stamp::first(now),
        };
        let by_creator = creator.map(|creator| {
            [
                (&PT_1, creates(creator)),
                (&ON_1, not_restricted(creator, &[Role::IndirectProvider])),
                (&REL_3, in_region(creator, &customer, Responsible::Partner)),
            ]
        });
        let of_tenant = [
            (&OWN_2, csp_tenant(customer.name, buyer.csp_tenant)),
            (&OWN_3, shared_services_of_a_partner(&customer, buyer)),
        ];
        refuse(by_creator.into_iter().flatten().chain(of_tenant))?;
        Ok(Approved::created("CustomerCreated", customer))
    }

    /// Records what came of a review of the account.
    #[must_use]
    pub fn record_review(
        mut self,
        state: AccountState,
        detail: String,
        now: Timestamp,
    ) -> Approved<Self> {
        self.account = Some(AccountReview { state, detail, time: now });
        self.changed("AccountReviewRecorded", now)
    }

    pub(super) fn changed(mut self, event: &'static str, now: Timestamp) -> Approved<Self> {
        let decided_on = self.stamp.revision;
        self.stamp = self.stamp.next(now);
        Approved::changed(event, decided_on, self)
    }
}

fn creates(partner: &Standing) -> Finding {
    seller(partner).unless(sells(partner), || Fault {
        reason: Reason::SellerCannotBuyFromMicrosoft,
        explanation: format!("{} is no provider and no direct-bill partner", partner.partner),
        responsible: Responsible::Partner,
        next_step: "let the reseller's indirect provider create the customer".to_owned(),
        code: "",
    })
}

/// Whether a partner may attest that a customer accepted the MCA.
pub(super) fn attests(partner: &Standing) -> Finding {
    seller(partner).unless(sells(partner), || Fault {
        reason: Reason::AttestedByNoSeller,
        explanation: format!(
            "{} is no provider and no direct-bill partner, and only those attest an acceptance",
            partner.partner
        ),
        responsible: Responsible::Partner,
        next_step: "let the reseller's indirect provider attest it, or record the customer's \
                    direct acceptance"
            .to_owned(),
        code: "",
    })
}

fn seller(partner: &Standing) -> Finding {
    let roles = partner.roles.iter().map(|held| format!("{} {}", held.role, held.state));
    Finding::of(partner.partner, vec![("roles", list(roles))])
}

/// Whether a partner is, or was until it was suspended, one that buys from Microsoft.
fn sells(partner: &Standing) -> bool {
    use RoleState::{Active, Qualified, Restricted, Suspended};
    [Role::DirectBill, Role::IndirectProvider].iter().any(|role| {
        matches!(partner.state(*role), Some(Qualified | Active | Restricted | Suspended))
    })
}

fn shared_services_of_a_partner(customer: &Customer, buyer: &BuyerStanding) -> Finding {
    let kept = customer.kind == CustomerKind::Company || !buyer.partners.is_empty();
    let company = customer.organization.to_string();
    let finding = Finding::of(customer.name, vec![("customerOrganization", company)]);
    finding.unless(kept, || Fault {
        reason: Reason::SharedServicesOfAnother,
        explanation: "a shared services tenant belongs to a company that is a partner".to_owned(),
        responsible: Responsible::Caller,
        next_step: "name the partner's own company, or record a tenant of kind COMPANY".to_owned(),
        code: "",
    })
}
