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

machine!(an_enrollment_follows_its_model, super::Enrollment);

/// The enrollment of a partner as indirect reseller.
pub struct Enrollment(Partner);

/// The expected state.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    state: State,
    /// Number of vetting checks that have passed.
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
    type State = Model;
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

    async fn begin(world: &World) -> Result<(Self, Model), Status> {
        let company = world.client.company("Contoso", "FR").await?;
        let mut machine = Self(world.client.join(&company, "FR").await?);
        machine.make(world, Move::Enroll).await?;
        let initial = Model { state: State::Draft, passed: 0, located: false, accepted: false };
        Ok((machine, initial))
    }

    fn after(model: &Model, step: Move) -> Option<Model> {
        let vetted = model.passed == CHECKS.len();
        let to = |state| Some(Model { state, ..model.clone() });
        // Vetting is complete: active with location and agreement, else qualified.
        let qualified = |model: Model| {
            let ready = model.located && model.accepted;
            let state = if ready { State::Active } else { State::Qualified };
            Some(Model { state, ..model })
        };
        let updated = |model: Model| match model.state {
            State::Qualified => qualified(model),
            _ => Some(model),
        };
        match (step, model.state) {
            (Move::Enroll, State::Revoked) => {
                let (state, passed, accepted) = (State::Draft, 0, false);
                Some(Model { state, passed, accepted, ..model.clone() })
            }
            (Move::Submit, State::Draft) => to(State::Vetting),
            (Move::Pass(check), State::Vetting) if check == model.passed => {
                let model = Model { passed: check + 1, ..model.clone() };
                if model.passed < CHECKS.len() { Some(model) } else { qualified(model) }
            }
            (Move::Fail(check), State::Vetting) if check == model.passed => to(State::Rejected),
            (Move::Resubmit, State::Rejected) => {
                Some(Model { state: State::Vetting, passed: 0, ..model.clone() })
            }
            (Move::Locate, _) if !model.located => {
                updated(Model { located: true, ..model.clone() })
            }
            (Move::Accept, state) if vetted && model.located && state != State::Revoked => {
                updated(Model { accepted: true, ..model.clone() })
            }
            (Move::Suspend, State::Qualified | State::Active) => to(State::Suspended),
            (Move::Reinstate, State::Suspended) => qualified(model.clone()),
            (Move::Revoke, State::Suspended) => to(State::Revoked),
            _ => None,
        }
    }

    /// A revoked partner may enroll again after twelve months. Acceptances differ in their time, because
    /// an identical one would change nothing.
    fn wait(model: &Model, step: Move) -> Duration {
        match (step, model.state) {
            (Move::Enroll, State::Revoked) => Duration::from_secs(366 * 24 * 3600),
            (Move::Accept, _) => Duration::from_secs(1),
            _ => Duration::ZERO,
        }
    }

    async fn make(&mut self, world: &World, step: Move) -> Result<(), Status> {
        let mut client = world.client.onboarding.clone();
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
            Move::Locate => world.client.associate_location(&mut self.0, "FR").await,
            Move::Accept => world.client.accept_mpa(&self.0, agreement_of(ROLE)).await,
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

    async fn now(&self, world: &World, expected: &Model) -> Result<Model, Status> {
        let get = GetEnrollmentRequest { name: enrollment(&self.0, ROLE) };
        let answer = world.client.onboarding.clone().get_enrollment(get).await?.into_inner();
        let reported = answer.enrollment.expect("the response has the enrollment");
        let open = CHECKS.iter().position(|check| *check == reported.open_check());
        let passed = open.unwrap_or(CHECKS.len());
        Ok(Model { state: reported.state(), passed, ..expected.clone() })
    }
}
