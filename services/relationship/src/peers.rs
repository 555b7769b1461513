//! The client of onboarding.

use std::{fmt::Display, str::FromStr};

use contracts::{
    onboarding::{self as pb, onboarding_service_client::OnboardingServiceClient},
    time::from_wire,
};
use errors::Failure;
use rpc_client::Channel;
use rules::EnrollmentStep;
use runtime::telemetry::{Traced, traced};
use types::{LocationAccountId, OrganizationName, PartnerName, Timestamp};

use crate::domain::{
    BuyerStanding, Location, RoleStanding, RoleState, Standing, StandingAgreement,
};

const ONBOARDING: &str = "onboarding";

/// The customer's tenant and the organization that owns it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Buyer {
    pub tenant: uuid::Uuid,
    pub organization: OrganizationName,
}

/// Standings of partners and of the buyer, from one snapshot of onboarding's database.
#[derive(Debug)]
pub(crate) struct StandingsReply {
    /// Standings of the requested partners, in request order.
    pub partners: Vec<Standing>,
    /// Standings of the partners that own the requested location accounts.
    pub located: Vec<Standing>,
    buyer: Option<BuyerStanding>,
}

#[derive(Debug, Clone)]
pub(crate) struct Onboarding {
    client: OnboardingServiceClient<Traced>,
}

impl Onboarding {
    pub(crate) fn new(settings: rpc_client::Settings) -> Self {
        Self { client: OnboardingServiceClient::new(traced(Channel::new(settings))) }
    }

    /// Standings of these partners, in request order.
    pub(crate) async fn standings(&self, names: &[PartnerName]) -> Result<Vec<Standing>, Failure> {
        self.fetch(names, &[], None).await.map(|reply| reply.partners)
    }

    /// Standings of these partners, in request order, and of the buyer.
    pub(crate) async fn standings_for(
        &self,
        names: &[PartnerName],
        buyer: Buyer,
    ) -> Result<(Vec<Standing>, BuyerStanding), Failure> {
        let (reply, buyer) = self.standings_with_located(names, &[], buyer).await?;
        Ok((reply.partners, buyer))
    }

    /// Standings of these partners, in request order, of the owners of these location accounts, and
    /// of the buyer. Skips location accounts without an owner.
    pub(crate) async fn standings_with_located(
        &self,
        names: &[PartnerName],
        accounts: &[LocationAccountId],
        buyer: Buyer,
    ) -> Result<(StandingsReply, BuyerStanding), Failure> {
        let mut reply = self.fetch(names, accounts, Some(buyer)).await?;
        let buyer = reply.buyer.take().ok_or_else(|| Failure::bug("onboarding omitted the buyer"));
        Ok((reply, buyer?))
    }

    async fn fetch(
        &self,
        names: &[PartnerName],
        accounts: &[LocationAccountId],
        buyer: Option<Buyer>,
    ) -> Result<StandingsReply, Failure> {
        let request = pb::BatchGetPartnerStandingsRequest {
            names: names.iter().map(ToString::to_string).collect(),
            buyer: buyer.map(|buyer| pb::Buyer {
                tenant_id: buyer.tenant.to_string(),
                organization: buyer.organization.to_string(),
            }),
            location_account_ids: accounts.iter().map(ToString::to_string).collect(),
        };
        let response = self.client.clone().batch_get_partner_standings(request).await;
        let response = response.map_err(|status| status::read(ONBOARDING, &status))?.into_inner();
        let read = |all: &[pb::PartnerStanding]| -> Result<Vec<Standing>, Failure> {
            all.iter().map(standing).collect()
        };
        let partners = read(&response.standings)?;
        if !partners.iter().map(|it| it.partner).eq(names.iter().copied()) {
            return Err(Failure::bug(
                "onboarding returned standings of other partners than requested",
            ));
        }
        let located = read(&response.location_standings)?;
        let buyer = response.buyer.as_ref().map(buyer_standing).transpose()?;
        Ok(StandingsReply { partners, located, buyer })
    }
}

fn standing(message: &pb::PartnerStanding) -> Result<Standing, Failure> {
    let location = if message.location_account_id.is_empty() {
        None
    } else {
        let account = read(&message.location_account_id)?;
        Some(Location { account, country: read(&message.location_country_code)? })
    };
    let roles = message.roles.iter().filter_map(role_standing);
    let agreements = message.agreements.iter().map(agreement);
    Ok(Standing {
        partner: read(&message.partner)?,
        organization: read(&message.organization)?,
        country: read(&message.country_code)?,
        location,
        roles: roles.collect::<Result<_, _>>()?,
        agreements: agreements.collect::<Result<_, _>>()?,
        affiliation: message.affiliation.clone(),
        revision: message.revision,
        organization_revision: message.organization_revision,
    })
}

/// `None` for a role that this version does not define.
fn role_standing(message: &pb::RoleStanding) -> Option<Result<RoleStanding, Failure>> {
    let role = message.role().value()?;
    let block_time = time(message.block_time.as_ref());
    Some(block_time.map(|block_time| RoleStanding {
        role,
        state: state(message.state()),
        application: message.application,
        block_time,
        next_steps: steps(message),
    }))
}

/// The next steps in a role; empty if any of them is undefined in this version.
fn steps(message: &pb::RoleStanding) -> Vec<EnrollmentStep> {
    let steps = message.next_steps.iter();
    let known: Option<Vec<_>> =
        steps.map(|it| pb::EnrollmentStep::try_from(*it).ok()?.value()).collect();
    known.unwrap_or_default()
}

/// Drops covered roles that this version does not define.
fn agreement(message: &pb::AgreementStanding) -> Result<StandingAgreement, Failure> {
    let covers = message.covered_roles().filter_map(pb::Role::value).collect();
    let (name, version) = (message.name.clone(), message.version.clone());
    let lapse_time = time(message.lapse_time.as_ref())?;
    Ok(StandingAgreement { name, covers, version, lapse_time })
}

fn time(time: Option<&prost_types::Timestamp>) -> Result<Option<Timestamp>, Failure> {
    let read = time.map(from_wire).transpose();
    read.map_err(|error| Failure::bug(format!("onboarding returned a time that {error}")))
}

fn buyer_standing(message: &pb::BuyerStanding) -> Result<BuyerStanding, Failure> {
    Ok(BuyerStanding {
        csp_tenant: message.csp_tenant,
        partners: message.partners.iter().map(|name| read(name)).collect::<Result<_, _>>()?,
        organization_revision: message.organization_revision,
    })
}

fn read<T: FromStr<Err: Display>>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error| Failure::bug(format!("onboarding returned `{text}`: {error}")))
}

fn state(state: pb::EnrollmentState) -> RoleState {
    match state {
        pb::EnrollmentState::Unspecified => RoleState::Unknown,
        pb::EnrollmentState::Vetting => RoleState::Vetting,
        pb::EnrollmentState::Rejected => RoleState::Rejected,
        pb::EnrollmentState::Qualified => RoleState::Qualified,
        pb::EnrollmentState::Active => RoleState::Active,
        pb::EnrollmentState::Suspended => RoleState::Suspended,
        pb::EnrollmentState::Draft => RoleState::Draft,
        pb::EnrollmentState::Restricted => RoleState::Restricted,
        pb::EnrollmentState::Revoked => RoleState::Revoked,
    }
}
