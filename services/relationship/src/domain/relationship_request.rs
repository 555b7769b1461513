use kernel::{CustomerRelationshipName, Responsible, Stamp, Timestamp};

use super::{
    Approved, BuyerStanding, Change, Customer, CustomerRelationship, Denial, Fault, Finding,
    Partnership, Reason, RelationshipKind, RelationshipState, Role, RoleState, Rule, Standing,
    catalogue::{ON_1, OWN_2, REL_1, REL_3},
    denial::refuse,
    rules::{
        chain::active_partnership, customer::in_region, list, own_use::csp_tenant,
        seller::next_step,
    },
};

/// A relationship to be requested, and what is known of its two sides.
#[derive(Debug, Clone)]
pub struct NewRelationship {
    /// What the partner may do.
    pub kind: RelationshipKind,
    /// The customer.
    pub customer: Customer,
    /// What is known of the customer's company.
    pub buyer: BuyerStanding,
    /// The partner that asks.
    pub partner: Applicant,
    /// The provider for which the partner, as its reseller, asks along.
    pub provider: Option<(Applicant, Option<Partnership>)>,
    /// Whether a name is taken.
    pub taken: Option<CustomerRelationshipName>,
}

/// One that asks a customer for a relationship.
#[derive(Debug, Clone)]
pub struct Applicant {
    /// Name of the relationship to be.
    pub name: CustomerRelationshipName,
    /// The partner.
    pub standing: Standing,
    /// The last relationship of the kind that was open between the two.
    pub open: Option<CustomerRelationship>,
}

impl CustomerRelationship {
    /// A partner asks a customer; a reseller may ask for its provider along. A request that
    /// expired is settled on the way. To manage, a partner may sit in any region.
    pub fn request(
        new: &NewRelationship,
        expire_time: Timestamp,
        now: Timestamp,
    ) -> Result<Change<Self>, Denial> {
        let open = new.partner.still_open(now).map(|it| it.name);
        if let Some(name) = open.or(new.taken) {
            return Err(Denial::Exists(name.to_string()));
        }
        refuse(new.findings(now))?;
        let asks = |it: &Applicant, companion| it.asks(new.kind, companion, expire_time, now);
        let Some((provider, _)) = &new.provider else {
            return Ok(Change {
                beside: new.partner.expired(now).into_iter().collect(),
                main: asks(&new.partner, None),
            });
        };
        // A provider that is tied, or has asked already, is not tied once more.
        let (open, along) = match provider.still_open(now) {
            Some(open) => (open.name, None),
            None => (provider.name, Some(asks(provider, None))),
        };
        let expired = [&new.partner, provider].into_iter().filter_map(|it| it.expired(now));
        let beside = expired.chain(along).collect();
        Ok(Change { beside, main: asks(&new.partner, Some(open)) })
    }
}

impl Applicant {
    fn still_open(&self, now: Timestamp) -> Option<&CustomerRelationship> {
        self.open.as_ref().filter(|it| it.state_at(now).is_open())
    }

    fn expired(&self, now: Timestamp) -> Option<Approved<CustomerRelationship>> {
        self.open.as_ref()?.expired(now)
    }

    fn asks(
        &self,
        kind: RelationshipKind,
        companion: Option<CustomerRelationshipName>,
        expire_time: Timestamp,
        now: Timestamp,
    ) -> Approved<CustomerRelationship> {
        let relationship = CustomerRelationship {
            name: self.name,
            partner: self.standing.partner,
            kind,
            state: RelationshipState::Requested,
            expire_time,
            accept_time: None,
            ending: None,
            companion,
            agreement: None,
            stamp: Stamp::first(now),
        };
        Approved::created("CustomerRelationshipRequested", relationship)
    }
}

impl NewRelationship {
    fn findings(&self, now: Timestamp) -> Vec<(&'static Rule, Finding)> {
        let Self { kind, customer, buyer, partner, provider, .. } = self;
        let resale = *kind == RelationshipKind::Resale;
        let applicants =
            || [Some(partner), provider.as_ref().map(|it| &it.0)].into_iter().flatten();
        let mut findings = Vec::new();
        if resale && provider.is_none() {
            let roles = &[Role::IndirectProvider, Role::IndirectReseller];
            findings.push((&ON_1, not_restricted(&partner.standing, roles)));
        }
        if let Some((_, partnership)) = provider {
            findings
                .push((&REL_1, active_partnership(&partner.standing, partnership.as_ref(), now)));
        }
        if resale {
            findings.extend(
                applicants()
                    .map(|it| (&REL_3, in_region(&it.standing, customer, Responsible::Partner))),
            );
        }
        findings.push((&OWN_2, csp_tenant(customer.name, buyer.csp_tenant)));
        findings
    }
}

/// Whether a partner may win customers: not as a direct-bill partner that may sell nothing new. One
/// that stands in another of these roles too does it as that.
pub(super) fn not_restricted(partner: &Standing, or_as: &[Role]) -> Finding {
    let state = partner.state(Role::DirectBill);
    let stands = |role: &Role| {
        matches!(partner.state(*role), Some(RoleState::Qualified | RoleState::Active))
    };
    let other = or_as.iter().any(stands);
    let roles = partner.roles.iter().map(|held| format!("{} {}", held.role, held.state));
    let barred =
        matches!(state, Some(RoleState::Restricted | RoleState::Suspended | RoleState::Revoked));
    let finding = Finding::of(partner.partner, vec![("roles", list(roles))]);
    finding.unless(!barred || other, || Fault {
        reason: Reason::SellerRestricted,
        explanation: "a direct-bill partner that is restricted, suspended or revoked creates no \
                      customers and asks none for a relationship to sell"
            .to_owned(),
        responsible: Responsible::Partner,
        next_step: next_step(state).to_owned(),
        code: "403/800039",
    })
}
