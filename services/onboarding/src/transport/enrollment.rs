use contracts::onboarding as pb;
use errors::Failure;
use rules::Denial;
use status::Request;
use storage::MutationContext;

use super::{Transport, convert::enrollment as convert, render};
use crate::domain::{Approved, EnrollmentName, Partner};

impl Transport {
    pub(super) async fn enroll_partner(
        &self,
        request: Request<pb::EnrollPartnerRequest>,
    ) -> Result<pb::EnrollPartnerResponse, Failure> {
        let (options, name, contact) = convert::enroll(request.get_ref())?;
        let call = self.call("EnrollPartner", request, options);
        let decide = |it: Partner| it.enroll(name.role, contact, call.now);
        let partner = self.change_partner(&call, name.partner, decide).await?;
        Ok(pb::EnrollPartnerResponse { enrollment: Some(rendered(&partner, name)?) })
    }

    pub(super) async fn submit_enrollment(
        &self,
        request: Request<pb::SubmitEnrollmentRequest>,
    ) -> Result<pb::SubmitEnrollmentResponse, Failure> {
        let (options, name) = convert::submit(request.get_ref())?;
        let call = self.call("SubmitEnrollment", request, options);
        let decide = |it: Partner| it.submit(name.role, call.now);
        let enrollment = self.change_enrollment(&call, name, decide).await?;
        Ok(pb::SubmitEnrollmentResponse { enrollment: Some(enrollment) })
    }

    pub(super) async fn record_vetting_result(
        &self,
        request: Request<pb::RecordVettingResultRequest>,
    ) -> Result<pb::RecordVettingResultResponse, Failure> {
        let (options, name, check, result) = convert::record_vetting(request.get_ref())?;
        let call = self.call("RecordVettingResult", request, options);
        let decide = |it: Partner| it.record_vetting(name.role, check, result, call.now);
        let enrollment = self.change_enrollment(&call, name, decide).await?;
        Ok(pb::RecordVettingResultResponse { enrollment: Some(enrollment) })
    }

    pub(super) async fn resubmit_enrollment(
        &self,
        request: Request<pb::ResubmitEnrollmentRequest>,
    ) -> Result<pb::ResubmitEnrollmentResponse, Failure> {
        let (options, name, contact) = convert::resubmit(request.get_ref())?;
        let call = self.call("ResubmitEnrollment", request, options);
        let decide = |it: Partner| it.resubmit(name.role, contact, call.now);
        let enrollment = self.change_enrollment(&call, name, decide).await?;
        Ok(pb::ResubmitEnrollmentResponse { enrollment: Some(enrollment) })
    }

    pub(super) async fn suspend_enrollment(
        &self,
        request: Request<pb::SuspendEnrollmentRequest>,
    ) -> Result<pb::SuspendEnrollmentResponse, Failure> {
        let (options, name, cause, detail) = convert::suspend(request.get_ref())?;
        let call = self.call("SuspendEnrollment", request, options);
        let decide = |it: Partner| it.suspend(name.role, cause, detail, call.now);
        let enrollment = self.change_enrollment(&call, name, decide).await?;
        Ok(pb::SuspendEnrollmentResponse { enrollment: Some(enrollment) })
    }

    pub(super) async fn reinstate_enrollment(
        &self,
        request: Request<pb::ReinstateEnrollmentRequest>,
    ) -> Result<pb::ReinstateEnrollmentResponse, Failure> {
        let (options, name) = convert::reinstate(request.get_ref())?;
        let call = self.call("ReinstateEnrollment", request, options);
        let decide = |it: Partner| it.reinstate(name.role, call.now);
        let enrollment = self.change_enrollment(&call, name, decide).await?;
        Ok(pb::ReinstateEnrollmentResponse { enrollment: Some(enrollment) })
    }

    pub(super) async fn revoke_enrollment(
        &self,
        request: Request<pb::RevokeEnrollmentRequest>,
    ) -> Result<pb::RevokeEnrollmentResponse, Failure> {
        let (options, name, detail) = convert::revoke(request.get_ref())?;
        let call = self.call("RevokeEnrollment", request, options);
        let decide = |it: Partner| it.revoke(name.role, detail, call.now);
        let enrollment = self.change_enrollment(&call, name, decide).await?;
        Ok(pb::RevokeEnrollmentResponse { enrollment: Some(enrollment) })
    }

    pub(super) async fn get_enrollment(
        &self,
        request: Request<pb::GetEnrollmentRequest>,
    ) -> Result<pb::GetEnrollmentResponse, Failure> {
        let name: EnrollmentName = errors::one("name", &request.get_ref().name)?;
        let partner = self.stored_partner_of(name.partner, name, request.caller()).await?;
        let partner = partner.effective_at(self.clock.now());
        Ok(pb::GetEnrollmentResponse { enrollment: Some(rendered(&partner, name)?) })
    }

    pub(super) async fn list_enrollments(
        &self,
        request: Request<pb::ListEnrollmentsRequest>,
    ) -> Result<pb::ListEnrollmentsResponse, Failure> {
        let name = errors::one("parent", &request.get_ref().parent)?;
        let partner = self.stored_partner(name, request.caller()).await?;
        let partner = partner.effective_at(self.clock.now());
        let all = partner.enrollments.iter().map(|each| render::enrollment(partner.name, each));
        Ok(pb::ListEnrollmentsResponse { enrollments: all.collect() })
    }

    pub(super) async fn change_enrollment(
        &self,
        call: &MutationContext,
        name: EnrollmentName,
        decide: impl FnOnce(Partner) -> Result<Approved<Partner>, Denial> + Send,
    ) -> Result<pb::Enrollment, Failure> {
        let change = async {
            let partner = self.stored_partner(name.partner, call.caller()).await?;
            let resource_version = partner.enrollment(name.role)?.resource_version;
            self.store
                .database()
                .check_part_etag(call, &name.partner, &name, resource_version)
                .await?;
            self.store.save_partner(decide(partner)?, call).await
        };
        let partner = self.store.database().idempotent(call, change).await?;
        rendered(&partner, name)
    }
}

fn rendered(partner: &Partner, name: EnrollmentName) -> Result<pb::Enrollment, Failure> {
    let enrollment = partner.enrollment(name.role)?;
    Ok(render::enrollment(partner.name, enrollment))
}
