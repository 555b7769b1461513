//! The steps that reasons of several rules have in common. Each is one that the called service
//! accepts once the steps before it are taken.

use types::{PartnerName, Timestamp};

use super::{
    enrollment::{Act, enrolled_to},
    own_use::csp_tenant,
    seller::acting_role,
};
use crate::domain::{
    EnrollmentStep, Facts, NextStep, Role, RoleState, Standing, Step, Transaction,
};

/// What is left until a partner sells something new in a role.
pub(in crate::domain) fn to_sell(partner: &Standing, role: Role) -> Step {
    let steps = match partner.role(role) {
        Some(held) => held.next_steps.clone(),
        None => first_application(partner, role),
    };
    enrollment(partner, role, steps)
}

/// What is left until a partner has accepted the MPA of a role.
pub(super) fn to_accept(partner: &Standing, role: Role) -> Step {
    use EnrollmentStep::{AcceptAgreement, EnrollOtherTenant};
    let Step::Enrollment { mut steps, .. } = to_sell(partner, role) else { return Step::Update };
    match steps.iter().position(|it| *it == AcceptAgreement) {
        Some(at) => steps.truncate(at + 1),
        None if steps == [EnrollOtherTenant] => {}
        None => steps.push(AcceptAgreement),
    }
    enrollment(partner, role, steps)
}

/// How a partner gets a location account.
pub(super) fn to_locate(partner: &Standing, role: Role) -> Step {
    enrollment(partner, role, vec![EnrollmentStep::AssociateLocation])
}

fn enrollment(partner: &Standing, role: Role, steps: Vec<EnrollmentStep>) -> Step {
    if steps.is_empty() {
        return Step::Update;
    }
    Step::Enrollment { partner: partner.partner, role, country: partner.country, steps }
}

/// The steps of one that is not enrolled in a role.
fn first_application(partner: &Standing, role: Role) -> Vec<EnrollmentStep> {
    use EnrollmentStep::{
        AcceptAgreement, AssociateLocation, Enroll, RecordEvidence, RecordVetting, Submit,
    };
    let evidence = (role == Role::DirectBill).then_some(RecordEvidence);
    let locate = partner.location.is_none().then_some(AssociateLocation);
    let covered = partner.agreements.iter().any(|it| it.covers.contains(&role));
    let accept = (!covered).then_some(AcceptAgreement);
    let all = [Some(Enroll), evidence, Some(Submit), Some(RecordVetting), locate, accept];
    all.into_iter().flatten().collect()
}

/// Whether an enrollment is far enough to partner: being vetted at least, and neither suspended
/// nor out.
pub(in crate::domain) fn may_partner_as(state: Option<RoleState>) -> bool {
    matches!(state, Some(RoleState::Vetting | RoleState::Qualified | RoleState::Active))
}

/// How a provider and a reseller come to an active partnership, which may be `invited` already.
pub(super) fn to_partner(
    provider: &Standing,
    reseller: &Standing,
    invited: bool,
    at: Timestamp,
) -> NextStep {
    let region = provider.country.region();
    if region != reseller.country.region() {
        return Step::UseTenants { region, seller: false, reseller: true }.into();
    }
    let sides = [(provider, Role::IndirectProvider), (reseller, Role::IndirectReseller)];
    let lacking = sides
        .into_iter()
        .filter(|(it, role)| !may_partner_as(it.state(*role)) || it.blocked(*role, at).is_some());
    let enroll = lacking.map(|(it, role)| to_sell(it, role));
    let invite = (!invited).then_some(Step::InvitePartnership);
    NextStep::from(Step::AcceptPartnership).after(enroll.chain(invite))
}

/// How a partner comes to an active relationship with the customer, which may be `requested`
/// already: to sell in a role, or to manage.
pub(super) fn to_relate(
    partner: &Standing,
    role: Option<Role>,
    requested: bool,
    facts: &Facts,
) -> NextStep {
    if let Some(fault) = csp_tenant(facts.customer.name, facts.buyer.csp_tenant).fault {
        return fault.next_step;
    }
    let enrolled = match &role {
        Some(role) => enrolled_to(Act::Win, partner, std::slice::from_ref(role)),
        None => enrolled_to(Act::Serve, partner, Role::ALL),
    };
    let enroll = enrolled.fault.into_iter().flat_map(|fault| fault.next_step.0);
    let partner = partner.partner;
    let ask = (!requested).then_some(Step::RequestRelationship { partner, role });
    NextStep::from(Step::AcceptRelationship { partner }).after(enroll.chain(ask))
}

/// The order to write where this one cannot be carried out however its partners are brought in
/// order: of a seller that can buy, from tenants in the customer's region.
pub(super) fn other_order(transaction: &Transaction, facts: &Facts) -> Option<Step> {
    other_seller(transaction, facts).or_else(|| other_tenants(facts))
}

/// The order to write where the seller has no role in which it buys (PT-1).
pub(super) fn other_seller(transaction: &Transaction, facts: &Facts) -> Option<Step> {
    if acting_role(transaction, facts).is_some() {
        return None;
    }
    let holds = |role| facts.seller.state(role).is_some();
    Some(swapped(facts).unwrap_or_else(|| {
        if transaction.reseller.is_some() && holds(Role::DirectBill) {
            Step::LeaveResellerOut
        } else if holds(Role::IndirectReseller) {
            Step::OrderThroughProvider(facts.seller.partner)
        } else {
            Step::NameBuyer
        }
    }))
}

/// The role in which a partner of this order takes part in the other one that a step names, if it
/// does.
pub(super) fn role_in(step: &Step, asked: &Transaction, partner: PartnerName) -> Option<Role> {
    let reseller = Role::IndirectReseller;
    if let Step::Swap { seller, .. } = step {
        Some(if *seller == partner { Role::IndirectProvider } else { reseller })
    } else if *step == Step::OrderThroughProvider(partner)
        || *step == Step::NameBuyer && asked.reseller == Some(partner)
    {
        Some(reseller)
    } else {
        let stays = *step == Step::LeaveResellerOut && asked.seller == partner;
        stays.then_some(Role::DirectBill)
    }
}

/// The order to write where seller and reseller look swapped.
pub(super) fn swapped(facts: &Facts) -> Option<Step> {
    let only = |it: &Standing, role, not| it.state(role).is_some() && it.state(not).is_none();
    let (seller, reseller) = (&facts.seller, facts.reseller.as_ref()?);
    let looks_so = only(seller, Role::IndirectReseller, Role::IndirectProvider)
        && only(reseller, Role::IndirectProvider, Role::IndirectReseller);
    let (seller, reseller) = (reseller.partner, seller.partner);
    looks_so.then_some(Step::Swap { seller, reseller })
}

/// Whether a partner's tenant is outside of the customer's region.
pub(super) fn outside(partner: &Standing, facts: &Facts) -> bool {
    partner.country.region() != facts.customer.country.region()
}

/// The order to write where a partner's tenant is outside of the customer's region.
pub(super) fn other_tenants(facts: &Facts) -> Option<Step> {
    let region = facts.customer.country.region();
    let seller = outside(&facts.seller, facts);
    let reseller = facts.reseller.as_ref().is_some_and(|it| outside(it, facts));
    (seller || reseller).then_some(Step::UseTenants { region, seller, reseller })
}
