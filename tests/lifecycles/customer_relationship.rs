use cluster::scenario_client::Partner;
use contracts::relationship::{
    AcceptCustomerRelationshipRequest, CustomerRelationshipKind as Kind,
    CustomerRelationshipState as State, GetCustomerRelationshipRequest,
    RefuseCustomerRelationshipRequest, RemoveCustomerRelationshipRequest,
};
use tests::World;
use tonic::Status;

use crate::{HALF_DEADLINE, machine, machine::Machine};

machine!(a_customer_relationship_follows_its_model, super::CustomerRelationship);

/// The latest resale relationship of a provider with a customer.
pub struct CustomerRelationship {
    provider: Partner,
    other: Partner,
    customer: String,
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
    Request,
    Accept,
    Refuse,
    /// With or without the statement that no subscription is active.
    Remove(bool),
    RemoveByOther,
    Wait,
}

const REQUESTED: Model = Model { state: State::Requested, waited: 0 };

impl Machine for CustomerRelationship {
    type State = Model;
    type Move = Move;
    const ALL: &'static [Move] = &[
        Move::Request,
        Move::Accept,
        Move::Refuse,
        Move::Remove(true),
        Move::Remove(false),
        Move::RemoveByOther,
        Move::Wait,
    ];

    async fn begin(world: &World) -> Result<(Self, Model), Status> {
        let client = &world.client;
        let (provider, other) = (client.provider("DE").await?, client.provider("DE").await?);
        let customer = client.customer("DE").await?;
        let name = client.request_relationship(&customer, &provider, Kind::Resale).await?;
        Ok((Self { provider, other, customer, name }, REQUESTED))
    }

    fn after(model: &Model, step: Move) -> Option<Model> {
        let to = |state| Some(Model { state, ..*model });
        match (step, model.state) {
            (Move::Accept, State::Requested) => to(State::Active),
            (Move::Refuse, State::Requested) => to(State::Refused),
            (Move::Remove(_), State::Requested) => to(State::Removed),
            (Move::Remove(true), State::Active) => to(State::Removed),
            (Move::Wait, State::Requested) if model.waited == 1 => to(State::Expired),
            (Move::Wait, state) => Some(Model { state, waited: 1 }),
            (Move::Request, State::Requested | State::Active) => None,
            (Move::Request, _) => Some(REQUESTED),
            _ => None,
        }
    }

    async fn make(&mut self, world: &World, step: Move) -> Result<(), Status> {
        let mut client = world.client.relationship.clone();
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
                    .client
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
            Move::Remove(statement) => {
                let request = remove(&self.provider, statement);
                client.remove_customer_relationship(request).await.map(drop)
            }
            Move::RemoveByOther => {
                let request = remove(&self.other, true);
                client.remove_customer_relationship(request).await.map(drop)
            }
            Move::Wait => {
                world.clock.advance(HALF_DEADLINE);
                Ok(())
            }
        }
    }

    async fn now(&self, world: &World, expected: &Model) -> Result<Model, Status> {
        let get = GetCustomerRelationshipRequest { name: self.name.clone() };
        let mut client = world.client.relationship.clone();
        let answer = client.get_customer_relationship(get).await?.into_inner();
        let reported = answer.relationship.expect("the response has the relationship");
        Ok(Model { state: reported.state(), ..*expected })
    }
}
