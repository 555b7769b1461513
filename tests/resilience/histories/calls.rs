//! The mutations of a world.

use cluster::{
    ScenarioClient,
    scenario_client::{Answer, enrollment, new_id},
};
use contracts::{onboarding as ob, relationship as rl};
use prost_types::FieldMask;

use super::world::World;

const ROLE: ob::Role = ob::Role::IndirectReseller;

/// A mutation, with the names and contents that it needs.
#[derive(Debug, Clone)]
pub enum Call {
    AcceptAgreement,
    SuspendEnrollment,
    ReinstateEnrollment,
    RevokeEnrollment,
    RecordOwnership,
    EndOwnership,
    /// With the new name.
    Rename(String),
    InvitePartnership(String),
    AcceptPartnership(String),
    EndPartnership(String),
    RequestRelationship(String),
    AcceptRelationship(String),
    RemoveRelationship(String),
    ReviewAccount {
        verified: bool,
    },
}

impl Call {
    pub fn rename() -> Self {
        Self::Rename(format!("Litware {}", new_id()))
    }

    /// The calls that establish a new partnership.
    pub fn new_partnership() -> [Self; 2] {
        let name = format!("partnerships/{}", new_id());
        [Self::InvitePartnership(name.clone()), Self::AcceptPartnership(name)]
    }

    /// The calls that establish a new relationship of this customer.
    pub fn new_relationship(customer: &str) -> [Self; 2] {
        let name = format!("{customer}/relationships/{}", new_id());
        [Self::RequestRelationship(name.clone()), Self::AcceptRelationship(name)]
    }

    /// Whether it is acknowledged only when no decision on the earlier facts can be acted on.
    pub fn may_revoke(&self) -> bool {
        match self {
            Self::SuspendEnrollment
            | Self::RevokeEnrollment
            | Self::RecordOwnership
            | Self::EndPartnership(_)
            | Self::RemoveRelationship(_)
            | Self::ReviewAccount { verified: false } => true,
            Self::AcceptAgreement
            | Self::ReinstateEnrollment
            | Self::EndOwnership
            | Self::Rename(_)
            | Self::InvitePartnership(_)
            | Self::AcceptPartnership(_)
            | Self::RequestRelationship(_)
            | Self::AcceptRelationship(_)
            | Self::ReviewAccount { verified: true } => false,
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::AcceptAgreement => "AcceptAgreement",
            Self::SuspendEnrollment => "SuspendEnrollment",
            Self::ReinstateEnrollment => "ReinstateEnrollment",
            Self::RevokeEnrollment => "RevokeEnrollment",
            Self::RecordOwnership => "RecordOwnership",
            Self::EndOwnership => "EndOwnership",
            Self::Rename(_) => "UpdateOrganization",
            Self::InvitePartnership(_) => "InvitePartnership",
            Self::AcceptPartnership(_) => "AcceptPartnership",
            Self::EndPartnership(_) => "EndPartnership",
            Self::RequestRelationship(_) => "RequestCustomerRelationship",
            Self::AcceptRelationship(_) => "AcceptCustomerRelationship",
            Self::RemoveRelationship(_) => "RemoveCustomerRelationship",
            Self::ReviewAccount { verified: true } => "RecordAccountReview(VERIFIED)",
            Self::ReviewAccount { verified: false } => "RecordAccountReview(UNDER_REVIEW)",
        }
    }
}

impl World {
    pub(super) async fn send(&self, client: &ScenarioClient, call: &Call) -> Answer<()> {
        match call {
            Call::AcceptAgreement
            | Call::SuspendEnrollment
            | Call::ReinstateEnrollment
            | Call::RevokeEnrollment => self.change_enrollment(client, call).await,
            Call::RecordOwnership | Call::EndOwnership | Call::Rename(_) => {
                self.change_organization(client, call).await
            }
            Call::InvitePartnership(name)
            | Call::AcceptPartnership(name)
            | Call::EndPartnership(name) => self.change_partnership(client, call, name).await,
            Call::RequestRelationship(name)
            | Call::AcceptRelationship(name)
            | Call::RemoveRelationship(name) => self.change_relationship(client, call, name).await,
            Call::ReviewAccount { verified } => self.review_account(client, *verified).await,
        }
    }

    async fn change_enrollment(&self, client: &ScenarioClient, call: &Call) -> Answer<()> {
        let mut onboarding = client.onboarding.clone();
        let (name, detail) = (enrollment(&self.reseller, ROLE), "abuse".to_owned());
        match call {
            Call::AcceptAgreement => {
                client.accept_mpa(&self.reseller, ob::AgreementKind::IndirectReseller).await
            }
            Call::SuspendEnrollment => {
                let cause = ob::SuspensionCause::Abuse.into();
                let request =
                    ob::SuspendEnrollmentRequest { name, cause, detail, ..Default::default() };
                onboarding.suspend_enrollment(request).await.map(drop)
            }
            Call::ReinstateEnrollment => {
                let request = ob::ReinstateEnrollmentRequest { name, ..Default::default() };
                onboarding.reinstate_enrollment(request).await.map(drop)
            }
            _ => {
                let request = ob::RevokeEnrollmentRequest { name, detail, ..Default::default() };
                onboarding.revoke_enrollment(request).await.map(drop)
            }
        }
    }

    async fn change_organization(&self, client: &ScenarioClient, call: &Call) -> Answer<()> {
        let mut onboarding = client.onboarding.clone();
        let (name, owner) = (self.organization.clone(), self.reseller.organization.clone());
        match call {
            Call::Rename(new) => {
                let display_name = new.clone();
                let organization = ob::Organization { name, display_name, ..Default::default() };
                let request = ob::UpdateOrganizationRequest {
                    organization: Some(organization),
                    update_mask: Some(FieldMask { paths: vec!["display_name".to_owned()] }),
                    ..Default::default()
                };
                onboarding.update_organization(request).await.map(drop)
            }
            Call::RecordOwnership => {
                let share_basis_points = 10_000;
                let owner =
                    ob::Owner { organization: owner, share_basis_points, ..Default::default() };
                let request =
                    ob::RecordOwnershipRequest { name, owner: Some(owner), ..Default::default() };
                onboarding.record_ownership(request).await.map(drop)
            }
            _ => {
                let detail = "sold".to_owned();
                let request = ob::EndOwnershipRequest { name, owner, detail, ..Default::default() };
                onboarding.end_ownership(request).await.map(drop)
            }
        }
    }

    async fn change_partnership(
        &self,
        client: &ScenarioClient,
        call: &Call,
        name: &str,
    ) -> Answer<()> {
        let mut relationship = client.relationship.clone();
        let name = name.to_owned();
        match call {
            Call::InvitePartnership(_) => {
                let request = rl::InvitePartnershipRequest {
                    provider: self.provider.name.clone(),
                    reseller: self.reseller.name.clone(),
                    partnership_id: id(&name),
                    ..Default::default()
                };
                relationship.invite_partnership(request).await.map(drop)
            }
            Call::AcceptPartnership(_) => {
                let request = rl::AcceptPartnershipRequest { name, ..Default::default() };
                relationship.accept_partnership(request).await.map(drop)
            }
            _ => {
                let request = rl::EndPartnershipRequest {
                    name,
                    detail: "the contract ends".to_owned(),
                    ended_by: rl::PartnershipSide::Provider.into(),
                    ..Default::default()
                };
                relationship.end_partnership(request).await.map(drop)
            }
        }
    }

    async fn change_relationship(
        &self,
        client: &ScenarioClient,
        call: &Call,
        name: &str,
    ) -> Answer<()> {
        let mut relationship = client.relationship.clone();
        let name = name.to_owned();
        match call {
            Call::RequestRelationship(_) => {
                let request = rl::RequestCustomerRelationshipRequest {
                    parent: self.customer.clone(),
                    partner: self.reseller.name.clone(),
                    kind: rl::CustomerRelationshipKind::Resale.into(),
                    role: ROLE.into(),
                    relationship_id: id(&name),
                    ..Default::default()
                };
                relationship.request_customer_relationship(request).await.map(drop)
            }
            Call::AcceptRelationship(_) => {
                let request = rl::AcceptCustomerRelationshipRequest { name, ..Default::default() };
                relationship.accept_customer_relationship(request).await.map(drop)
            }
            _ => {
                let request = rl::RemoveCustomerRelationshipRequest {
                    name,
                    detail: "the contract ends".to_owned(),
                    removed_by: self.provider.name.clone(),
                    no_active_subscriptions: true,
                    ..Default::default()
                };
                relationship.remove_customer_relationship(request).await.map(drop)
            }
        }
    }

    async fn review_account(&self, client: &ScenarioClient, verified: bool) -> Answer<()> {
        use rl::AccountState::{UnderReview, Verified};
        let request = rl::RecordAccountReviewRequest {
            name: self.customer.clone(),
            state: if verified { Verified } else { UnderReview }.into(),
            detail: "reviewed".to_owned(),
            ..Default::default()
        };
        client.relationship.clone().record_account_review(request).await.map(drop)
    }
}

/// The last segment of a name.
fn id(name: &str) -> String {
    name.rsplit('/').next().unwrap_or_default().to_owned()
}
