//! Which changes of a partner only grant: every decision that was allowed before is allowed after.

use rules::GRANTING_MOVES;

use super::{Enrollment, EnrollmentState, Partner};

impl Partner {
    /// Whether this partner has all permissions that it had `before`, and no fewer customers may buy. The
    /// tenant of a partner that joins the programme may not be a customer any more, and its company buys
    /// for its own use.
    pub(super) fn keeps_permissions(&self, before: &Self) -> bool {
        let same = |it: &Self| (it.name, it.organization, it.country);
        let joins = self.in_programme() && !before.in_programme();
        let moves = before.location.is_some() && self.location != before.location;
        same(self) == same(before)
            && !joins
            && !moves
            && before.agreements.iter().all(|it| self.agreements.contains(it))
            && before.enrollments.iter().all(|it| self.enrollment(it.role).is_ok())
            && self.enrollments.iter().all(|it| it.keeps_permissions(before))
    }
}

impl Enrollment {
    fn keeps_permissions(&self, before: &Partner) -> bool {
        let Ok(before) = before.enrollment(self.role) else {
            return self.state == EnrollmentState::Draft;
        };
        let earlier = match (self.block_time(), before.block_time()) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(after), Some(before)) => after < before,
        };
        let kept = match self.state == before.state {
            true => !earlier,
            false => GRANTING_MOVES.contains(&(before.state.as_str(), self.state.as_str())),
        };
        kept && self.application == before.application
    }
}
