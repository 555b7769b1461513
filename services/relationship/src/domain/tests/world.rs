//! Worlds (a transaction and its facts) in which every rule passes. Tests change one of them.

use rules::{
    Denial, Line, OnRecord, ProductFamily, Purpose, Role, SalesChain, Transaction, Violation,
};
use types::{
    CustomerName, CustomerRelationshipName, LocationAccountId, OrganizationName, PartnerName,
    PartnershipName, ResourceVersion, Timestamp,
};
use uuid::Uuid;

use super::onboarding;
use crate::domain::{
    AccountReview, AccountState, AdditionalPartner, Applications, BuyerStanding, Customer,
    CustomerAgreement, CustomerKind, CustomerRelationship, Decision, Ending, Facts, Location,
    Partnership, PartnershipSide, PartnershipState, RelationshipKind, RelationshipState,
    RoleStanding, RoleState, Standing, StandingAgreement, Verdict, decide,
};

pub(super) const SELLER: PartnerName = PartnerName::new(Uuid::from_u128(0x1));
pub(super) const RESELLER: PartnerName = PartnerName::new(Uuid::from_u128(0x2));
pub(super) const STRANGER: PartnerName = PartnerName::new(Uuid::from_u128(0x3));
pub(super) const CUSTOMER: CustomerName = CustomerName::new(Uuid::from_u128(0xc));
pub(super) const OF_SELLER: OrganizationName = OrganizationName::new(Uuid::from_u128(0xa1));
pub(super) const OF_RESELLER: OrganizationName = OrganizationName::new(Uuid::from_u128(0xa2));
pub(super) const OF_STRANGER: OrganizationName = OrganizationName::new(Uuid::from_u128(0xa3));
pub(super) const OF_CUSTOMER: OrganizationName = OrganizationName::new(Uuid::from_u128(0xac));

/// Location accounts of the seller, of the reseller and of a stranger.
pub(super) const LOCATIONS: [&str; 3] = ["1001", "2002", "3003"];

/// First enrollments of provider and reseller.
pub(super) const FIRST: Applications = Applications { provider: 1, reseller: 1 };

/// Time of the decision, in seconds: 2026-03-02T09:00:00Z.
pub(super) const NOW: i64 = 1_772_442_000;

/// Expiry of invitations and requests, in seconds.
pub(super) const EXPIRES: i64 = NOW + 1000;

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Violations of a refused change; empty if it is approved.
pub(super) fn violations<T>(decided: Result<T, Denial>) -> Vec<Violation> {
    match decided {
        Err(Denial::Refused(violations)) => violations,
        Err(other) => unreachable!("{other:?}"),
        Ok(_) => Vec::new(),
    }
}

/// Rule and reason of each violation.
pub(super) fn named(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(|it| format!("{} {}", it.rule, it.reason)).collect()
}

/// A partner that meets all requirements of one role.
pub(super) fn partner(name: PartnerName, role: Role) -> Standing {
    let (organization, account) = match name {
        SELLER => (OF_SELLER, LOCATIONS[0]),
        RESELLER => (OF_RESELLER, LOCATIONS[1]),
        _ => (OF_STRANGER, LOCATIONS[2]),
    };
    Standing {
        partner: name,
        organization,
        country: "FR".parse().unwrap(),
        location: Some(location(account, "FR")),
        roles: vec![enrollment(role, RoleState::Active)],
        agreements: vec![accepted(&[role])],
        affiliation: Vec::new(),
        revision: 4,
        organization_revision: 1,
    }
}

pub(super) fn enrollment(role: Role, state: RoleState) -> RoleStanding {
    RoleStanding { role, state, application: 1, block_time: None, next_steps: Vec::new() }
}

pub(super) fn location(account: &str, country: &str) -> Location {
    Location { account: account.parse().unwrap(), country: country.parse().unwrap() }
}

/// An acceptance that covers these roles.
pub(super) fn accepted(covers: &[Role]) -> StandingAgreement {
    let name = format!("{SELLER}/agreements/{}", Uuid::from_u128(0xd));
    let (covers, version) = (covers.to_vec(), "2024-10".to_owned());
    StandingAgreement { name, covers, version, lapse_time: None }
}

/// A customer that has accepted the MCA.
pub(super) fn customer() -> Customer {
    Customer {
        name: CUSTOMER,
        display_name: "Contoso".to_owned(),
        organization: OF_CUSTOMER,
        country: "DE".parse().unwrap(),
        registration_number: None,
        kind: CustomerKind::Company,
        shared_services_number: None,
        created_by: None,
        agreement: Some(mca()),
        account: None,
        resource_version: ResourceVersion::first(at(0)),
    }
}

pub(super) fn mca() -> CustomerAgreement {
    CustomerAgreement {
        template_id: "117a77b0-9360-443b-8795-c6dedc750cf9".to_owned(),
        version: "2025-09".to_owned(),
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        email: "ada@contoso.com".parse().unwrap(),
        accept_time: at(NOW - 1000),
    }
}

pub(super) fn review(state: AccountState) -> AccountReview {
    AccountReview { state, detail: "why".to_owned(), time: at(0) }
}

/// A buyer whose company is no partner.
pub(super) fn buyer() -> BuyerStanding {
    BuyerStanding { csp_tenant: false, partners: Vec::new(), organization_revision: 1 }
}

/// A customer relationship in a state. In a resale relationship, the role of [`RESELLER`] is indirect
/// reseller, and of any other partner direct bill.
pub(super) fn relationship_with(
    partner: PartnerName,
    kind: RelationshipKind,
    state: RelationshipState,
) -> CustomerRelationship {
    let ended = |by, detail: &str| Some(ending(by, detail));
    CustomerRelationship {
        name: CustomerRelationshipName { customer: CUSTOMER, uid: partner.id() },
        partner,
        kind,
        role: (kind == RelationshipKind::Resale).then_some(match partner {
            RESELLER => Role::IndirectReseller,
            _ => Role::DirectBill,
        }),
        state,
        expire_time: at(EXPIRES),
        accept_time: (state == RelationshipState::Active).then(|| at(0)),
        ending: match state {
            RelationshipState::Requested | RelationshipState::Active => None,
            RelationshipState::Removed => ended(Some(partner), "why"),
            RelationshipState::Refused => ended(None, "why"),
            RelationshipState::Expired => ended(None, ""),
        },
        companion: None,
        agreement: None,
        resource_version: ResourceVersion::first(at(0)),
    }
}

/// A partnership in a state.
pub(super) fn partnership(state: PartnershipState) -> Partnership {
    use PartnershipSide::{Provider, Reseller};
    use PartnershipState::{Active, Declined, Ended, Expired, Invited, Withdrawn};
    Partnership {
        name: PartnershipName::new(Uuid::from_u128(0xb)),
        provider: SELLER,
        reseller: RESELLER,
        state,
        expire_time: at(EXPIRES),
        accept_time: matches!(state, Active | Ended).then(|| at(0)),
        applications: matches!(state, Active | Ended).then_some(FIRST),
        ending: match state {
            Invited | Active => None,
            Expired => Some(ending(None, "")),
            Declined => Some(ending(Some(Reseller), "why")),
            Withdrawn | Ended => Some(ending(Some(Provider), "why")),
        },
        predecessor: None,
        resource_version: ResourceVersion::first(at(0)),
    }
}

fn ending<By>(by: Option<By>, detail: &str) -> Ending<By> {
    Ending { by, detail: detail.to_owned(), time: at(0) }
}

/// A transaction and its facts.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub transaction: Transaction,
    pub facts: Facts,
}

impl World {
    /// A direct-bill partner sells to a customer.
    pub(super) fn direct_bill() -> Self {
        Self::alone(Role::DirectBill)
    }

    /// A provider sells to a customer without a reseller.
    pub(super) fn provider_alone() -> Self {
        Self::alone(Role::IndirectProvider)
    }

    /// A provider sells through a reseller.
    pub(super) fn through_reseller() -> Self {
        let mut world = Self::provider_alone();
        world.transaction.chain.reseller = Some(RESELLER);
        world.transaction.lines[0].on_record.partner_id = Some(LOCATIONS[1].parse().unwrap());
        world.facts.reseller = Some(partner(RESELLER, Role::IndirectReseller));
        world.facts.partnership = Some(partnership(PartnershipState::Active));
        let resale =
            relationship_with(RESELLER, RelationshipKind::Resale, RelationshipState::Active);
        world.facts.relationships.push(resale);
        world
    }

    /// A provider sells through a direct-bill partner that is also a reseller.
    pub(super) fn through_direct_bill() -> Self {
        let mut world = Self::through_reseller();
        world.reseller().roles.push(enrollment(Role::DirectBill, RoleState::Active));
        world.reseller().agreements = vec![accepted(&[Role::DirectBill, Role::IndirectReseller])];
        world
    }

    /// A provider sells through a reseller, with an additional reseller on record.
    pub(super) fn with_additional_reseller() -> Self {
        let mut world = Self::through_reseller();
        world.transaction.lines[0].on_record.additional_ids = vec![location_id(LOCATIONS[2])];
        let standing = partner(STRANGER, Role::IndirectReseller);
        let pair = partnership(PartnershipState::Active);
        let partnership = Some(Partnership { reseller: STRANGER, ..pair });
        world.facts.additional.push(AdditionalPartner { standing, partnership });
        world
    }

    /// A direct-bill partner buys Azure into its shared services tenant.
    pub(super) fn shared_services() -> Self {
        let mut world = Self::direct_bill();
        world.moves_into_shared_services_of(OF_SELLER);
        world
    }

    /// A reseller buys Azure into its shared services tenant.
    pub(super) fn shared_services_of_reseller() -> Self {
        let mut world = Self::through_reseller();
        world.moves_into_shared_services_of(OF_RESELLER);
        world
    }

    /// A provider attests the MCA of the customer that it sells to through a reseller.
    pub(super) fn with_attestation() -> Self {
        let mut world = Self::through_reseller();
        world.facts.customer.agreement = None;
        world.attests(SELLER, mca());
        world
    }

    /// A partner buys into a separate tenant from a direct-bill partner.
    pub(super) fn own_use() -> Self {
        let mut world = Self::direct_bill();
        world.facts.buyer.partners = vec![STRANGER];
        world
    }

    /// A partner buys into a separate tenant from a reseller.
    pub(super) fn own_use_through_reseller() -> Self {
        let mut world = Self::through_reseller();
        world.facts.buyer.partners = vec![STRANGER];
        world
    }

    /// All of these worlds.
    pub(super) fn all() -> Vec<Self> {
        vec![
            Self::direct_bill(),
            Self::provider_alone(),
            Self::through_reseller(),
            Self::through_direct_bill(),
            Self::with_additional_reseller(),
            Self::with_attestation(),
            Self::shared_services(),
            Self::shared_services_of_reseller(),
            Self::own_use(),
            Self::own_use_through_reseller(),
        ]
    }

    fn alone(role: Role) -> Self {
        Self {
            transaction: Transaction {
                chain: SalesChain { seller: SELLER, reseller: None, customer: CUSTOMER },
                purpose: Purpose::NewSubscription,
                lines: vec![line(ProductFamily::Microsoft365)],
                attested: true,
            },
            facts: Facts {
                seller: partner(SELLER, role),
                reseller: None,
                partnership: None,
                customer: customer(),
                buyer: buyer(),
                relationships: vec![CustomerRelationship {
                    role: Some(role),
                    ..relationship_with(SELLER, RelationshipKind::Resale, RelationshipState::Active)
                }],
                additional: Vec::new(),
                time: at(NOW),
            },
        }
    }

    pub(super) fn decide(&self) -> Decision {
        decide(self.transaction.clone(), &onboarding::with_next_steps(self.facts.clone())).unwrap()
    }

    pub(super) fn reseller(&mut self) -> &mut Standing {
        self.facts.reseller.as_mut().unwrap()
    }

    /// Sets the only role of the seller.
    pub(super) fn seller_is(&mut self, role: Role, state: RoleState) {
        self.facts.seller.roles = vec![enrollment(role, state)];
    }

    pub(super) fn provider_is(&mut self, state: RoleState) {
        self.seller_is(Role::IndirectProvider, state);
    }

    pub(super) fn reseller_is(&mut self, state: RoleState) {
        self.reseller().roles = vec![enrollment(Role::IndirectReseller, state)];
    }

    /// Replaces a partner's relationships with the customer by this one.
    pub(super) fn set_relationship(
        &mut self,
        partner: PartnerName,
        kind: RelationshipKind,
        state: RelationshipState,
    ) {
        self.remove_relationships(partner);
        let relationship = relationship_with(partner, kind, state);
        let of_seller = self.facts.seller.roles.first().filter(|_| partner == SELLER);
        let role = relationship.role.map(|role| of_seller.map_or(role, |it| it.role));
        self.facts.relationships.push(CustomerRelationship { role, ..relationship });
    }

    /// Adds a partner's attestation of the MCA to its relationships with the customer.
    pub(super) fn attests(&mut self, partner: PartnerName, agreement: CustomerAgreement) {
        for relationship in self.facts.relationships.iter_mut().filter(|it| it.partner == partner) {
            relationship.agreement = Some(agreement.clone());
        }
    }

    pub(super) fn remove_relationships(&mut self, partner: PartnerName) {
        self.facts.relationships.retain(|it| it.partner != partner);
    }

    /// The check before the order: without lines and attestation.
    pub(super) fn before_the_order(mut self) -> Self {
        self.transaction.lines.clear();
        self.transaction.attested = false;
        self
    }

    /// Sets the PartnerID of the first line.
    pub(super) fn partner_id(&mut self, id: Option<&str>) {
        self.transaction.lines[0].on_record.partner_id = id.map(location_id);
    }

    /// Sets the product of the first line.
    pub(super) fn product(&mut self, family: ProductFamily) {
        self.transaction.lines[0].family = family;
    }

    fn moves_into_shared_services_of(&mut self, company: OrganizationName) {
        self.facts.customer.kind = CustomerKind::SharedServices;
        self.facts.customer.organization = company;
        self.facts.buyer.partners = vec![SELLER];
        self.product(ProductFamily::AzureSharedServices);
    }
}

/// A line without a PartnerID.
pub(super) fn line(family: ProductFamily) -> Line {
    Line { family, on_record: OnRecord::default() }
}

pub(super) fn location_id(digits: &str) -> LocationAccountId {
    digits.parse().unwrap()
}

impl Decision {
    pub(super) fn allowed(&self) -> bool {
        self.verdict() == Verdict::Allowed
    }
}

impl Standing {
    /// Moves the CSP tenant and its location to another country.
    pub(super) fn moves_to(&mut self, country: &str) {
        self.country = country.parse().unwrap();
        if let Some(location) = &mut self.location {
            location.country = self.country;
        }
    }
}
