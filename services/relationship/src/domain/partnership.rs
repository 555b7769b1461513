use kernel::{PartnerName, PartnershipName, Responsible, Stamp, Timestamp, text_enum};
use serde::{Deserialize, Serialize};

use super::{
    Approved, Denial, Fault, Finding, Reason, Role, Standing,
    catalogue::{ON_1, PT_1, REL_2, Rule},
    denial::refuse,
    rules::chain::same_region,
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
        /// Ended by either side.
        Ended = "ended",
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
    /// Where it stands.
    pub state: PartnershipState,
    /// Why it was declined or ended.
    pub state_reason: String,
    /// How often it changed, and when.
    pub stamp: Stamp,
}

/// The two sides of a partnership to be, and what they have open already.
#[derive(Debug, Clone)]
pub struct Partners {
    /// The provider.
    pub provider: Standing,
    /// The reseller.
    pub reseller: Standing,
    /// The partnership that they have, or one that has its name.
    pub open: Option<PartnershipName>,
}

/// A state allows some moves and no others.
pub(super) static STATE: Rule =
    Rule { id: "STATE", text: "", source: "lifecycle of the resource", applied_by: &[] };

impl Partnership {
    /// A provider invites a reseller.
    pub fn invite(
        name: PartnershipName,
        partners: &Partners,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let Partners { provider, reseller, open } = partners;
        if let Some(open) = open {
            return Err(Denial::Exists(open.to_string()));
        }
        refuse([
            (&PT_1, enrolled(provider, Role::IndirectProvider, Reason::ProviderNotEnrolled)),
            (&ON_1, enrolled(reseller, Role::IndirectReseller, Reason::ResellerNotEnrolled)),
            (&REL_2, same_region(provider, reseller)),
        ])?;
        let partnership = Self {
            name,
            provider: provider.partner,
            reseller: reseller.partner,
            state: PartnershipState::Invited,
            state_reason: String::new(),
            stamp: Stamp::first(now),
        };
        Ok(Approved::created("PartnershipInvited", partnership))
    }

    /// The reseller accepts.
    pub fn accept(self, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let invited = PartnershipState::Invited;
        self.step("PartnershipAccepted", invited, PartnershipState::Active, String::new(), now)
    }

    /// The reseller declines.
    pub fn decline(self, detail: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let invited = PartnershipState::Invited;
        self.step("PartnershipDeclined", invited, PartnershipState::Declined, detail, now)
    }

    /// Either side ends it.
    pub fn end(self, detail: String, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let active = PartnershipState::Active;
        self.step("PartnershipEnded", active, PartnershipState::Ended, detail, now)
    }

    fn step(
        mut self,
        event: &'static str,
        from: PartnershipState,
        to: PartnershipState,
        state_reason: String,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let inputs = vec![("state", self.state.to_string()), ("neededState", from.to_string())];
        let finding = Finding::of(self.name, inputs);
        refuse([(&STATE, finding.unless(self.state == from, || self.conflict(from)))])?;
        let decided_on = self.stamp.revision;
        self.state = to;
        self.state_reason = state_reason;
        self.stamp = self.stamp.next(now);
        Ok(Approved::changed(event, decided_on, self))
    }

    fn conflict(&self, needed: PartnershipState) -> Fault {
        Fault {
            reason: Reason::PartnershipStateConflict,
            explanation: format!("the partnership is {}; this move needs {needed}", self.state),
            responsible: Responsible::Caller,
            next_step: match self.state {
                PartnershipState::Invited => "accept or decline it",
                PartnershipState::Active => "nothing is open; it may be ended",
                PartnershipState::Declined | PartnershipState::Ended => {
                    "invite again; that makes a new partnership"
                }
            }
            .to_owned(),
            code: "",
        }
    }
}

fn enrolled(partner: &Standing, role: Role, reason: Reason) -> Finding {
    let finding = Finding::of(partner.partner, vec![("neededRole", role.to_string())]);
    finding.unless(partner.state(role).is_some(), || Fault {
        reason,
        explanation: format!("{} is not enrolled as {role}", partner.partner),
        responsible: Responsible::Partner,
        next_step: "enroll the partner in this role with EnrollPartner".to_owned(),
        code: "",
    })
}
