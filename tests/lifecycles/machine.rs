use std::{fmt::Debug, time::Duration};

use proptest::{
    collection::vec,
    prelude::any,
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use tests::World;
use tonic::{Code, Status};

/// A kind of resource, and what its model says of it.
pub trait Machine: Sized {
    /// What the model knows of one resource.
    type State: Clone + PartialEq + Debug;
    /// A move.
    type Move: Copy + Debug + 'static;
    /// Every move.
    const ALL: &'static [Self::Move];
    /// How many resources are moved.
    const RESOURCES: usize = 40;
    /// How often each is.
    const MOVES: usize = 25;
    /// How illegal moves are answered.
    const REFUSALS: &'static [Code] = &[Code::FailedPrecondition, Code::AlreadyExists];

    /// Makes a resource; the machine remembers what it takes to move it.
    async fn begin(world: &World) -> Result<(Self, Self::State), Status>;
    /// Where a move leads; nothing where it is illegal.
    fn after(state: &Self::State, step: Self::Move) -> Option<Self::State>;
    /// How much time passes with a move, before anything else happens.
    fn wait(_: &Self::State, _: Self::Move) -> Duration {
        Duration::ZERO
    }
    /// Makes a move.
    async fn make(&mut self, world: &World, step: Self::Move) -> Result<(), Status>;
    /// Where the resource is, as the service tells.
    async fn now(&self, world: &World, expected: &Self::State) -> Result<Self::State, Status>;
}

/// Moves many resources at random, every other time by a legal move where there is one.
pub async fn moves_as_the_model<M: Machine>(world: World) -> Result<(), Status> {
    let mut runner = TestRunner::default();
    let dice = vec(vec((any::<bool>(), any::<usize>()), M::MOVES), M::RESOURCES);
    let dice = dice.new_tree(&mut runner).expect("numbers can be drawn").current();
    let (mut made, mut refused) = (0, 0);
    for throws in dice {
        let (mut machine, mut state) = M::begin(&world).await?;
        let mut path = format!("{state:?}");
        for (prefer_legal, number) in throws {
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
                (None, Ok(())) => panic!("{path} is not legal and was made"),
            }
            path = format!("{path} -> {state:?}");
            assert_eq!(machine.now(&world, &state).await?, state, "{path}");
        }
    }
    let least = M::RESOURCES;
    assert!(made > least && refused > least, "{made} moves made, {refused} refused");
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
                $crate::machine::moves_as_the_model::<$machine>(world).await
            }

            #[tokio::test]
            async fn on_postgres() -> Result<(), tonic::Status> {
                let world = World::on(Engine::Postgres).await;
                $crate::machine::moves_as_the_model::<$machine>(world).await
            }
        }
    };
}
