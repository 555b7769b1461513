//! Values of the contract as people read them.

use contracts::{
    onboarding::{EnrollmentState, EnrollmentStep, Requirement, Role},
    ordering::{OrderState, SubscriptionState, Term},
    relationship::{
        AccountState, CustomerRelationshipState, Outcome, PartnershipState, ProductFamily, Purpose,
        Verdict,
    },
};

use crate::html::Tone;

/// The text of an enum value: its name without the prefix, in lower case.
pub(crate) fn plain(prefix: &str, name: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_lowercase().replace('_', " ")
}

/// An enum value as a word of `csp`: its name without the prefix, with hyphens.
pub(crate) fn word(prefix: &str, name: &str) -> String {
    plain(prefix, name).replace(' ', "-")
}

pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::IndirectProvider => "indirect provider",
        Role::IndirectReseller => "indirect reseller",
        Role::DirectBill => "direct-bill partner",
        Role::Unspecified => "–",
    }
}

pub(crate) fn enrollment(state: EnrollmentState) -> (Tone, String) {
    let tone = match state {
        EnrollmentState::Active => Tone::Good,
        EnrollmentState::Vetting | EnrollmentState::Qualified | EnrollmentState::Draft => {
            Tone::Plain
        }
        EnrollmentState::Restricted => Tone::Warn,
        EnrollmentState::Rejected
        | EnrollmentState::Suspended
        | EnrollmentState::Revoked
        | EnrollmentState::Unspecified => Tone::Bad,
    };
    (tone, plain("ENROLLMENT_STATE_", state.as_str_name()))
}

pub(crate) fn partnership(state: PartnershipState) -> (Tone, String) {
    let tone = match state {
        PartnershipState::Active => Tone::Good,
        PartnershipState::Invited => Tone::Warn,
        _ => Tone::Plain,
    };
    (tone, plain("PARTNERSHIP_STATE_", state.as_str_name()))
}

pub(crate) fn relationship(state: CustomerRelationshipState) -> (Tone, String) {
    let tone = match state {
        CustomerRelationshipState::Active => Tone::Good,
        CustomerRelationshipState::Requested => Tone::Warn,
        _ => Tone::Plain,
    };
    (tone, plain("CUSTOMER_RELATIONSHIP_STATE_", state.as_str_name()))
}

pub(crate) fn account(state: AccountState) -> (Tone, String) {
    let tone = match state {
        AccountState::Verified => Tone::Good,
        AccountState::UnderReview => Tone::Warn,
        AccountState::Rejected | AccountState::Locked => Tone::Bad,
        AccountState::NotReviewed | AccountState::Unspecified => Tone::Plain,
    };
    (tone, plain("ACCOUNT_STATE_", state.as_str_name()))
}

pub(crate) fn order(state: OrderState) -> (Tone, String) {
    let tone = if state == OrderState::Accepted { Tone::Good } else { Tone::Plain };
    (tone, plain("ORDER_STATE_", state.as_str_name()))
}

pub(crate) fn subscription(state: SubscriptionState) -> (Tone, String) {
    let tone = match state {
        SubscriptionState::Active => Tone::Good,
        SubscriptionState::Suspended | SubscriptionState::Expired | SubscriptionState::Disabled => {
            Tone::Warn
        }
        _ => Tone::Plain,
    };
    (tone, plain("SUBSCRIPTION_STATE_", state.as_str_name()))
}

pub(crate) fn verdict(verdict: Verdict) -> (Tone, &'static str) {
    match verdict {
        Verdict::Allowed => (Tone::Good, "allowed"),
        Verdict::Undetermined => (Tone::Warn, "not determined"),
        Verdict::Refused | Verdict::Unspecified => (Tone::Bad, "refused"),
    }
}

pub(crate) fn outcome(outcome: Outcome) -> (Tone, &'static str) {
    match outcome {
        Outcome::Passed => (Tone::Good, "passed"),
        Outcome::NotApplicable => (Tone::Plain, "does not apply"),
        Outcome::Undetermined => (Tone::Warn, "not determined"),
        Outcome::Failed | Outcome::Unspecified => (Tone::Bad, "failed"),
    }
}

pub(crate) fn family(family: ProductFamily) -> &'static str {
    match family {
        ProductFamily::Microsoft365 => "Microsoft 365",
        ProductFamily::Dynamics365 => "Dynamics 365",
        ProductFamily::Azure => "Azure",
        ProductFamily::AzureSharedServices => "Azure shared services",
        ProductFamily::Software => "Software",
        ProductFamily::Unspecified => "–",
    }
}

/// The families and purposes of a question, in the order of the form.
pub(crate) const FAMILIES: [ProductFamily; 5] = [
    ProductFamily::Microsoft365,
    ProductFamily::Dynamics365,
    ProductFamily::Azure,
    ProductFamily::AzureSharedServices,
    ProductFamily::Software,
];
pub(crate) const PURPOSES: [Purpose; 8] = [
    Purpose::NewSubscription,
    Purpose::Manage,
    Purpose::AddQuantity,
    Purpose::Renew,
    Purpose::Change,
    Purpose::TransferIn,
    Purpose::Cancel,
    Purpose::AutomaticRenewal,
];

pub(crate) fn purpose(purpose: Purpose) -> String {
    plain("PURPOSE_", purpose.as_str_name())
}

pub(crate) fn term(term: Term) -> &'static str {
    match term {
        Term::P1m => "1 month",
        Term::P1y => "1 year",
        Term::P3y => "3 years",
        Term::Unspecified => "–",
    }
}

/// What a partner does in a step.
pub(crate) fn step(step: EnrollmentStep) -> &'static str {
    match step {
        EnrollmentStep::Enroll => "enroll",
        EnrollmentStep::EnrollOtherTenant => "enroll another CSP tenant: ON-5 excludes this one",
        EnrollmentStep::EnrollAgain => "enroll again, from the date on which it may reapply",
        EnrollmentStep::RecordEvidence => "record evidence for the unmet requirements",
        EnrollmentStep::Submit => "submit the enrollment",
        EnrollmentStep::Resubmit => "resubmit the enrollment",
        EnrollmentStep::Review => "pass the yearly review",
        EnrollmentStep::Reinstate => "reinstate, after the cause of the suspension is fixed",
        EnrollmentStep::RecordVetting => "pass the remaining vetting checks",
        EnrollmentStep::AssociateLocation => {
            "associate a location account in the country of the tenant"
        }
        EnrollmentStep::AcceptAgreement => "accept the MPA, as a Global admin of the tenant",
        EnrollmentStep::Unspecified => "–",
    }
}

pub(crate) fn requirement(requirement: Requirement) -> String {
    match requirement {
        Requirement::Mfa => "multi-factor authentication".to_owned(),
        Requirement::ApiIntegration => "API integration".to_owned(),
        other => plain("REQUIREMENT_", other.as_str_name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_without_its_prefix() {
        assert_eq!(plain("ROLE_", "ROLE_DIRECT_BILL"), "direct bill");
        assert_eq!(purpose(Purpose::NewSubscription), "new subscription");
    }

    #[test]
    fn only_an_allowed_verdict_and_a_passed_rule_are_good() {
        for value in 0..10 {
            let good = Verdict::try_from(value).is_ok_and(|it| verdict(it).0 == Tone::Good);
            assert_eq!(good, value == Verdict::Allowed as i32);
            let good = Outcome::try_from(value).is_ok_and(|it| outcome(it).0 == Tone::Good);
            assert_eq!(good, value == Outcome::Passed as i32);
        }
    }
}
