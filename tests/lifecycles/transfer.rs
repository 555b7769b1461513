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

use crate::{HALF_DEADLINE, machine, machine::Machine};

machine!(a_transfer_follows_its_model, super::Transfer);

/// A subscription that transfers move between two providers.
pub struct Transfer {
    providers: [Partner; 2],
    customer: String,
    /// Names of the subscription, oldest first.
    subscriptions: Vec<String>,
    /// The latest transfer.
    name: String,
}

/// The expected state.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    state: State,
    /// Halves of the response deadline that have passed.
    waited: u8,
    /// Index of the provider that gets the subscription.
    target: usize,
    /// Index of the provider that has the subscription.
    seller: usize,
    /// Number of completed transfers.
    moved: usize,
    /// Whether the cancellation window is open; any wait closes it.
    cancellable: bool,
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
    type State = Model;
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

    async fn begin(world: &World) -> Result<(Self, Model), Status> {
        let client = &world.client;
        let providers = [client.provider("DE").await?, client.provider("DE").await?];
        let customer = client.customer("DE").await?;
        client.onboard_customer(&customer, &[&providers[0], &providers[1]]).await?;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        let placed = client.place(order(&providers[0], None, &customer, &offer)).await?;
        let subscriptions = vec![placed.lines[0].subscription.clone()];
        let mut machine = Self { providers, customer, subscriptions, name: String::new() };
        machine.make(world, Move::Begin(1)).await?;
        let initial = Model {
            state: State::Pending,
            waited: 0,
            target: 1,
            seller: 0,
            moved: 0,
            cancellable: true,
            cancelled: false,
        };
        Ok((machine, initial))
    }

    fn wait(_: &Model, step: Move) -> Duration {
        if matches!(step, Move::Wait) { HALF_DEADLINE } else { Duration::ZERO }
    }

    fn after(model: &Model, step: Move) -> Option<Model> {
        let (runs, pending) = (!model.cancelled, model.state == State::Pending);
        let to = |state| Some(Model { state, ..model.clone() });
        match step {
            Move::Begin(target) if runs && !pending && target != model.seller => {
                Some(Model { state: State::Pending, waited: 0, target, ..model.clone() })
            }
            Move::Approve if runs && pending => Some(Model {
                state: State::Complete,
                seller: model.target,
                moved: model.moved + 1,
                ..model.clone()
            }),
            Move::Reject if pending => to(State::Rejected),
            Move::Withdraw if pending => to(State::Withdrawn),
            Move::Cancel if runs && model.cancellable => {
                Some(Model { cancelled: true, ..model.clone() })
            }
            Move::Wait => {
                let expires = pending && model.waited == 1;
                let state = if expires { State::Expired } else { model.state };
                Some(Model { state, waited: 1, cancellable: false, ..model.clone() })
            }
            _ => None,
        }
    }

    async fn make(&mut self, world: &World, step: Move) -> Result<(), Status> {
        let mut client = world.client.ordering.clone();
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
                let created = client.create_transfer(request).await?.into_inner().transfer;
                self.name = created.unwrap().name;
                Ok(())
            }
            Move::Approve => {
                let request = ApproveTransferRequest { name, request_id, ..Default::default() };
                let approved = client.approve_transfer(request).await?.into_inner().transfer;
                self.subscriptions.push(approved.unwrap().items[0].transferred_to.clone());
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

    async fn now(&self, world: &World, expected: &Model) -> Result<Model, Status> {
        let mut client = world.client.ordering.clone();
        let get = GetTransferRequest { name: self.name.clone() };
        let transfer = client.get_transfer(get).await?.into_inner().transfer.unwrap();
        let mut reported = Vec::new();
        for name in &self.subscriptions {
            let get = GetSubscriptionRequest { name: name.clone() };
            reported.push(client.get_subscription(get).await?.into_inner().subscription.unwrap());
        }
        for (before, after) in reported.iter().zip(reported.iter().skip(1)) {
            assert_eq!(before.state(), SubscriptionState::Transferred);
            assert_eq!(
                (&before.transferred_to, &after.transferred_from),
                (&after.name, &before.name)
            );
            assert_eq!((before.quantity, after.quantity), (5, 5));
        }
        let last = reported.last().unwrap();
        let index = |partner: &str| self.providers.iter().position(|it| it.name == partner);
        Ok(Model {
            state: transfer.state(),
            target: index(&transfer.target).unwrap(),
            seller: index(&last.seller).unwrap(),
            moved: reported.len() - 1,
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
