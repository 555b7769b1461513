use std::collections::BTreeSet;

use rules::{Denial, Lifecycle, Move, Reason, Role, refuse};
use serde::{Deserialize, Serialize};
use types::{PartnerName, PartnershipName, ResourceVersion, Timestamp, text_enum};

use super::{
    Approved, Change, Ending, NextStep, RoleState, Standing, judges::partnering::may_partner,
};

text_enum! {
    /// State of a partnership.
    pub enum PartnershipState {
        /// Waits for the reseller's response.
        Invited = "invited",
        /// Accepted by the reseller; sales are possible.
        Active = "active",
        /// Declined by the reseller.
        Declined = "declined",
        /// Withdrawn by the provider before the reseller responded.
        Withdrawn = "withdrawn",
        /// No response before `expire_time`.
        Expired = "expired",
        /// Ended by either side after it was active, or because an enrollment was revoked.
        Ended = "ended",
    }
}

text_enum! {
    /// Who ended a partnership.
    pub enum PartnershipSide {
        /// The indirect provider.
        Provider = "provider",
        /// The indirect reseller.
        Reseller = "reseller",
    }
}

/// The moves of a partnership. A new invitation ends a partnership whose enrollments were revoked.
pub(super) const LIFECYCLE: Lifecycle<PartnershipState> = {
    use PartnershipState::{Active, Declined, Ended, Expired, Invited, Withdrawn};
    Lifecycle {
        resource: "the partnership",
        reason: Reason::PartnershipStateConflict,
        moves: &[
            Move::new("InvitePartnership", &[], &[Invited]),
            Move::new("AcceptPartnership", &[Invited], &[Active]),
            Move::new("DeclinePartnership", &[Invited], &[Declined]),
            Move::new("WithdrawPartnership", &[Invited], &[Withdrawn]),
            Move::effect("no response in time", &[Invited], &[Expired]),
            Move::new("EndPartnership", &[Active], &[Ended]),
            Move::effect("InvitePartnership", &[Active], &[Ended]),
        ],
        otherwise: "create a new partnership with InvitePartnership",
    }
};

/// A partnership between a provider and a reseller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partnership {
    pub name: PartnershipName,
    pub provider: PartnerName,
    pub reseller: PartnerName,
    /// State as stored; [`Partnership::state_at`] also considers `expire_time`.
    pub state: PartnershipState,
    /// An unanswered invitation expires at this time.
    pub expire_time: Timestamp,
    pub accept_time: Option<Timestamp>,
    /// Enrollments under which the reseller accepted.
    pub applications: Option<Applications>,
    pub ending: Option<Ending<PartnershipSide>>,
    /// Previous partnership of the same provider and reseller.
    pub predecessor: Option<PartnershipName>,
    pub resource_version: ResourceVersion,
}

/// Application numbers of both enrollments of a partnership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applications {
    /// Application of the provider as indirect provider.
    pub provider: i32,
    /// Application of the reseller as indirect reseller.
    pub reseller: i32,
}

/// Facts for an invitation.
#[derive(Debug, Clone)]
pub struct Partners {
    pub provider: Standing,
    pub reseller: Standing,
    /// All partnerships of the two.
    pub history: Vec<Partnership>,
    /// Whether a partnership with the new name exists.
    pub name_taken: bool,
}

impl PartnershipState {
    /// Whether the partnership is active, or can become active.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Invited | Self::Active)
    }
}

impl Partnership {
    /// The partner on a side.
    #[must_use]
    pub const fn partner_on(&self, side: PartnershipSide) -> PartnerName {
        match side {
            PartnershipSide::Provider => self.provider,
            PartnershipSide::Reseller => self.reseller,
        }
    }

    /// State at a time: an unanswered invitation is expired from `expire_time`.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> PartnershipState {
        let overdue = self.state == PartnershipState::Invited && now >= self.expire_time;
        if overdue { PartnershipState::Expired } else { self.state }
    }

    /// The partnership at a time, with expiry applied.
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

    /// The provider invites the reseller. Also records an expired invitation, and ends a partnership
    /// whose enrollments were revoked.
    pub fn invite(
        name: PartnershipName,
        partners: &Partners,
        expire_time: Timestamp,
        now: Timestamp,
    ) -> Result<Change<Self>, Denial> {
        let Partners { provider, reseller, history, name_taken } = partners;
        let revoked =
            |it: &Self| it.accept_time.is_some() && !it.has_current_enrollments(provider, reseller);
        if let Some(open) = history.iter().find(|it| it.state_at(now).is_open() && !revoked(it)) {
            return Err(Denial::Exists(open.name.to_string()));
        }
        if *name_taken {
            return Err(Denial::Exists(name.to_string()));
        }
        may_partner(provider, reseller, now)?;
        let predecessors: BTreeSet<_> = history.iter().filter_map(|it| it.predecessor).collect();
        let partnership = Self {
            name,
            provider: provider.partner,
            reseller: reseller.partner,
            state: PartnershipState::Invited,
            expire_time,
            accept_time: None,
            applications: None,
            ending: None,
            predecessor: history
                .iter()
                .find(|it| !predecessors.contains(&it.name))
                .map(|it| it.name),
            resource_version: ResourceVersion::first(now),
        };
        let main = Approved::created("PartnershipInvited", partnership);
        let ended = history.iter().filter(|it| it.state_at(now) != it.state || it.state.is_open());
        let related =
            ended.map(|it| it.expired(now).unwrap_or_else(|| it.clone().end_revoked(now)));
        Ok(Change { related: related.collect(), main })
    }

    /// The reseller accepts. Checks again that the two may partner.
    pub fn accept(
        self,
        provider: &Standing,
        reseller: &Standing,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let mut accepted = self.require_allowed("AcceptPartnership", now)?;
        may_partner(provider, reseller, now)?;
        accepted.state = PartnershipState::Active;
        accepted.accept_time = Some(now);
        accepted.applications = Applications::of(provider, reseller);
        Ok(accepted.changed("PartnershipAccepted", now).granting())
    }

    /// The reseller declines the invitation.
    pub fn decline(self, detail: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let declined = self.require_allowed("DeclinePartnership", now)?;
        let (to, by) = (PartnershipState::Declined, PartnershipSide::Reseller);
        Ok(declined.end_in(to, Some(by), detail, now).changed("PartnershipDeclined", now))
    }

    /// The provider withdraws its invitation.
    pub fn withdraw(self, detail: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let withdrawn = self.require_allowed("WithdrawPartnership", now)?;
        let (to, by) = (PartnershipState::Withdrawn, PartnershipSide::Provider);
        Ok(withdrawn.end_in(to, Some(by), detail, now).changed("PartnershipWithdrawn", now))
    }

    /// The provider or the reseller ends the partnership.
    pub fn end(
        self,
        by: PartnershipSide,
        detail: String,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let ended = self.require_allowed("EndPartnership", now)?;
        let to = PartnershipState::Ended;
        Ok(ended.end_in(to, Some(by), detail, now).changed("PartnershipEnded", now))
    }

    /// Whether no enrollment under which the partnership was accepted was revoked afterwards.
    pub(super) fn has_current_enrollments(&self, provider: &Standing, reseller: &Standing) -> bool {
        let is_current = |partner: &Standing, role, application| {
            let enrollment = partner.role(role);
            enrollment
                .is_none_or(|it| it.application == application && it.state != RoleState::Revoked)
        };
        self.applications.is_some_and(|it| {
            is_current(provider, Role::IndirectProvider, it.provider)
                && is_current(reseller, Role::IndirectReseller, it.reseller)
        })
    }

    /// Ends a partnership whose enrollments were revoked.
    fn end_revoked(self, now: Timestamp) -> Approved<Self> {
        let detail =
            "an enrollment under which the partnership was accepted was revoked".to_owned();
        self.end_in(PartnershipState::Ended, None, detail, now).changed("PartnershipEnded", now)
    }

    /// Records the expiry of an invitation that is still stored as open.
    fn expired(&self, now: Timestamp) -> Option<Approved<Self>> {
        let overdue = self.state_at(now) != self.state;
        overdue.then(|| self.clone().effective_at(now).changed("PartnershipExpired", now))
    }

    fn require_allowed(self, call: &str, now: Timestamp) -> Result<Self, Denial> {
        let Self { state, accept_time, ending, resource_version, .. } =
            self.clone().effective_at(now);
        let since =
            ending.map(|it| it.time).or(accept_time).unwrap_or(resource_version.create_time);
        refuse([LIFECYCLE.check::<NextStep>(self.name, state, since, call)])?;
        Ok(self)
    }

    fn end_in(
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
