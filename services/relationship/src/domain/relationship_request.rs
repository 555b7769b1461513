use rules::{Denial, Reason, Responsible, Role, refuse};
use types::{CustomerRelationshipName, ResourceVersion, Timestamp};

use super::{
    Approved, BuyerStanding, Change, Customer, CustomerRelationship, Fault, Finding, Partnership,
    RelationshipKind, RelationshipState, Standing,
    judges::{
        chain::active_partnership,
        customer::in_region,
        enrollment::{Activity, acquiring_roles, enrolled_for},
        list,
        own_use::not_csp_tenant,
    },
};

/// Facts for a customer relationship request.
#[derive(Debug, Clone)]
pub struct NewRelationship {
    pub kind: RelationshipKind,
    /// Role as stated in the request.
    pub role: Option<Role>,
    pub customer: Customer,
    pub buyer: BuyerStanding,
    /// The requesting partner.
    pub partner: Applicant,
    /// The provider for which the partner, as its reseller, also requests a relationship, with their
    /// open partnership.
    pub provider: Option<(Applicant, Option<Partnership>)>,
    /// Existing relationship with the requested name.
    pub name_taken: Option<CustomerRelationshipName>,
}

/// A partner that requests a relationship.
#[derive(Debug, Clone)]
pub struct Applicant {
    /// Name of the new relationship.
    pub name: CustomerRelationshipName,
    pub standing: Standing,
    /// Relationships of partner and customer that are stored as open, of any kind and role.
    pub open: Vec<CustomerRelationship>,
}

impl CustomerRelationship {
    /// A partner requests a relationship; a reseller may also request one for its provider. Records
    /// expired requests. Management relationships are possible across regions.
    pub fn request(
        new: &NewRelationship,
        expire_time: Timestamp,
        now: Timestamp,
    ) -> Result<Change<Self>, Denial> {
        let kind = new.kind;
        let role = new.acquires_as();
        let open = new.partner.open(kind, role).find(|it| it.state_at(now).is_open());
        if let Some(name) = open.map(|it| it.name).or(new.name_taken) {
            return Err(Denial::Exists(name.to_string()));
        }
        let role_known = new.role_known(role);
        refuse(new.parties().findings(kind, role, now).into_iter().chain([role_known]))?;
        let request = |it: &Applicant, role, companion| {
            let relationship = it.new_request(kind, role, companion, expire_time, now);
            Approved::created("CustomerRelationshipRequested", relationship)
        };
        let expired = new.partner.open(kind, role).filter_map(|it| it.expired(now));
        let Some((provider, _)) = &new.provider else {
            let main = request(&new.partner, role, None);
            return Ok(Change { related: expired.collect(), main });
        };
        // Skips the provider if it has an open relationship.
        let sells_as = role.map(|_| Role::IndirectProvider);
        let of_provider = || provider.open(kind, sells_as);
        let (companion, provider_request) =
            match of_provider().find(|it| it.state_at(now).is_open()) {
                Some(open) => (open.name, None),
                None => (provider.name, Some(request(provider, sells_as, None))),
            };
        let expired = expired.chain(of_provider().filter_map(|it| it.expired(now)));
        let related = expired.chain(provider_request).collect();
        Ok(Change { related, main: request(&new.partner, role, Some(companion)) })
    }
}

impl Applicant {
    /// Relationships of this kind and role that are stored as open.
    fn open(
        &self,
        kind: RelationshipKind,
        role: Option<Role>,
    ) -> impl Iterator<Item = &CustomerRelationship> {
        self.open.iter().filter(move |it| it.kind == kind && it.role == role)
    }

    fn new_request(
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
    /// Role in which the partner acquires the customer: reseller if a provider is named, otherwise as
    /// stated, otherwise the only role in which it could.
    fn acquires_as(&self) -> Option<Role> {
        match (self.kind, &self.provider) {
            (RelationshipKind::Management, _) => None,
            (RelationshipKind::Resale, Some(_)) => Some(Role::IndirectReseller),
            (RelationshipKind::Resale, None) => {
                self.role.or_else(|| match acquiring_roles(&self.partner.standing).as_slice() {
                    [only] => Some(*only),
                    _ => None,
                })
            }
        }
    }

    /// Whether the role is known; the request must state it if the partner can sell in several.
    fn role_known(&self, role: Option<Role>) -> Finding {
        let standing = &self.partner.standing;
        let roles = acquiring_roles(standing);
        let finding = Finding::of(standing.partner, vec![("roles", list(&roles))]);
        let passes = self.kind == RelationshipKind::Management || role.is_some();
        finding.unless(passes || roles.is_empty(), || Fault {
            reason: Reason::RelationshipRoleNotStated,
            explanation: format!(
                "role is unset, but {} can sell in several roles: {}",
                standing.partner,
                list(&roles)
            ),
            responsible: Responsible::Caller,
            next_step: "set role to the role in which the partner will sell to this customer"
                .into(),
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

/// Facts that are checked at the request and again at the acceptance of a relationship.
#[derive(Debug, Clone, Copy)]
pub struct Parties<'a> {
    pub customer: &'a Customer,
    pub buyer: &'a BuyerStanding,
    /// The requesting partner.
    pub partner: &'a Standing,
    /// The reseller's provider, with their open partnership.
    pub provider: Option<(&'a Standing, Option<&'a Partnership>)>,
}

impl Parties<'_> {
    pub(super) fn findings(
        &self,
        kind: RelationshipKind,
        role: Option<Role>,
        now: Timestamp,
    ) -> Vec<Finding> {
        let Self { customer, buyer, partner, provider } = *self;
        let enrolled = |partner, role: Option<Role>| match kind {
            RelationshipKind::Resale => {
                let roles = role.as_ref().map_or(Role::ALL, std::slice::from_ref);
                enrolled_for(Activity::Acquire, partner, roles)
            }
            RelationshipKind::Management => enrolled_for(Activity::Serve, partner, Role::ALL),
        };
        let mut findings = vec![enrolled(partner, role)];
        if let Some((provider, partnership)) = provider {
            findings.push(enrolled(provider, Some(Role::IndirectProvider)));
            findings.push(active_partnership(provider, partner, partnership, now));
        }
        if kind == RelationshipKind::Resale {
            let partners = [Some(partner), provider.map(|it| it.0)].into_iter().flatten();
            findings.extend(partners.map(|it| in_region(it, customer, Responsible::Partner)));
        }
        findings.push(not_csp_tenant(customer.name, buyer.csp_tenant));
        findings
    }
}
