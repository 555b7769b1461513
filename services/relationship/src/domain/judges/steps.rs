//! Next steps that several rules share. The called service accepts each step after the previous ones.

use rules::{EnrollmentStep, Role, Transaction};
use types::{PartnerName, Timestamp};

use crate::domain::{Facts, NextStep, RoleState, Standing, Step};

/// Steps until a partner may sell something new in a role.
pub(in crate::domain) fn to_sell(partner: &Standing, role: Role) -> Step {
    let steps = match partner.role(role) {
        Some(enrollment) => enrollment.next_steps.clone(),
        None => first_application(partner, role),
    };
    enrollment(partner, role, steps)
}

/// Steps until a partner has accepted the MPA in a role.
pub(super) fn to_accept(partner: &Standing, role: Role) -> Step {
    use EnrollmentStep::{AcceptAgreement, EnrollOtherTenant};
    let Step::Enrollment { mut steps, .. } = to_sell(partner, role) else { return Step::Upgrade };
    match steps.iter().position(|it| *it == AcceptAgreement) {
        Some(at) => steps.truncate(at + 1),
        None if steps == [EnrollOtherTenant] => {}
        None => steps.push(AcceptAgreement),
    }
    enrollment(partner, role, steps)
}

/// Step that associates a location account.
pub(super) fn to_locate(partner: &Standing, role: Role) -> Step {
    enrollment(partner, role, vec![EnrollmentStep::AssociateLocation])
}

fn enrollment(partner: &Standing, role: Role, steps: Vec<EnrollmentStep>) -> Step {
    if steps.is_empty() {
        return Step::Upgrade;
    }
    Step::Enrollment { partner: partner.partner, role, country: partner.country, steps }
}

/// Steps of a partner that never enrolled in a role.
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

/// Whether an enrollment in this state permits partnerships.
pub(in crate::domain) fn may_partner_as(state: Option<RoleState>) -> bool {
    matches!(state, Some(RoleState::Vetting | RoleState::Qualified | RoleState::Active))
}

/// Steps to an active partnership, with or without an open invitation.
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

/// Role of a partner of this order in the other order that a step names.
pub(super) fn role_in(
    step: &Step,
    transaction: &Transaction,
    partner: PartnerName,
) -> Option<Role> {
    let reseller = Role::IndirectReseller;
    if let Step::Swap { seller, .. } = step {
        Some(if *seller == partner { Role::IndirectProvider } else { reseller })
    } else if *step == Step::OrderThroughProvider(partner)
        || *step == Step::NameSeller && transaction.chain.reseller == Some(partner)
    {
        Some(reseller)
    } else {
        let stays = *step == Step::RemoveReseller && transaction.chain.seller == partner;
        stays.then_some(Role::DirectBill)
    }
}

/// The order with seller and reseller exchanged, if they look swapped.
pub(super) fn swapped(facts: &Facts) -> Option<Step> {
    let only = |it: &Standing, role, not| it.state(role).is_some() && it.state(not).is_none();
    let (seller, reseller) = (&facts.seller, facts.reseller.as_ref()?);
    let looks_swapped = only(seller, Role::IndirectReseller, Role::IndirectProvider)
        && only(reseller, Role::IndirectProvider, Role::IndirectReseller);
    let (seller, reseller) = (reseller.partner, seller.partner);
    looks_swapped.then_some(Step::Swap { seller, reseller })
}

/// Whether a partner's CSP tenant is outside the customer's region.
pub(super) fn outside_region(partner: &Standing, facts: &Facts) -> bool {
    partner.country.region() != facts.customer.country.region()
}

/// Another order, if a partner's CSP tenant is outside the customer's region.
pub(super) fn other_tenants(facts: &Facts) -> Option<Step> {
    let region = facts.customer.country.region();
    let seller = outside_region(&facts.seller, facts);
    let reseller = facts.reseller.as_ref().is_some_and(|it| outside_region(it, facts));
    (seller || reseller).then_some(Step::UseTenants { region, seller, reseller })
}
