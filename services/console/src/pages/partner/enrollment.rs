//! An enrollment as progress: what is done, when, and what is missing.

use contracts::onboarding::{
    Agreement, AssessEnrollmentResponse, Enrollment, EnrollmentState, EnrollmentStep,
    PartnerStanding,
};
use maud::{Markup, html};
use prost_types::Timestamp as WireTime;

use crate::{
    enums,
    html::{self, badge},
};

/// The stages of every enrollment, in order.
const STAGES: [&str; 5] = ["Enrolled", "Vetted", "Location associated", "MPA accepted", "Active"];

/// How far a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Done,
    /// The first stage that is not done.
    Next,
    Later,
}

impl Progress {
    fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Next => "next",
            Self::Later => "later",
        }
    }
}

/// The stage that a remaining step belongs to.
fn stage_of(step: EnrollmentStep) -> usize {
    match step {
        EnrollmentStep::Enroll
        | EnrollmentStep::EnrollOtherTenant
        | EnrollmentStep::EnrollAgain
        | EnrollmentStep::Submit => 0,
        EnrollmentStep::Resubmit | EnrollmentStep::RecordVetting => 1,
        EnrollmentStep::AssociateLocation => 2,
        EnrollmentStep::AcceptAgreement => 3,
        EnrollmentStep::RecordEvidence
        | EnrollmentStep::Review
        | EnrollmentStep::Reinstate
        | EnrollmentStep::Unspecified => 4,
    }
}

/// The progress of each stage, by the steps that remain.
fn progress(state: EnrollmentState, steps: &[EnrollmentStep]) -> [Progress; 5] {
    let remains = |stage: usize| {
        let active = state == EnrollmentState::Active && steps.is_empty();
        steps.iter().any(|step| stage_of(*step) == stage) || (stage == 4 && !active)
    };
    let mut first = true;
    [0, 1, 2, 3, 4].map(|stage| match (remains(stage), first) {
        (false, _) => Progress::Done,
        (true, true) => {
            first = false;
            Progress::Next
        }
        (true, false) => Progress::Later,
    })
}

pub(super) fn card(
    enrollment: &Enrollment,
    assessment: &AssessEnrollmentResponse,
    standing: &PartnerStanding,
    agreements: &[Agreement],
) -> Markup {
    let role = enrollment.role();
    let standing = standing.roles.iter().find(|it| it.role() == role);
    let steps: Vec<_> = standing.map(|it| it.next_steps().collect()).unwrap_or_default();
    let (tone, state) = enums::enrollment(enrollment.state());
    let covering = agreements.iter().find(|it| it.covered_roles().any(|covered| covered == role));
    let active = (enrollment.state() == EnrollmentState::Active).then_some(&enrollment.state_time);
    let times: [Option<&WireTime>; 5] = [
        enrollment.create_time.as_ref(),
        None,
        None,
        covering.and_then(|it| it.accept_time.as_ref()),
        active.and_then(Option::as_ref),
    ];
    let stages = STAGES.iter().zip(progress(enrollment.state(), &steps)).zip(times);
    let unmet: Vec<_> = assessment.assessments.iter().filter(|it| !it.met).collect();
    html! {
        article.card {
            h3 { (enums::role(role)) " " (badge(tone, &state)) }
            ol.stages {
                @for ((stage, progress), time) in stages {
                    li class=(progress.class()) {
                        span { (stage) }
                        " "
                        small {
                            @match (progress, time) {
                                (Progress::Done, Some(time)) => (html::time(Some(time))),
                                (progress, _) => (progress.class()),
                            }
                        }
                    }
                }
            }
            @if !enrollment.state_reason.is_empty() { p { "Reason: " (enrollment.state_reason) } }
            @if !steps.is_empty() {
                h4 { "Missing for new sales" }
                ol.steps { @for step in &steps { li { (enums::step(*step)) } } }
            }
            @if !unmet.is_empty() {
                details open[steps.contains(&EnrollmentStep::RecordEvidence)] {
                    summary { "Unmet requirements: " (unmet.len()) }
                    ul.plain {
                        @for it in &unmet {
                            li { strong { (enums::requirement(it.requirement())) } ": " (it.next_step) }
                        }
                    }
                }
            }
            p.none { "Contact: " (html::text(&enrollment.contact_email)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Progress::{Done, Later, Next};

    #[test]
    fn the_first_remaining_stage_is_next() {
        use EnrollmentStep::{AcceptAgreement, AssociateLocation, RecordVetting, Reinstate};
        for (state, steps, expected) in [
            (EnrollmentState::Active, &[][..], [Done, Done, Done, Done, Done]),
            (EnrollmentState::Qualified, &[AcceptAgreement], [Done, Done, Done, Next, Later]),
            (
                EnrollmentState::Vetting,
                &[RecordVetting, AssociateLocation, AcceptAgreement],
                [Done, Next, Later, Later, Later],
            ),
            (EnrollmentState::Suspended, &[Reinstate], [Done, Done, Done, Done, Next]),
            (EnrollmentState::Suspended, &[], [Done, Done, Done, Done, Next]),
        ] {
            assert_eq!(progress(state, steps), expected, "{}", state.as_str_name());
        }
    }

    #[test]
    fn a_card_says_what_is_missing() {
        let enrollment = Enrollment {
            role: contracts::onboarding::Role::IndirectReseller.into(),
            state: EnrollmentState::Qualified.into(),
            ..Enrollment::default()
        };
        let role = contracts::onboarding::RoleStanding {
            role: enrollment.role,
            next_steps: vec![EnrollmentStep::AcceptAgreement.into()],
            ..Default::default()
        };
        let standing = PartnerStanding { roles: vec![role], ..Default::default() };
        let card = card(&enrollment, &Default::default(), &standing, &[]).into_string();
        assert!(card.contains("accept the MPA, as a Global admin"), "{card}");
        assert_eq!(card.matches("class=\"done\"").count(), 3, "{card}");
        assert_eq!(card.matches("class=\"next\"").count(), 1, "{card}");
    }
}
