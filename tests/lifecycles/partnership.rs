use cluster::scenario_client::Partner;
use contracts::relationship::{
    AcceptPartnershipRequest, DeclinePartnershipRequest, EndPartnershipRequest,
    GetPartnershipRequest, PartnershipSide as Side, PartnershipState as State,
    WithdrawPartnershipRequest,
};
use tests::World;
use tonic::Status;

use crate::{HALF_DEADLINE, machine, machine::Machine};

machine!(a_partnership_follows_its_model, super::Partnership);

/// The latest partnership of a provider and a reseller.
pub struct Partnership {
    provider: Partner,
    reseller: Partner,
    name: String,
}

/// The expected state.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    state: State,
    /// Halves of the response deadline that have passed.
    waited: u8,
}

#[derive(Debug, Clone, Copy)]
pub enum Move {
    Invite,
    Accept,
    Decline,
    Withdraw,
    End(Side),
    Wait,
}

const INVITED: Model = Model { state: State::Invited, waited: 0 };

impl Machine for Partnership {
    type State = Model;
    type Move = Move;
    const ALL: &'static [Move] = &[
        Move::Invite,
        Move::Accept,
        Move::Decline,
        Move::Withdraw,
        Move::End(Side::Provider),
        Move::End(Side::Reseller),
        Move::Wait,
    ];

    async fn begin(world: &World) -> Result<(Self, Model), Status> {
        let (provider, reseller) =
            (world.client.provider("DE").await?, world.client.reseller("DE").await?);
        let name = world.client.invite(&provider, &reseller).await?;
        Ok((Self { provider, reseller, name }, INVITED))
    }

    fn after(model: &Model, step: Move) -> Option<Model> {
        let to = |state| Some(Model { state, ..*model });
        match (step, model.state) {
            (Move::Accept, State::Invited) => to(State::Active),
            (Move::Decline, State::Invited) => to(State::Declined),
            (Move::Withdraw, State::Invited) => to(State::Withdrawn),
            (Move::End(_), State::Active) => to(State::Ended),
            (Move::Wait, State::Invited) if model.waited == 1 => to(State::Expired),
            (Move::Wait, state) => Some(Model { state, waited: 1 }),
            (Move::Invite, State::Invited | State::Active) => None,
            (Move::Invite, _) => Some(INVITED),
            _ => None,
        }
    }

    async fn make(&mut self, world: &World, step: Move) -> Result<(), Status> {
        let mut client = world.client.relationship.clone();
        let (name, detail) = (self.name.clone(), "for a reason".to_owned());
        match step {
            Move::Invite => {
                self.name = world.client.invite(&self.provider, &self.reseller).await?;
                Ok(())
            }
            Move::Accept => {
                let request = AcceptPartnershipRequest { name, ..Default::default() };
                client.accept_partnership(request).await.map(drop)
            }
            Move::Decline => {
                let request = DeclinePartnershipRequest { name, detail, ..Default::default() };
                client.decline_partnership(request).await.map(drop)
            }
            Move::Withdraw => {
                let request = WithdrawPartnershipRequest { name, detail, ..Default::default() };
                client.withdraw_partnership(request).await.map(drop)
            }
            Move::End(side) => {
                let ended_by = side.into();
                let request =
                    EndPartnershipRequest { name, detail, ended_by, ..Default::default() };
                client.end_partnership(request).await.map(drop)
            }
            Move::Wait => {
                world.clock.advance(HALF_DEADLINE);
                Ok(())
            }
        }
    }

    async fn now(&self, world: &World, expected: &Model) -> Result<Model, Status> {
        let get = GetPartnershipRequest { name: self.name.clone() };
        let answer = world.client.relationship.clone().get_partnership(get).await?.into_inner();
        let reported = answer.partnership.expect("the response has the partnership");
        Ok(Model { state: reported.state(), ..*expected })
    }
}
