use markets::Country;
use rules::{Denial, Reason, Responsible, Role, refuse};
use serde::{Deserialize, Serialize};
use types::{CustomerName, OrganizationName, PartnerName, ResourceVersion, Timestamp, text_enum};

use super::{
    Approved, BuyerStanding, CustomerAgreement, Fault, Finding, Standing,
    judges::{
        customer::in_region,
        enrollment::{Activity, enrolled_for},
        list,
        own_use::not_csp_tenant,
    },
};

text_enum! {
    /// Use of a customer tenant.
    pub enum CustomerKind {
        /// A company buys for its own use.
        Company = "company",
        /// A partner's tenant for its own Azure use.
        SharedServices = "shared-services",
    }
}

text_enum! {
    /// Result of a review of a customer's account.
    pub enum AccountState {
        /// The review passed.
        Verified = "verified",
        /// The review has not ended.
        UnderReview = "under-review",
        /// The review failed.
        Rejected = "rejected",
        /// Microsoft locked the account.
        Locked = "locked",
    }
}

/// A customer: one Entra tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    pub name: CustomerName,
    pub display_name: String,
    /// Organization that owns the tenant.
    pub organization: OrganizationName,
    /// Country of the tenant.
    pub country: Country,
    /// Set if the country requires one.
    pub registration_number: Option<String>,
    pub kind: CustomerKind,
    /// Number of a shared services tenant in its organization, from 1; `None` for other kinds.
    pub shared_services_number: Option<i32>,
    /// The partner that created the tenant; `None` if the tenant existed.
    pub created_by: Option<PartnerName>,
    /// Latest acceptance of the MCA at Microsoft.
    pub agreement: Option<CustomerAgreement>,
    /// Last review of the account.
    pub account: Option<AccountReview>,
    pub resource_version: ResourceVersion,
}

/// A review of a customer's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountReview {
    pub state: AccountState,
    /// Free text of the caller.
    pub detail: String,
    /// When the review was recorded.
    pub time: Timestamp,
}

/// Fields of a new customer.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    pub name: CustomerName,
    pub display_name: String,
    /// Organization that owns the tenant.
    pub organization: OrganizationName,
    /// Country of the tenant.
    pub country: Country,
    /// Set if the country requires one.
    pub registration_number: Option<String>,
    pub kind: CustomerKind,
    /// The partner that creates the tenant; `None` if the tenant exists.
    pub created_by: Option<PartnerName>,
}

impl Customer {
    /// Creates a customer for a tenant that exists or that a partner creates. `name_taken`: the name
    /// exists. `shared`: existing shared services tenants of the organization.
    pub fn create(
        new: NewCustomer,
        name_taken: bool,
        shared: &[CustomerName],
        buyer: &BuyerStanding,
        creator: Option<&Standing>,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        if name_taken {
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
        let creator_findings = creator.map(|creator| {
            [
                in_buying_role(Activity::Acquire, creator, may_create(creator)),
                in_region(creator, &customer, Responsible::Partner),
            ]
        });
        let tenant_findings = [
            not_csp_tenant(customer.name, buyer.csp_tenant),
            shared_services_of_a_partner(&customer, shared, buyer),
        ];
        refuse(creator_findings.into_iter().flatten().chain(tenant_findings))?;
        Ok(Approved::created("CustomerCreated", customer))
    }

    /// Records the result of an account review.
    #[must_use]
    pub fn record_review(
        mut self,
        state: AccountState,
        detail: String,
        now: Timestamp,
    ) -> Approved<Self> {
        self.account = Some(AccountReview { state, detail, time: now });
        let verified = state == AccountState::Verified;
        let recorded = self.changed("AccountReviewRecorded", now);
        if verified { recorded.granting() } else { recorded }
    }

    pub(super) fn changed(mut self, event: &'static str, now: Timestamp) -> Approved<Self> {
        let decided_on = self.resource_version.revision;
        self.resource_version = self.resource_version.next(now);
        Approved::changed(event, decided_on, self)
    }
}

fn may_create(partner: &Standing) -> Finding {
    seller(partner).unless(buys(partner), || Fault {
        reason: Reason::SellerCannotBuyFromMicrosoft,
        explanation: format!(
            "{} is neither an indirect provider nor a direct-bill partner",
            partner.partner
        ),
        responsible: Responsible::Partner,
        next_step: "let an indirect provider or a direct-bill partner create the customer".into(),
    })
}

/// Whether a partner may attest MCA acceptances: it has a role that buys from Microsoft and did not
/// acquire the customer as a reseller.
pub(super) fn may_attest(partner: &Standing, acquired: Option<Role>) -> Finding {
    let passes = buys(partner) && acquired != Some(Role::IndirectReseller);
    seller(partner).unless(passes, || Fault {
        reason: Reason::AttestedByNoSeller,
        explanation: format!(
            "{} does not sell to the customer as indirect provider or direct-bill partner; only \
             those may attest an acceptance of the MCA",
            partner.partner
        ),
        responsible: Responsible::Partner,
        next_step: "let an indirect provider or a direct-bill partner attest the acceptance, or \
                    record the customer's acceptance at Microsoft with RecordCustomerAgreement"
            .into(),
    })
}

fn seller(partner: &Standing) -> Finding {
    let roles = partner.roles.iter().map(|it| format!("{} {}", it.role, it.state));
    Finding::of(partner.partner, vec![("roles", list(roles))])
}

/// Roles in which a partner buys from Microsoft.
const BUYING: &[Role] = &[Role::DirectBill, Role::IndirectProvider];

fn buys(partner: &Standing) -> bool {
    BUYING.iter().any(|role| partner.state(*role).is_some())
}

/// The finding `has_role` if the partner has no role that buys from Microsoft; otherwise whether the
/// state of such a role permits the activity.
pub(super) fn in_buying_role(activity: Activity, partner: &Standing, has_role: Finding) -> Finding {
    if buys(partner) { enrolled_for(activity, partner, BUYING) } else { has_role }
}

/// Whether the organization has a CSP tenant without a shared services tenant. Passes for tenants of
/// other kinds.
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
    let passes = customer.kind == CustomerKind::Company || shared.len() < buyer.partners.len();
    Finding::of(customer.name, inputs).unless(passes, || {
        let (reason, explanation, next_step) = if buyer.partners.is_empty() {
            (
                Reason::SharedServicesOfAnother,
                format!(
                    "{} is not a partner, so it has no shared services tenant",
                    customer.organization
                ),
                "name the partner's own organization, or create the customer with kind COMPANY",
            )
        } else {
            (
                Reason::SharedServicesTenantExists,
                format!(
                    "every CSP tenant of the organization already has its shared services tenant \
                     (shared services tenants: {}, CSP tenants: {})",
                    shared.len(),
                    buyer.partners.len()
                ),
                "use the existing shared services tenant, or create the customer with kind COMPANY",
            )
        };
        let next_step = next_step.into();
        Fault { reason, explanation, responsible: Responsible::Caller, next_step }
    })
}
