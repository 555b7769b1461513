//! The Microsoft Customer Agreement (MCA): as a customer accepts it at Microsoft, which counts for
//! every seller, or as a partner attests that it did, which counts for the sales of that partner.

use serde::{Deserialize, Serialize};
use types::{Email, Responsible, Timestamp};

use super::{
    Approved, Customer, CustomerRelationship, Denial, Fault, Finding, Reason, RelationshipKind,
    Role, Rule, Standing,
    catalogue::{CUS_1, REL_4},
    customer::{attests, in_buying_role},
    denial::refuse,
    rules::enrollment::Act,
};

/// An acceptance of the MCA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerAgreement {
    /// Template of the country's text.
    pub template_id: String,
    /// Version of the text.
    pub version: String,
    /// First name of the person who accepted.
    pub first_name: String,
    /// Last name of that person.
    pub last_name: String,
    /// Address of that person.
    pub email: Email,
    /// When that person accepted.
    pub accept_time: Timestamp,
}

impl CustomerAgreement {
    /// Whether it counts from now on instead of the one that was recorded before: the one that was
    /// accepted later does, whichever is recorded later.
    fn replaces(&self, recorded: Option<&Self>) -> bool {
        recorded.is_none_or(|it| self.accept_time >= it.accept_time && self != it)
    }
}

impl Customer {
    /// Records that the customer accepted the MCA at Microsoft. Gives nothing if that changes
    /// nothing.
    #[must_use]
    pub fn accept_agreement(
        &self,
        agreement: CustomerAgreement,
        now: Timestamp,
    ) -> Option<Approved<Self>> {
        agreement.replaces(self.agreement.as_ref()).then(|| {
            let accepted = Self { agreement: Some(agreement), ..self.clone() };
            accepted.changed("CustomerAgreementRecorded", now)
        })
    }
}

impl CustomerRelationship {
    /// Records that the partner attests that the customer accepted the MCA. Gives nothing if that
    /// changes nothing.
    pub fn attest_agreement(
        &self,
        agreement: CustomerAgreement,
        partner: &Standing,
        now: Timestamp,
    ) -> Result<Option<Approved<Self>>, Denial> {
        refuse([self.attested_by(partner), (&REL_4, self.serves_for_sales(now))])?;
        Ok(agreement.replaces(self.agreement.as_ref()).then(|| {
            let attested = Self { agreement: Some(agreement), ..self.clone() };
            attested.changed("CustomerAgreementAttested", now)
        }))
    }

    /// Whether the partner attests in the role in which it acquired the customer.
    fn attested_by(&self, partner: &Standing) -> (&'static Rule, Finding) {
        let attests = (&CUS_1, attests(partner, self.role));
        match self.role {
            Some(Role::IndirectReseller) => attests,
            Some(Role::IndirectProvider | Role::DirectBill) | None => {
                in_buying_role(Act::Serve, partner, attests)
            }
        }
    }

    /// Whether sales go on this relationship, or will once the customer accepts it: an attestation
    /// may be part of the request.
    fn serves_for_sales(&self, now: Timestamp) -> Finding {
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
                "{} attests for a customer that it sells to or has asked to; this relationship is \
                 for {kind} and {state}",
                self.partner
            ),
            responsible: Responsible::Partner,
            next_step:
                "ask the customer for a relationship with RequestCustomerRelationship, kind \
                        RESALE, and attest on that one"
                    .into(),
            code: "403/20002",
        })
    }
}
