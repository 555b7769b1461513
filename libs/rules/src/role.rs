use types::text_enum;

text_enum! {
    /// Role of a partner in the programme.
    pub enum Role {
        /// Buys from Microsoft, sells to indirect resellers.
        IndirectProvider = "indirect-provider",
        /// Buys from an indirect provider, sells to customers.
        IndirectReseller = "indirect-reseller",
        /// Buys from Microsoft, sells to customers.
        DirectBill = "direct-bill",
    }
}

/// A call of onboarding that advances an enrollment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrollmentStep {
    /// `EnrollPartner`, for the first time.
    Enroll,
    /// `EnrollPartner` for another CSP tenant: rule ON-5 excludes this one from the role.
    EnrollOtherTenant,
    /// `EnrollPartner` again, after the waiting time that follows a revocation.
    EnrollAgain,
    /// `RecordEvidence` for each requirement that is not met.
    RecordEvidence,
    /// `SubmitEnrollment`.
    Submit,
    /// `ResubmitEnrollment`.
    Resubmit,
    /// `ReviewEnrollment`.
    Review,
    /// `ReinstateEnrollment`.
    Reinstate,
    /// `RecordVettingResult` for each open check.
    RecordVetting,
    /// `AssociateLocation`.
    AssociateLocation,
    /// `AcceptAgreement`.
    AcceptAgreement,
}

impl EnrollmentStep {
    /// The name of the call.
    #[must_use]
    pub const fn call(self) -> &'static str {
        match self {
            Self::Enroll | Self::EnrollAgain => "EnrollPartner",
            Self::EnrollOtherTenant => "EnrollPartner for another CSP tenant",
            Self::RecordEvidence => "RecordEvidence",
            Self::Submit => "SubmitEnrollment",
            Self::Resubmit => "ResubmitEnrollment",
            Self::Review => "ReviewEnrollment",
            Self::Reinstate => "ReinstateEnrollment",
            Self::RecordVetting => "RecordVettingResult",
            Self::AssociateLocation => "AssociateLocation",
            Self::AcceptAgreement => "AcceptAgreement",
        }
    }
}
