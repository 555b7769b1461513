use kernel::{LocationAccountId, Stamp, Timestamp, Violation, WorkEmail, text_enum};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    AgreementVersion, Approved, Denial, Enrollment, Partner, Reason, Role,
    denial::{ON_1, ON_2},
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
    /// Whether an acceptance of this text lets a partner act in the role. The direct-bill text
    /// covers the reseller role too.
    #[must_use]
    pub fn covers(self, role: Role) -> bool {
        match self {
            Self::IndirectProvider => role == Role::IndirectProvider,
            Self::IndirectReseller => role == Role::IndirectReseller,
            Self::DirectBill => matches!(role, Role::DirectBill | Role::IndirectReseller),
        }
    }

    /// The role that the text is written for.
    fn role(self) -> Role {
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
    /// When it was recorded; the revision is the partner's at that change.
    pub stamp: Stamp,
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

impl Partner {
    /// Records that the partner accepted the MPA (rule ON-2). Qualified enrollments that the
    /// text covers become active.
    pub fn accept_agreement(
        self,
        new: NewAgreement,
        uid: Uuid,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        self.change(Move::Accept.event(), now, |partner| {
            let violations = partner.against_agreement(&new);
            let location = match &partner.location {
                Some(location) if violations.is_empty() => location.account.clone(),
                _ => return Err(Denial::Refused(violations)),
            };
            partner.agreements.push(Agreement {
                uid,
                kind: new.kind,
                version: new.version,
                signatory: new.signatory,
                accept_time: new.accept_time,
                location_account: location,
                stamp: Stamp { create_time: now, ..partner.stamp.next(now) },
            });
            Ok(())
        })
    }

    fn against_agreement(&self, new: &NewAgreement) -> Vec<Violation> {
        let role = new.kind.role();
        let enrollment = self.enrollments.iter().find(|enrollment| enrollment.role == role);
        let mut violations = Vec::new();
        match enrollment {
            None => violations.push(ON_1.violated(
                Reason::RoleNotEnrolled,
                self.name,
                format!("the partner is not enrolled as {role}"),
                format!("enroll the partner as {role}, then record its vetting"),
                &[("role", role.to_string())],
            )),
            Some(enrollment) if !enrollment.vetted() => {
                violations.push(self.not_vetted(enrollment))
            }
            Some(_) => {}
        }
        if self.location.is_none() {
            violations.push(ON_2.violated(
                Reason::LocationNotAssociated,
                self.name,
                "no location account is tied to the CSP tenant".to_owned(),
                format!("associate a location account in {}", self.country.name()),
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

    fn not_vetted(&self, enrollment: &Enrollment) -> Violation {
        ON_2.violated(
            Reason::EnrollmentNotVetted,
            self.name,
            format!("vetting as {} is not passed: {}", enrollment.role, enrollment.state),
            "wait for vetting and record its result",
            &[("role", enrollment.role.to_string()), ("state", enrollment.state.to_string())],
        )
    }
}
