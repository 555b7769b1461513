use contracts::onboarding as pb;
use errors::Failure;
use status::Request;

use super::{Transport, convert, render};
use crate::domain::{EnrollmentName, Partner};

impl Transport {
    pub(super) async fn record_evidence(
        &self,
        request: Request<pb::RecordEvidenceRequest>,
    ) -> Result<pb::RecordEvidenceResponse, Failure> {
        let now = self.clock.now();
        let (options, name, evidence) = convert::requirement::record(request.get_ref(), now)?;
        let call = self.call_at(now, "RecordEvidence", request, options);
        let decide = |it: Partner| it.record_evidence(name.role, evidence, now);
        let enrollment = self.change_enrollment(&call, name, decide).await?;
        Ok(pb::RecordEvidenceResponse { enrollment: Some(enrollment) })
    }

    pub(super) async fn assess_enrollment(
        &self,
        request: Request<pb::AssessEnrollmentRequest>,
    ) -> Result<pb::AssessEnrollmentResponse, Failure> {
        let name: EnrollmentName = errors::one("name", &request.get_ref().name)?;
        let partner = self.stored_partner_of(name.partner, name, request.caller()).await?;
        let assessments = partner.enrollment(name.role)?.assess(self.clock.now());
        Ok(pb::AssessEnrollmentResponse {
            assessments: assessments.into_iter().map(render::assessment).collect(),
        })
    }

    pub(super) async fn review_enrollment(
        &self,
        request: Request<pb::ReviewEnrollmentRequest>,
    ) -> Result<pb::ReviewEnrollmentResponse, Failure> {
        let (options, name) = convert::requirement::review(request.get_ref())?;
        let call = self.call("ReviewEnrollment", request, options);
        let decide = |it: Partner| it.review(name.role, call.now);
        let enrollment = self.change_enrollment(&call, name, decide).await?;
        Ok(pb::ReviewEnrollmentResponse { enrollment: Some(enrollment) })
    }
}
