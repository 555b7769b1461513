//! What the programme asks of direct-bill partners and resellers, as dated data.

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use types::{Timestamp, text_enum};

use super::{
    Enrollment,
    Role::{self, DirectBill, IndirectReseller},
    time::{midnight, months_after},
};

text_enum! {
    /// What is asked. The unit of its figure stands beside each.
    pub enum Requirement {
        /// Billed revenue of the last twelve months, in US cents.
        Revenue = "revenue",
        /// Time as an indirect reseller, in months.
        ResellerMonths = "reseller-months",
        /// Solutions Partner designations, counted.
        SolutionsPartner = "solutions-partner",
        /// The credit check: 1 once it has passed.
        CreditCheck = "credit-check",
        /// A support plan: 1 once it is bought, which is after the credit check.
        SupportPlan = "support-plan",
        /// Integration with the API: 1 once it works.
        ApiIntegration = "api-integration",
        /// Own billing, provisioning and support: 1 once they are shown.
        BillingAndSupport = "billing-and-support",
        /// Managed services, counted.
        ManagedServices = "managed-services",
        /// Multi-factor authentication: 1 where every admin has it.
        Mfa = "mfa",
        /// A security contact: 1 where there is one.
        SecurityContact = "security-contact",
        /// Average time to answer a security alert, in hours.
        AlertHours = "alert-hours",
    }
}

text_enum! {
    /// When a requirement is first held against an enrollment.
    pub enum Gate {
        /// Before it is handed in.
        Application = "application",
        /// Before it is active for the first time.
        Activation = "activation",
        /// Once a year.
        Review = "review",
    }
}

/// What was shown for a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The requirement.
    pub requirement: Requirement,
    /// In its unit.
    pub figure: i64,
    /// The time that the figure is of.
    pub observed_time: Timestamp,
    /// Who attested it.
    pub attested_by: String,
    /// Where the proof is.
    pub reference: String,
}

/// A figure to be reached or kept under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// No less than this.
    AtLeast(i64),
    /// No more than this.
    AtMost(i64),
}

struct Demand {
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
) -> Demand {
    Demand { role: DirectBill, requirement, gate, yearly, since, wanted }
}

const fn of_reseller(requirement: Requirement, since: Date, wanted: Wanted) -> Demand {
    let (role, gate, yearly) = (IndirectReseller, Gate::Review, YEARLY);
    Demand { role, requirement, gate, yearly, since, wanted }
}

const fn usd(least: i64) -> Wanted {
    Wanted::AtLeast(least * 100)
}

const YEARLY: bool = true;
const ONCE: bool = false;
const OCT_2020: Date = date(2020, 10, 1);
const OCT_2025: Date = date(2025, 10, 1);
const SHOWN: Wanted = Wanted::AtLeast(1);
const A_YEAR: Wanted = Wanted::AtLeast(12);

/// Where a requirement stands twice, the newer figure replaces the older from its day on.
const DEMANDS: &[Demand] = &[
    of_direct_bill(Requirement::Revenue, Gate::Application, YEARLY, OCT_2020, usd(300_000)),
    of_direct_bill(Requirement::Revenue, Gate::Application, YEARLY, OCT_2025, usd(1_000_000)),
    of_direct_bill(Requirement::ResellerMonths, Gate::Application, ONCE, OCT_2020, A_YEAR),
    of_direct_bill(Requirement::SolutionsPartner, Gate::Application, YEARLY, OCT_2025, SHOWN),
    of_direct_bill(Requirement::CreditCheck, Gate::Activation, ONCE, OCT_2020, SHOWN),
    of_direct_bill(Requirement::SupportPlan, Gate::Activation, YEARLY, OCT_2020, SHOWN),
    of_direct_bill(Requirement::ApiIntegration, Gate::Activation, YEARLY, OCT_2020, SHOWN),
    of_direct_bill(Requirement::BillingAndSupport, Gate::Activation, YEARLY, OCT_2020, SHOWN),
    of_direct_bill(Requirement::ManagedServices, Gate::Activation, YEARLY, OCT_2025, SHOWN),
    of_direct_bill(Requirement::Mfa, Gate::Activation, YEARLY, OCT_2020, SHOWN),
    of_direct_bill(Requirement::SecurityContact, Gate::Activation, YEARLY, OCT_2025, SHOWN),
    of_direct_bill(Requirement::AlertHours, Gate::Activation, YEARLY, OCT_2025, Wanted::AtMost(24)),
    of_reseller(Requirement::Revenue, date(2024, 4, 1), usd(1_000)),
    of_reseller(Requirement::Mfa, OCT_2025, SHOWN),
    of_reseller(Requirement::SecurityContact, OCT_2025, SHOWN),
];

/// How long a figure that is asked for every year counts.
const FRESH_MONTHS: i32 = 12;

/// One requirement held against an enrollment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The requirement.
    pub requirement: Requirement,
    /// When it is first held against the enrollment.
    pub gate: Gate,
    /// Whether it is asked for every year.
    pub yearly: bool,
    /// Whether it is met.
    pub met: bool,
    /// The figure wanted.
    pub wanted: Wanted,
    /// What is known.
    pub evidence: Option<Evidence>,
    /// Since when this figure is wanted.
    pub in_force_time: Timestamp,
}

impl Requirement {
    /// Whether it is or was ever asked of a role.
    #[must_use]
    pub fn asked_of(self, role: Role) -> bool {
        DEMANDS.iter().any(|it| it.role == role && it.requirement == self)
    }
}

impl Wanted {
    /// The figure, and whether it is the most that there may be.
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

impl Role {
    /// Whether anything is asked of the role every year.
    pub(super) fn reviewed(self) -> bool {
        DEMANDS.iter().any(|it| it.role == self && it.yearly)
    }
}

impl Enrollment {
    /// Every requirement that is in force, held against what is known.
    #[must_use]
    pub fn assess(&self, now: Timestamp) -> Vec<Assessment> {
        let of_role = DEMANDS.iter().filter(|it| it.role == self.role);
        let in_force = of_role.filter(|it| midnight(it.since) <= now);
        let mut assessments = Vec::<Assessment>::new();
        for demand in in_force {
            assessments.retain(|older| older.requirement != demand.requirement);
            assessments.push(self.assess_one(demand, now));
        }
        assessments
    }

    fn assess_one(&self, demand: &Demand, now: Timestamp) -> Assessment {
        let evidence = self.shown(demand.requirement).cloned();
        let counts = |it: &Evidence| {
            let fresh = !demand.yearly || now < months_after(it.observed_time, FRESH_MONTHS);
            fresh && demand.wanted.met_by(it.figure) && self.in_order(it)
        };
        Assessment {
            requirement: demand.requirement,
            gate: demand.gate,
            yearly: demand.yearly,
            met: evidence.as_ref().is_some_and(counts),
            wanted: demand.wanted,
            evidence,
            in_force_time: midnight(demand.since),
        }
    }

    fn shown(&self, requirement: Requirement) -> Option<&Evidence> {
        self.evidence.iter().find(|it| it.requirement == requirement)
    }

    /// A support plan is bought only after the credit check has passed.
    fn in_order(&self, evidence: &Evidence) -> bool {
        evidence.requirement != Requirement::SupportPlan
            || self.shown(Requirement::CreditCheck).is_some_and(|check| {
                check.figure >= 1 && check.observed_time <= evidence.observed_time
            })
    }
}
