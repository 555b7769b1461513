use serde::{Deserialize, Serialize};
use types::{LocationAccountId, ResourceVersion, Timestamp, Violation, WorkEmail, text_enum};
use uuid::Uuid;

use super::{
    AgreementVersion, Approved, Denial, Enrollment, EnrollmentStep, Partner, Reason, Role,
    denial::{ON_1, ON_2, full},
    enrollment::first_application,
    lifecycle::Move,
};

text_enum! {
    /// What a person may do in Partner Center.
    pub enum SignatoryRole {
        /// Everything; the only one who may accept the MPA.
        GlobalAdmin = "global-admin",
        /// Manages the account.
        AccountAdmin = "account-admin",
        /// Manages customers and orders.
        AdminAgent = "admin-agent",
        /// Sells.
        SalesAgent = "sales-agent",
        /// Supports customers.
        HelpdeskAgent = "helpdesk-agent",
        /// Manages billing.
        BillingAdmin = "billing-admin",
        /// Manages users.
        UserManagementAdmin = "user-management-admin",
    }
}

text_enum! {
    /// Which text of the Microsoft Partner Agreement.
    pub enum AgreementKind {
        /// The provider's.
        IndirectProvider = "indirect-provider",
        /// The reseller's.
        IndirectReseller = "indirect-reseller",
        /// The direct-bill partner's.
        DirectBill = "direct-bill",
    }
}

impl AgreementKind {
    /// The role that the text is written for.
    pub(super) const fn role(self) -> Role {
        match self {
            Self::IndirectProvider => Role::IndirectProvider,
            Self::IndirectReseller => Role::IndirectReseller,
            Self::DirectBill => Role::DirectBill,
        }
    }
}

/// One acceptance of the agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Its id among those of the partner.
    pub uid: Uuid,
    /// Which text.
    pub kind: AgreementKind,
    /// Version of the text.
    pub version: AgreementVersion,
    /// Who accepted.
    pub signatory: Signatory,
    /// When.
    pub accept_time: Timestamp,
    /// Location account that it was accepted against.
    pub location_account: LocationAccountId,
    /// The application in the role of its text that it was recorded for.
    #[serde(default = "first_application")]
    pub application: i32,
    /// When it was recorded; the revision is the partner's at that change.
    pub resource_version: ResourceVersion,
}

/// The person who accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signatory {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Work address.
    pub email: WorkEmail,
    /// What the person may do.
    pub role: SignatoryRole,
}

/// An acceptance to be recorded.
#[derive(Debug, Clone)]
pub struct NewAgreement {
    /// Which text.
    pub kind: AgreementKind,
    /// Version of the text.
    pub version: AgreementVersion,
    /// Who accepted.
    pub signatory: Signatory,
    /// When.
    pub accept_time: Timestamp,
}

/// Most acceptances stored per partner: every decision about it reads them all.
const MAX_AGREEMENTS: usize = 50;

impl NewAgreement {
    /// Whether an acceptance is this one, recorded before.
    fn is(&self, it: &Agreement) -> bool {
        (self.kind, self.version, self.accept_time) == (it.kind, it.version, it.accept_time)
            && self.signatory == it.signatory
    }
}

impl Partner {
    /// The acceptance as it is recorded.
    pub fn recorded(&self, new: &NewAgreement) -> Option<&Agreement> {
        self.agreements.iter().rfind(|it| new.is(it))
    }

    /// Records that the partner accepted the MPA (rule ON-2). Qualified enrollments that the
    /// text covers become active. What is recorded already changes nothing.
    pub fn accept_agreement(
        self,
        new: NewAgreement,
        uid: Uuid,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        self.change(Move::Accept.event(), now, |partner| {
            let enrollment = partner.enrollment(new.kind.role()).ok();
            let recorded = partner.recorded(&new).map(|it| it.application);
            if recorded.is_some() && recorded == enrollment.map(|it| it.application) {
                return Ok(());
            }
            let violations = partner.against_agreement(&new, enrollment, now);
            let (location, application) = match (&partner.location, enrollment) {
                (Some(location), Some(enrollment)) if violations.is_empty() => {
                    (location.account.clone(), enrollment.application)
                }
                _ => return Err(Denial::Refused(violations)),
            };
            if partner.agreements.len() >= MAX_AGREEMENTS {
                return Err(full(partner.name, "agreements", MAX_AGREEMENTS));
            }
            partner.agreements.push(Agreement {
                uid,
                kind: new.kind,
                version: new.version,
                signatory: new.signatory,
                accept_time: new.accept_time,
                location_account: location,
                application,
                resource_version: ResourceVersion {
                    create_time: now,
                    ..partner.resource_version.next(now)
                },
            });
            Ok(())
        })
    }

    fn against_agreement(
        &self,
        new: &NewAgreement,
        enrollment: Option<&Enrollment>,
        now: Timestamp,
    ) -> Vec<Violation> {
        let role = new.kind.role();
        let mut violations = Vec::new();
        match enrollment {
            None => violations.push(ON_1.violated(
                Reason::RoleNotEnrolled,
                self.name,
                format!("the partner is not enrolled as {role}"),
                format!(
                    "enroll the partner as {role}: EnrollPartner, SubmitEnrollment, \
                     RecordVettingResult"
                ),
                &[("role", role.to_string())],
            )),
            Some(enrollment) if !enrollment.vetted() => {
                violations.push(self.not_vetted(enrollment, now))
            }
            Some(_) => {}
        }
        if let Some(recorded) = self.recorded(new) {
            violations.push(ON_1.violated(
                Reason::AgreementOfEarlierEnrollment,
                self.name,
                format!(
                    "this acceptance was recorded at {} for an enrollment as {role} that was \
                     revoked since",
                    recorded.resource_version.create_time
                ),
                "let a Global admin of the CSP tenant accept the MPA again, then record that",
                &[("recordTime", recorded.resource_version.create_time.to_string())],
            ));
        }
        if self.location.is_none() {
            violations.push(ON_2.violated(
                Reason::LocationNotAssociated,
                self.name,
                "no location account is tied to the CSP tenant".to_owned(),
                format!(
                    "associate a location account in {} with AssociateLocation",
                    self.country.name()
                ),
                &[("tenantCountry", self.country.to_string())],
            ));
        }
        if new.signatory.role != SignatoryRole::GlobalAdmin {
            let role = new.signatory.role;
            violations.push(ON_2.violated(
                Reason::SignatoryNotGlobalAdmin,
                self.name,
                format!("the signatory is {role}; only a Global admin of the CSP tenant accepts"),
                "let a Global admin of the CSP tenant accept the MPA in Partner Center",
                &[("signatoryRole", role.to_string())],
            ));
        }
        violations
    }

    fn not_vetted(&self, enrollment: &Enrollment, now: Timestamp) -> Violation {
        let steps = self.steps(enrollment, now);
        let mut parts = steps.split_inclusive(|it| *it == EnrollmentStep::RecordVetting);
        let to_vetting = parts.next().unwrap_or_default().iter();
        let calls: Vec<_> = to_vetting.map(|step| step.call()).collect();
        ON_2.violated(
            Reason::EnrollmentNotVetted,
            self.name,
            format!("vetting as {} is not passed: {}", enrollment.role, enrollment.state),
            format!("these calls lead to vetting that is passed: {}", calls.join(", ")),
            &[("role", enrollment.role.to_string()), ("state", enrollment.state.to_string())],
        )
    }
}
