use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use types::{PartnerName, PartnershipName, ResourceVersion, StateConflict, Timestamp, text_enum};

use super::{
    Approved, Change, Denial, Ending, Reason, Role, RoleState, Standing,
    denial::refuse,
    lifecycle::{STATE, judge},
    rules::partnering::may_partner,
};

text_enum! {
    /// Where a partnership stands.
    pub enum PartnershipState {
        /// The reseller has not answered.
        Invited = "invited",
        /// Orders may go through it.
        Active = "active",
        /// Declined by the reseller.
        Declined = "declined",
        /// Withdrawn by the provider before it was answered.
        Withdrawn = "withdrawn",
        /// Not answered in time.
        Expired = "expired",
        /// Ended by either side.
        Ended = "ended",
    }
}

text_enum! {
    /// A side of a partnership.
    pub enum PartnershipSide {
        /// The provider.
        Provider = "provider",
        /// The reseller.
        Reseller = "reseller",
    }
}

/// A partnership between a provider and a reseller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partnership {
    /// Its resource name.
    pub name: PartnershipName,
    /// The provider.
    pub provider: PartnerName,
    /// The reseller.
    pub reseller: PartnerName,
    /// Where it stood when it last changed; [`Partnership::state_at`] tells where it stands.
    pub state: PartnershipState,
    /// From when on it is expired unless it was answered.
    pub expire_time: Timestamp,
    /// When the reseller accepted it.
    pub accept_time: Option<Timestamp>,
    /// The enrollments of the two under which it was accepted.
    pub applications: Option<Applications>,
    /// How it came to its end.
    pub ending: Option<Ending<PartnershipSide>>,
    /// The partnership that the two had before.
    pub predecessor: Option<PartnershipName>,
    /// How often it changed, and when.
    pub resource_version: ResourceVersion,
}

/// Which applications in their roles the enrollments of provider and reseller are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applications {
    /// The provider's, as indirect provider.
    pub provider: i32,
    /// The reseller's, as indirect reseller.
    pub reseller: i32,
}

/// The two sides of a partnership to be, and what they have had.
#[derive(Debug, Clone)]
pub struct Partners {
    /// The provider.
    pub provider: Standing,
    /// The reseller.
    pub reseller: Standing,
    /// Every partnership of the two.
    pub history: Vec<Partnership>,
    /// Whether the name of the new one is taken.
    pub taken: bool,
}

impl PartnershipState {
    /// Whether it is active, or may become so.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Invited | Self::Active)
    }

    /// The calls that move a partnership on from here.
    const fn moves(self) -> &'static [&'static str] {
        match self {
            Self::Invited => &["AcceptPartnership", "DeclinePartnership", "WithdrawPartnership"],
            Self::Active => &["EndPartnership"],
            Self::Declined | Self::Withdrawn | Self::Expired | Self::Ended => &[],
        }
    }
}

impl PartnershipState {
    /// The call that leads here; none if time does.
    const fn made_by(self) -> Option<&'static str> {
        match self {
            Self::Invited => Some("InvitePartnership"),
            Self::Active => Some("AcceptPartnership"),
            Self::Declined => Some("DeclinePartnership"),
            Self::Withdrawn => Some("WithdrawPartnership"),
            Self::Ended => Some("EndPartnership"),
            Self::Expired => None,
        }
    }
}

impl Partnership {
    /// Where it stands at a time: an invitation that nobody answered in time is expired.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> PartnershipState {
        let over = self.state == PartnershipState::Invited && now >= self.expire_time;
        if over { PartnershipState::Expired } else { self.state }
    }

    /// It as it is at a time.
    #[must_use]
    pub fn effective_at(mut self, now: Timestamp) -> Self {
        let state = self.state_at(now);
        if state != self.state {
            self.state = state;
            let time = self.expire_time;
            self.ending = Some(Ending { by: None, detail: String::new(), time });
        }
        self
    }

    /// A provider invites a reseller. An invitation that expired is settled on the way.
    pub fn invite(
        name: PartnershipName,
        partners: &Partners,
        expire_time: Timestamp,
        now: Timestamp,
    ) -> Result<Change<Self>, Denial> {
        let Partners { provider, reseller, history, taken } = partners;
        let lost = |it: &Self| it.accept_time.is_some() && !it.outlasts(provider, reseller);
        if let Some(open) = history.iter().find(|it| it.state_at(now).is_open() && !lost(it)) {
            return Err(Denial::Exists(open.name.to_string()));
        }
        if *taken {
            return Err(Denial::Exists(name.to_string()));
        }
        may_partner(provider, reseller, now)?;
        let succeeded: BTreeSet<_> = history.iter().filter_map(|next| next.predecessor).collect();
        let partnership = Self {
            name,
            provider: provider.partner,
            reseller: reseller.partner,
            state: PartnershipState::Invited,
            expire_time,
            accept_time: None,
            applications: None,
            ending: None,
            predecessor: history.iter().find(|it| !succeeded.contains(&it.name)).map(|it| it.name),
            resource_version: ResourceVersion::first(now),
        };
        let main = Approved::created("PartnershipInvited", partnership);
        let over = history.iter().filter(|it| it.state_at(now) != it.state || it.state.is_open());
        let over = over.filter_map(|it| it.expired(now).or_else(|| Some(it.clone().lost(now))));
        Ok(Change { beside: over.collect(), main })
    }

    /// The reseller accepts, while the two may still partner.
    pub fn accept(
        self,
        provider: &Standing,
        reseller: &Standing,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let mut accepted = self.allow("AcceptPartnership", now)?;
        may_partner(provider, reseller, now)?;
        accepted.state = PartnershipState::Active;
        accepted.accept_time = Some(now);
        accepted.applications = Applications::of(provider, reseller);
        Ok(accepted.changed("PartnershipAccepted", now))
    }

    /// The reseller declines.
    pub fn decline(self, detail: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let declined = self.allow("DeclinePartnership", now)?;
        let (to, by) = (PartnershipState::Declined, PartnershipSide::Reseller);
        Ok(declined.over(to, Some(by), detail, now).changed("PartnershipDeclined", now))
    }

    /// The provider withdraws its invitation.
    pub fn withdraw(self, detail: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let withdrawn = self.allow("WithdrawPartnership", now)?;
        let (to, by) = (PartnershipState::Withdrawn, PartnershipSide::Provider);
        Ok(withdrawn.over(to, Some(by), detail, now).changed("PartnershipWithdrawn", now))
    }

    /// One side ends it.
    pub fn end(
        self,
        by: PartnershipSide,
        detail: String,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let ended = self.allow("EndPartnership", now)?;
        let to = PartnershipState::Ended;
        Ok(ended.over(to, Some(by), detail, now).changed("PartnershipEnded", now))
    }

    /// Whether neither of the enrollments under which it was accepted has been revoked since.
    pub(super) fn outlasts(&self, provider: &Standing, reseller: &Standing) -> bool {
        let lasts = |partner: &Standing, role, application| {
            let held = partner.role(role);
            held.is_none_or(|it| it.application == application && it.state != RoleState::Revoked)
        };
        self.applications.is_some_and(|it| {
            lasts(provider, Role::IndirectProvider, it.provider)
                && lasts(reseller, Role::IndirectReseller, it.reseller)
        })
    }

    /// Ends one whose enrollments are no longer those under which it was accepted.
    fn lost(self, now: Timestamp) -> Approved<Self> {
        let detail = "an enrollment under which it was accepted was revoked".to_owned();
        self.over(PartnershipState::Ended, None, detail, now).changed("PartnershipEnded", now)
    }

    /// Settles an invitation that is expired and not yet recorded as such.
    fn expired(&self, now: Timestamp) -> Option<Approved<Self>> {
        let settled = self.state_at(now) != self.state;
        settled.then(|| self.clone().effective_at(now).changed("PartnershipExpired", now))
    }

    fn allow(self, call: &str, now: Timestamp) -> Result<Self, Denial> {
        let Self { state, accept_time, ending, resource_version, .. } =
            self.clone().effective_at(now);
        let ended = ending.map(|it| it.time);
        let call = StateConflict {
            what: "the partnership",
            state: state.as_str(),
            since: ended.or(accept_time).unwrap_or(resource_version.create_time),
            call,
            reached: state.made_by() == Some(call),
            legal: state.moves(),
            otherwise: "invite again with InvitePartnership; that makes a new partnership",
        };
        refuse([(&STATE, judge(self.name, Reason::PartnershipStateConflict, call))])?;
        Ok(self)
    }

    fn over(
        mut self,
        to: PartnershipState,
        by: Option<PartnershipSide>,
        detail: String,
        time: Timestamp,
    ) -> Self {
        self.state = to;
        self.ending = Some(Ending { by, detail, time });
        self
    }

    fn changed(mut self, event: &'static str, now: Timestamp) -> Approved<Self> {
        let decided_on = self.resource_version.revision;
        self.resource_version = self.resource_version.next(now);
        Approved::changed(event, decided_on, self)
    }
}

impl Applications {
    fn of(provider: &Standing, reseller: &Standing) -> Option<Self> {
        Some(Self {
            provider: provider.role(Role::IndirectProvider)?.application,
            reseller: reseller.role(Role::IndirectReseller)?.application,
        })
    }
}
