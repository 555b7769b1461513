use serde::{Deserialize, Serialize};
use types::{
    CustomerName, CustomerRelationshipName, PartnerName, ResourceVersion, StateConflict, Timestamp,
    text_enum,
};

use super::{
    Approved, Change, CustomerAgreement, Denial, Ending, Finding, Parties, Partnership, Reason,
    Role, Standing,
    catalogue::REL_6,
    denial::refuse,
    lifecycle::{STATE, judge},
    rules::removal,
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
        /// Removed by a partner, accepted or not.
        Removed = "removed",
        /// Refused by the customer.
        Refused = "refused",
        /// Not answered in time.
        Expired = "expired",
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
    /// The role in which the partner acquired the customer and sells to it; none to manage.
    pub role: Option<Role>,
    /// Where it stood when it last changed; [`CustomerRelationship::state_at`] tells where it
    /// stands.
    pub state: RelationshipState,
    /// From when on it is expired unless it was answered.
    pub expire_time: Timestamp,
    /// When the customer accepted it.
    pub accept_time: Option<Timestamp>,
    /// How it came to its end, and which partner removed it.
    pub ending: Option<Ending<PartnerName>>,
    /// The relationship of the reseller's provider that was requested along with it. The
    /// customer's answer to this one answers that one too.
    pub companion: Option<CustomerRelationshipName>,
    /// The MCA, as the partner attests that the customer accepted it, the latest.
    pub agreement: Option<CustomerAgreement>,
    /// How often it changed, and when.
    pub resource_version: ResourceVersion,
}

/// Who removes a relationship, and what it states.
#[derive(Debug, Clone)]
pub struct Removal {
    /// The partner that removes it.
    pub by: Standing,
    /// Every partnership of that partner, as provider, with the partner of the relationship.
    pub partnerships: Vec<Partnership>,
    /// Whether it states that the customer has no active subscription through the relationship.
    pub no_active_subscriptions: bool,
    /// Why.
    pub detail: String,
}

impl RelationshipState {
    /// Whether it is active, or may become so.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Active)
    }

    /// The calls that move a relationship on from here.
    const fn moves(self) -> &'static [&'static str] {
        match self {
            Self::Requested => &[
                "AcceptCustomerRelationship",
                "RefuseCustomerRelationship",
                "RemoveCustomerRelationship",
            ],
            Self::Active => &["RemoveCustomerRelationship"],
            Self::Removed | Self::Refused | Self::Expired => &[],
        }
    }
}

impl RelationshipState {
    /// The call that leads here; none if time does.
    const fn made_by(self) -> Option<&'static str> {
        match self {
            Self::Requested => Some("RequestCustomerRelationship"),
            Self::Active => Some("AcceptCustomerRelationship"),
            Self::Removed => Some("RemoveCustomerRelationship"),
            Self::Refused => Some("RefuseCustomerRelationship"),
            Self::Expired => None,
        }
    }
}

impl CustomerRelationship {
    /// The customer.
    #[must_use]
    pub fn customer(&self) -> CustomerName {
        self.name.customer
    }

    /// Where it stands at a time: a request that nobody answered in time is expired.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> RelationshipState {
        let over = self.state == RelationshipState::Requested && now >= self.expire_time;
        if over { RelationshipState::Expired } else { self.state }
    }

    /// It as it is at a time.
    #[must_use]
    pub fn effective_at(mut self, now: Timestamp) -> Self {
        let state = self.state_at(now);
        if state != self.state {
            let time = self.expire_time;
            self.over(state, Ending { by: None, detail: String::new(), time });
        }
        self
    }

    /// The customer accepts, and with it the request of the provider that came along, while the
    /// rules still let them be requested.
    pub fn accept(
        self,
        companion: Option<Self>,
        parties: Parties<'_>,
        now: Timestamp,
    ) -> Result<Change<Self>, Denial> {
        let (kind, role) = (self.kind, self.role);
        let change = self.answer("AcceptCustomerRelationship", companion, now, |mut it| {
            it.state = RelationshipState::Active;
            it.accept_time = Some(now);
            it.changed("CustomerRelationshipAccepted", now)
        })?;
        let provider = parties.provider.filter(|_| !change.beside.is_empty());
        refuse(Parties { provider, ..parties }.findings(kind, role, now))?;
        Ok(change)
    }

    /// The customer refuses, and with it the request of the provider that came along.
    pub fn refuse(
        self,
        detail: &str,
        companion: Option<Self>,
        now: Timestamp,
    ) -> Result<Change<Self>, Denial> {
        self.answer("RefuseCustomerRelationship", companion, now, |mut it| {
            let ending = Ending { by: None, detail: detail.to_owned(), time: now };
            it.over(RelationshipState::Refused, ending);
            it.changed("CustomerRelationshipRefused", now)
        })
    }

    /// A partner withdraws its request, or removes what was accepted.
    pub fn remove(mut self, removal: &Removal, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let sells = self.kind == RelationshipKind::Resale
            && self.state_at(now) == RelationshipState::Active;
        let of_sales = [
            (&REL_6, removal::by_one_that_buys_from_microsoft(&self, removal)),
            (&REL_6, removal::without_subscriptions(&self, removal)),
        ];
        let always = [
            (&STATE, self.judge("RemoveCustomerRelationship", now)),
            (&REL_6, removal::by_its_partner_or_provider(&self, removal)),
        ];
        refuse(always.into_iter().chain(of_sales.into_iter().filter(|_| sells)))?;
        let (by, detail) = (Some(removal.by.partner), removal.detail.clone());
        self.over(RelationshipState::Removed, Ending { by, detail, time: now });
        Ok(self.changed("CustomerRelationshipRemoved", now))
    }

    /// Settles a request that is expired and not yet recorded as such.
    pub(super) fn expired(&self, now: Timestamp) -> Option<Approved<Self>> {
        let settled = self.state_at(now) != self.state;
        settled.then(|| self.clone().effective_at(now).changed("CustomerRelationshipExpired", now))
    }

    fn answer(
        self,
        call: &str,
        companion: Option<Self>,
        now: Timestamp,
        step: impl Fn(Self) -> Approved<Self>,
    ) -> Result<Change<Self>, Denial> {
        refuse([(&STATE, self.judge(call, now))])?;
        let open = companion.filter(|it| {
            Some(it.name) == self.companion && it.state_at(now) == RelationshipState::Requested
        });
        Ok(Change { beside: open.into_iter().map(&step).collect(), main: step(self) })
    }

    fn judge(&self, call: &str, now: Timestamp) -> Finding {
        let Self { name, state, accept_time, ending, resource_version, .. } =
            self.clone().effective_at(now);
        let ended = ending.map(|it| it.time);
        let call = StateConflict {
            what: "the relationship",
            state: state.as_str(),
            since: ended.or(accept_time).unwrap_or(resource_version.create_time),
            call,
            reached: state.made_by() == Some(call),
            legal: state.moves(),
            otherwise: "request a new relationship with RequestCustomerRelationship",
        };
        judge(name, Reason::CustomerRelationshipStateConflict, call)
    }

    fn over(&mut self, to: RelationshipState, ending: Ending<PartnerName>) {
        self.state = to;
        self.ending = Some(ending);
    }

    pub(super) fn changed(mut self, event: &'static str, now: Timestamp) -> Approved<Self> {
        let decided_on = self.resource_version.revision;
        self.resource_version = self.resource_version.next(now);
        Approved::changed(event, decided_on, self)
    }
}
