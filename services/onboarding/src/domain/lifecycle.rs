use rules::{Lifecycle, Move, Reason};

use super::EnrollmentState::{
    self, Active, Draft, Qualified, Rejected, Restricted, Revoked, Suspended, Vetting,
};

/// A qualified enrollment that meets all conditions; restricted if it failed a review.
const READY: [EnrollmentState; 2] = [Active, Restricted];

/// The moves of an enrollment. Evidence can be recorded in every state, but changes only the listed
/// one.
pub(super) const LIFECYCLE: Lifecycle<EnrollmentState> = Lifecycle {
    resource: "the enrollment",
    reason: Reason::EnrollmentStateConflict,
    moves: &[
        Move::new("EnrollPartner", &[], &[Draft]),
        Move::new("SubmitEnrollment", &[Draft], &[Vetting])
            .achieved_in(&[Vetting, Qualified, Active]),
        Move::new(
            "RecordVettingResult",
            &[Vetting],
            &[Vetting, Rejected, Qualified, Active, Restricted],
        )
        .achieved_in(&[]),
        Move::new("ResubmitEnrollment", &[Rejected], &[Vetting]),
        Move::effect("30 days", &[Rejected], &[Suspended]),
        Move::new("AssociateLocation", &[Qualified], &READY).achieved_in(&[]),
        Move::new("AcceptAgreement", &[Qualified], &READY).achieved_in(&[]),
        Move::new("RecordEvidence", &[Qualified], &READY).achieved_in(&[]),
        Move::new("ReviewEnrollment", &[Active], &[Restricted]).achieved_in(&[]),
        Move::new("ReviewEnrollment", &[Restricted], &[Qualified, Active]).achieved_in(&[]),
        Move::new("ReviewEnrollment", &[Suspended], &[Vetting, Qualified, Active]).achieved_in(&[]),
        Move::effect("the MPA lapses", &[Active], &[Qualified]),
        Move::effect("30 days after the failed review", &[Restricted], &[Suspended]),
        Move::new("UpdateOrganization", &[Vetting, Qualified, Active, Restricted], &[Vetting])
            .achieved_in(&[]),
        Move::new("SuspendEnrollment", &[Qualified, Active, Restricted], &[Suspended]),
        Move::new("ReinstateEnrollment", &[Suspended], &[Vetting, Qualified, Active])
            .achieved_in(&[Qualified, Active]),
        Move::new("RevokeEnrollment", &[Suspended], &[Revoked]),
        Move::effect("60 days after the failed review", &[Suspended], &[Revoked]),
        Move::new("EnrollPartner", &[Revoked], &[Draft]).achieved_in(&[]),
    ],
    otherwise: "enroll the partner in another role with EnrollPartner",
};
