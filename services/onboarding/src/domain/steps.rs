//! Remaining steps until a partner can make new sales in a role.

use rules::EnrollmentStep;
use types::Timestamp;

use super::{Assessment, Enrollment, EnrollmentState, Gate, Partner};

impl Partner {
    /// The calls that remain, in order, until the partner can make new sales under the enrollment.
    /// Empty if it can do so now.
    pub fn steps(&self, it: &Enrollment, now: Timestamp) -> Vec<EnrollmentStep> {
        use EnrollmentState::{
            Active, Draft, Qualified, Rejected, Restricted, Revoked, Suspended, Vetting,
        };
        use EnrollmentStep::{
            AcceptAgreement, AssociateLocation, EnrollAgain, EnrollOtherTenant, Reinstate,
            Resubmit, Review, Submit,
        };
        let due = it.shortfall_time.is_some() || it.review_time.is_some_and(|due| due <= now);
        let review = due.then_some(Review);
        let vetting = it.open_check.map(|_| EnrollmentStep::RecordVetting);
        let first = match it.state {
            Draft | Revoked if self.check_tenant(it.role).is_err() => {
                return vec![EnrollOtherTenant];
            }
            Revoked => vec![Some(EnrollAgain), Some(Submit), Some(EnrollmentStep::RecordVetting)],
            Draft => vec![Some(Submit), vetting],
            Rejected => vec![Some(Resubmit), vetting],
            Vetting => vec![vetting],
            Suspended => {
                let reinstate = (!it.blocked_by_review_only()).then_some(Reinstate);
                vec![review, reinstate, vetting]
            }
            Restricted | Active => vec![review],
            Qualified => Vec::new(),
        };
        let becomes_active = it.state != Active;
        let locate = (becomes_active && self.location.is_none()).then_some(AssociateLocation);
        let accept = (becomes_active && !self.covered(it.role, now)).then_some(AcceptAgreement);
        let last = review.filter(|_| matches!(it.state, Rejected | Vetting | Qualified));
        let steps = first.into_iter().chain([locate, accept, last]).flatten();
        it.with_evidence(steps.collect(), now)
    }
}

impl Enrollment {
    /// Inserts `RecordEvidence` at the earliest possible place if a step needs evidence.
    fn with_evidence(&self, mut steps: Vec<EnrollmentStep>, now: Timestamp) -> Vec<EnrollmentStep> {
        let applies = steps.contains(&EnrollmentStep::Submit);
        let activates =
            applies || self.state != EnrollmentState::Active && self.review_time.is_none();
        let reviewed = steps.contains(&EnrollmentStep::Review);
        let needed = |each: &Assessment| match each.gate {
            Gate::Application if applies => true,
            Gate::Activation if activates => true,
            Gate::Application | Gate::Activation | Gate::Review => reviewed && each.yearly,
        };
        if self.assess(now).iter().any(|each| !each.met && needed(each)) {
            let at = usize::from(steps.first() == Some(&EnrollmentStep::EnrollAgain));
            steps.insert(at, EnrollmentStep::RecordEvidence);
        }
        steps
    }
}
