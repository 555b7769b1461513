use types::{CustomerRelationshipName, ResourceVersion, Responsible, Timestamp};

use super::{
    Approved, BuyerStanding, Change, Customer, CustomerRelationship, Denial, Fault, Finding,
    Partnership, Reason, RelationshipKind, RelationshipState, Role, Rule, Standing,
    catalogue::{ON_1, OWN_2, REL_1, REL_3, REL_4},
    denial::refuse,
    rules::{
        chain::active_partnership,
        customer::in_region,
        enrollment::{Act, enrolled_to, winning_roles},
        list,
        own_use::csp_tenant,
    },
};

/// A relationship to be requested, and what is known of its two sides.
#[derive(Debug, Clone)]
pub struct NewRelationship {
    /// What the partner may do.
    pub kind: RelationshipKind,
    /// The role in which it asks, if it says so.
    pub role: Option<Role>,
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
    /// The relationships between the two that were open last, of any kind and role.
    pub open: Vec<CustomerRelationship>,
}

impl CustomerRelationship {
    /// A partner asks a customer; a reseller may ask for its provider along. A request that
    /// expired is settled on the way. To manage, a partner may sit in any region.
    pub fn request(
        new: &NewRelationship,
        expire_time: Timestamp,
        now: Timestamp,
    ) -> Result<Change<Self>, Denial> {
        let kind = new.kind;
        let role = new.acquires_as();
        let open = new.partner.open(kind, role).find(|it| it.state_at(now).is_open());
        if let Some(name) = open.map(|it| it.name).or(new.taken) {
            return Err(Denial::Exists(name.to_string()));
        }
        let stated = (&REL_4, new.states_role(role));
        refuse(new.parties().findings(kind, role, now).into_iter().chain([stated]))?;
        let asks = |it: &Applicant, role, companion| {
            let relationship = it.asks(kind, role, companion, expire_time, now);
            Approved::created("CustomerRelationshipRequested", relationship)
        };
        let expired = new.partner.open(kind, role).filter_map(|it| it.expired(now));
        let Some((provider, _)) = &new.provider else {
            return Ok(Change { beside: expired.collect(), main: asks(&new.partner, role, None) });
        };
        // A provider that is tied, or has asked already, is not tied once more.
        let sells_as = role.map(|_| Role::IndirectProvider);
        let of_provider = || provider.open(kind, sells_as);
        let (open, along) = match of_provider().find(|it| it.state_at(now).is_open()) {
            Some(open) => (open.name, None),
            None => (provider.name, Some(asks(provider, sells_as, None))),
        };
        let expired = expired.chain(of_provider().filter_map(|it| it.expired(now)));
        let beside = expired.chain(along).collect();
        Ok(Change { beside, main: asks(&new.partner, role, Some(open)) })
    }
}

impl Applicant {
    /// The relationship of a kind, to sell in a role, that was open last.
    fn open(
        &self,
        kind: RelationshipKind,
        role: Option<Role>,
    ) -> impl Iterator<Item = &CustomerRelationship> {
        self.open.iter().filter(move |it| it.kind == kind && it.role == role)
    }

    fn asks(
        &self,
        kind: RelationshipKind,
        role: Option<Role>,
        companion: Option<CustomerRelationshipName>,
        expire_time: Timestamp,
        now: Timestamp,
    ) -> CustomerRelationship {
        CustomerRelationship {
            name: self.name,
            partner: self.standing.partner,
            kind,
            role,
            state: RelationshipState::Requested,
            expire_time,
            accept_time: None,
            ending: None,
            companion,
            agreement: None,
            resource_version: ResourceVersion::first(now),
        }
    }
}

impl NewRelationship {
    /// The role in which the partner would acquire the customer, to sell to it: as it says, as a
    /// reseller where it asks for its provider along, or else the only one that it could.
    fn acquires_as(&self) -> Option<Role> {
        match (self.kind, &self.provider) {
            (RelationshipKind::Management, _) => None,
            (RelationshipKind::Resale, Some(_)) => Some(Role::IndirectReseller),
            (RelationshipKind::Resale, None) => {
                self.role.or_else(|| match winning_roles(&self.partner.standing).as_slice() {
                    [only] => Some(*only),
                    _ => None,
                })
            }
        }
    }

    /// Whether the role is known, where a partner could sell in several.
    fn states_role(&self, role: Option<Role>) -> Finding {
        let standing = &self.partner.standing;
        let roles = winning_roles(standing);
        let finding = Finding::of(standing.partner, vec![("roles", list(&roles))]);
        let known = self.kind == RelationshipKind::Management || role.is_some();
        finding.unless(known || roles.is_empty(), || Fault {
            reason: Reason::RelationshipRoleNotStated,
            explanation: format!(
                "{} could sell as {} and does not say in which of these roles it asks the customer",
                standing.partner,
                list(&roles)
            ),
            responsible: Responsible::Caller,
            next_step: "set `role` to the one in which it will sell to this customer".into(),
            code: "",
        })
    }

    pub(super) fn parties(&self) -> Parties<'_> {
        let provider = self.provider.as_ref();
        Parties {
            customer: &self.customer,
            buyer: &self.buyer,
            partner: &self.partner.standing,
            provider: provider.map(|(it, pair)| (&it.standing, pair.as_ref())),
        }
    }
}

/// What is known of those between whom a relationship is requested, and again when it is accepted.
#[derive(Debug, Clone, Copy)]
pub struct Parties<'a> {
    /// The customer.
    pub customer: &'a Customer,
    /// What is known of the customer's company.
    pub buyer: &'a BuyerStanding,
    /// The partner that asks.
    pub partner: &'a Standing,
    /// The provider for which it asks along, and their open partnership.
    pub provider: Option<(&'a Standing, Option<&'a Partnership>)>,
}

impl Parties<'_> {
    pub(super) fn findings(
        &self,
        kind: RelationshipKind,
        role: Option<Role>,
        now: Timestamp,
    ) -> Vec<(&'static Rule, Finding)> {
        let Self { customer, buyer, partner, provider } = *self;
        let acts = |partner, role: Option<Role>| match kind {
            RelationshipKind::Resale => {
                let roles = role.as_ref().map_or(Role::ALL, std::slice::from_ref);
                enrolled_to(Act::Win, partner, roles)
            }
            RelationshipKind::Management => enrolled_to(Act::Serve, partner, Role::ALL),
        };
        let mut findings = vec![(&ON_1, acts(partner, role))];
        if let Some((provider, partnership)) = provider {
            findings.push((&ON_1, acts(provider, Some(Role::IndirectProvider))));
            findings.push((&REL_1, active_partnership(provider, partner, partnership, now)));
        }
        if kind == RelationshipKind::Resale {
            let asking = [Some(partner), provider.map(|it| it.0)].into_iter().flatten();
            findings
                .extend(asking.map(|it| (&REL_3, in_region(it, customer, Responsible::Partner))));
        }
        findings.push((&OWN_2, csp_tenant(customer.name, buyer.csp_tenant)));
        findings
    }
}
