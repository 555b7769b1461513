use std::time::Duration;

use cluster::scenario_client::{Partner, new_id, order};
use contracts::{
    ordering::{
        ApproveTransferRequest, CancelSubscriptionRequest, CreateTransferRequest,
        GetSubscriptionRequest, GetTransferRequest, RejectTransferRequest, SubscriptionState,
        Transfer as Wanted, TransferItem, TransferState as State, WithdrawTransferRequest,
        transfer_item::SellerRole,
    },
    relationship::ProductFamily,
};
use tests::World;
use tonic::Status;

use crate::{HALF, machine, machine::Machine};

machine!(a_transfer_moves_as_the_programme_says, super::Transfer);

/// A subscription of two providers, of whom now one sells it and now the other.
pub struct Transfer {
    providers: [Partner; 2],
    customer: String,
    /// The names of the subscription, the one that it has now last.
    subscriptions: Vec<String>,
    /// The latest transfer of it.
    name: String,
}

/// What the model knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    state: State,
    /// How many halves of the time to answer have passed since it began.
    waited: u8,
    /// Which provider the transfer is to.
    target: usize,
    /// Which provider has the subscription.
    holder: usize,
    /// How many names the subscription had before.
    moved: usize,
    /// Whether it may still be cancelled, which it may not after any wait.
    young: bool,
    cancelled: bool,
}

#[derive(Debug, Clone, Copy)]
pub enum Move {
    Begin(usize),
    Approve,
    Reject,
    Withdraw,
    Cancel,
    Wait,
}

impl Machine for Transfer {
    type State = Known;
    type Move = Move;
    const ALL: &'static [Move] = &[
        Move::Begin(0),
        Move::Begin(1),
        Move::Approve,
        Move::Reject,
        Move::Withdraw,
        Move::Cancel,
        Move::Wait,
    ];
    const RESOURCES: usize = 15;

    async fn begin(world: &World) -> Result<(Self, Known), Status> {
        let cast = &world.cast;
        let providers = [cast.provider("DE").await?, cast.provider("DE").await?];
        let customer = cast.customer("DE").await?;
        cast.onboard_customer(&customer, &[&providers[0], &providers[1]]).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let placed = cast.place(order(&providers[0], None, &customer, &offer)).await?;
        let subscriptions = vec![placed.lines[0].subscription.clone()];
        let mut machine = Self { providers, customer, subscriptions, name: String::new() };
        machine.make(world, Move::Begin(1)).await?;
        let begun = Known {
            state: State::Pending,
            waited: 0,
            target: 1,
            holder: 0,
            moved: 0,
            young: true,
            cancelled: false,
        };
        Ok((machine, begun))
    }

    fn wait(_: &Known, step: Move) -> Duration {
        if matches!(step, Move::Wait) { HALF } else { Duration::ZERO }
    }

    fn after(known: &Known, step: Move) -> Option<Known> {
        let (runs, pending) = (!known.cancelled, known.state == State::Pending);
        let to = |state| Some(Known { state, ..known.clone() });
        match step {
            Move::Begin(target) if runs && !pending && target != known.holder => {
                Some(Known { state: State::Pending, waited: 0, target, ..known.clone() })
            }
            Move::Approve if runs && pending => Some(Known {
                state: State::Complete,
                holder: known.target,
                moved: known.moved + 1,
                ..known.clone()
            }),
            Move::Reject if pending => to(State::Rejected),
            Move::Withdraw if pending => to(State::Withdrawn),
            Move::Cancel if runs && known.young => Some(Known { cancelled: true, ..known.clone() }),
            Move::Wait => {
                let expires = pending && known.waited == 1;
                let state = if expires { State::Expired } else { known.state };
                Some(Known { state, waited: 1, young: false, ..known.clone() })
            }
            _ => None,
        }
    }

    async fn make(&mut self, world: &World, step: Move) -> Result<(), Status> {
        let mut client = world.cast.ordering.clone();
        let (name, request_id, detail) = (self.name.clone(), new_id(), "for a reason".to_owned());
        match step {
            Move::Begin(target) => {
                let item = TransferItem {
                    subscription: self.subscription(),
                    seller_role: Some(SellerRole::ActingAsDirectPartner(true)),
                    ..TransferItem::default()
                };
                let wanted = Wanted {
                    source: self.providers[1 - target].name.clone(),
                    target: self.providers[target].name.clone(),
                    customer: self.customer.clone(),
                    items: vec![item],
                    partner_attestation_accepted: true,
                    ..Wanted::default()
                };
                let transfer = Some(wanted);
                let request = CreateTransferRequest { transfer, request_id, ..Default::default() };
                let begun = client.create_transfer(request).await?.into_inner().transfer;
                self.name = begun.unwrap().name;
                Ok(())
            }
            Move::Approve => {
                let request = ApproveTransferRequest { name, request_id, ..Default::default() };
                let done = client.approve_transfer(request).await?.into_inner().transfer;
                self.subscriptions.push(done.unwrap().items[0].transferred_to.clone());
                Ok(())
            }
            Move::Reject => {
                let request =
                    RejectTransferRequest { name, detail, request_id, ..Default::default() };
                client.reject_transfer(request).await.map(drop)
            }
            Move::Withdraw => {
                let request =
                    WithdrawTransferRequest { name, detail, request_id, ..Default::default() };
                client.withdraw_transfer(request).await.map(drop)
            }
            Move::Cancel => {
                let name = self.subscription();
                let request =
                    CancelSubscriptionRequest { name, detail, request_id, ..Default::default() };
                client.cancel_subscription(request).await.map(drop)
            }
            Move::Wait => Ok(()),
        }
    }

    async fn now(&self, world: &World, expected: &Known) -> Result<Known, Status> {
        let mut client = world.cast.ordering.clone();
        let get = GetTransferRequest { name: self.name.clone() };
        let transfer = client.get_transfer(get).await?.into_inner().transfer.unwrap();
        let mut told = Vec::new();
        for name in &self.subscriptions {
            let get = GetSubscriptionRequest { name: name.clone() };
            told.push(client.get_subscription(get).await?.into_inner().subscription.unwrap());
        }
        for (before, after) in told.iter().zip(told.iter().skip(1)) {
            assert_eq!(before.state(), SubscriptionState::Transferred);
            assert_eq!(
                (&before.transferred_to, &after.transferred_from),
                (&after.name, &before.name)
            );
            assert_eq!((before.quantity, after.quantity), (5, 5));
        }
        let last = told.last().unwrap();
        let place = |partner: &str| self.providers.iter().position(|it| it.name == partner);
        Ok(Known {
            state: transfer.state(),
            target: place(&transfer.target).unwrap(),
            holder: place(&last.seller).unwrap(),
            moved: told.len() - 1,
            cancelled: match last.state() {
                SubscriptionState::Active => false,
                SubscriptionState::Cancelled => true,
                other => panic!("{} is {other:?}", last.name),
            },
            ..expected.clone()
        })
    }
}

impl Transfer {
    fn subscription(&self) -> String {
        self.subscriptions.last().unwrap().clone()
    }
}
