//! The gRPC face of onboarding. Every method: convert, gather, decide, commit, render.

mod agreement;
mod batch;
mod convert;
mod enrollment;
mod organization;
mod partner;
mod render;
mod requirement;
mod standing;
mod status;

use contracts::onboarding::{self as pb, onboarding_service_server::OnboardingService};
use failure::Failure;
use kernel::{Clock, PartnerName, Timestamp};
use prost::Message;
use runtime::server::actor;
use storage::Call;
use tonic::Request;
use uuid::Uuid;

use self::convert::Mutation;
use crate::{
    domain::{Approved, Partner},
    store::Store,
};

#[derive(Debug)]
pub(crate) struct Transport {
    store: Store,
    clock: Clock,
}

failure::serve! {
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

    fn call<R: Message>(&self, method: &str, request: &Request<R>, id: Option<Uuid>) -> Call {
        self.call_at(self.clock.now(), method, request, id)
    }

    fn call_at<R: Message>(
        &self,
        now: Timestamp,
        method: &str,
        request: &Request<R>,
        id: Option<Uuid>,
    ) -> Call {
        let content = request.get_ref().encode_to_vec();
        Call::new(method, id, &content, actor(request.metadata()), now)
    }

    /// The partner as it was written, to be decided on.
    async fn find(&self, name: PartnerName) -> Result<Partner, Failure> {
        let partner = self.store.partner(name).await?;
        partner.ok_or_else(|| Failure::missing(name))
    }

    /// The partner as it is by now, to be told.
    async fn read(&self, name: PartnerName) -> Result<Partner, Failure> {
        Ok(self.find(name).await?.settled(self.clock.now()))
    }

    /// Writes a partner that was decided on, unless the call only tries.
    async fn commit(
        &self,
        approved: Approved<Partner>,
        call: &Call,
        how: Mutation,
    ) -> Result<Partner, Failure> {
        match how.validate_only {
            true => Ok(approved.into_after()),
            false => self.store.save_partner(approved, call).await,
        }
    }
}
