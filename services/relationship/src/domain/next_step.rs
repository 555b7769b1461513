//! Steps that remove the reason of a refusal, as data and as text.

use std::fmt::{self, Display};

use markets::{Country, Region};
use rules::{EnrollmentStep, Role};
use types::{LocationAccountId, PartnerName};

use super::{AccountState, judges::list};

/// Steps that remove a reason, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStep(pub Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Calls of onboarding that advance a partner's enrollment.
    Enrollment {
        partner: PartnerName,
        /// Role of the current or future enrollment.
        role: Role,
        /// Country of the CSP tenant.
        country: Country,
        steps: Vec<EnrollmentStep>,
    },
    /// `InvitePartnership`.
    InvitePartnership,
    /// `AcceptPartnership`.
    AcceptPartnership,
    /// `RequestCustomerRelationship`.
    RequestRelationship {
        partner: PartnerName,
        /// Role in which the partner sells; `None` for management.
        role: Option<Role>,
    },
    /// `AcceptCustomerRelationship`.
    AcceptRelationship {
        /// The requesting partner.
        partner: PartnerName,
    },
    /// `RecordCustomerAgreement`, or `AttestCustomerAgreement`.
    RecordCustomerAgreement,
    /// `RecordAccountReview` of a customer whose account is in this state.
    RecordAccountReview(AccountState),
    /// Set the reseller's PartnerID on every line; `None` if its location is not associated yet.
    SetPartnerId(Option<LocationAccountId>),
    /// Remove the PartnerIDs from all lines.
    RemovePartnerIds,
    /// Remove these additional PartnerIDs from all lines.
    RemoveAdditionalIds(Vec<LocationAccountId>),
    /// Set the seller's attestation.
    Attest,
    /// Order no Azure shared services.
    OrderOrdinaryAzure,
    /// Order only Azure shared services.
    OrderSharedServicesOnly,
    /// Another order: with a reseller.
    NameReseller,
    /// Another order: without a reseller.
    RemoveReseller,
    /// Another order: with seller and reseller exchanged.
    Swap {
        /// The new seller.
        seller: PartnerName,
        /// The new reseller.
        reseller: PartnerName,
    },
    /// Another order: placed by a provider, with this partner as reseller.
    OrderThroughProvider(PartnerName),
    /// Another order: with a seller that buys from Microsoft.
    NameSeller,
    /// Another order: with other CSP tenants of these partners.
    UseTenants {
        /// Region of the tenants.
        region: Region,
        /// Whether the seller needs another tenant.
        seller: bool,
        /// Whether the reseller needs another tenant.
        reseller: bool,
    },
    /// Another order: with a CSP tenant of the reseller that has a location in its country.
    UseLocatedTenant,
    /// Another order: from a partner that is not an affiliate of the customer.
    NameNonAffiliate,
    /// Another order: with the partner that owns the shared services tenant.
    NameOwner,
    /// Another order: for another tenant of the customer.
    UseCustomerTenant,
    /// No step exists: sales are stopped in the customer's country.
    SalesStopped,
    /// This version does not define the step.
    Upgrade,
    /// Free text, for calls other than decisions.
    Other(String),
}

impl NextStep {
    /// Adds steps before these.
    pub(super) fn after(self, first: impl IntoIterator<Item = Step>) -> Self {
        Self(first.into_iter().chain(self.0).collect())
    }
}

impl From<Step> for NextStep {
    fn from(step: Step) -> Self {
        Self(vec![step])
    }
}

impl From<&str> for NextStep {
    fn from(text: &str) -> Self {
        Step::Other(text.to_owned()).into()
    }
}

impl From<String> for NextStep {
    fn from(text: String) -> Self {
        Step::Other(text).into()
    }
}

impl Display for NextStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_joined(f, &self.0, "; then ")
    }
}

fn write_joined<T: Display>(f: &mut fmt::Formatter<'_>, items: &[T], between: &str) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        let between = if at == 0 { "" } else { between };
        write!(f, "{between}{item}")?;
    }
    Ok(())
}

impl Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Enrollment { partner, role, country, steps } => {
                write!(f, "for {partner} as {role}: ")?;
                let steps: Vec<_> = steps.iter().map(|it| step_text(*it, *country)).collect();
                write_joined(f, &steps, ", then ")
            }
            Self::InvitePartnership => {
                f.write_str("as the provider, invite the reseller with InvitePartnership")
            }
            Self::AcceptPartnership => {
                f.write_str("as the reseller, accept the invitation with AcceptPartnership")
            }
            Self::RequestRelationship { partner, role: Some(role) } => write!(
                f,
                "as {partner}, request a relationship of kind RESALE in the role {role} with \
                 RequestCustomerRelationship"
            ),
            Self::RequestRelationship { partner, role: None } => write!(
                f,
                "as {partner}, request a relationship of kind MANAGEMENT with \
                 RequestCustomerRelationship"
            ),
            Self::AcceptRelationship { partner } => write!(
                f,
                "let the customer's Global admin accept the request of {partner} with \
                 AcceptCustomerRelationship"
            ),
            Self::RecordCustomerAgreement => f.write_str(
                "let the customer accept the MCA; record an acceptance at Microsoft with \
                 RecordCustomerAgreement, or let the seller attest it with AttestCustomerAgreement",
            ),
            Self::RecordAccountReview(state) => f.write_str(match state {
                AccountState::UnderReview | AccountState::Verified => {
                    "wait for the review to end, then record its result with RecordAccountReview"
                }
                AccountState::Rejected => {
                    "let the customer correct its account, then record the next review with \
                     RecordAccountReview"
                }
                AccountState::Locked => {
                    "let the customer get its account unlocked, then record this with \
                     RecordAccountReview"
                }
            }),
            Self::SetPartnerId(Some(id)) => write!(f, "set the PartnerID {id} on every line"),
            Self::SetPartnerId(None) => {
                f.write_str("set the PartnerID of that location on every line")
            }
            Self::RemovePartnerIds => f.write_str("remove the PartnerIDs from all lines"),
            Self::RemoveAdditionalIds(ids) => {
                write!(f, "remove {} from the additional PartnerIDs", list(ids))
            }
            Self::Attest => f.write_str(
                "set partner_attestation_accepted after the seller has attested its role",
            ),
            Self::OrderOrdinaryAzure => f.write_str(
                "order ordinary Azure, or order into the partner's shared services tenant instead",
            ),
            Self::OrderSharedServicesOnly => {
                f.write_str("order the other products into a separate customer tenant")
            }
            Self::NameReseller => {
                f.write_str("name a reseller in the order, or order through a direct-bill partner")
            }
            Self::RemoveReseller => f.write_str(
                "remove the reseller and its PartnerID from the order, or name an indirect \
                 provider as the seller",
            ),
            Self::Swap { seller, reseller } => {
                write!(f, "name {seller} as the seller and {reseller} as the reseller")
            }
            Self::OrderThroughProvider(reseller) => write!(
                f,
                "let an indirect provider that has a partnership with {reseller} place the order \
                 and name {reseller} as the reseller"
            ),
            Self::NameSeller => {
                f.write_str("name an indirect provider or a direct-bill partner as the seller")
            }
            Self::UseTenants { region, seller, reseller } => {
                let whose = match (seller, reseller) {
                    (true, true) => "CSP tenants of the seller and the reseller",
                    (false, true) => "a CSP tenant of the reseller",
                    (true, false) | (false, false) => "a CSP tenant of the seller",
                };
                write!(f, "use {whose} in region {region}")
            }
            Self::UseLocatedTenant => f.write_str(
                "use a CSP tenant of the reseller that has a location account in the tenant's \
                 country",
            ),
            Self::NameNonAffiliate => {
                f.write_str("buy from a partner that is not an affiliate of the customer")
            }
            Self::NameOwner => {
                f.write_str("name the partner that owns the tenant as the seller or the reseller")
            }
            Self::UseCustomerTenant => {
                f.write_str("use a separate tenant of the customer that is not a CSP tenant")
            }
            Self::SalesStopped => f.write_str(
                "no next step exists; existing subscriptions may be reduced or cancelled, and end \
                 with their term",
            ),
            Self::Upgrade => f.write_str(
                "no next step is known; upgrade relationship to the version of onboarding",
            ),
            Self::Other(text) => f.write_str(text),
        }
    }
}

fn step_text(step: EnrollmentStep, country: Country) -> String {
    let text = match step {
        EnrollmentStep::Enroll => "enroll with EnrollPartner",
        EnrollmentStep::EnrollOtherTenant => {
            "enroll another CSP tenant of the company with EnrollPartner, and use that tenant"
        }
        EnrollmentStep::EnrollAgain => {
            "enroll again with EnrollPartner after the enrollment's reapply_time"
        }
        EnrollmentStep::RecordEvidence => {
            "record evidence with RecordEvidence for each requirement that AssessEnrollment \
             returns as not met"
        }
        EnrollmentStep::Submit => "submit the enrollment with SubmitEnrollment",
        EnrollmentStep::Resubmit => "correct the profile and resubmit it with ResubmitEnrollment",
        EnrollmentStep::Review => "pass the yearly re-authorization with ReviewEnrollment",
        EnrollmentStep::Reinstate => {
            "fix the cause of the suspension and reinstate the enrollment with ReinstateEnrollment"
        }
        EnrollmentStep::RecordVetting => {
            "wait for vetting and record its results with RecordVettingResult"
        }
        EnrollmentStep::AssociateLocation => {
            return format!(
                "associate a location account in {} with AssociateLocation",
                country.name()
            );
        }
        EnrollmentStep::AcceptAgreement => {
            "let a Global admin accept the MPA in Partner Center and record this with \
             AcceptAgreement"
        }
    };
    text.to_owned()
}
