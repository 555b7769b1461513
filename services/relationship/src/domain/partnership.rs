use kernel::{PartnerName, PartnershipName, Responsible, Stamp, Timestamp, text_enum};
use serde::{Deserialize, Serialize};

use super::{
    Approved, Change, Denial, Ending, Fault, Finding, Reason, Role, RoleState, Standing,
    catalogue::{ON_1, ON_4, PT_1, REL_2},
    denial::refuse,
    lifecycle::{Move, STATE},
    rules::{
        chain::same_region,
        or_none,
        seller::{next_step, reauthorized},
    },
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
    /// How it came to its end.
    pub ending: Option<Ending<PartnershipSide>>,
    /// The partnership that the two had before.
    pub predecessor: Option<PartnershipName>,
    /// How often it changed, and when.
    pub stamp: Stamp,
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

impl Partnership {
    /// Where it stands at a time: an invitation that nobody answered in time is expired.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> PartnershipState {
        match self.state {
            PartnershipState::Invited if now >= self.expire_time => PartnershipState::Expired,
            state => state,
        }
    }

    /// It as it is at a time.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
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
        if let Some(open) = history.iter().find(|it| it.state_at(now).is_open()) {
            return Err(Denial::Exists(open.name.to_string()));
        }
        if *taken {
            return Err(Denial::Exists(name.to_string()));
        }
        let (of_provider, of_reseller) = (Role::IndirectProvider, Role::IndirectReseller);
        refuse([
            (&PT_1, enrolled(provider, of_provider, Reason::ProviderNotEnrolled)),
            (&ON_1, enrolled(reseller, of_reseller, Reason::ResellerNotEnrolled)),
            (&ON_4, reauthorized(provider, of_provider, now)),
            (&ON_4, reauthorized(reseller, of_reseller, now)),
            (&REL_2, same_region(provider, reseller)),
        ])?;
        let succeeded = |it: &Self| history.iter().any(|next| next.predecessor == Some(it.name));
        let partnership = Self {
            name,
            provider: provider.partner,
            reseller: reseller.partner,
            state: PartnershipState::Invited,
            expire_time,
            accept_time: None,
            ending: None,
            predecessor: history.iter().find(|it| !succeeded(it)).map(|it| it.name),
            stamp: Stamp::first(now),
        };
        let main = Approved::created("PartnershipInvited", partnership);
        Ok(Change { beside: history.iter().filter_map(|it| it.expired(now)).collect(), main })
    }

    /// The reseller accepts.
    pub fn accept(self, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let mut accepted = self.allow("AcceptPartnership", now)?;
        accepted.state = PartnershipState::Active;
        accepted.accept_time = Some(now);
        Ok(accepted.changed("PartnershipAccepted", now))
    }

    /// The reseller declines.
    pub fn decline(self, detail: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let declined = self.allow("DeclinePartnership", now)?;
        let (to, by) = (PartnershipState::Declined, PartnershipSide::Reseller);
        Ok(declined.over(to, by, detail, now).changed("PartnershipDeclined", now))
    }

    /// The provider withdraws its invitation.
    pub fn withdraw(self, detail: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let withdrawn = self.allow("WithdrawPartnership", now)?;
        let (to, by) = (PartnershipState::Withdrawn, PartnershipSide::Provider);
        Ok(withdrawn.over(to, by, detail, now).changed("PartnershipWithdrawn", now))
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
        Ok(ended.over(to, by, detail, now).changed("PartnershipEnded", now))
    }

    /// Settles an invitation that is expired and not yet recorded as such.
    fn expired(&self, now: Timestamp) -> Option<Approved<Self>> {
        let settled = self.state_at(now) != self.state;
        settled.then(|| self.clone().at(now).changed("PartnershipExpired", now))
    }

    fn allow(self, call: &str, now: Timestamp) -> Result<Self, Denial> {
        let state = self.state_at(now);
        let judged = Move {
            what: "the partnership",
            state: state.as_str(),
            call,
            legal: state.moves(),
            otherwise: "invite again with InvitePartnership; that makes a new partnership",
            reason: Reason::PartnershipStateConflict,
        };
        refuse([(&STATE, judged.judge(self.name))])?;
        Ok(self)
    }

    fn over(
        mut self,
        to: PartnershipState,
        by: PartnershipSide,
        detail: String,
        time: Timestamp,
    ) -> Self {
        self.state = to;
        self.ending = Some(Ending { by: Some(by), detail, time });
        self
    }

    fn changed(mut self, event: &'static str, now: Timestamp) -> Approved<Self> {
        let decided_on = self.stamp.revision;
        self.stamp = self.stamp.next(now);
        Approved::changed(event, decided_on, self)
    }
}

/// Whether a partner stands in a role far enough to partner: being vetted at least, and neither
/// suspended nor out.
fn enrolled(partner: &Standing, role: Role, reason: Reason) -> Finding {
    let state = partner.state(role);
    let inputs = vec![("neededRole", role.to_string()), ("roleState", or_none(state))];
    let stands =
        matches!(state, Some(RoleState::Vetting | RoleState::Qualified | RoleState::Active));
    Finding::of(partner.partner, inputs).unless(stands, || Fault {
        reason,
        explanation: match state {
            None => format!("{} is not enrolled as {role}", partner.partner),
            Some(state) => format!("{}'s enrollment as {role} is {state}", partner.partner),
        },
        responsible: Responsible::Partner,
        next_step: match state {
            None => "enroll the partner in this role with EnrollPartner".to_owned(),
            state => next_step(state).to_owned(),
        },
        code: "",
    })
}
