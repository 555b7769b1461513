//! Ties of ownership and how they change. Each has its time; none is ever removed.

use serde::{Deserialize, Serialize};
use types::{OrganizationName, Timestamp};

use super::{
    Approved, Denial, Organization, Reason,
    denial::{STATE, full},
};

/// Half of the equity, in basis points. Ownership is more than this.
const HALF: i32 = 5000;
/// All of the equity, in basis points.
const WHOLE: i32 = 10_000;
/// Most owners at a time.
const MAX_OWNERS: usize = 100;
/// Most ownerships stored per organization, ended ones included.
const MAX_OWNERSHIPS: usize = 200;

/// What to do about an owner that does not go with those that are recorded.
const CORRECT: &str = "read the organization; correct the owner, its share or the time";

/// One owner of an organization, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The owner.
    pub organization: OrganizationName,
    /// Share of the equity in basis points.
    pub share_basis_points: i32,
    /// Whether it directs the management whatever its share.
    pub management_control: bool,
    /// From when on.
    pub from_time: Timestamp,
    /// Until when, exclusive; none while it lasts.
    pub end: Option<End>,
}

/// The end of a tie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// When.
    pub time: Timestamp,
    /// Why.
    pub reason: String,
}

impl Owner {
    /// Whether the tie makes the two affiliates at a time: more than half of the equity, or
    /// control of the management. Exactly half does not.
    #[must_use]
    pub fn controls(&self, at: Timestamp) -> bool {
        let begun = self.from_time <= at;
        let over = self.end.as_ref().is_some_and(|end| end.time <= at);
        begun && !over && (self.share_basis_points > HALF || self.management_control)
    }

    /// Whether a tie of the same owner cannot begin at this time, since this one would be there
    /// too and cannot end then.
    fn reaches(&self, time: Timestamp) -> bool {
        self.end.as_ref().map_or(self.from_time >= time, |end| end.time > time)
    }
}

impl Organization {
    /// Records an owner, or what an owner holds from now on: its former tie ends then.
    pub fn record_ownership(
        mut self,
        new: Owner,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let (owner, from) = (new.organization, new.from_time);
        for old in self.owners.iter_mut().filter(|it| it.organization == owner) {
            if old.reaches(from) {
                let explanation = format!("a tie of {owner} at or after {from} is recorded");
                return Err(self.conflict(owner, explanation, CORRECT));
            }
            let reason = "the owner holds another share".to_owned();
            old.end.get_or_insert(End { time: from, reason });
        }
        self.owners.push(new);
        self.owners.sort_by_key(|it| (it.from_time, it.organization));
        match self.too_much_owned() {
            _ if self.owners.len() > MAX_OWNERSHIPS => {
                Err(full(self.name, "owners", MAX_OWNERSHIPS))
            }
            Some(explanation) => Err(self.conflict(owner, explanation, CORRECT)),
            None => Ok(self.changed("OwnershipRecorded", now)),
        }
    }

    /// Why there are more owners than can be.
    fn too_much_owned(&self) -> Option<String> {
        let lasting = || self.owners.iter().filter(|it| it.end.is_none());
        let shares: i32 = lasting().map(|it| it.share_basis_points).sum();
        if shares > WHOLE {
            return Some(format!("the owners would hold {shares} of {WHOLE} basis points"));
        }
        (lasting().count() > MAX_OWNERS).then(|| format!("there are {MAX_OWNERS} owners already"))
    }

    /// Records that an owner is one no longer.
    pub fn end_ownership(
        mut self,
        owner: OrganizationName,
        end: End,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let mut open =
            self.owners.iter_mut().filter(|it| it.organization == owner && it.end.is_none());
        match open.next() {
            Some(tie) if tie.from_time < end.time => tie.end = Some(end),
            Some(tie) => {
                let explanation = format!("{owner} is an owner only from {} on", tie.from_time);
                return Err(self.conflict(owner, explanation, CORRECT));
            }
            None => return Err(self.no_owner(owner)),
        }
        Ok(self.changed("OwnershipEnded", now))
    }

    fn no_owner(&self, owner: OrganizationName) -> Denial {
        let ends = self.owners.iter().filter(|it| it.organization == owner);
        match ends.filter_map(|it| it.end.as_ref()).map(|end| end.time).max() {
            Some(end) => {
                let explanation = format!("{owner} has been no owner since {end}");
                self.conflict(owner, explanation, "nothing to do")
            }
            None => self.conflict(owner, format!("{owner} is no owner"), CORRECT),
        }
    }

    fn conflict(&self, owner: OrganizationName, explanation: String, next_step: &str) -> Denial {
        Denial::Refused(vec![STATE.violated(
            Reason::OwnershipConflict,
            self.name,
            explanation,
            next_step,
            &[("owner", owner.to_string())],
        )])
    }
}
