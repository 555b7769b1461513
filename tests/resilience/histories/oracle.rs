//! The violations in each state, recorded one call at a time from services that keep no facts in memory.

use cluster::{ScenarioClient, scenario_client::Answer};
use tests::{Engine, fleet::Fleet};

use super::{
    checker::Expected,
    generator::Step,
    model::{Enrollment, Outcome},
    world::{COUNTRY, World},
};

/// Puts worlds into every state, and records the violations of a sale.
pub async fn record() -> Answer<Expected> {
    let fleet = Fleet::on(Engine::Postgres, 1, &[("DATABASE__MAX_FACT_MIB", "0")]).await;
    let client = fleet.client();
    let provider = client.provider(COUNTRY).await?;
    let mut expected = Expected::new();
    for (partnered, related) in [(true, true), (true, false), (false, true), (false, false)] {
        let world = World::create(&client, provider.clone()).await?;
        if !partnered {
            take(&world, &client, Step::Partnership).await;
        }
        if !related {
            take(&world, &client, Step::Relationship).await;
        }
        // A reseller is qualified, then active, suspended and revoked.
        record_others(&world, &client, &mut expected).await?;
        for next in [Step::Enrollment, Step::Enrollment, Step::Revocation] {
            take(&world, &client, next).await;
            record_others(&world, &client, &mut expected).await?;
        }
    }
    assert_eq!(expected.len(), 4 * 16, "a state is missing");
    let allowing: Vec<_> = expected.iter().filter(|it| it.1.is_empty()).collect();
    let [(facts, _)] = allowing[..] else { panic!("{} states allow a sale", allowing.len()) };
    assert_eq!(facts.enrollment, Enrollment::Active);
    Ok(expected)
}

/// Records the states that differ in ownership and account review.
async fn record_others(
    world: &World,
    client: &ScenarioClient,
    expected: &mut Expected,
) -> Answer<()> {
    for step in [Step::Ownership, Step::AccountReview, Step::Ownership, Step::AccountReview] {
        take(world, client, step).await;
        let (state, seen) = (world.state(), world.check(client).await?);
        assert_eq!(seen.revisions, state.revisions, "{}", state.facts);
        expected.insert(state.facts, seen.violations);
    }
    Ok(())
}

async fn take(world: &World, client: &ScenarioClient, step: Step) {
    for call in world.calls(step) {
        let (_, outcome) = world.change(client, &call).await;
        assert_eq!(outcome, Outcome::Applied, "{} in {}", call.name(), world.state().facts);
    }
}
