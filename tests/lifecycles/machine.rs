use std::{fmt::Debug, time::Duration};

use proptest::{
    collection::vec,
    prelude::any,
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use tests::World;
use tonic::{Code, Status};

/// A kind of resource, and the state machine that models it.
pub trait Machine: Sized {
    /// Expected state of one resource.
    type State: Clone + PartialEq + Debug;
    /// A transition.
    type Move: Copy + Debug + 'static;
    /// Every transition.
    const ALL: &'static [Self::Move];
    /// Number of resources.
    const RESOURCES: usize = 40;
    /// Transitions of each resource.
    const MOVES: usize = 25;
    /// Codes of refused transitions.
    const REFUSALS: &'static [Code] = &[Code::FailedPrecondition, Code::AlreadyExists];

    /// Creates a resource; the value keeps the names that later transitions need.
    async fn begin(world: &World) -> Result<(Self, Self::State), Status>;
    /// The state after a transition; `None` if the transition is illegal.
    fn after(state: &Self::State, step: Self::Move) -> Option<Self::State>;
    /// Time to pass before a transition.
    fn wait(_: &Self::State, _: Self::Move) -> Duration {
        Duration::ZERO
    }
    /// Requests a transition.
    async fn make(&mut self, world: &World, step: Self::Move) -> Result<(), Status>;
    /// The state that the service returns.
    async fn now(&self, world: &World, expected: &Self::State) -> Result<Self::State, Status>;
}

/// Takes many resources through random transitions, about half of them legal.
pub async fn follows_its_model<M: Machine>(world: World) -> Result<(), Status> {
    let mut runner = TestRunner::default();
    let choices = vec(vec((any::<bool>(), any::<usize>()), M::MOVES), M::RESOURCES);
    let choices = choices.new_tree(&mut runner).expect("random values can be generated").current();
    let (mut made, mut refused) = (0, 0);
    for choices in choices {
        let (mut machine, mut state) = M::begin(&world).await?;
        let mut path = format!("{state:?}");
        for (prefer_legal, number) in choices {
            let legal = M::ALL.iter().filter(|step| M::after(&state, **step).is_some());
            let legal: Vec<_> = legal.collect();
            let step = match legal.len() {
                some if prefer_legal && some > 0 => *legal[number % some],
                _ => M::ALL[number % M::ALL.len()],
            };
            world.clock.advance(M::wait(&state, step));
            let answer = machine.make(&world, step).await;
            path = format!("{path}\n  {step:?}");
            match (M::after(&state, step), answer) {
                (Some(after), Ok(())) => {
                    state = after;
                    made += 1;
                }
                (None, Err(status)) => {
                    assert!(M::REFUSALS.contains(&status.code()), "{path}: {status:?}");
                    refused += 1;
                }
                (Some(after), Err(status)) => panic!("{path} leads to {after:?}: {status:?}"),
                (None, Ok(())) => panic!("{path} is illegal but succeeded"),
            }
            path = format!("{path} -> {state:?}");
            assert_eq!(machine.now(&world, &state).await?, state, "{path}");
        }
    }
    let least = M::RESOURCES;
    assert!(made > least && refused > least, "{made} transitions made, {refused} refused");
    Ok(())
}

/// Declares a test of a machine on each database.
#[macro_export]
macro_rules! machine {
    ($name:ident, $machine:ty) => {
        mod $name {
            use tests::{Engine, World};

            #[tokio::test]
            async fn on_sqlite() -> Result<(), tonic::Status> {
                let world = World::on(Engine::Sqlite).await;
                $crate::machine::follows_its_model::<$machine>(world).await
            }

            #[tokio::test]
            async fn on_postgres() -> Result<(), tonic::Status> {
                let world = World::on(Engine::Postgres).await;
                $crate::machine::follows_its_model::<$machine>(world).await
            }
        }
    };
}
