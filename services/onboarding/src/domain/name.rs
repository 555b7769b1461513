use std::{fmt, str::FromStr};

use rules::Role;
use types::{NameError, PartnerName, serde_as_text, tenant_id};
use uuid::Uuid;

/// One enrollment of one partner, `partners/{tenant}/enrollments/{role}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnrollmentName {
    /// The partner.
    pub partner: PartnerName,
    /// The role.
    pub role: Role,
}

/// One acceptance by one partner, `partners/{tenant}/agreements/{uid}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgreementName {
    /// The partner.
    pub partner: PartnerName,
    /// Id of the acceptance, unique within the partner.
    pub uid: Uuid,
}

const ENROLLMENT: NameError = NameError::Pattern(
    "partners/{tenant}/enrollments/{indirect-provider|indirect-reseller|direct-bill}",
);
const AGREEMENT: NameError = NameError::Pattern("partners/{tenant}/agreements/{uid}");

impl fmt::Display for EnrollmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/enrollments/{}", self.partner, self.role)
    }
}

impl FromStr for EnrollmentName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (partner, role) = text.split_once("/enrollments/").ok_or(ENROLLMENT)?;
        Ok(Self { partner: partner.parse()?, role: role.parse().map_err(|_| ENROLLMENT)? })
    }
}

impl fmt::Display for AgreementName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/agreements/{}", self.partner, self.uid)
    }
}

impl FromStr for AgreementName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (partner, uid) = text.split_once("/agreements/").ok_or(AGREEMENT)?;
        Ok(Self { partner: partner.parse()?, uid: tenant_id(uid)? })
    }
}

serde_as_text!(AgreementName);
