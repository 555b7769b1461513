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

use contracts::onboarding::{self as pb, onboarding_service_server::OnboardingService};
use errors::{Failure, Mutation};
use prost::Message;
use rules::Denial;
use runtime::server::actor;
use storage::MutationContext;
use tonic::Request;
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

::status::serve! {
    impl OnboardingService for Transport as "onboarding.csp";
    create_organization(CreateOrganizationRequest) -> CreateOrganizationResponse;
    update_organization(UpdateOrganizationRequest) -> UpdateOrganizationResponse;
    record_ownership(RecordOwnershipRequest) -> RecordOwnershipResponse;
    end_ownership(EndOwnershipRequest) -> EndOwnershipResponse;
    get_organization(GetOrganizationRequest) -> GetOrganizationResponse;
    list_organizations(ListOrganizationsRequest) -> ListOrganizationsResponse;
    batch_get_organizations(BatchGetOrganizationsRequest) -> BatchGetOrganizationsResponse;
    create_partner(CreatePartnerRequest) -> CreatePartnerResponse;
    get_partner(GetPartnerRequest) -> GetPartnerResponse;
    list_partners(ListPartnersRequest) -> ListPartnersResponse;
    batch_get_partners(BatchGetPartnersRequest) -> BatchGetPartnersResponse;
    associate_location(AssociateLocationRequest) -> AssociateLocationResponse;
    enroll_partner(EnrollPartnerRequest) -> EnrollPartnerResponse;
    get_enrollment(GetEnrollmentRequest) -> GetEnrollmentResponse;
    list_enrollments(ListEnrollmentsRequest) -> ListEnrollmentsResponse;
    record_vetting_result(RecordVettingResultRequest) -> RecordVettingResultResponse;
    submit_enrollment(SubmitEnrollmentRequest) -> SubmitEnrollmentResponse;
    resubmit_enrollment(ResubmitEnrollmentRequest) -> ResubmitEnrollmentResponse;
    revoke_enrollment(RevokeEnrollmentRequest) -> RevokeEnrollmentResponse;
    suspend_enrollment(SuspendEnrollmentRequest) -> SuspendEnrollmentResponse;
    reinstate_enrollment(ReinstateEnrollmentRequest) -> ReinstateEnrollmentResponse;
    record_evidence(RecordEvidenceRequest) -> RecordEvidenceResponse;
    assess_enrollment(AssessEnrollmentRequest) -> AssessEnrollmentResponse;
    review_enrollment(ReviewEnrollmentRequest) -> ReviewEnrollmentResponse;
    accept_agreement(AcceptAgreementRequest) -> AcceptAgreementResponse;
    get_agreement(GetAgreementRequest) -> GetAgreementResponse;
    list_agreements(ListAgreementsRequest) -> ListAgreementsResponse;
    get_agreement_status(GetAgreementStatusRequest) -> GetAgreementStatusResponse;
    batch_get_partner_standings(BatchGetPartnerStandingsRequest)
        -> BatchGetPartnerStandingsResponse;
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
        let content = request.get_ref().encode_to_vec();
        let call = MutationContext::new(method, options, &content, actor(request.metadata()), now);
        call.with_parts(contracts::parts(SERVICE, method, &content))
    }

    /// The partner as stored. Decisions apply `effective_at` themselves.
    async fn stored_partner(&self, name: PartnerName) -> Result<Partner, Failure> {
        let partner = self.store.partner(name).await?;
        partner.ok_or_else(|| Failure::missing(name))
    }

    /// The partner as effective now, for responses.
    async fn effective_partner(&self, name: PartnerName) -> Result<Partner, Failure> {
        Ok(self.stored_partner(name).await?.effective_at(self.clock.now()))
    }

    async fn change_partner(
        &self,
        call: &MutationContext,
        name: PartnerName,
        decide: impl FnOnce(Partner) -> Result<Approved<Partner>, Denial> + Send,
    ) -> Result<Partner, Failure> {
        let change = async {
            let partner = self.stored_partner(name).await?;
            self.store.database().check_etag(call, &name, partner.resource_version).await?;
            self.store.save_partner(decide(partner)?, call).await
        };
        self.store.database().idempotent(call, change).await
    }
}
