//! The states of an enrollment and the moves between them, as one table.

use types::{StateConflict, text_enum};

use super::{
    Denial, Enrollment, EnrollmentName,
    EnrollmentState::{
        self, Active, Draft, Qualified, Rejected, Restricted, Revoked, Suspended, Vetting,
    },
    Reason,
    denial::STATE,
};

text_enum! {
    /// A move of an enrollment. Its text is the name of the call.
    pub enum Move {
        /// Applies again after a revocation.
        Enroll = "EnrollPartner",
        /// Submits a draft.
        Submit = "SubmitEnrollment",
        /// Records the outcome of a vetting check.
        RecordVetting = "RecordVettingResult",
        /// Submits a rejected enrollment again.
        Resubmit = "ResubmitEnrollment",
        /// Associates a location account with the tenant.
        Locate = "AssociateLocation",
        /// Records an acceptance of the MPA.
        Accept = "AcceptAgreement",
        /// Records evidence for requirements.
        Attest = "RecordEvidence",
        /// Checks the requirements once a year.
        Review = "ReviewEnrollment",
        /// Changes the legal profile of the company.
        Profile = "UpdateOrganization",
        /// Suspends the enrollment.
        Suspend = "SuspendEnrollment",
        /// Ends a suspension.
        Reinstate = "ReinstateEnrollment",
        /// Ends the enrollment.
        Revoke = "RevokeEnrollment",
    }
}

/// Each move with the states that allow it and the states that it can lead to. `effective_at` adds
/// the changes by time: rejected to suspended, restricted to suspended to revoked, and active to
/// qualified when the MPA lapses. Evidence can be recorded in every state, but changes only the
/// listed one.
pub(super) const MOVES: &[(Move, &[EnrollmentState], &[EnrollmentState])] = &[
    (Move::Enroll, &[Revoked], &[Draft]),
    (Move::Submit, &[Draft], &[Vetting]),
    (Move::RecordVetting, &[Vetting], &[Vetting, Rejected, Qualified, Active]),
    (Move::Resubmit, &[Rejected], &[Vetting]),
    (Move::Locate, &[Qualified], &[Qualified, Active]),
    (Move::Accept, &[Qualified], &[Qualified, Active]),
    (Move::Attest, &[Qualified], &[Qualified, Active]),
    (Move::Review, &[Active, Restricted, Suspended], &[Active, Restricted, Qualified, Suspended]),
    (Move::Profile, &[Vetting, Qualified, Active, Restricted], &[Vetting]),
    (Move::Suspend, &[Qualified, Active, Restricted], &[Suspended]),
    (Move::Reinstate, &[Suspended], &[Vetting, Qualified, Active]),
    (Move::Revoke, &[Suspended], &[Revoked]),
];

impl Move {
    /// The event that records the move.
    pub(super) const fn event(self) -> &'static str {
        match self {
            Self::Enroll => "PartnerEnrolled",
            Self::Submit => "EnrollmentSubmitted",
            Self::RecordVetting => "VettingResultRecorded",
            Self::Resubmit => "EnrollmentResubmitted",
            Self::Locate => "LocationAssociated",
            Self::Accept => "AgreementAccepted",
            Self::Attest => "EvidenceRecorded",
            Self::Review => "EnrollmentReviewed",
            Self::Profile => "VettingRestarted",
            Self::Suspend => "EnrollmentSuspended",
            Self::Reinstate => "EnrollmentReinstated",
            Self::Revoke => "EnrollmentRevoked",
        }
    }

    /// Denies the move if the state of the enrollment does not allow it.
    pub(super) fn check(self, name: EnrollmentName, enrollment: &Enrollment) -> Result<(), Denial> {
        let state = enrollment.state;
        let legal = || MOVES.iter().filter(|(_, from, _)| from.contains(&state));
        if legal().any(|(step, ..)| *step == self) {
            return Ok(());
        }
        let legal: Vec<_> = legal().map(|(step, ..)| step.as_str()).collect();
        let conflict = StateConflict {
            what: "the enrollment",
            state: state.as_str(),
            since: enrollment.state_time,
            call: self.as_str(),
            reached: self.goal_states().contains(&state),
            legal: &legal,
            otherwise: "enroll the partner in another role with EnrollPartner",
        };
        Err(Denial::Refused(vec![STATE.violated(
            Reason::EnrollmentStateConflict,
            name,
            conflict.explanation(),
            conflict.next_step(),
            &[
                ("state", state.to_string()),
                ("stateTime", enrollment.state_time.to_string()),
                ("legalMoves", legal.join(", ")),
            ],
        )]))
    }

    /// States in which the purpose of the move is already achieved.
    const fn goal_states(self) -> &'static [EnrollmentState] {
        match self {
            Self::Submit => &[Vetting, Qualified, Active],
            Self::Resubmit => &[Vetting],
            Self::Suspend => &[Suspended],
            Self::Reinstate => &[Qualified, Active],
            Self::Revoke => &[Revoked],
            Self::Enroll
            | Self::RecordVetting
            | Self::Locate
            | Self::Accept
            | Self::Attest
            | Self::Review
            | Self::Profile => &[],
        }
    }
}
