//! The life of an enrollment as one table.

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
    /// What moves an enrollment, as its call is named.
    pub enum Move {
        /// A revoked partner applies again.
        Enroll = "EnrollPartner",
        /// A draft is handed in.
        Submit = "SubmitEnrollment",
        /// A check of vetting has an outcome.
        RecordVetting = "RecordVettingResult",
        /// A rejected one is handed in again.
        Resubmit = "ResubmitEnrollment",
        /// The location is tied to the tenant.
        Locate = "AssociateLocation",
        /// The MPA is accepted.
        Accept = "AcceptAgreement",
        /// Evidence of what is asked of the role is recorded.
        Attest = "RecordEvidence",
        /// The requirements are held against it, once a year.
        Review = "ReviewEnrollment",
        /// The legal profile of the company changes.
        Profile = "UpdateOrganization",
        /// It is suspended.
        Suspend = "SuspendEnrollment",
        /// A suspension ends.
        Reinstate = "ReinstateEnrollment",
        /// It ends.
        Revoke = "RevokeEnrollment",
    }
}

/// Each move, the states that it is made from, and those that it can end in. By time alone a
/// rejected enrollment becomes suspended, a restricted one suspended and then revoked, and an
/// active one qualified when its MPA lapses; see `settled`. Evidence may be recorded in every
/// state; from those that are listed it leads on.
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
    /// What has happened once it is made.
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

    /// Lets the move through where the state of the enrollment allows it.
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
            reached: self.goals().contains(&state),
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

    /// The states in which nothing is left to do for whoever makes it.
    const fn goals(self) -> &'static [EnrollmentState] {
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
