//! Ownership records and their changes. Each has a start and an optional end; none is removed.

use rules::{Denial, Reason, Responsible};
use serde::{Deserialize, Serialize};
use types::{OrganizationName, Timestamp};

use super::{Approved, Organization, denial::collection_full};

/// Half of the equity, in basis points. An owner controls with more than this.
const HALF: i32 = 5000;
/// All of the equity, in basis points.
const WHOLE: i32 = 10_000;
/// Current owners per organization, at most.
const MAX_OWNERS: usize = 100;
/// Current and ended ownerships per organization, at most.
const MAX_OWNERSHIPS: usize = 200;

/// Next step for an ownership that conflicts with the recorded ones.
const CORRECT: &str = "read the organization; correct the owner, its share or the time";

/// The ownership of an organization by one owner, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The owner.
    pub organization: OrganizationName,
    /// Share of the equity in basis points.
    pub share_basis_points: i32,
    /// Whether the owner directs the management, regardless of its share.
    pub management_control: bool,
    /// Start, inclusive.
    pub from_time: Timestamp,
    /// `None` while the ownership is current.
    pub end: Option<End>,
}

/// The end of an ownership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// When it ended, exclusive.
    pub time: Timestamp,
    /// Why it ended.
    pub reason: String,
}

impl Owner {
    /// Whether the owner controls the organization at a time: by more than half of the equity (not
    /// exactly half), or by control of the management.
    #[must_use]
    pub fn controls(&self, at: Timestamp) -> bool {
        let begun = self.from_time <= at;
        let over = self.end.as_ref().is_some_and(|end| end.time <= at);
        begun && !over && (self.share_basis_points > HALF || self.management_control)
    }

    /// Whether this ownership overlaps a new one of the same owner that begins at `time`, and
    /// cannot be ended at that time.
    fn overlaps(&self, time: Timestamp) -> bool {
        self.end.as_ref().map_or(self.from_time >= time, |end| end.time > time)
    }
}

impl Organization {
    /// Records an ownership. It ends the current ownership of the same owner at its start time.
    pub fn record_ownership(
        mut self,
        new: Owner,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let (owner, from) = (new.organization, new.from_time);
        for old in self.owners.iter_mut().filter(|it| it.organization == owner) {
            if old.overlaps(from) {
                let explanation =
                    format!("an ownership by {owner} at or after {from} is already recorded");
                return Err(self.conflict(owner, explanation, CORRECT));
            }
            let reason = "the owner holds another share".to_owned();
            old.end.get_or_insert(End { time: from, reason });
        }
        self.owners.push(new);
        self.owners.sort_by_key(|it| (it.from_time, it.organization));
        match self.excess_ownership() {
            _ if self.owners.len() > MAX_OWNERSHIPS => {
                Err(collection_full(self.name, "owners", MAX_OWNERSHIPS))
            }
            Some(explanation) => Err(self.conflict(owner, explanation, CORRECT)),
            None => Ok(self.changed("OwnershipRecorded", now)),
        }
    }

    /// Explains which limit of current owners or shares is exceeded.
    fn excess_ownership(&self) -> Option<String> {
        let current = || self.owners.iter().filter(|it| it.end.is_none());
        let shares: i32 = current().map(|it| it.share_basis_points).sum();
        if shares > WHOLE {
            return Some(format!("the owners would hold {shares} of {WHOLE} basis points"));
        }
        (current().count() > MAX_OWNERS)
            .then(|| format!("the organization already has {MAX_OWNERS} owners"))
    }

    /// Ends the current ownership of an owner.
    pub fn end_ownership(
        mut self,
        owner: OrganizationName,
        end: End,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let mut current =
            self.owners.iter_mut().filter(|it| it.organization == owner && it.end.is_none());
        match current.next() {
            Some(ownership) if ownership.from_time < end.time => ownership.end = Some(end),
            Some(ownership) => {
                let explanation = format!("{owner} is an owner only from {}", ownership.from_time);
                return Err(self.conflict(owner, explanation, CORRECT));
            }
            None => return Err(self.not_an_owner(owner)),
        }
        // Owners only forbid.
        Ok(self.changed("OwnershipEnded", now).granting())
    }

    fn not_an_owner(&self, owner: OrganizationName) -> Denial {
        let ends = self.owners.iter().filter(|it| it.organization == owner);
        match ends.filter_map(|it| it.end.as_ref()).map(|end| end.time).max() {
            Some(end) => {
                let explanation = format!("{owner} has not been an owner since {end}");
                self.conflict(owner, explanation, "nothing to do")
            }
            None => self.conflict(owner, format!("{owner} is not an owner"), CORRECT),
        }
    }

    fn conflict(&self, owner: OrganizationName, explanation: String, next_step: &str) -> Denial {
        Denial::Refused(vec![Reason::OwnershipConflict.violation(
            self.name,
            Responsible::Partner,
            explanation,
            next_step,
            vec![("owner", owner.to_string())],
        )])
    }
}
