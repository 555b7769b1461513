use markets::Country;
use serde::{Deserialize, Serialize};
use types::{
    CustomerName, OrganizationName, PartnerName, ResourceVersion, Responsible, Timestamp, text_enum,
};

use super::{
    Approved, BuyerStanding, CustomerAgreement, Denial, Fault, Finding, Reason, Role, Rule,
    Standing,
    catalogue::{ON_1, OWN_2, OWN_3, PT_1, REL_3},
    denial::refuse,
    rules::{
        customer::in_region,
        enrollment::{Act, enrolled_to},
        list,
        own_use::csp_tenant,
    },
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
    /// Which of its company's shared services tenants it is, from 1 on; none of any other kind.
    pub shared_services_number: Option<i32>,
    /// The partner that created the tenant, if one did.
    pub created_by: Option<PartnerName>,
    /// The MCA that it accepted at Microsoft, the latest.
    pub agreement: Option<CustomerAgreement>,
    /// The last review of its account, if there was one.
    pub account: Option<AccountReview>,
    /// How often it changed, and when.
    pub resource_version: ResourceVersion,
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
    /// Records a customer tenant, which may be one that a partner creates. Its company has these
    /// shared services tenants already.
    pub fn create(
        new: NewCustomer,
        taken: bool,
        shared: &[CustomerName],
        buyer: &BuyerStanding,
        creator: Option<&Standing>,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        if taken {
            return Err(Denial::Exists(new.name.to_string()));
        }
        let next = i32::try_from(shared.len() + 1).ok();
        let customer = Self {
            shared_services_number: next.filter(|_| new.kind == CustomerKind::SharedServices),
            name: new.name,
            display_name: new.display_name,
            organization: new.organization,
            country: new.country,
            registration_number: new.registration_number,
            kind: new.kind,
            created_by: new.created_by,
            agreement: None,
            account: None,
            resource_version: ResourceVersion::first(now),
        };
        let by_creator = creator.map(|creator| {
            [
                in_buying_role(Act::Win, creator, (&PT_1, creates(creator))),
                (&REL_3, in_region(creator, &customer, Responsible::Partner)),
            ]
        });
        let of_tenant = [
            (&OWN_2, csp_tenant(customer.name, buyer.csp_tenant)),
            (&OWN_3, shared_services_of_a_partner(&customer, shared, buyer)),
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
        let decided_on = self.resource_version.revision;
        self.resource_version = self.resource_version.next(now);
        Approved::changed(event, decided_on, self)
    }
}

fn creates(partner: &Standing) -> Finding {
    seller(partner).unless(buys(partner), || Fault {
        reason: Reason::SellerCannotBuyFromMicrosoft,
        explanation: format!("{} is no provider and no direct-bill partner", partner.partner),
        responsible: Responsible::Partner,
        next_step: "let an indirect provider or a direct-bill partner create the customer".into(),
        code: "",
    })
}

/// Whether a partner has a role that attests that a customer accepted the MCA, and acquired the
/// customer in such a role.
pub(super) fn attests(partner: &Standing, acquired: Option<Role>) -> Finding {
    let kept = buys(partner) && acquired != Some(Role::IndirectReseller);
    seller(partner).unless(kept, || Fault {
        reason: Reason::AttestedByNoSeller,
        explanation: format!(
            "{} does not sell to the customer as provider or direct-bill partner, and only those \
             attest an acceptance",
            partner.partner
        ),
        responsible: Responsible::Partner,
        next_step: "let an indirect provider or a direct-bill partner attest it, or record the \
                    customer's direct acceptance"
            .into(),
        code: "",
    })
}

fn seller(partner: &Standing) -> Finding {
    let roles = partner.roles.iter().map(|held| format!("{} {}", held.role, held.state));
    Finding::of(partner.partner, vec![("roles", list(roles))])
}

/// Roles in which a partner buys from Microsoft.
const BUYING: &[Role] = &[Role::DirectBill, Role::IndirectProvider];

fn buys(partner: &Standing) -> bool {
    BUYING.iter().any(|role| partner.state(*role).is_some())
}

/// What a finding about having a role that buys from Microsoft says, or else what is found about
/// the state of the role.
pub(super) fn in_buying_role(
    act: Act,
    partner: &Standing,
    has_role: (&'static Rule, Finding),
) -> (&'static Rule, Finding) {
    if buys(partner) { (&ON_1, enrolled_to(act, partner, BUYING)) } else { has_role }
}

/// Whether a tenant is none for shared services, or the company has a CSP tenant that has none yet.
fn shared_services_of_a_partner(
    customer: &Customer,
    shared: &[CustomerName],
    buyer: &BuyerStanding,
) -> Finding {
    let inputs = vec![
        ("customerOrganization", customer.organization.to_string()),
        ("customerPartners", list(&buyer.partners)),
        ("sharedServicesTenants", list(shared)),
    ];
    let kept = customer.kind == CustomerKind::Company || shared.len() < buyer.partners.len();
    Finding::of(customer.name, inputs).unless(kept, || {
        let (reason, explanation, next_step) = if buyer.partners.is_empty() {
            (
                Reason::SharedServicesOfAnother,
                "a shared services tenant belongs to a company that is a partner".to_owned(),
                "name the partner's own company, or record a tenant of kind COMPANY",
            )
        } else {
            (
                Reason::SharedServicesTenantExists,
                format!(
                    "a CSP tenant has one shared services tenant at most, and the company has {} of \
                     {} already",
                    shared.len(),
                    buyer.partners.len()
                ),
                "use the tenant that there is, or record a tenant of kind COMPANY",
            )
        };
        let next_step = next_step.into();
        Fault { reason, explanation, responsible: Responsible::Caller, next_step, code: "" }
    })
}
