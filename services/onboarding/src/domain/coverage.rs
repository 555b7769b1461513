//! Which acceptance of the MPA covers which role of its partner. An acceptance belongs to the
//! application that it was recorded for: a partner that was revoked and applies again accepts
//! again, whenever the earlier acceptance was given.

use markets::Region;
use types::Timestamp;

use super::{Agreement, AgreementKind, Enrollment, EnrollmentState, Partner, Role};

/// Whether every one of these accounts that is enrolled as indirect reseller, in a region where
/// one is given, has accepted the MPA. False where none is enrolled.
pub fn resellers_accepted(accounts: Vec<Partner>, region: Option<Region>, now: Timestamp) -> bool {
    let (role, accounts) = (Role::IndirectReseller, accounts.into_iter());
    let resellers = accounts
        .map(|it| it.effective_at(now))
        .filter(|it| region.is_none_or(|region| it.country.region() == region))
        .filter(|it| it.enrollment(role).is_ok_and(Enrollment::in_programme));
    let accepted: Vec<_> = resellers.map(|it| it.covered(role, now)).collect();
    !accepted.is_empty() && accepted.iter().all(|accepted| *accepted)
}

impl Partner {
    /// Roles that the partner may act in by this acceptance, until it lapses.
    pub fn covered_roles(&self, agreement: &Agreement) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(|role| self.covers(agreement, *role))
    }

    /// Whether an acceptance of the MPA counts for the role.
    pub fn covered(&self, role: Role, now: Timestamp) -> bool {
        self.covering(role).any(|it| it.counts(self.country, now))
    }

    /// Since when no acceptance covers a role that was covered: the acceptance lapsed, or the
    /// direct-bill enrollment left the state active. None where nothing ever covered the role.
    pub(super) fn uncovered_since(&self, role: Role) -> Option<Timestamp> {
        let lapses = self.covering(role).filter_map(|it| it.lapse_time(self.country));
        let direct = self.enrollment(Role::DirectBill).ok();
        let direct = direct.filter(|_| role == Role::IndirectReseller).map(|it| it.state_time);
        lapses.chain(direct).max()
    }

    /// Acceptances that cover a role, lapsed ones included.
    pub(super) fn covering(&self, role: Role) -> impl Iterator<Item = &Agreement> {
        self.agreements.iter().filter(move |it| self.covers(it, role))
    }

    /// Whether an acceptance covers a role, lapsed or not. The direct-bill text covers the
    /// reseller role too, but only while the direct-bill enrollment is active.
    fn covers(&self, agreement: &Agreement, role: Role) -> bool {
        let is_enough = |it: &Enrollment| match agreement.kind {
            kind if kind.role() == role => it.state != EnrollmentState::Revoked,
            AgreementKind::DirectBill if role == Role::IndirectReseller => {
                it.state == EnrollmentState::Active
            }
            AgreementKind::IndirectProvider
            | AgreementKind::IndirectReseller
            | AgreementKind::DirectBill => false,
        };
        self.enrollment(agreement.kind.role())
            .is_ok_and(|it| it.application == agreement.application && is_enough(it))
    }
}
