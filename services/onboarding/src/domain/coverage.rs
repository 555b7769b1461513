//! Which acceptance of the MPA covers which role. An acceptance belongs to one application: a
//! partner that applies again after a revocation must accept the MPA again.

use markets::Region;
use rules::Role;
use types::Timestamp;

use super::{Agreement, AgreementKind, Enrollment, EnrollmentState, Partner};

/// Whether all accounts that are enrolled as indirect reseller have accepted the MPA. Considers
/// only the region if one is given. False if no account is enrolled.
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
    /// Roles that the acceptance covers until it lapses.
    pub fn covered_roles(&self, agreement: &Agreement) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(|role| self.covers(agreement, *role))
    }

    /// Whether an acceptance that has not lapsed covers the role.
    pub fn covered(&self, role: Role, now: Timestamp) -> bool {
        self.covering(role).any(|it| it.counts(self.country, now))
    }

    /// When the coverage of a role ended: its acceptance lapsed, or the direct-bill enrollment left
    /// the active state. `None` if no acceptance has covered the role.
    pub(super) fn uncovered_since(&self, role: Role) -> Option<Timestamp> {
        let lapses = self.covering(role).filter_map(|it| it.lapse_time(self.country));
        let direct = self.enrollment(Role::DirectBill).ok();
        let direct = direct.filter(|_| role == Role::IndirectReseller).map(|it| it.state_time);
        lapses.chain(direct).max()
    }

    /// Acceptances that cover the role, including lapsed ones.
    pub(super) fn covering(&self, role: Role) -> impl Iterator<Item = &Agreement> {
        self.agreements.iter().filter(move |it| self.covers(it, role))
    }

    /// Whether an acceptance, lapsed or not, covers a role. The direct-bill agreement also covers
    /// the reseller role, but only while the direct-bill enrollment is active.
    fn covers(&self, agreement: &Agreement, role: Role) -> bool {
        let sufficient = |it: &Enrollment| match agreement.kind {
            kind if kind.role() == role => it.state != EnrollmentState::Revoked,
            AgreementKind::DirectBill if role == Role::IndirectReseller => {
                it.state == EnrollmentState::Active
            }
            AgreementKind::IndirectProvider
            | AgreementKind::IndirectReseller
            | AgreementKind::DirectBill => false,
        };
        self.enrollment(agreement.kind.role())
            .is_ok_and(|it| it.application == agreement.application && sufficient(it))
    }
}
