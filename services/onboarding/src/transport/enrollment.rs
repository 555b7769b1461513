use contracts::onboarding as pb;
use failure::Failure;
use storage::Call;
use tonic::Request;

use super::{Transport, convert, render, status::denied};
use crate::domain::{Approved, Denial, EnrollmentName, Partner};

impl Transport {
    pub(super) async fn enroll_partner(
        &self,
        request: Request<pb::EnrollPartnerRequest>,
    ) -> Result<pb::EnrollPartnerResponse, Failure> {
        let (request_id, name, contact) = convert::enroll_partner(request.get_ref())?;
        let call = self.call("EnrollPartner", &request, request_id);
        let enroll = |partner: Partner| partner.enroll(name.role, contact, call.now);
        let enrollment = self.change_enrollment(&call, name, enroll).await?;
        Ok(pb::EnrollPartnerResponse { enrollment: Some(enrollment) })
    }

    pub(super) async fn record_vetting_result(
        &self,
        request: Request<pb::RecordVettingResultRequest>,
    ) -> Result<pb::RecordVettingResultResponse, Failure> {
        let (request_id, name, result, detail) = convert::record_vetting(request.get_ref())?;
        let call = self.call("RecordVettingResult", &request, request_id);
        let record = |partner: Partner| partner.record_vetting(name.role, result, detail, call.now);
        let enrollment = self.change_enrollment(&call, name, record).await?;
        Ok(pb::RecordVettingResultResponse { enrollment: Some(enrollment) })
    }

    pub(super) async fn suspend_enrollment(
        &self,
        request: Request<pb::SuspendEnrollmentRequest>,
    ) -> Result<pb::SuspendEnrollmentResponse, Failure> {
        let (request_id, name, detail) = convert::suspend(request.get_ref())?;
        let call = self.call("SuspendEnrollment", &request, request_id);
        let suspend = |partner: Partner| partner.suspend(name.role, detail, call.now);
        let enrollment = self.change_enrollment(&call, name, suspend).await?;
        Ok(pb::SuspendEnrollmentResponse { enrollment: Some(enrollment) })
    }

    pub(super) async fn reinstate_enrollment(
        &self,
        request: Request<pb::ReinstateEnrollmentRequest>,
    ) -> Result<pb::ReinstateEnrollmentResponse, Failure> {
        let (request_id, name) = convert::reinstate(request.get_ref())?;
        let call = self.call("ReinstateEnrollment", &request, request_id);
        let reinstate = |partner: Partner| partner.reinstate(name.role, call.now);
        let enrollment = self.change_enrollment(&call, name, reinstate).await?;
        Ok(pb::ReinstateEnrollmentResponse { enrollment: Some(enrollment) })
    }

    pub(super) async fn get_enrollment(
        &self,
        request: Request<pb::GetEnrollmentRequest>,
    ) -> Result<pb::GetEnrollmentResponse, Failure> {
        let name: EnrollmentName = failure::one("name", &request.get_ref().name)?;
        let partner = self.store.partner(name.partner).await?;
        let partner = partner.ok_or_else(|| Failure::missing(name))?;
        Ok(pb::GetEnrollmentResponse { enrollment: Some(of(&partner, name)?) })
    }

    pub(super) async fn list_enrollments(
        &self,
        request: Request<pb::ListEnrollmentsRequest>,
    ) -> Result<pb::ListEnrollmentsResponse, Failure> {
        let partner = self.find(failure::one("parent", &request.get_ref().parent)?).await?;
        let all = partner.enrollments.iter().map(|each| render::enrollment(partner.name, each));
        Ok(pb::ListEnrollmentsResponse { enrollments: all.collect() })
    }

    async fn change_enrollment(
        &self,
        call: &Call,
        name: EnrollmentName,
        decide: impl FnOnce(Partner) -> Result<Approved<Partner>, Denial> + Send,
    ) -> Result<pb::Enrollment, Failure> {
        let change = async {
            let partner = self.find(name.partner).await?;
            let approved = decide(partner).map_err(denied)?;
            self.store.save_partner(approved, call).await
        };
        let partner = self.store.database().once(call, change).await?;
        of(&partner, name)
    }
}

fn of(partner: &Partner, name: EnrollmentName) -> Result<pb::Enrollment, Failure> {
    let enrollment = partner.enrollment(name.role).map_err(denied)?;
    Ok(render::enrollment(partner.name, enrollment))
}
