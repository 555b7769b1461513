use std::time::Duration;

use cluster::scenario_client::{new_id, offer_in_every_market, order};
use contracts::ordering::{
    AddQuantityRequest, BillingCycle, CancelSubscriptionRequest, GetSubscriptionRequest, Money,
    NextTerm, Offer, Plan, ReduceQuantityRequest, RenewSubscriptionRequest,
    ResumeSubscriptionRequest, ScheduleNextTermRequest, SetAutomaticRenewalRequest,
    SettleSubscriptionsRequest, SubscriptionState as State, SuspendSubscriptionRequest, Term,
};
use prost_types::Timestamp;
use tests::World;
use tonic::{Code, Status};

use crate::{
    calendar::{DAY, month_later},
    machine,
    machine::Machine,
};

machine!(a_subscription_follows_its_model, super::Subscription);

/// Seconds in which units can be returned and a term can be cancelled.
const WINDOW: i64 = 7 * DAY;
/// Price of a unit per month, in minor units.
const PRICE: i64 = 1000;

/// A monthly subscription, by name. A provider sold it as direct partner, so no yearly review blocks
/// changes.
pub struct Subscription(String);

/// The expected state. Times are seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    state: State,
    now: i64,
    /// When the state last changed.
    since: i64,
    start: i64,
    end: i64,
    renews: bool,
    /// Scheduled quantity of the next term.
    next: Option<i32>,
    /// Oldest first.
    batches: Vec<Batch>,
}

/// Units that were bought together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Batch {
    quantity: i32,
    buy_time: i64,
    charge: i64,
}

#[derive(Debug, Clone, Copy)]
pub enum Move {
    Add(i32),
    Reduce(i32),
    Cancel,
    Suspend,
    Resume,
    SetRenewal(bool),
    Schedule(i32),
    Renew,
    Settle,
    /// Waits until so many seconds after the return window of the newest units.
    WaitForWindow(i64),
    /// Waits until so many seconds after the next change by time.
    WaitUntilDue(i64),
    Wait(i64),
}

impl Model {
    fn runs(&self) -> bool {
        matches!(self.state, State::Active | State::Suspended)
    }

    fn quantity(&self) -> i32 {
        self.batches.iter().map(|it| it.quantity).sum()
    }

    /// When the state changes by time.
    fn due(&self) -> Option<i64> {
        match self.state {
            State::Active | State::Suspended => Some(self.end),
            State::Expired => Some(self.since + 30 * DAY),
            State::Disabled => Some(self.since + 90 * DAY),
            _ => None,
        }
    }

    /// The state as a read returns it: changes by time applied, renewals not.
    fn effective(mut self) -> Self {
        while let Some(due) = self.due().filter(|due| *due <= self.now) {
            self.state = match self.state {
                State::Expired => State::Disabled,
                State::Disabled => State::Deleted,
                _ if self.renews => return self,
                _ => State::Expired,
            };
            self.since = due;
        }
        self
    }

    /// The state as a mutation finds it: automatic renewals applied too.
    fn renewed_if_due(self) -> Self {
        let mut model = self.effective();
        while model.runs() && model.end <= model.now {
            model = model.renewed(model.end);
        }
        model
    }

    /// The next term.
    fn renewed(&self, start: i64) -> Self {
        self.renewed_with(self.next.unwrap_or_else(|| self.quantity()), start)
    }

    fn renewed_with(&self, quantity: i32, start: i64) -> Self {
        let batch = Batch { quantity, buy_time: start, charge: PRICE * i64::from(quantity) };
        let (batches, end) = (vec![batch], month_later(start));
        Self { start, end, batches, next: None, ..self.clone() }
    }

    /// Adds units, charged for the remaining days.
    fn with(mut self, quantity: i32) -> Self {
        let days = (self.end - self.start) / DAY;
        let left = days - (self.now - self.start) / DAY;
        let charge = PRICE * i64::from(quantity) * left / days;
        self.batches.push(Batch { quantity, buy_time: self.now, charge });
        self
    }

    /// Returns the newest units first; `None` if a return window is over.
    fn without(mut self, quantity: i32) -> Option<Self> {
        let mut left = quantity;
        while left > 0 {
            let newest = self.batches.pop().filter(|it| self.now <= it.buy_time + WINDOW)?;
            let rest = newest.quantity - left.min(newest.quantity);
            left -= newest.quantity - rest;
            if rest > 0 {
                let charge = newest.charge * i64::from(rest) / i64::from(newest.quantity);
                self.batches.push(Batch { quantity: rest, charge, ..newest });
            }
        }
        (!self.batches.is_empty()).then_some(self)
    }

    fn to(self, state: State) -> Option<Self> {
        Some(Self { state, since: self.now, ..self })
    }

    fn after(self, step: Move) -> Option<Self> {
        let active = self.state == State::Active;
        match step {
            Move::Add(quantity) if active => Some(self.with(quantity)),
            Move::Reduce(quantity) if active => self.without(quantity),
            Move::Suspend if active => self.to(State::Suspended),
            Move::Resume if self.state == State::Suspended => self.to(State::Active),
            Move::Cancel if self.runs() && self.now <= self.start + WINDOW => {
                self.to(State::Cancelled)
            }
            Move::SetRenewal(renews) if self.runs() => Some(Self { renews, ..self }),
            Move::Schedule(next) if self.runs() => Some(Self { next: Some(next), ..self }),
            Move::Renew if matches!(self.state, State::Expired | State::Disabled) => {
                // A renewal adds no units: that takes a decision of its own.
                let quantity = self.next.map_or(self.quantity(), |next| next.min(self.quantity()));
                self.renewed_with(quantity, self.now).to(State::Active)
            }
            Move::Settle => Some(self),
            _ => None,
        }
    }
}

impl Machine for Subscription {
    type State = Model;
    type Move = Move;
    const ALL: &'static [Move] = &[
        Move::Add(2),
        Move::Add(3),
        Move::Reduce(1),
        Move::Reduce(4),
        Move::Cancel,
        Move::Suspend,
        Move::Resume,
        Move::SetRenewal(false),
        Move::SetRenewal(true),
        Move::Schedule(4),
        Move::Renew,
        Move::Settle,
        Move::WaitForWindow(0),
        Move::WaitForWindow(1),
        Move::WaitUntilDue(-1),
        Move::WaitUntilDue(0),
        Move::Wait(DAY),
    ];
    const RESOURCES: usize = 12;
    const MOVES: usize = 30;
    const REFUSALS: &'static [Code] = &[Code::FailedPrecondition, Code::InvalidArgument];

    async fn begin(world: &World) -> Result<(Self, Model), Status> {
        let client = &world.client;
        let (provider, customer) = (client.provider("DE").await?, client.customer("DE").await?);
        client.onboard_customer(&customer, &[&provider]).await?;
        let price = Money { currency_code: "EUR".to_owned(), minor_units: PRICE };
        let plan = Plan {
            term: Term::P1m.into(),
            billing_cycle: BillingCycle::Monthly.into(),
            unit_price: Some(price),
        };
        let offer = client.offer_as(Offer { plans: vec![plan], ..offer_in_every_market() }).await?;
        let mut wanted = order(&provider, None, &customer, &offer);
        wanted.lines[0].set_term(Term::P1m);
        let name = client.place(wanted).await?.lines[0].subscription.clone();
        let now = world.clock.now().as_second();
        let initial = Model {
            state: State::Active,
            now,
            since: now,
            start: now,
            end: month_later(now),
            renews: true,
            next: None,
            batches: vec![Batch { quantity: 5, buy_time: now, charge: 5 * PRICE }],
        };
        Ok((Self(name), initial))
    }

    fn wait(model: &Model, step: Move) -> Duration {
        let newest = model.batches.last().map_or(0, |it| it.buy_time);
        let seconds = match step {
            Move::WaitForWindow(more) => newest + WINDOW + more - model.now,
            Move::WaitUntilDue(more) => model.due().map_or(0, |due| due + more - model.now),
            Move::Wait(seconds) => seconds,
            _ => 0,
        };
        Duration::from_secs(seconds.try_into().unwrap_or(0))
    }

    fn after(model: &Model, step: Move) -> Option<Model> {
        let waited = Self::wait(model, step).as_secs();
        if matches!(step, Move::WaitForWindow(_) | Move::WaitUntilDue(_) | Move::Wait(_)) {
            let now = model.now + i64::try_from(waited).unwrap();
            return Some(Model { now, ..model.clone() }.effective());
        }
        model.clone().renewed_if_due().after(step)
    }

    async fn make(&mut self, world: &World, step: Move) -> Result<(), Status> {
        let mut client = world.client.ordering.clone();
        let (name, request_id, detail) = (self.0.clone(), new_id(), "for a reason".to_owned());
        let partner_attestation_accepted = true;
        let validate_only = false;
        match step {
            Move::Add(quantity) => {
                let request = AddQuantityRequest {
                    name,
                    quantity,
                    partner_attestation_accepted,
                    request_id,
                    validate_only,
                    ..Default::default()
                };
                client.add_quantity(request).await.map(drop)
            }
            Move::Reduce(quantity) => {
                let request = ReduceQuantityRequest {
                    name,
                    quantity,
                    partner_attestation_accepted,
                    request_id,
                    validate_only,
                    ..Default::default()
                };
                client.reduce_quantity(request).await.map(drop)
            }
            Move::Cancel => {
                let request = CancelSubscriptionRequest {
                    name,
                    detail,
                    request_id,
                    validate_only,
                    ..Default::default()
                };
                client.cancel_subscription(request).await.map(drop)
            }
            Move::Suspend => {
                let request = SuspendSubscriptionRequest {
                    name,
                    detail,
                    request_id,
                    validate_only,
                    ..Default::default()
                };
                client.suspend_subscription(request).await.map(drop)
            }
            Move::Resume => {
                let request = ResumeSubscriptionRequest {
                    name,
                    request_id,
                    validate_only,
                    ..Default::default()
                };
                client.resume_subscription(request).await.map(drop)
            }
            Move::SetRenewal(enabled) => {
                let request = SetAutomaticRenewalRequest {
                    name,
                    enabled,
                    request_id,
                    validate_only,
                    ..Default::default()
                };
                client.set_automatic_renewal(request).await.map(drop)
            }
            Move::Schedule(quantity) => {
                let next = NextTerm {
                    term: Term::P1m.into(),
                    billing_cycle: BillingCycle::Monthly.into(),
                    quantity,
                    unit_price: None,
                };
                let request = ScheduleNextTermRequest {
                    name,
                    next_term: Some(next),
                    partner_attestation_accepted,
                    request_id,
                    validate_only,
                    ..Default::default()
                };
                client.schedule_next_term(request).await.map(drop)
            }
            Move::Renew => {
                let request = RenewSubscriptionRequest {
                    name,
                    partner_attestation_accepted,
                    request_id,
                    validate_only,
                    ..Default::default()
                };
                client.renew_subscription(request).await.map(drop)
            }
            Move::Settle => {
                let request = SettleSubscriptionsRequest { max_count: 200, ..Default::default() };
                client.settle_subscriptions(request).await.map(drop)
            }
            Move::WaitForWindow(_) | Move::WaitUntilDue(_) | Move::Wait(_) => Ok(()),
        }
    }

    async fn now(&self, world: &World, expected: &Model) -> Result<Model, Status> {
        let get = GetSubscriptionRequest { name: self.0.clone() };
        let answer = world.client.ordering.clone().get_subscription(get).await?.into_inner();
        let reported = answer.subscription.expect("the response has the subscription");
        let now = world.clock.now().as_second();
        assert_eq!(reported.quantity, expected.quantity());
        assert_eq!(reported.renewal_pending, expected.runs() && expected.end <= now);
        let seconds = |time: Option<Timestamp>| time.map_or(0, |it| it.seconds);
        assert_eq!(seconds(reported.cancel_until_time), expected.start + WINDOW);
        for (batch, expected) in reported.batches.iter().zip(&expected.batches) {
            assert_eq!(seconds(batch.return_until_time), expected.buy_time + WINDOW);
        }
        let batches = reported.batches.iter().map(|it| Batch {
            quantity: it.quantity,
            buy_time: seconds(it.buy_time),
            charge: it.charge.as_ref().map_or(0, |it| it.minor_units),
        });
        Ok(Model {
            state: reported.state(),
            now,
            since: seconds(reported.state_time),
            start: seconds(reported.term_start_time),
            end: seconds(reported.term_end_time),
            renews: reported.automatic_renewal,
            next: reported.next_term.map(|it| it.quantity),
            batches: batches.collect(),
        })
    }
}
