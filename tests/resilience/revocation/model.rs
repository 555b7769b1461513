//! A model of the protocol, explored exhaustively: orders that two processes of ordering accept, on
//! decisions of two replicas of relationship, while a fact of relationship or of onboarding is revoked.
//!
//! Each step of a process is one action, and time passes as an action of its own, so that each process may
//! be paused at any point for any time. Two things are bounded: a flush of a commit, by `FLUSH`, and the
//! difference of clocks, which the real margin covers too and which is 0 here. Times are ages that stop at
//! the last value that matters, so that the states are finite and time is not.

use stateright::{Checker, Model, Property};

/// Validity of a decision, in ticks.
const VALIDITY: u8 = 2;
/// Longest time from the check of the server in a COMMIT until readers see the order.
const FLUSH: u8 = 1;
/// Wait of a change that may revoke.
const WAIT: u8 = VALIDITY + FLUSH;

const HOLDS: &str = "no order that relied on the revoked fact appears after the acknowledgement";
const IS_ACKNOWLEDGED: &str = "a revocation is acknowledged";
const IS_NEEDED: &str =
    "an order that relied on the fact appears after its revocation was committed";
const IS_REFUSED: &str = "an order is refused because its decision expired";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The change is acknowledged after its commit.
    NoWait,
    /// The wait is one tick shorter than validity and flush.
    ShortWait,
    /// The wait is as long as the validity.
    NoMargin,
    /// The wait counts from the start of the call.
    WaitFromTheStart,
    /// Only relationship waits, although decisions rely on onboarding too.
    OnboardingDoesNotWait,
    /// A retry returns the recorded answer at once.
    RetryDoesNotWait,
    /// Only the process of ordering checks the validity.
    NoCheckInTheCommit,
    /// The validity counts from the arrival of the decision.
    CountedFromTheAnswer,
    /// Ordering acts on a decision for longer than what changes wait for.
    LongerSetting,
    /// Relationship answers from memory without asking whether the fact has changed.
    NotValidated,
}

const FAULTS: [Fault; 10] = [
    Fault::NoWait,
    Fault::ShortWait,
    Fault::NoMargin,
    Fault::WaitFromTheStart,
    Fault::OnboardingDoesNotWait,
    Fault::RetryDoesNotWait,
    Fault::NoCheckInTheCommit,
    Fault::CountedFromTheAnswer,
    Fault::LongerSetting,
    Fault::NotValidated,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Revoked {
    OfRelationship,
    OfOnboarding,
}

#[derive(Debug, Clone, Copy)]
struct Protocol {
    revoked: Revoked,
    fault: Option<Fault>,
}

/// An order. `age` is the time since ordering began to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Order {
    NotSent,
    Asking {
        age: u8,
    },
    /// A replica of relationship has read its fact from memory.
    Gathering {
        age: u8,
        replica: usize,
        fact: bool,
    },
    /// Onboarding has answered; its answer held at an instant since then.
    Validating {
        age: u8,
        replica: usize,
        fact: bool,
        standing: bool,
    },
    Answered {
        age: u8,
        allowed: bool,
    },
    /// Ordering has the decision.
    Decided {
        age: u8,
    },
    /// Ordering has made its last check and has not yet sent COMMIT.
    Checked {
        age: u8,
    },
    /// The server has checked the time in the COMMIT.
    Flushing {
        age: u8,
    },
    Accepted,
    Refused,
    Expired,
}

/// A call that revokes. `age` is the time that counts for its wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Call {
    NotSent,
    Started {
        age: u8,
    },
    /// The database has committed; the process does not know yet.
    Committed {
        age: u8,
    },
    Waiting {
        age: u8,
    },
    Done,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    /// Whether the databases permit the sale.
    fact: bool,
    standing: bool,
    /// The fact in the memory of each replica of relationship.
    memory: [bool; 2],
    orders: [Order; 2],
    revocation: Call,
    retry: Call,
    acknowledged: bool,
    violated: bool,
    /// An order appeared between the commit of the revocation and its acknowledgement.
    appeared_late: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Tick,
    /// The next step of an order; a question goes to this replica.
    Order(usize, usize),
    Revoke,
    Retry,
}

impl Protocol {
    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn validity(&self) -> u8 {
        if self.has(Fault::LongerSetting) { VALIDITY + 1 } else { VALIDITY }
    }

    fn wait(&self, retry: bool) -> u8 {
        match self.fault {
            Some(Fault::NoWait) => 0,
            Some(Fault::ShortWait) => WAIT - 1,
            Some(Fault::NoMargin) => VALIDITY,
            Some(Fault::OnboardingDoesNotWait) if self.revoked == Revoked::OfOnboarding => 0,
            Some(Fault::RetryDoesNotWait) if retry => 0,
            _ => WAIT,
        }
    }

    fn tick(&self, state: &mut State) {
        let most = self.validity();
        for order in &mut state.orders {
            match order {
                Order::Asking { age }
                | Order::Gathering { age, .. }
                | Order::Validating { age, .. }
                | Order::Answered { age, .. }
                | Order::Decided { age }
                | Order::Checked { age }
                | Order::Flushing { age } => *age = most.min(*age + 1),
                Order::NotSent | Order::Accepted | Order::Refused | Order::Expired => {}
            }
        }
        for call in [&mut state.revocation, &mut state.retry] {
            match call {
                Call::Started { age } | Call::Committed { age } | Call::Waiting { age } => {
                    *age = WAIT.min(*age + 1);
                }
                Call::NotSent | Call::Done => {}
            }
        }
    }

    fn step(&self, state: &State, order: Order, replica: usize) -> (Order, State) {
        let mut next = state.clone();
        let after = match order {
            Order::NotSent => Order::Asking { age: 0 },
            Order::Asking { age } => Order::Gathering { age, replica, fact: state.memory[replica] },
            Order::Gathering { age, replica, fact } => {
                Order::Validating { age, replica, fact, standing: state.standing }
            }
            Order::Validating { age, replica, fact, standing } => {
                let current = state.fact;
                if self.has(Fault::NotValidated) || fact == current {
                    Order::Answered { age, allowed: fact && standing }
                } else {
                    next.memory[replica] = current;
                    Order::Asking { age }
                }
            }
            Order::Answered { allowed: false, .. } => Order::Refused,
            Order::Answered { age, .. } => {
                Order::Decided { age: if self.has(Fault::CountedFromTheAnswer) { 0 } else { age } }
            }
            Order::Decided { age } if age < self.validity() => Order::Checked { age },
            Order::Checked { age }
                if age < self.validity() || self.has(Fault::NoCheckInTheCommit) =>
            {
                Order::Flushing { age: 0 }
            }
            Order::Decided { .. } | Order::Checked { .. } => Order::Expired,
            Order::Flushing { .. } => {
                next.violated |= state.acknowledged;
                next.appeared_late |= !(state.fact && state.standing);
                Order::Accepted
            }
            Order::Accepted | Order::Refused | Order::Expired => order,
        };
        (after, next)
    }

    fn revoke(&self, state: &mut State) {
        state.revocation = match state.revocation {
            Call::NotSent => Call::Started { age: 0 },
            Call::Started { age } => {
                match self.revoked {
                    Revoked::OfRelationship => state.fact = false,
                    Revoked::OfOnboarding => state.standing = false,
                }
                Call::Committed { age }
            }
            Call::Committed { age } => {
                Call::Waiting { age: if self.has(Fault::WaitFromTheStart) { age } else { 0 } }
            }
            Call::Waiting { age } if age >= self.wait(false) => {
                state.acknowledged = true;
                Call::Done
            }
            Call::Waiting { .. } | Call::Done => state.revocation,
        };
    }

    /// A retry finds the recorded answer; the caller of the first call may have left at any point.
    fn retry(&self, state: &mut State) {
        let recorded = !(state.fact && state.standing);
        state.retry = match state.retry {
            Call::NotSent if recorded => Call::Waiting { age: 0 },
            Call::Waiting { age } if age >= self.wait(true) => {
                state.acknowledged = true;
                Call::Done
            }
            it => it,
        };
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            fact: true,
            standing: true,
            memory: [true; 2],
            orders: [Order::NotSent; 2],
            revocation: Call::NotSent,
            retry: Call::NotSent,
            acknowledged: false,
            violated: false,
            appeared_late: false,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        // A flush takes at most `FLUSH`.
        let late = |it: &Order| matches!(it, Order::Flushing { age } if *age >= FLUSH);
        if !state.orders.iter().any(late) {
            actions.push(Action::Tick);
        }
        for (place, order) in state.orders.iter().enumerate() {
            let replicas = if matches!(order, Order::Asking { .. }) { 2 } else { 1 };
            actions.extend((0..replicas).map(|replica| Action::Order(place, replica)));
        }
        actions.extend([Action::Revoke, Action::Retry]);
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        match action {
            Action::Tick => self.tick(&mut next),
            Action::Order(place, replica) => {
                let (order, after) = self.step(state, state.orders[place], replica);
                next = after;
                next.orders[place] = order;
            }
            Action::Revoke => self.revoke(&mut next),
            Action::Retry => self.retry(&mut next),
        }
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(HOLDS, |_, state: &State| !state.violated),
            Property::sometimes(IS_ACKNOWLEDGED, |_, state: &State| state.acknowledged),
            Property::sometimes(IS_NEEDED, |_, state: &State| state.appeared_late),
            Property::sometimes(IS_REFUSED, |_, state: &State| {
                state.orders.contains(&Order::Expired)
            }),
        ]
    }
}

#[test]
fn no_order_appears_after_the_acknowledgement_in_any_state() {
    for revoked in [Revoked::OfRelationship, Revoked::OfOnboarding] {
        let checked = Protocol { revoked, fault: None }.checker().threads(2).spawn_bfs().join();
        checked.assert_properties();
        assert!(checked.is_done());
        let states = checked.unique_state_count();
        println!("{revoked:?}: {states} states");
        assert!(states > 50_000, "{revoked:?}: only {states} states");
    }
}

#[test]
fn every_planted_fault_is_found() {
    for fault in FAULTS {
        let found = [Revoked::OfRelationship, Revoked::OfOnboarding].into_iter().any(|revoked| {
            let model = Protocol { revoked, fault: Some(fault) };
            let checked = model.checker().threads(2).spawn_bfs().join();
            checked.discovery(HOLDS).is_some()
        });
        assert!(found, "{fault:?}");
    }
}
