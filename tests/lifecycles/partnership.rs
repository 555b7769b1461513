use cluster::scenario_client::Partner;
use contracts::relationship::{
    AcceptPartnershipRequest, DeclinePartnershipRequest, EndPartnershipRequest,
    GetPartnershipRequest, PartnershipSide as Side, PartnershipState as State,
    WithdrawPartnershipRequest,
};
use tests::World;
use tonic::Status;

use crate::{HALF, machine, machine::Machine};

machine!(a_partnership_moves_as_the_programme_says, super::Partnership);

/// The latest partnership of a pair.
pub struct Partnership {
    provider: Partner,
    reseller: Partner,
    name: String,
}

/// What the model knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    state: State,
    /// How many halves of the time to answer have passed.
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

const INVITED: Known = Known { state: State::Invited, waited: 0 };

impl Machine for Partnership {
    type State = Known;
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

    async fn begin(world: &World) -> Result<(Self, Known), Status> {
        let (provider, reseller) =
            (world.cast.provider("DE").await?, world.cast.reseller("DE").await?);
        let name = world.cast.invite(&provider, &reseller).await?;
        Ok((Self { provider, reseller, name }, INVITED))
    }

    fn after(known: &Known, step: Move) -> Option<Known> {
        let to = |state| Some(Known { state, ..*known });
        match (step, known.state) {
            (Move::Accept, State::Invited) => to(State::Active),
            (Move::Decline, State::Invited) => to(State::Declined),
            (Move::Withdraw, State::Invited) => to(State::Withdrawn),
            (Move::End(_), State::Active) => to(State::Ended),
            (Move::Wait, State::Invited) if known.waited == 1 => to(State::Expired),
            (Move::Wait, state) => Some(Known { state, waited: 1 }),
            (Move::Invite, State::Invited | State::Active) => None,
            (Move::Invite, _) => Some(INVITED),
            _ => None,
        }
    }

    async fn make(&mut self, world: &World, step: Move) -> Result<(), Status> {
        let mut client = world.cast.relationship.clone();
        let (name, detail) = (self.name.clone(), "for a reason".to_owned());
        match step {
            Move::Invite => {
                self.name = world.cast.invite(&self.provider, &self.reseller).await?;
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
                world.clock.advance(HALF);
                Ok(())
            }
        }
    }

    async fn now(&self, world: &World, expected: &Known) -> Result<Known, Status> {
        let get = GetPartnershipRequest { name: self.name.clone() };
        let answer = world.cast.relationship.clone().get_partnership(get).await?.into_inner();
        let told = answer.partnership.expect("an answer holds a partnership");
        Ok(Known { state: told.state(), ..*expected })
    }
}
