//! What removes a reason: steps as data, and each in words.

use std::fmt::{self, Display};

use markets::{Country, Region};
use types::{LocationAccountId, PartnerName};

use super::{AccountState, EnrollmentStep, Role, rules::list};

/// The steps that remove a reason, in the order in which they are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStep(pub Vec<Step>);

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Calls of onboarding, which lead a partner's enrollment on.
    Enrollment {
        /// The partner.
        partner: PartnerName,
        /// The role that it is enrolled in, or will be.
        role: Role,
        /// Country of its tenant.
        country: Country,
        /// The calls, in their order.
        steps: Vec<EnrollmentStep>,
    },
    /// `InvitePartnership`.
    InvitePartnership,
    /// `AcceptPartnership`.
    AcceptPartnership,
    /// `RequestCustomerRelationship`.
    RequestRelationship {
        /// The partner that asks.
        partner: PartnerName,
        /// The role in which it will sell; none to manage.
        role: Option<Role>,
    },
    /// `AcceptCustomerRelationship`.
    AcceptRelationship {
        /// The partner that asked.
        partner: PartnerName,
    },
    /// `RecordCustomerAgreement`, or `AttestCustomerAgreement`.
    RecordCustomerAgreement,
    /// `RecordAccountReview` of a customer whose account is in this state.
    RecordAccountReview(AccountState),
    /// The PartnerID of the reseller on every line; none if it is still to be associated.
    PutPartnerId(Option<LocationAccountId>),
    /// No PartnerID on any line.
    LeavePartnerIdsOut,
    /// None of these additional PartnerIDs on any line.
    LeaveAdditionalIdsOut(Vec<LocationAccountId>),
    /// The seller's attestation.
    Attest,
    /// No line of Azure shared services.
    OrderOrdinaryAzure,
    /// No line but those of Azure shared services.
    OrderSharedServicesAlone,
    /// Another order: a reseller in it.
    NameReseller,
    /// Another order: no reseller in it.
    LeaveResellerOut,
    /// Another order: its reseller is the seller, and its seller the reseller.
    Swap {
        /// The seller to be.
        seller: PartnerName,
        /// The reseller to be.
        reseller: PartnerName,
    },
    /// Another order: of a provider, with this partner as reseller.
    OrderThroughProvider(PartnerName),
    /// Another order: of a provider or a direct-bill partner.
    NameBuyer,
    /// Another order: from other CSP tenants of these.
    UseTenants {
        /// The region that the tenants are in.
        region: Region,
        /// Whether another one of the seller's is needed.
        seller: bool,
        /// Whether another one of the reseller's is needed.
        reseller: bool,
    },
    /// Another order: through a tenant of the reseller whose location is in its country.
    UseLocatedTenant,
    /// Another order: of a partner that is no affiliate of the customer.
    NameStranger,
    /// Another order: of the partner that owns the shared services tenant.
    NameOwner,
    /// Another order: for another tenant of the customer.
    UseCustomerTenant,
    /// No step helps: nothing new is sold in the customer's country.
    StopSelling,
    /// No step is known to this version.
    Update,
    /// What calls other than decisions advise.
    Other(String),
}

impl NextStep {
    /// Steps before these.
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
                let steps: Vec<_> = steps.iter().map(|step| in_words(*step, *country)).collect();
                write_joined(f, &steps, ", then ")
            }
            Self::InvitePartnership => {
                f.write_str("the provider invites the reseller with InvitePartnership")
            }
            Self::AcceptPartnership => {
                f.write_str("the reseller accepts the invitation with AcceptPartnership")
            }
            Self::RequestRelationship { partner, role: Some(role) } => write!(
                f,
                "{partner} asks the customer for a relationship of kind RESALE as {role} with \
                 RequestCustomerRelationship"
            ),
            Self::RequestRelationship { partner, role: None } => write!(
                f,
                "{partner} asks the customer for a relationship of kind MANAGEMENT with \
                 RequestCustomerRelationship"
            ),
            Self::AcceptRelationship { partner } => write!(
                f,
                "the customer's Global admin accepts the request of {partner} with \
                 AcceptCustomerRelationship"
            ),
            Self::RecordCustomerAgreement => {
                f.write_str(
                "the customer accepts the MCA: record it with RecordCustomerAgreement if it did so \
                 at Microsoft, else let the seller attest it with AttestCustomerAgreement",
            )
            }
            Self::RecordAccountReview(state) => f.write_str(match state {
                AccountState::UnderReview | AccountState::Verified => {
                    "wait for the review to end, then record it with RecordAccountReview"
                }
                AccountState::Rejected => {
                    "the customer fixes its account; record the next review with \
                     RecordAccountReview"
                }
                AccountState::Locked => {
                    "the customer has its account unlocked; record that with RecordAccountReview"
                }
            }),
            Self::PutPartnerId(Some(id)) => write!(f, "put {id} on every line"),
            Self::PutPartnerId(None) => f.write_str("put the id of that location on every line"),
            Self::LeavePartnerIdsOut => f.write_str("leave the PartnerIDs of the lines out"),
            Self::LeaveAdditionalIdsOut(ids) => {
                write!(f, "leave {} out of the additional PartnerIDs", list(ids))
            }
            Self::Attest => {
                f.write_str("set partner_attestation_accepted once the seller attests it")
            }
            Self::OrderOrdinaryAzure => f.write_str(
                "order ordinary Azure, or order into the partner's shared services tenant",
            ),
            Self::OrderSharedServicesAlone => {
                f.write_str("order the rest into a separate customer tenant")
            }
            Self::NameReseller => {
                f.write_str("name a reseller in the order, or order through a direct-bill partner")
            }
            Self::LeaveResellerOut => f.write_str(
                "leave the reseller and its PartnerID out, or name an indirect provider as the \
                 seller",
            ),
            Self::Swap { seller, reseller } => {
                write!(f, "name {seller} as the seller and {reseller} as the reseller")
            }
            Self::OrderThroughProvider(reseller) => write!(
                f,
                "let an indirect provider that has a partnership with {reseller} place the order \
                 and name {reseller} as the reseller"
            ),
            Self::NameBuyer => {
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
                "use a CSP tenant of the reseller whose location account is in the tenant's \
                 country",
            ),
            Self::NameStranger => {
                f.write_str("buy from a partner that is no affiliate of the customer")
            }
            Self::NameOwner => {
                f.write_str("let the partner that owns the tenant take part in the sale")
            }
            Self::UseCustomerTenant => {
                f.write_str("the partner buys into a separate tenant that is not used for CSP")
            }
            Self::StopSelling => f.write_str(
                "no step helps; what was sold before may be reduced and cancelled, and ends with its term",
            ),
            Self::Update => {
                f.write_str("no step is known; bring relationship to the version of onboarding")
            }
            Self::Other(text) => f.write_str(text),
        }
    }
}

fn in_words(step: EnrollmentStep, country: Country) -> String {
    let text = match step {
        EnrollmentStep::Enroll => "enroll with EnrollPartner",
        EnrollmentStep::EnrollOtherTenant => {
            "enroll another CSP tenant of the company with EnrollPartner, and use that one"
        }
        EnrollmentStep::EnrollAgain => {
            "enroll again with EnrollPartner once the enrollment's reapply_time has come"
        }
        EnrollmentStep::RecordEvidence => {
            "record what AssessEnrollment returns as not met with RecordEvidence"
        }
        EnrollmentStep::Submit => "submit the enrollment with SubmitEnrollment",
        EnrollmentStep::Resubmit => {
            "correct the profile and submit it again with ResubmitEnrollment"
        }
        EnrollmentStep::Review => "pass the yearly re-authorization with ReviewEnrollment",
        EnrollmentStep::Reinstate => {
            "fix the cause of the suspension and end it with ReinstateEnrollment"
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
            "a Global admin accepts the MPA in Partner Center, recorded with AcceptAgreement"
        }
    };
    text.to_owned()
}
