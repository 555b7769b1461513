use kernel::{
    CustomerName, CustomerRelationshipName, PartnerName, Responsible, Stamp, Timestamp, text_enum,
};
use serde::{Deserialize, Serialize};

use super::{
    Approved, BuyerStanding, Customer, Denial, Fault, Finding, Reason, Standing,
    catalogue::{OWN_2, REL_3},
    denial::refuse,
    partnership::STATE,
    rules::{customer::in_region, own_use::csp_tenant},
};

text_enum! {
    /// What a partner may do for a customer.
    pub enum RelationshipKind {
        /// Sell to it.
        Resale = "resale",
        /// Manage what others sold.
        Management = "management",
    }
}

text_enum! {
    /// Where a customer relationship stands.
    pub enum RelationshipState {
        /// The customer has not answered.
        Requested = "requested",
        /// Accepted.
        Active = "active",
        /// Removed.
        Removed = "removed",
    }
}

/// A relationship between one partner and one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRelationship {
    /// Its resource name.
    pub name: CustomerRelationshipName,
    /// The partner.
    pub partner: PartnerName,
    /// What the partner may do.
    pub kind: RelationshipKind,
    /// Where it stands.
    pub state: RelationshipState,
    /// Why it was removed.
    pub state_reason: String,
    /// How often it changed, and when.
    pub stamp: Stamp,
}

/// A relationship to be requested, and what is known of its two sides.
#[derive(Debug, Clone)]
pub struct NewRelationship {
    /// Its resource name.
    pub name: CustomerRelationshipName,
    /// What the partner may do.
    pub kind: RelationshipKind,
    /// The partner.
    pub partner: Standing,
    /// The customer.
    pub customer: Customer,
    /// What is known of the customer's company.
    pub buyer: BuyerStanding,
    /// The relationship of this kind that the two have, or one that has its name.
    pub open: Option<CustomerRelationshipName>,
}

impl CustomerRelationship {
    /// The customer.
    #[must_use]
    pub fn customer(&self) -> CustomerName {
        self.name.customer
    }

    /// A partner asks a customer. To manage, it may sit in any region.
    pub fn request(new: &NewRelationship, now: Timestamp) -> Result<Approved<Self>, Denial> {
        if let Some(open) = new.open {
            return Err(Denial::Exists(open.to_string()));
        }
        let region = match new.kind {
            RelationshipKind::Resale => {
                Some((&REL_3, in_region(&new.partner, &new.customer, Responsible::Partner)))
            }
            RelationshipKind::Management => None,
        };
        let tenant = (&OWN_2, csp_tenant(new.customer.name, new.buyer.csp_tenant));
        refuse(region.into_iter().chain([tenant]))?;
        let relationship = Self {
            name: new.name,
            partner: new.partner.partner,
            kind: new.kind,
            state: RelationshipState::Requested,
            state_reason: String::new(),
            stamp: Stamp::first(now),
        };
        Ok(Approved::created("CustomerRelationshipRequested", relationship))
    }

    /// The customer accepts.
    pub fn accept(self, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let (from, to) = ([RelationshipState::Requested], RelationshipState::Active);
        self.step("CustomerRelationshipAccepted", &from, to, String::new(), now)
    }

    /// It is removed, accepted or not.
    pub fn remove(self, detail: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let from = [RelationshipState::Requested, RelationshipState::Active];
        self.step("CustomerRelationshipRemoved", &from, RelationshipState::Removed, detail, now)
    }

    fn step(
        mut self,
        event: &'static str,
        from: &[RelationshipState],
        to: RelationshipState,
        state_reason: String,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let finding = Finding::of(self.name, vec![("state", self.state.to_string())]);
        let kept = from.contains(&self.state);
        refuse([(&STATE, finding.unless(kept, || self.conflict()))])?;
        let decided_on = self.stamp.revision;
        self.state = to;
        self.state_reason = state_reason;
        self.stamp = self.stamp.next(now);
        Ok(Approved::changed(event, decided_on, self))
    }

    fn conflict(&self) -> Fault {
        Fault {
            reason: Reason::CustomerRelationshipStateConflict,
            explanation: format!("the relationship is {}, which rules this move out", self.state),
            responsible: Responsible::Caller,
            next_step: match self.state {
                RelationshipState::Requested => "accept or remove it",
                RelationshipState::Active => "nothing is open; it may be removed",
                RelationshipState::Removed => "request a new relationship",
            }
            .to_owned(),
            code: "",
        }
    }
}
