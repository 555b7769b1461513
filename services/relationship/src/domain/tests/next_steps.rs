//! Takes every next step, and decides again.

use markets::Country;
use proptest::prelude::*;
use rules::{EnrollmentStep, ProductFamily, Role};
use types::{CustomerName, CustomerRelationshipName, PartnerName, PartnershipName};
use uuid::Uuid;

use super::{
    onboarding, space,
    world::{EXPIRES, STRANGER, World, at, mca, partner, partnership, relationship_with, review},
};
use crate::domain::{
    AccountState, Applicant, Applications, CustomerRelationship, NewRelationship, Parties,
    Partners, Partnership, PartnershipState, RelationshipKind, RelationshipState, RuleOutcome,
    Standing, Step,
};

/// Partners that other orders use.
const OTHER_SELLER: PartnerName = PartnerName::new(Uuid::from_u128(0x71));
const OTHER_RESELLER: PartnerName = PartnerName::new(Uuid::from_u128(0x72));

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// Corrects the partners, the customer or the lines, so that the same order passes.
    SameOrder,
    /// Describes another order.
    OtherOrder,
    /// No step exists, or none is known.
    None,
}

fn kind(step: &Step) -> Kind {
    match step {
        Step::Enrollment { steps, .. } if steps.contains(&EnrollmentStep::EnrollOtherTenant) => {
            Kind::OtherOrder
        }
        Step::Enrollment { .. }
        | Step::InvitePartnership
        | Step::AcceptPartnership
        | Step::RequestRelationship { .. }
        | Step::AcceptRelationship { .. }
        | Step::RecordCustomerAgreement
        | Step::RecordAccountReview(_)
        | Step::SetPartnerId(_)
        | Step::RemovePartnerIds
        | Step::RemoveAdditionalIds(_)
        | Step::Attest
        | Step::OrderOrdinaryAzure
        | Step::OrderSharedServicesOnly => Kind::SameOrder,
        Step::NameReseller
        | Step::RemoveReseller
        | Step::Swap { .. }
        | Step::OrderThroughProvider(_)
        | Step::NameSeller
        | Step::UseTenants { .. }
        | Step::UseLocatedTenant
        | Step::NameNonAffiliate
        | Step::NameOwner
        | Step::UseCustomerTenant => Kind::OtherOrder,
        Step::SalesStopped | Step::Upgrade | Step::Other(_) => Kind::None,
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "a step is one of two kinds; see `kind`")]
impl World {
    /// Takes a step, as the services would accept it.
    fn take(&mut self, step: &Step) {
        self.facts = onboarding::with_next_steps(self.facts.clone());
        match step {
            Step::Enrollment { partner, role, steps, .. } => {
                let now = self.facts.time;
                let standing = self.standing(*partner);
                steps.iter().for_each(|it| onboarding::take(standing, *role, *it, now));
            }
            Step::InvitePartnership => self.invite(),
            Step::AcceptPartnership => {
                let pair = self.facts.partnership.take().unwrap();
                let reseller = self.facts.reseller.as_ref().unwrap();
                let accepted = pair.accept(&self.facts.seller, reseller, self.facts.time);
                self.facts.partnership = Some(accepted.unwrap().into_after());
            }
            Step::RequestRelationship { partner, role } => self.request(*partner, *role),
            Step::AcceptRelationship { partner } => self.accept(*partner),
            Step::RecordCustomerAgreement => self.facts.customer.agreement = Some(mca()),
            Step::RecordAccountReview(_) => {
                self.facts.customer.account = Some(review(AccountState::Verified));
            }
            Step::SetPartnerId(id) => {
                let located = self.facts.reseller.as_ref().and_then(|it| it.location.as_ref());
                let associated = located.map(|it| it.account.clone());
                let id = id.clone().or(associated).unwrap();
                self.transaction
                    .lines
                    .iter_mut()
                    .for_each(|it| it.on_record.partner_id = Some(id.clone()));
            }
            Step::RemovePartnerIds => {
                self.transaction.lines.iter_mut().for_each(|it| it.on_record.partner_id = None);
            }
            Step::RemoveAdditionalIds(out) => {
                let lines = self.transaction.lines.iter_mut();
                lines.for_each(|it| it.on_record.additional_ids.retain(|id| !out.contains(id)));
            }
            Step::Attest => self.transaction.attested = true,
            Step::OrderOrdinaryAzure => {
                let lines = self.transaction.lines.iter_mut();
                let shared = lines.filter(|it| it.family == ProductFamily::AzureSharedServices);
                shared.for_each(|it| it.family = ProductFamily::Azure);
            }
            Step::OrderSharedServicesOnly => {
                let shared = |family| family == ProductFamily::AzureSharedServices;
                self.transaction.lines.retain(|it| shared(it.family));
            }
            other => self.change_order(other),
        }
    }

    /// Changes to the other order that a step describes; its new partners meet all requirements.
    fn change_order(&mut self, step: &Step) {
        match step {
            Step::NameReseller => self.new_reseller(),
            Step::RemoveReseller => {
                self.transaction.chain.reseller = None;
                self.facts.reseller = None;
                self.facts.partnership = None;
                self.take(&Step::RemovePartnerIds);
            }
            Step::Swap { seller, reseller } => {
                let after = self.reseller().clone();
                let before = std::mem::replace(&mut self.facts.seller, after);
                self.facts.reseller = Some(before);
                self.name_partners(*seller, Some(*reseller));
            }
            Step::OrderThroughProvider(reseller) => {
                self.facts.reseller = Some(self.facts.seller.clone());
                self.new_seller(Role::IndirectProvider);
                self.name_partners(OTHER_SELLER, Some(*reseller));
            }
            Step::NameSeller | Step::NameOwner | Step::NameNonAffiliate => {
                let role = match self.transaction.chain.reseller {
                    Some(_) => Role::IndirectProvider,
                    None => Role::DirectBill,
                };
                let owner = self.facts.customer.organization;
                self.new_seller(role);
                if self.transaction.chain.reseller.is_some() && *step == Step::NameNonAffiliate {
                    self.new_reseller();
                }
                if *step == Step::NameOwner {
                    self.facts.seller.organization = owner;
                }
            }
            Step::UseTenants { seller, reseller, .. } => {
                let role = match self.transaction.chain.reseller {
                    Some(_) => Role::IndirectProvider,
                    None => Role::DirectBill,
                };
                if *seller {
                    self.new_seller(role);
                }
                if *reseller {
                    self.new_reseller();
                }
            }
            Step::UseLocatedTenant => self.new_reseller(),
            Step::UseCustomerTenant => {
                let other = CustomerName::new(Uuid::from_u128(0x73));
                self.transaction.chain.customer = other;
                self.facts.customer.name = other;
                self.facts.buyer.csp_tenant = false;
                self.facts.relationships.clear();
            }
            Step::Enrollment { partner, .. } => {
                let other = self.facts.seller.partner == *partner;
                if other { self.new_seller(Role::DirectBill) } else { self.new_reseller() }
            }
            step => unreachable!("{step:?} describes no other order"),
        }
    }

    fn standing(&mut self, partner: PartnerName) -> &mut Standing {
        let chain = [Some(&mut self.facts.seller), self.facts.reseller.as_mut()];
        chain.into_iter().flatten().find(|it| it.partner == partner).unwrap()
    }

    fn invite(&mut self) {
        let partners = Partners {
            provider: self.facts.seller.clone(),
            reseller: self.facts.reseller.clone().unwrap(),
            history: self.facts.partnership.take().into_iter().collect(),
            name_taken: false,
        };
        let name = PartnershipName::new(Uuid::from_u128(0xb2));
        let change = Partnership::invite(name, &partners, at(EXPIRES), self.facts.time);
        self.facts.partnership = Some(change.unwrap().main.into_after());
    }

    fn request(&mut self, partner: PartnerName, role: Option<Role>) {
        let standing = self.standing(partner).clone();
        let open = self.facts.relationships.iter().filter(|it| it.partner == partner);
        let uid = Uuid::from_u128(0xe);
        let name = CustomerRelationshipName { customer: self.facts.customer.name, uid };
        let new = NewRelationship {
            kind: role.map_or(RelationshipKind::Management, |_| RelationshipKind::Resale),
            role,
            customer: self.facts.customer.clone(),
            buyer: self.facts.buyer.clone(),
            partner: Applicant { name, standing, open: open.cloned().collect() },
            provider: None,
            name_taken: None,
        };
        let change = CustomerRelationship::request(&new, at(EXPIRES), self.facts.time);
        self.facts.relationships.push(change.unwrap().main.into_after());
    }

    /// The customer accepts all requests of a partner that the rules permit.
    fn accept(&mut self, partner: PartnerName) {
        let standing = self.standing(partner).clone();
        let facts = &mut self.facts;
        let (customer, buyer, now) = (facts.customer.clone(), facts.buyer.clone(), facts.time);
        let parties =
            Parties { customer: &customer, buyer: &buyer, partner: &standing, provider: None };
        let mut accepted = 0;
        for it in facts.relationships.iter_mut().filter(|it| it.partner == partner) {
            if it.state_at(now) == RelationshipState::Requested
                && let Ok(change) = it.clone().accept(None, parties, now)
            {
                *it = change.main.into_after();
                accepted += 1;
            }
        }
        assert!(accepted > 0, "the customer cannot accept a request of {partner}");
    }

    /// Names other partners, with an active partnership and without additional PartnerIDs.
    fn name_partners(&mut self, seller: PartnerName, reseller: Option<PartnerName>) {
        self.transaction.chain.seller = seller;
        self.transaction.chain.reseller = reseller;
        let enrolled = self.facts.reseller.as_ref().and_then(|it| it.role(Role::IndirectReseller));
        let application = enrolled.map_or(1, |it| it.application);
        let applications = Some(Applications { provider: 1, reseller: application });
        self.facts.partnership = reseller.map(|reseller| Partnership {
            provider: seller,
            reseller,
            applications,
            ..partnership(PartnershipState::Active)
        });
        self.facts.additional.clear();
        self.transaction.lines.iter_mut().for_each(|it| it.on_record.additional_ids.clear());
    }

    fn new_seller(&mut self, role: Role) {
        self.facts.seller = self.new_partner(OTHER_SELLER, role);
        self.name_partners(OTHER_SELLER, self.transaction.chain.reseller);
    }

    fn new_reseller(&mut self) {
        let reseller = self.new_partner(OTHER_RESELLER, Role::IndirectReseller);
        self.facts.reseller = Some(reseller);
        self.name_partners(self.transaction.chain.seller, Some(OTHER_RESELLER));
    }

    /// A new partner in the customer's country, with a relationship.
    fn new_partner(&mut self, name: PartnerName, role: Role) -> Standing {
        let country: Country = self.facts.customer.country;
        let mut standing = Standing { partner: name, ..partner(STRANGER, role) };
        standing.moves_to(country.code());
        let mut active =
            relationship_with(name, RelationshipKind::Resale, RelationshipState::Active);
        active.name.customer = self.facts.customer.name;
        self.facts.relationships.push(CustomerRelationship { role: Some(role), ..active });
        standing
    }
}

/// Rule, reason, subject and, if any, partner of a failed outcome.
fn reason(outcome: &RuleOutcome) -> Option<[String; 4]> {
    let finding = outcome.finding.as_ref()?;
    let reason = finding.fault.as_ref()?.reason.to_string();
    let partner = finding.inputs.iter().find(|(name, _)| *name == "partner");
    let partner = partner.map(|(_, value)| value.clone()).unwrap_or_default();
    Some([outcome.rule.id.to_owned(), reason, finding.subject.clone(), partner])
}

/// Limits the applications of the partnership to existing ones.
fn consistent(mut world: World) -> World {
    let latest = |it: Option<&Standing>, role| {
        it.and_then(|it| it.role(role)).map_or(i32::MAX, |it| it.application)
    };
    let provider = latest(Some(&world.facts.seller), Role::IndirectProvider);
    let reseller = latest(world.facts.reseller.as_ref(), Role::IndirectReseller);
    if let Some(it) = world.facts.partnership.as_mut().and_then(|it| it.applications.as_mut()) {
        it.provider = it.provider.min(provider);
        it.reseller = it.reseller.min(reseller);
    }
    world
}

/// Takes the next steps of each reason, each in a copy of the world.
fn follow(world: &World) -> Result<Vec<Kind>, TestCaseError> {
    let world = &consistent(world.clone());
    let mut kinds = Vec::new();
    for outcome in world.decide().outcomes.iter().filter(|it| it.failed()) {
        let steps = &outcome.finding.as_ref().unwrap().fault.as_ref().unwrap().next_step.0;
        prop_assert!(!steps.is_empty());
        let found = steps.iter().map(kind).find(|it| *it != Kind::SameOrder);
        let why = reason(outcome);
        if steps.iter().any(|it| kind(it) == Kind::None) {
            kinds.push(Kind::None);
            continue;
        }
        let mut after = world.clone();
        for step in steps {
            match kind(step) {
                Kind::SameOrder => after.take(step),
                Kind::OtherOrder | Kind::None => after.change_order(step),
            }
            if matches!(step, Step::Enrollment { .. }) && kind(step) == Kind::OtherOrder {
                break; // the other tenant takes the remaining steps
            }
        }
        let left: Vec<_> = after.decide().outcomes.iter().filter_map(reason).collect();
        prop_assert!(!left.contains(why.as_ref().unwrap()), "{why:?} after {steps:?}");
        kinds.push(found.unwrap_or(Kind::SameOrder));
    }
    Ok(kinds)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn next_steps_remove_their_reason_near_allowed_worlds(world in space::worlds(4)) {
        follow(&world)?;
    }

    #[test]
    fn next_steps_remove_their_reason_in_any_world(world in space::worlds(1)) {
        follow(&world)?;
    }
}

/// Only stopped sales, and enrollment states that this version does not define, have no next step.
#[test]
fn only_stopped_sales_and_unknown_states_have_no_next_step() {
    let none = |world: &World| follow(world).unwrap().contains(&Kind::None);
    let mut world = World::direct_bill();
    world.seller_is(Role::DirectBill, crate::domain::RoleState::Unknown);
    assert!(none(&world));
    let mut world = World::direct_bill();
    world.facts.seller.moves_to("RU");
    world.facts.customer.country = "RU".parse().unwrap();
    assert!(none(&world));
    for row in super::refusals::rows() {
        let known = ["Russia", "Belarus", "unknown"].iter().any(|it| row.what.contains(it));
        let known = known && !row.fails.is_empty();
        assert_eq!(none(&super::refusals::world_of(row)), known, "{}", row.what);
    }
}
