use rules::{Denial, EnrollmentStep, Reason, Responsible, Role, Violation};
use serde::{Deserialize, Serialize};
use types::{LocationAccountId, ResourceVersion, Timestamp, WorkEmail, text_enum};
use uuid::Uuid;

use super::{
    AgreementVersion, Approved, Enrollment, Partner, denial::collection_full,
    enrollment::first_application,
};

text_enum! {
    /// Role of a user in Partner Center.
    pub enum SignatoryRole {
        /// Has all permissions; the only role that can accept the MPA.
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
    /// Kind of Microsoft Partner Agreement.
    pub enum AgreementKind {
        /// For indirect providers.
        IndirectProvider = "indirect-provider",
        /// For indirect resellers.
        IndirectReseller = "indirect-reseller",
        /// For direct-bill partners.
        DirectBill = "direct-bill",
    }
}

impl AgreementKind {
    /// The role that the agreement is written for.
    pub(super) const fn role(self) -> Role {
        match self {
            Self::IndirectProvider => Role::IndirectProvider,
            Self::IndirectReseller => Role::IndirectReseller,
            Self::DirectBill => Role::DirectBill,
        }
    }
}

/// One acceptance of the MPA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Id, unique within the partner.
    pub uid: Uuid,
    /// Kind of agreement.
    pub kind: AgreementKind,
    /// Version that was accepted.
    pub version: AgreementVersion,
    /// Who accepted.
    pub signatory: Signatory,
    /// When the signatory accepted.
    pub accept_time: Timestamp,
    /// Location account of the partner when the acceptance was recorded.
    pub location_account: LocationAccountId,
    /// The application, in the role of the agreement, that the acceptance belongs to.
    #[serde(default = "first_application")]
    pub application: i32,
    /// When it was recorded, and the revision of the partner at that change.
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
    /// Role in Partner Center.
    pub role: SignatoryRole,
}

/// An acceptance to be recorded.
#[derive(Debug, Clone)]
pub struct NewAgreement {
    /// Kind of agreement.
    pub kind: AgreementKind,
    /// Version that was accepted.
    pub version: AgreementVersion,
    /// Who accepted.
    pub signatory: Signatory,
    /// When the signatory accepted.
    pub accept_time: Timestamp,
}

/// Acceptances per partner, at most. Every decision about a partner reads all of them.
const MAX_AGREEMENTS: usize = 50;

impl NewAgreement {
    /// Whether a recorded acceptance is the same as this one.
    fn matches(&self, it: &Agreement) -> bool {
        (self.kind, self.version, self.accept_time) == (it.kind, it.version, it.accept_time)
            && self.signatory == it.signatory
    }
}

impl Partner {
    /// The latest record of this acceptance.
    pub fn recorded(&self, new: &NewAgreement) -> Option<&Agreement> {
        self.agreements.iter().rfind(|it| new.matches(it))
    }

    /// Records that the partner accepted the MPA (rule ON-2). Qualified enrollments that the
    /// agreement covers become active. An acceptance that is already recorded changes nothing.
    pub fn accept_agreement(
        self,
        new: NewAgreement,
        uid: Uuid,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        self.change("AgreementAccepted", now, |partner| {
            let enrollment = partner.enrollment(new.kind.role()).ok();
            let recorded = partner.recorded(&new).map(|it| it.application);
            if recorded.is_some() && recorded == enrollment.map(|it| it.application) {
                return Ok(());
            }
            let violations = partner.agreement_violations(&new, enrollment, now);
            let (location, application) = match (&partner.location, enrollment) {
                (Some(location), Some(enrollment)) if violations.is_empty() => {
                    (location.account.clone(), enrollment.application)
                }
                _ => return Err(Denial::Refused(violations)),
            };
            if partner.agreements.len() >= MAX_AGREEMENTS {
                return Err(collection_full(partner.name, "agreements", MAX_AGREEMENTS));
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

    fn agreement_violations(
        &self,
        new: &NewAgreement,
        enrollment: Option<&Enrollment>,
        now: Timestamp,
    ) -> Vec<Violation> {
        let role = new.kind.role();
        let mut violations = Vec::new();
        match enrollment {
            None => violations.push(Reason::RoleNotEnrolled.violation(
                self.name,
                Responsible::Partner,
                format!("the partner is not enrolled as {role}"),
                format!(
                    "enroll the partner as {role}: EnrollPartner, SubmitEnrollment, \
                     RecordVettingResult"
                ),
                vec![("role", role.to_string())],
            )),
            Some(enrollment) if !enrollment.vetted() => {
                violations.push(self.not_vetted(enrollment, now))
            }
            Some(_) => {}
        }
        if let Some(recorded) = self.recorded(new) {
            violations.push(Reason::AgreementOfEarlierEnrollment.violation(
                self.name,
                Responsible::Partner,
                format!(
                    "this acceptance was recorded at {} for an earlier enrollment as {role}, \
                     which was revoked",
                    recorded.resource_version.create_time
                ),
                "have a Global admin of the CSP tenant accept the MPA again, then record the new \
                 acceptance",
                vec![("recordTime", recorded.resource_version.create_time.to_string())],
            ));
        }
        if self.location.is_none() {
            violations.push(Reason::LocationNotAssociated.violation(
                self.name,
                Responsible::Partner,
                "no location account is associated with the CSP tenant".to_owned(),
                format!(
                    "associate a location account in {} with AssociateLocation",
                    self.country.name()
                ),
                vec![("tenantCountry", self.country.to_string())],
            ));
        }
        if new.signatory.role != SignatoryRole::GlobalAdmin {
            let role = new.signatory.role;
            violations.push(Reason::SignatoryNotGlobalAdmin.violation(
                self.name,
                Responsible::Partner,
                format!(
                    "the signatory has the role {role}; only a Global admin of the CSP tenant can \
                     accept the MPA"
                ),
                "have a Global admin of the CSP tenant accept the MPA in Partner Center",
                vec![("signatoryRole", role.to_string())],
            ));
        }
        violations
    }

    fn not_vetted(&self, enrollment: &Enrollment, now: Timestamp) -> Violation {
        let steps = self.steps(enrollment, now);
        let mut parts = steps.split_inclusive(|it| *it == EnrollmentStep::RecordVetting);
        let to_vetting = parts.next().unwrap_or_default().iter();
        let calls: Vec<_> = to_vetting.map(|step| step.call()).collect();
        Reason::EnrollmentNotVetted.violation(
            self.name,
            Responsible::Partner,
            format!(
                "the enrollment as {} has not passed vetting; its state is {}",
                enrollment.role, enrollment.state
            ),
            format!("to pass vetting, call {}", calls.join(", ")),
            vec![("role", enrollment.role.to_string()), ("state", enrollment.state.to_string())],
        )
    }
}
