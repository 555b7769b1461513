//! Requirements of the programme for direct-bill partners and resellers, by date.

use jiff::civil::{Date, date};
use rules::Role::{self, DirectBill, IndirectReseller};
use serde::{Deserialize, Serialize};
use types::{Timestamp, text_enum};

use super::{
    Enrollment,
    time::{midnight, months_after},
};

text_enum! {
    /// A requirement, with the unit of its figure.
    pub enum Requirement {
        /// Billed revenue of the last twelve months, in US cents.
        Revenue = "revenue",
        /// Time as an indirect reseller, in months.
        ResellerMonths = "reseller-months",
        /// Number of Solutions Partner designations.
        SolutionsPartner = "solutions-partner",
        /// Credit check: 1 if it has passed.
        CreditCheck = "credit-check",
        /// Support plan: 1 if one was bought after the credit check passed.
        SupportPlan = "support-plan",
        /// Integration with the Partner Center API: 1 if it works.
        ApiIntegration = "api-integration",
        /// Billing, provisioning and support capability: 1 if it is proven.
        BillingAndSupport = "billing-and-support",
        /// Number of managed services.
        ManagedServices = "managed-services",
        /// Multi-factor authentication: 1 if every admin uses it.
        Mfa = "mfa",
        /// Security contact: 1 if there is one.
        SecurityContact = "security-contact",
        /// Average time to respond to a security alert, in hours.
        AlertHours = "alert-hours",
    }
}

text_enum! {
    /// When a requirement is first checked.
    pub enum Gate {
        /// When the enrollment is submitted.
        Application = "application",
        /// Before the enrollment becomes active for the first time.
        Activation = "activation",
        /// At the yearly review.
        Review = "review",
    }
}

/// Recorded evidence for a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The requirement.
    pub requirement: Requirement,
    /// Value in the unit of the requirement.
    pub figure: i64,
    /// When the figure was observed.
    pub observed_time: Timestamp,
    /// Who attested it.
    pub attested_by: String,
    /// Where the proof can be found.
    pub reference: String,
}

/// Inclusive bound for a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Minimum.
    AtLeast(i64),
    /// Maximum.
    AtMost(i64),
}

struct DatedRequirement {
    role: Role,
    requirement: Requirement,
    gate: Gate,
    yearly: bool,
    since: Date,
    wanted: Wanted,
}

const fn of_direct_bill(
    requirement: Requirement,
    gate: Gate,
    yearly: bool,
    since: Date,
    wanted: Wanted,
) -> DatedRequirement {
    DatedRequirement { role: DirectBill, requirement, gate, yearly, since, wanted }
}

const fn of_reseller(requirement: Requirement, since: Date, wanted: Wanted) -> DatedRequirement {
    let (role, gate, yearly) = (IndirectReseller, Gate::Review, YEARLY);
    DatedRequirement { role, requirement, gate, yearly, since, wanted }
}

const fn at_least_usd(dollars: i64) -> Wanted {
    Wanted::AtLeast(dollars * 100)
}

const YEARLY: bool = true;
const ONE_TIME: bool = false;
const OCT_2020: Date = date(2020, 10, 1);
const OCT_2025: Date = date(2025, 10, 1);
const ONE: Wanted = Wanted::AtLeast(1);
const TWELVE: Wanted = Wanted::AtLeast(12);

/// A later entry for the same role and requirement replaces the earlier one from its date.
const REQUIREMENTS: &[DatedRequirement] = &[
    of_direct_bill(
        Requirement::Revenue,
        Gate::Application,
        YEARLY,
        OCT_2020,
        at_least_usd(300_000),
    ),
    of_direct_bill(
        Requirement::Revenue,
        Gate::Application,
        YEARLY,
        OCT_2025,
        at_least_usd(1_000_000),
    ),
    of_direct_bill(Requirement::ResellerMonths, Gate::Application, ONE_TIME, OCT_2020, TWELVE),
    of_direct_bill(Requirement::SolutionsPartner, Gate::Application, YEARLY, OCT_2025, ONE),
    of_direct_bill(Requirement::CreditCheck, Gate::Activation, ONE_TIME, OCT_2020, ONE),
    of_direct_bill(Requirement::SupportPlan, Gate::Activation, YEARLY, OCT_2020, ONE),
    of_direct_bill(Requirement::ApiIntegration, Gate::Activation, YEARLY, OCT_2020, ONE),
    of_direct_bill(Requirement::BillingAndSupport, Gate::Activation, YEARLY, OCT_2020, ONE),
    of_direct_bill(Requirement::ManagedServices, Gate::Activation, YEARLY, OCT_2025, ONE),
    of_direct_bill(Requirement::Mfa, Gate::Activation, YEARLY, OCT_2020, ONE),
    of_direct_bill(Requirement::SecurityContact, Gate::Activation, YEARLY, OCT_2025, ONE),
    of_direct_bill(Requirement::AlertHours, Gate::Activation, YEARLY, OCT_2025, Wanted::AtMost(24)),
    of_reseller(Requirement::Revenue, date(2024, 4, 1), at_least_usd(1_000)),
    of_reseller(Requirement::Mfa, OCT_2025, ONE),
    of_reseller(Requirement::SecurityContact, OCT_2025, ONE),
];

/// How long evidence for a yearly requirement counts.
const YEARLY_EVIDENCE_MONTHS: i32 = 12;

/// Whether an enrollment meets one requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The requirement.
    pub requirement: Requirement,
    /// When it is first checked.
    pub gate: Gate,
    /// Whether the yearly review checks it.
    pub yearly: bool,
    /// Whether the evidence meets it.
    pub met: bool,
    /// Required figure.
    pub wanted: Wanted,
    /// Latest recorded evidence, which may be too old or too low.
    pub evidence: Option<Evidence>,
    /// Since when this figure is required.
    pub in_force_time: Timestamp,
}

impl Requirement {
    /// Whether it applies, has applied or will apply to the role.
    #[must_use]
    pub fn applies_to(self, role: Role) -> bool {
        REQUIREMENTS.iter().any(|it| it.role == role && it.requirement == self)
    }
}

impl Wanted {
    /// The figure, and whether it is a maximum.
    #[must_use]
    pub const fn figure(self) -> (i64, bool) {
        match self {
            Self::AtLeast(figure) => (figure, false),
            Self::AtMost(figure) => (figure, true),
        }
    }

    const fn met_by(self, figure: i64) -> bool {
        match self {
            Self::AtLeast(least) => figure >= least,
            Self::AtMost(most) => figure <= most,
        }
    }
}

impl Enrollment {
    /// Whether the role has a yearly review.
    pub(super) fn has_review(&self) -> bool {
        REQUIREMENTS.iter().any(|it| it.role == self.role && it.yearly)
    }

    /// Checks every requirement that is in force against the recorded evidence.
    #[must_use]
    pub fn assess(&self, now: Timestamp) -> Vec<Assessment> {
        let of_role = REQUIREMENTS.iter().filter(|it| it.role == self.role);
        let in_force = of_role.filter(|it| midnight(it.since) <= now);
        let mut assessments = Vec::<Assessment>::new();
        for dated in in_force {
            assessments.retain(|older| older.requirement != dated.requirement);
            assessments.push(self.assess_one(dated, now));
        }
        assessments
    }

    fn assess_one(&self, dated: &DatedRequirement, now: Timestamp) -> Assessment {
        let evidence = self.evidence_for(dated.requirement).cloned();
        let counts = |it: &Evidence| {
            let expiry = months_after(it.observed_time, YEARLY_EVIDENCE_MONTHS);
            let current = !dated.yearly || now < expiry;
            current && dated.wanted.met_by(it.figure) && self.in_order(it)
        };
        Assessment {
            requirement: dated.requirement,
            gate: dated.gate,
            yearly: dated.yearly,
            met: evidence.as_ref().is_some_and(counts),
            wanted: dated.wanted,
            evidence,
            in_force_time: midnight(dated.since),
        }
    }

    fn evidence_for(&self, requirement: Requirement) -> Option<&Evidence> {
        self.evidence.iter().find(|it| it.requirement == requirement)
    }

    /// A support plan counts only if it was bought after the credit check passed.
    fn in_order(&self, evidence: &Evidence) -> bool {
        evidence.requirement != Requirement::SupportPlan
            || self.evidence_for(Requirement::CreditCheck).is_some_and(|check| {
                check.figure >= 1 && check.observed_time <= evidence.observed_time
            })
    }
}
