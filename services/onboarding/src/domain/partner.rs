use markets::Country;
use serde::{Deserialize, Serialize};
use types::{
    LocationAccountId, OrganizationName, PartnerName, ResourceVersion, Timestamp, Violation,
};

use super::{
    Agreement, Approved, Denial, Enrollment, Reason,
    denial::{ON_3, full},
    lifecycle::Move,
};

/// A partner account: one CSP tenant with its location, enrollments and agreements. It changes
/// as a whole, under one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    /// Its resource name.
    pub name: PartnerName,
    /// The company behind it.
    pub organization: OrganizationName,
    /// Country of the CSP tenant.
    pub country: Country,
    /// Its location account.
    pub location: Option<Location>,
    /// At most one a role, in the order of the roles' texts.
    pub enrollments: Vec<Enrollment>,
    /// Oldest first.
    pub agreements: Vec<Agreement>,
    /// How often it changed, and when.
    pub resource_version: ResourceVersion,
}

/// A partner location account and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The account.
    pub account: LocationAccountId,
    /// Its country.
    pub country: Country,
}

/// What is known elsewhere about a location account.
#[derive(Debug, Clone, Default)]
pub struct LocationFacts {
    /// The organization whose global account it is.
    pub global_account_of: Option<OrganizationName>,
    /// The partner that it is tied to.
    pub location_of: Option<PartnerName>,
}

/// A partner account to be recorded.
#[derive(Debug, Clone)]
pub struct NewPartner {
    /// Its resource name.
    pub name: PartnerName,
    /// The company behind it.
    pub organization: OrganizationName,
    /// Country of the CSP tenant.
    pub country: Country,
}

/// Most CSP tenants of one company, which is more than there are markets. A decision about the
/// company as a buyer, and a change of its legal profile, read them all.
const MAX_TENANTS: usize = 250;

impl Partner {
    /// Step 1: the company, which has so many CSP tenants, joins the programme with another one.
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
            return Err(full(new.organization, "partners", MAX_TENANTS));
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

    /// Ties a location account to the tenant (rule ON-3). Qualified enrollments whose MPA is
    /// accepted become active.
    pub fn associate_location(
        self,
        location: Location,
        facts: &LocationFacts,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        self.change(Move::Locate.event(), now, |partner| {
            let violations = partner.against_location(&location, facts);
            if !violations.is_empty() {
                return Err(Denial::Refused(violations));
            }
            partner.location = Some(location);
            Ok(())
        })
    }

    /// Whether it takes part in the programme in any role.
    pub(super) fn in_programme(&self) -> bool {
        self.enrollments.iter().any(Enrollment::in_programme)
    }

    fn against_location(&self, location: &Location, facts: &LocationFacts) -> Vec<Violation> {
        let mut violations = Vec::new();
        let account = location.account.to_string();
        let mut refuse = |reason, explanation, next_step: String, inputs: &[(&str, String)]| {
            violations.push(ON_3.violated(reason, self.name, explanation, next_step, inputs));
        };
        if location.country != self.country {
            refuse(
                Reason::LocationCountryMismatch,
                format!(
                    "the location is in {}, the CSP tenant in {}",
                    location.country.name(),
                    self.country.name()
                ),
                format!("use a location account in {}", self.country.name()),
                &[
                    ("locationCountry", location.country.to_string()),
                    ("tenantCountry", self.country.to_string()),
                ],
            );
        }
        if let Some(organization) = facts.global_account_of {
            refuse(
                Reason::LocationIsGlobalAccount,
                format!("{account} is the global account (PGA) of {organization}, not a location"),
                "give the id of a location account (PLA); it is shown beside the CSP tenant"
                    .to_owned(),
                &[("locationAccountId", account.clone())],
            );
        }
        let own = "one location goes with one CSP tenant; use the tenant's own";
        let holder = match (&self.location, facts.location_of) {
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
        if let Some((explanation, next_step)) = holder {
            refuse(
                Reason::LocationAlreadyAssociated,
                explanation,
                next_step.to_owned(),
                &[("locationAccountId", account)],
            );
        }
        violations
    }
}
