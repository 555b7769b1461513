use rules::{Denial, Lifecycle, Move, Reason, Role, refuse};
use serde::{Deserialize, Serialize};
use types::{
    CustomerName, CustomerRelationshipName, PartnerName, ResourceVersion, Timestamp, text_enum,
};

use super::{
    Approved, Change, CustomerAgreement, Ending, Finding, Parties, Partnership, Standing,
    judges::removal,
};

text_enum! {
    /// What the customer permits the partner to do.
    pub enum RelationshipKind {
        /// Sell to the customer.
        Resale = "resale",
        /// Manage subscriptions that other partners sold.
        Management = "management",
    }
}

text_enum! {
    /// State of a customer relationship.
    pub enum RelationshipState {
        /// Waits for the customer's response.
        Requested = "requested",
        /// Accepted by the customer.
        Active = "active",
        /// Removed by a partner, before or after the customer accepted.
        Removed = "removed",
        /// Refused by the customer.
        Refused = "refused",
        /// No response before `expire_time`.
        Expired = "expired",
    }
}

/// The moves of a customer relationship.
pub(super) const LIFECYCLE: Lifecycle<RelationshipState> = {
    use RelationshipState::{Active, Expired, Refused, Removed, Requested};
    Lifecycle {
        resource: "the relationship",
        reason: Reason::CustomerRelationshipStateConflict,
        moves: &[
            Move::new("RequestCustomerRelationship", &[], &[Requested]),
            Move::new("AcceptCustomerRelationship", &[Requested], &[Active]),
            Move::new("RefuseCustomerRelationship", &[Requested], &[Refused]),
            Move::effect("no response in time", &[Requested], &[Expired]),
            Move::new("RemoveCustomerRelationship", &[Requested, Active], &[Removed]),
        ],
        otherwise: "request a new relationship with RequestCustomerRelationship",
    }
};

/// A relationship between one partner and one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRelationship {
    pub name: CustomerRelationshipName,
    pub partner: PartnerName,
    pub kind: RelationshipKind,
    /// Role in which the partner acquired the customer and sells to it; `None` for management.
    pub role: Option<Role>,
    /// State as stored; [`CustomerRelationship::state_at`] also considers `expire_time`.
    pub state: RelationshipState,
    /// An unanswered request expires at this time.
    pub expire_time: Timestamp,
    pub accept_time: Option<Timestamp>,
    /// `by` is the partner that removed the relationship.
    pub ending: Option<Ending<PartnerName>>,
    /// Relationship of the reseller's provider that was requested together with this one. The
    /// customer's response to this relationship also applies to the companion.
    pub companion: Option<CustomerRelationshipName>,
    /// Latest acceptance of the MCA that the partner attested.
    pub agreement: Option<CustomerAgreement>,
    pub resource_version: ResourceVersion,
}

/// Facts for the removal of a relationship.
#[derive(Debug, Clone)]
pub struct Removal {
    /// The partner that removes the relationship.
    pub by: Standing,
    /// Partnerships of `by` as provider with the partner of the relationship.
    pub partnerships: Vec<Partnership>,
    /// Whether the caller states that the relationship has no active subscription.
    pub no_active_subscriptions: bool,
    pub detail: String,
}

impl RelationshipState {
    /// Whether the relationship is active, or can become active.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Active)
    }
}

impl CustomerRelationship {
    #[must_use]
    pub fn customer(&self) -> CustomerName {
        self.name.customer
    }

    /// State at a time: an unanswered request is expired from `expire_time`.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> RelationshipState {
        let overdue = self.state == RelationshipState::Requested && now >= self.expire_time;
        if overdue { RelationshipState::Expired } else { self.state }
    }

    /// Whether this is an active resale relationship of a partner in a role.
    pub(super) fn sells_in(&self, partner: PartnerName, role: Role, at: Timestamp) -> bool {
        self.partner == partner
            && self.role == Some(role)
            && self.state_at(at) == RelationshipState::Active
    }

    /// The relationship at a time, with expiry applied.
    #[must_use]
    pub fn effective_at(mut self, now: Timestamp) -> Self {
        let state = self.state_at(now);
        if state != self.state {
            let time = self.expire_time;
            self.end_in(state, Ending { by: None, detail: String::new(), time });
        }
        self
    }

    /// The customer accepts the request and its open companion. Checks the rules of a request again.
    pub fn accept(
        self,
        companion: Option<Self>,
        parties: Parties<'_>,
        now: Timestamp,
    ) -> Result<Change<Self>, Denial> {
        let (kind, role) = (self.kind, self.role);
        let change = self.respond("AcceptCustomerRelationship", companion, now, |mut it| {
            it.state = RelationshipState::Active;
            it.accept_time = Some(now);
            it.changed("CustomerRelationshipAccepted", now).granting()
        })?;
        let provider = parties.provider.filter(|_| !change.related.is_empty());
        refuse(Parties { provider, ..parties }.findings(kind, role, now))?;
        Ok(change)
    }

    /// The customer refuses the request and its open companion.
    pub fn refuse(
        self,
        detail: &str,
        companion: Option<Self>,
        now: Timestamp,
    ) -> Result<Change<Self>, Denial> {
        self.respond("RefuseCustomerRelationship", companion, now, |mut it| {
            let ending = Ending { by: None, detail: detail.to_owned(), time: now };
            it.end_in(RelationshipState::Refused, ending);
            it.changed("CustomerRelationshipRefused", now)
        })
    }

    /// A partner withdraws its request, or removes an active relationship.
    pub fn remove(mut self, removal: &Removal, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let sells = self.kind == RelationshipKind::Resale
            && self.state_at(now) == RelationshipState::Active;
        let of_sales = [
            removal::by_buyer_from_microsoft(&self, removal),
            removal::without_subscriptions(&self, removal),
        ];
        let always = [
            self.judge("RemoveCustomerRelationship", now),
            removal::by_its_partner_or_provider(&self, removal),
        ];
        refuse(always.into_iter().chain(of_sales.into_iter().filter(|_| sells)))?;
        let (by, detail) = (Some(removal.by.partner), removal.detail.clone());
        self.end_in(RelationshipState::Removed, Ending { by, detail, time: now });
        Ok(self.changed("CustomerRelationshipRemoved", now))
    }

    /// Records the expiry of a request that is still stored as open.
    pub(super) fn expired(&self, now: Timestamp) -> Option<Approved<Self>> {
        let overdue = self.state_at(now) != self.state;
        overdue.then(|| self.clone().effective_at(now).changed("CustomerRelationshipExpired", now))
    }

    fn respond(
        self,
        call: &str,
        companion: Option<Self>,
        now: Timestamp,
        step: impl Fn(Self) -> Approved<Self>,
    ) -> Result<Change<Self>, Denial> {
        refuse([self.judge(call, now)])?;
        let open = companion.filter(|it| {
            Some(it.name) == self.companion && it.state_at(now) == RelationshipState::Requested
        });
        Ok(Change { related: open.into_iter().map(&step).collect(), main: step(self) })
    }

    fn judge(&self, call: &str, now: Timestamp) -> Finding {
        let Self { name, state, accept_time, ending, resource_version, .. } =
            self.clone().effective_at(now);
        let since =
            ending.map(|it| it.time).or(accept_time).unwrap_or(resource_version.create_time);
        LIFECYCLE.check(name, state, since, call)
    }

    fn end_in(&mut self, to: RelationshipState, ending: Ending<PartnerName>) {
        self.state = to;
        self.ending = Some(ending);
    }

    pub(super) fn changed(mut self, event: &'static str, now: Timestamp) -> Approved<Self> {
        let decided_on = self.resource_version.revision;
        self.resource_version = self.resource_version.next(now);
        Approved::changed(event, decided_on, self)
    }
}
