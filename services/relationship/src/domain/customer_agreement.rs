//! The Microsoft Customer Agreement (MCA). An acceptance at Microsoft is valid for every seller; an
//! attested acceptance is valid only for the sales of the partner that attests it.

use rules::{Denial, Reason, Responsible, Role, refuse};
use serde::{Deserialize, Serialize};
use types::{Email, Timestamp};

use super::{
    Approved, Customer, CustomerRelationship, Fault, Finding, RelationshipKind, Standing,
    customer::{in_buying_role, may_attest},
    judges::enrollment::Activity,
};

/// An acceptance of the MCA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerAgreement {
    /// Template of the country's agreement.
    pub template_id: String,
    /// Version of the agreement.
    pub version: String,
    /// Person who accepted.
    pub first_name: String,
    pub last_name: String,
    pub email: Email,
    pub accept_time: Timestamp,
}

impl CustomerAgreement {
    /// Whether this acceptance replaces the recorded one: the later `accept_time` wins, regardless of
    /// the order of recording.
    fn replaces(&self, recorded: Option<&Self>) -> bool {
        recorded.is_none_or(|it| self.accept_time >= it.accept_time && self != it)
    }
}

impl Customer {
    /// Records an acceptance at Microsoft. `None` if it does not change the customer.
    #[must_use]
    pub fn accept_agreement(
        &self,
        agreement: CustomerAgreement,
        now: Timestamp,
    ) -> Option<Approved<Self>> {
        agreement.replaces(self.agreement.as_ref()).then(|| {
            let accepted = Self { agreement: Some(agreement), ..self.clone() };
            accepted.changed("CustomerAgreementRecorded", now).granting()
        })
    }
}

impl CustomerRelationship {
    /// Records an acceptance that the partner attests. `None` if it does not change the relationship.
    pub fn attest_agreement(
        &self,
        agreement: CustomerAgreement,
        partner: &Standing,
        now: Timestamp,
    ) -> Result<Option<Approved<Self>>, Denial> {
        refuse([self.attested_by(partner), self.permits_attestation(now)])?;
        Ok(agreement.replaces(self.agreement.as_ref()).then(|| {
            let attested = Self { agreement: Some(agreement), ..self.clone() };
            attested.changed("CustomerAgreementAttested", now).granting()
        }))
    }

    /// Whether the partner may attest in the role in which it acquired the customer.
    fn attested_by(&self, partner: &Standing) -> Finding {
        let attests = may_attest(partner, self.role);
        match self.role {
            Some(Role::IndirectReseller) => attests,
            Some(Role::IndirectProvider | Role::DirectBill) | None => {
                in_buying_role(Activity::Serve, partner, attests)
            }
        }
    }

    /// Whether this is a resale relationship that is active or requested; a partner may attest before
    /// the customer accepts the request.
    fn permits_attestation(&self, now: Timestamp) -> Finding {
        let (kind, state) = (self.kind, self.state_at(now));
        let inputs = vec![
            ("partner", self.partner.to_string()),
            ("relationshipKind", kind.to_string()),
            ("relationshipState", state.to_string()),
        ];
        let resale = kind == RelationshipKind::Resale;
        Finding::of(self.name, inputs).unless(resale && state.is_open(), || Fault {
            reason: if resale {
                Reason::CustomerRelationshipMissing
            } else {
                Reason::CustomerRelationshipForManagement
            },
            explanation: format!(
                "{} may attest only on a requested or active relationship of kind resale; this \
                 relationship is of kind {kind} and {state}",
                self.partner
            ),
            responsible: Responsible::Partner,
            next_step:
                "request a relationship of kind RESALE with RequestCustomerRelationship, and \
                        attest on that relationship"
                    .into(),
        })
    }
}
