use markets::Country;
use rules::{Denial, Reason, Responsible, Violation};
use serde::{Deserialize, Serialize};
use types::{LocationAccountId, OrganizationName, PartnerName, ResourceVersion, Timestamp};

use super::{Agreement, Approved, Enrollment, denial::collection_full};

/// A partner account: one CSP tenant with its location, enrollments and agreements, under one
/// revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    /// Its resource name.
    pub name: PartnerName,
    /// The company that owns the tenant.
    pub organization: OrganizationName,
    /// Country of the CSP tenant.
    pub country: Country,
    /// Associated location account.
    pub location: Option<Location>,
    /// At most one per role, ordered by the text of the role.
    pub enrollments: Vec<Enrollment>,
    /// Oldest first.
    pub agreements: Vec<Agreement>,
    /// Revision, create time and update time.
    pub resource_version: ResourceVersion,
}

/// A partner location account (PLA) and its country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The account.
    pub account: LocationAccountId,
    /// Its country.
    pub country: Country,
}

/// Other resources that use the id of a location account.
#[derive(Debug, Clone, Default)]
pub struct LocationFacts {
    /// The organization with this id as global account.
    pub global_account_of: Option<OrganizationName>,
    /// The partner that the location is associated with.
    pub location_of: Option<PartnerName>,
}

/// A partner account to be recorded.
#[derive(Debug, Clone)]
pub struct NewPartner {
    /// Its resource name.
    pub name: PartnerName,
    /// The company that owns the tenant.
    pub organization: OrganizationName,
    /// Country of the CSP tenant.
    pub country: Country,
}

/// CSP tenants per company, at most; more than there are markets. A decision about the company as
/// a buyer and a change of its legal profile read all of them.
const MAX_TENANTS: usize = 250;

impl Partner {
    /// Step 1: a company that has `tenants` CSP tenants joins the programme with another one.
    pub fn create(
        new: NewPartner,
        taken: bool,
        tenants: u64,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        if taken {
            return Err(Denial::Exists(new.name.to_string()));
        }
        if tenants >= MAX_TENANTS as u64 {
            return Err(collection_full(new.organization, "partners", MAX_TENANTS));
        }
        let partner = Self {
            name: new.name,
            organization: new.organization,
            country: new.country,
            location: None,
            enrollments: Vec::new(),
            agreements: Vec::new(),
            resource_version: ResourceVersion::first(now),
        };
        Ok(Approved::created("PartnerCreated", partner))
    }

    /// Associates a location account with the tenant (rule ON-3). Qualified enrollments that need
    /// nothing else become active.
    pub fn associate_location(
        self,
        location: Location,
        facts: &LocationFacts,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        self.change("LocationAssociated", now, |partner| {
            let violations = partner.location_violations(&location, facts);
            if !violations.is_empty() {
                return Err(Denial::Refused(violations));
            }
            partner.location = Some(location);
            Ok(())
        })
    }

    /// Whether the partner takes part in the programme in any role.
    pub(super) fn in_programme(&self) -> bool {
        self.enrollments.iter().any(Enrollment::in_programme)
    }

    fn location_violations(&self, location: &Location, facts: &LocationFacts) -> Vec<Violation> {
        let mut violations = Vec::new();
        let account = location.account.to_string();
        let mut refuse = |reason: Reason, explanation, next_step: String, inputs| {
            let by = Responsible::Partner;
            violations.push(reason.violation(self.name, by, explanation, next_step, inputs));
        };
        if location.country != self.country {
            refuse(
                Reason::LocationCountryMismatch,
                format!(
                    "the location is in {}, but the CSP tenant is in {}",
                    location.country.name(),
                    self.country.name()
                ),
                format!("use a location account in {}", self.country.name()),
                vec![
                    ("locationCountry", location.country.to_string()),
                    ("tenantCountry", self.country.to_string()),
                ],
            );
        }
        if let Some(organization) = facts.global_account_of {
            refuse(
                Reason::LocationIsGlobalAccount,
                format!("{account} is the global account (PGA) of {organization}, not a location"),
                "use the id of a location account (PLA); Partner Center shows it with the CSP tenant"
                    .to_owned(),
                vec![("locationAccountId", account.clone())],
            );
        }
        let own = "use the tenant's own location; each location belongs to one CSP tenant";
        let conflict = match (&self.location, facts.location_of) {
            (Some(current), _) if current == location => {
                Some((format!("the tenant is associated with location {account}"), "nothing to do"))
            }
            (Some(current), _) => {
                Some((format!("the tenant is associated with location {}", current.account), own))
            }
            (None, Some(partner)) => {
                Some((format!("location {account} is associated with {partner}"), own))
            }
            (None, None) => None,
        };
        if let Some((explanation, next_step)) = conflict {
            refuse(
                Reason::LocationAlreadyAssociated,
                explanation,
                next_step.to_owned(),
                vec![("locationAccountId", account)],
            );
        }
        violations
    }
}
