//! The gRPC methods of onboarding. Each converts the request, reads the facts, decides, commits
//! and renders the response.

mod agreement;
mod batch;
mod convert;
mod enrollment;
mod organization;
mod partner;
mod render;
mod requirement;
mod standing;

use std::{fmt::Display, time::Duration};

use authority::{Authorized, Policy, Role};
use contracts::onboarding::{self as pb, onboarding_service_server::OnboardingService};
use errors::{Failure, Mutation};
use prost::Message;
use rules::{Denial, REVOCATION_WAIT};
use status::Request;
use storage::MutationContext;
use types::{Clock, PartnerName, Timestamp};

use crate::{
    domain::{Approved, Partner},
    store::Store,
};

/// Full name of the service in the contract.
const SERVICE: &str = "csp.onboarding.v1.OnboardingService";

#[derive(Debug)]
pub(crate) struct Transport {
    store: Store,
    clock: Clock,
}

const READ: Policy = Policy::of(&[Role::Onboarding, Role::Reader, Role::Console]);
/// What a partner's own system may record.
const WRITE: Policy = Policy::of(&[Role::Onboarding]);
/// Companies, their tenants, ownership and vetting, which no partner records about itself.
const VET: Policy = Policy::of_whole(&[Role::Onboarding]);
/// Standings contain facts about the buyer's whole group.
const STANDINGS: Policy = Policy::of_whole(&[Role::Service, Role::Reader, Role::Console]);

::status::serve! {
    impl OnboardingService for Transport as "onboarding.csp";
    create_organization(CreateOrganizationRequest) -> CreateOrganizationResponse, VET;
    update_organization(UpdateOrganizationRequest) -> UpdateOrganizationResponse, VET;
    record_ownership(RecordOwnershipRequest) -> RecordOwnershipResponse, VET;
    end_ownership(EndOwnershipRequest) -> EndOwnershipResponse, VET;
    get_organization(GetOrganizationRequest) -> GetOrganizationResponse, READ;
    list_organizations(ListOrganizationsRequest) -> ListOrganizationsResponse, READ;
    batch_get_organizations(BatchGetOrganizationsRequest) -> BatchGetOrganizationsResponse, READ;
    create_partner(CreatePartnerRequest) -> CreatePartnerResponse, VET;
    get_partner(GetPartnerRequest) -> GetPartnerResponse, READ;
    list_partners(ListPartnersRequest) -> ListPartnersResponse, READ;
    batch_get_partners(BatchGetPartnersRequest) -> BatchGetPartnersResponse, READ;
    associate_location(AssociateLocationRequest) -> AssociateLocationResponse, WRITE;
    enroll_partner(EnrollPartnerRequest) -> EnrollPartnerResponse, WRITE;
    get_enrollment(GetEnrollmentRequest) -> GetEnrollmentResponse, READ;
    list_enrollments(ListEnrollmentsRequest) -> ListEnrollmentsResponse, READ;
    record_vetting_result(RecordVettingResultRequest) -> RecordVettingResultResponse, VET;
    submit_enrollment(SubmitEnrollmentRequest) -> SubmitEnrollmentResponse, WRITE;
    resubmit_enrollment(ResubmitEnrollmentRequest) -> ResubmitEnrollmentResponse, WRITE;
    revoke_enrollment(RevokeEnrollmentRequest) -> RevokeEnrollmentResponse, VET;
    suspend_enrollment(SuspendEnrollmentRequest) -> SuspendEnrollmentResponse, VET;
    reinstate_enrollment(ReinstateEnrollmentRequest) -> ReinstateEnrollmentResponse, VET;
    record_evidence(RecordEvidenceRequest) -> RecordEvidenceResponse, VET;
    assess_enrollment(AssessEnrollmentRequest) -> AssessEnrollmentResponse, READ;
    review_enrollment(ReviewEnrollmentRequest) -> ReviewEnrollmentResponse, VET;
    accept_agreement(AcceptAgreementRequest) -> AcceptAgreementResponse, WRITE;
    get_agreement(GetAgreementRequest) -> GetAgreementResponse, READ;
    list_agreements(ListAgreementsRequest) -> ListAgreementsResponse, READ;
    get_agreement_status(GetAgreementStatusRequest) -> GetAgreementStatusResponse, READ;
    batch_get_partner_standings(BatchGetPartnerStandingsRequest)
        -> BatchGetPartnerStandingsResponse, STANDINGS;
}

impl Transport {
    pub(crate) fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }

    fn call<R: Message>(
        &self,
        method: &str,
        request: Request<R>,
        options: Mutation,
    ) -> MutationContext {
        self.call_at(self.clock.now(), method, request, options)
    }

    fn call_at<R: Message>(
        &self,
        now: Timestamp,
        method: &str,
        request: Request<R>,
        options: Mutation,
    ) -> MutationContext {
        let (message, caller) = request.into_parts();
        let content = message.encode_to_vec();
        let call = MutationContext::new(method, options, &content, caller, now);
        // Decisions do not expire either while a manual clock stands.
        let wait = if self.clock.is_manual() { Duration::ZERO } else { REVOCATION_WAIT };
        call.in_force_after(wait).with_parts(contracts::parts(SERVICE, method, &content))
    }

    /// The partner as stored, if the caller may see it. Decisions apply `effective_at` themselves.
    async fn stored_partner(
        &self,
        name: PartnerName,
        caller: &Authorized,
    ) -> Result<Partner, Failure> {
        self.stored_partner_of(name, name, caller).await
    }

    /// The partner of a resource.
    async fn stored_partner_of(
        &self,
        name: PartnerName,
        resource: impl Display,
        caller: &Authorized,
    ) -> Result<Partner, Failure> {
        let partner = caller.visible(self.store.partner(name).await?);
        partner.ok_or_else(|| Failure::missing(resource))
    }

    async fn change_partner(
        &self,
        call: &MutationContext,
        name: PartnerName,
        decide: impl FnOnce(Partner) -> Result<Approved<Partner>, Denial> + Send,
    ) -> Result<Partner, Failure> {
        let change = async {
            let partner = self.stored_partner(name, call.caller()).await?;
            self.store.database().check_etag(call, &name, partner.resource_version).await?;
            self.store.save_partner(decide(partner)?, call).await
        };
        self.store.database().idempotent(call, change).await
    }
}
