use cluster::scenario_client::Partner;
use contracts::relationship::{
    AcceptCustomerRelationshipRequest, CustomerRelationshipKind as Kind,
    CustomerRelationshipState as State, GetCustomerRelationshipRequest,
    RefuseCustomerRelationshipRequest, RemoveCustomerRelationshipRequest,
};
use tests::World;
use tonic::Status;

use crate::{HALF, machine, machine::Machine};

machine!(a_customer_relationship_moves_as_the_programme_says, super::CustomerRelationship);

/// The latest relationship of a provider with a customer, to sell.
pub struct CustomerRelationship {
    provider: Partner,
    stranger: Partner,
    customer: String,
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
    Request,
    Accept,
    Refuse,
    /// Whether it states that no subscription is active.
    Remove(bool),
    RemoveByStranger,
    Wait,
}

const REQUESTED: Known = Known { state: State::Requested, waited: 0 };

impl Machine for CustomerRelationship {
    type State = Known;
    type Move = Move;
    const ALL: &'static [Move] = &[
        Move::Request,
        Move::Accept,
        Move::Refuse,
        Move::Remove(true),
        Move::Remove(false),
        Move::RemoveByStranger,
        Move::Wait,
    ];

    async fn begin(world: &World) -> Result<(Self, Known), Status> {
        let cast = &world.cast;
        let (provider, stranger) = (cast.provider("DE").await?, cast.provider("DE").await?);
        let customer = cast.customer("DE").await?;
        let name = cast.request_relationship(&customer, &provider, Kind::Resale).await?;
        Ok((Self { provider, stranger, customer, name }, REQUESTED))
    }

    fn after(known: &Known, step: Move) -> Option<Known> {
        let to = |state| Some(Known { state, ..*known });
        match (step, known.state) {
            (Move::Accept, State::Requested) => to(State::Active),
            (Move::Refuse, State::Requested) => to(State::Refused),
            (Move::Remove(_), State::Requested) => to(State::Removed),
            (Move::Remove(true), State::Active) => to(State::Removed),
            (Move::Wait, State::Requested) if known.waited == 1 => to(State::Expired),
            (Move::Wait, state) => Some(Known { state, waited: 1 }),
            (Move::Request, State::Requested | State::Active) => None,
            (Move::Request, _) => Some(REQUESTED),
            _ => None,
        }
    }

    async fn make(&mut self, world: &World, step: Move) -> Result<(), Status> {
        let mut client = world.cast.relationship.clone();
        let (name, detail) = (self.name.clone(), "for a reason".to_owned());
        let remove = |by: &Partner, no_active_subscriptions| RemoveCustomerRelationshipRequest {
            name: name.clone(),
            detail: detail.clone(),
            removed_by: by.name.clone(),
            no_active_subscriptions,
            ..Default::default()
        };
        match step {
            Move::Request => {
                self.name = world
                    .cast
                    .request_relationship(&self.customer, &self.provider, Kind::Resale)
                    .await?;
                Ok(())
            }
            Move::Accept => {
                let request = AcceptCustomerRelationshipRequest { name, ..Default::default() };
                client.accept_customer_relationship(request).await.map(drop)
            }
            Move::Refuse => {
                let request =
                    RefuseCustomerRelationshipRequest { name, detail, ..Default::default() };
                client.refuse_customer_relationship(request).await.map(drop)
            }
            Move::Remove(stated) => {
                let request = remove(&self.provider, stated);
                client.remove_customer_relationship(request).await.map(drop)
            }
            Move::RemoveByStranger => {
                let request = remove(&self.stranger, true);
                client.remove_customer_relationship(request).await.map(drop)
            }
            Move::Wait => {
                world.clock.advance(HALF);
                Ok(())
            }
        }
    }

    async fn now(&self, world: &World, expected: &Known) -> Result<Known, Status> {
        let get = GetCustomerRelationshipRequest { name: self.name.clone() };
        let mut client = world.cast.relationship.clone();
        let answer = client.get_customer_relationship(get).await?.into_inner();
        let told = answer.relationship.expect("an answer holds a relationship");
        Ok(Known { state: told.state(), ..*expected })
    }
}
