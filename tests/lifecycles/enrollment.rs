use std::time::Duration;

use cluster::scenario_client::{Partner, agreement_of, enrollment};
use contracts::onboarding::{
    EnrollPartnerRequest, EnrollmentState as State, GetEnrollmentRequest,
    RecordVettingResultRequest, ReinstateEnrollmentRequest, ResubmitEnrollmentRequest,
    RevokeEnrollmentRequest, Role, SubmitEnrollmentRequest, SuspendEnrollmentRequest,
    SuspensionCause, VettingCheck, VettingResult,
};
use tests::World;
use tonic::Status;

use crate::{machine, machine::Machine};

const ROLE: Role = Role::IndirectReseller;
const CHECKS: [VettingCheck; 3] =
    [VettingCheck::EmailOwnership, VettingCheck::Employment, VettingCheck::Business];

machine!(an_enrollment_moves_as_the_programme_says, super::Enrollment);

/// An enrollment as indirect reseller, by its partner.
pub struct Enrollment(Partner);

/// What the model knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    state: State,
    /// How many checks of vetting have passed.
    passed: usize,
    located: bool,
    accepted: bool,
}

#[derive(Debug, Clone, Copy)]
pub enum Move {
    Enroll,
    Submit,
    Pass(usize),
    Fail(usize),
    Resubmit,
    Locate,
    Accept,
    Suspend,
    Reinstate,
    Revoke,
}

impl Machine for Enrollment {
    type State = Known;
    type Move = Move;
    const ALL: &'static [Move] = &[
        Move::Enroll,
        Move::Submit,
        Move::Pass(0),
        Move::Pass(1),
        Move::Pass(2),
        Move::Fail(0),
        Move::Fail(2),
        Move::Resubmit,
        Move::Locate,
        Move::Accept,
        Move::Suspend,
        Move::Reinstate,
        Move::Revoke,
    ];

    async fn begin(world: &World) -> Result<(Self, Known), Status> {
        let company = world.cast.company("Contoso", "FR").await?;
        let mut machine = Self(world.cast.join(&company, "FR").await?);
        machine.make(world, Move::Enroll).await?;
        let begun = Known { state: State::Draft, passed: 0, located: false, accepted: false };
        Ok((machine, begun))
    }

    fn after(known: &Known, step: Move) -> Option<Known> {
        let vetted = known.passed == CHECKS.len();
        let to = |state| Some(Known { state, ..known.clone() });
        // Where a vetted one stands, by what else it has.
        let qualified = |known: Known| {
            let ready = known.located && known.accepted;
            let state = if ready { State::Active } else { State::Qualified };
            Some(Known { state, ..known })
        };
        let settled = |known: Known| match known.state {
            State::Qualified => qualified(known),
            _ => Some(known),
        };
        match (step, known.state) {
            (Move::Enroll, State::Revoked) => {
                let (state, passed, accepted) = (State::Draft, 0, false);
                Some(Known { state, passed, accepted, ..known.clone() })
            }
            (Move::Submit, State::Draft) => to(State::Vetting),
            (Move::Pass(check), State::Vetting) if check == known.passed => {
                let known = Known { passed: check + 1, ..known.clone() };
                if known.passed < CHECKS.len() { Some(known) } else { qualified(known) }
            }
            (Move::Fail(check), State::Vetting) if check == known.passed => to(State::Rejected),
            (Move::Resubmit, State::Rejected) => {
                Some(Known { state: State::Vetting, passed: 0, ..known.clone() })
            }
            (Move::Locate, _) if !known.located => {
                settled(Known { located: true, ..known.clone() })
            }
            (Move::Accept, state) if vetted && known.located && state != State::Revoked => {
                settled(Known { accepted: true, ..known.clone() })
            }
            (Move::Suspend, State::Qualified | State::Active) => to(State::Suspended),
            (Move::Reinstate, State::Suspended) => qualified(known.clone()),
            (Move::Revoke, State::Suspended) => to(State::Revoked),
            _ => None,
        }
    }

    /// A revoked one applies again after twelve months. Each acceptance has a time of its own, as
    /// the same again would be no move.
    fn wait(known: &Known, step: Move) -> Duration {
        match (step, known.state) {
            (Move::Enroll, State::Revoked) => Duration::from_secs(366 * 24 * 3600),
            (Move::Accept, _) => Duration::from_secs(1),
            _ => Duration::ZERO,
        }
    }

    async fn make(&mut self, world: &World, step: Move) -> Result<(), Status> {
        let mut client = world.cast.onboarding.clone();
        let name = enrollment(&self.0, ROLE);
        let detail = "for a reason".to_owned();
        let vet = |check: usize, result: VettingResult| RecordVettingResultRequest {
            name: name.clone(),
            check: CHECKS[check].into(),
            result: result.into(),
            detail: if result == VettingResult::Rejected { detail.clone() } else { String::new() },
            ..Default::default()
        };
        match step {
            Move::Enroll => {
                let request = EnrollPartnerRequest {
                    parent: self.0.name.clone(),
                    role: ROLE.into(),
                    contact_email: "ada@contoso.com".to_owned(),
                    ..Default::default()
                };
                client.enroll_partner(request).await.map(drop)
            }
            Move::Submit => {
                let request = SubmitEnrollmentRequest { name, ..Default::default() };
                client.submit_enrollment(request).await.map(drop)
            }
            Move::Pass(check) => {
                let request = vet(check, VettingResult::Authorized);
                client.record_vetting_result(request).await.map(drop)
            }
            Move::Fail(check) => {
                let request = vet(check, VettingResult::Rejected);
                client.record_vetting_result(request).await.map(drop)
            }
            Move::Resubmit => {
                let request = ResubmitEnrollmentRequest { name, ..Default::default() };
                client.resubmit_enrollment(request).await.map(drop)
            }
            Move::Locate => world.cast.associate_location(&mut self.0, "FR").await,
            Move::Accept => world.cast.accept_mpa(&self.0, agreement_of(ROLE)).await,
            Move::Suspend => {
                let cause = SuspensionCause::Abuse.into();
                let request =
                    SuspendEnrollmentRequest { name, cause, detail, ..Default::default() };
                client.suspend_enrollment(request).await.map(drop)
            }
            Move::Reinstate => {
                let request = ReinstateEnrollmentRequest { name, ..Default::default() };
                client.reinstate_enrollment(request).await.map(drop)
            }
            Move::Revoke => {
                let request = RevokeEnrollmentRequest { name, detail, ..Default::default() };
                client.revoke_enrollment(request).await.map(drop)
            }
        }
    }

    async fn now(&self, world: &World, expected: &Known) -> Result<Known, Status> {
        let get = GetEnrollmentRequest { name: enrollment(&self.0, ROLE) };
        let answer = world.cast.onboarding.clone().get_enrollment(get).await?.into_inner();
        let told = answer.enrollment.expect("an answer holds an enrollment");
        let open = CHECKS.iter().position(|check| *check == told.open_check());
        let passed = open.unwrap_or(CHECKS.len());
        Ok(Known { state: told.state(), passed, ..expected.clone() })
    }
}
