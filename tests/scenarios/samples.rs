//! The worlds of `samples/`.

use std::{collections::BTreeSet, fs, path::PathBuf};

use rules::{Purpose, RULES, Rule};
use serde_json::json;
use testbed::Engine;
use tests::World;
use world::{Answer, Ran};

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "samples"].iter().collect()
}

/// The samples by file name.
fn samples() -> Vec<(String, String)> {
    let files = fs::read_dir(folder()).unwrap().map(|it| it.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|it| it.extension().is_some_and(|it| it == "yaml")).collect();
    files.sort();
    let name = |it: &PathBuf| it.file_name().unwrap().to_string_lossy().into_owned();
    files.iter().map(|it| (name(it), fs::read_to_string(it).unwrap())).collect()
}

/// Applies a world to a new cluster, a second time without a change, and runs its tests.
async fn run<'a>(world: &'a world::World, engine: Engine) -> Vec<Ran<'a>> {
    let cluster = World::on(engine).await;
    if let Some(start) = world.start_time {
        let by = start.0.duration_since(cluster.clock.now());
        cluster.clock.advance(by.try_into().unwrap());
    }
    let services = &*cluster.client;
    let applied = world::apply(services, world, cluster.clock.now(), |_| {}).await;
    assert_eq!(applied.conflicts, []);
    assert!(applied.changes.len() > world.partners.len(), "{:?}", applied.changes);
    cluster.clock.advance(std::time::Duration::from_secs(1));
    let again = world::apply(services, world, cluster.clock.now(), |_| {}).await;
    assert_eq!((again.changes, again.conflicts), (Vec::new(), Vec::new()));
    world::verify(services, world, &applied, Some(&cluster.clock), |_| {}).await
}

async fn samples_pass(engine: Engine) {
    for (file, text) in samples() {
        let world = world::World::read(&text).unwrap_or_else(|it| panic!("{}", it.of(&file)));
        let ran = run(&world, engine).await;
        let failures: Vec<_> = ran
            .iter()
            .filter_map(|it| Some(format!("{file}:{}: {}", it.line, it.difference()?)))
            .collect();
        assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    }
}

#[tokio::test]
async fn samples_pass_on_postgres() {
    samples_pass(Engine::Postgres).await;
}

/// Without a rule, what only that rule refuses would be allowed.
#[tokio::test]
async fn samples_pass_and_fail_without_any_one_of_the_rules() {
    let mut all: Vec<(String, Option<String>, Answer)> = Vec::new();
    let mut noticed: BTreeSet<&str> = BTreeSet::new();
    for (file, text) in samples() {
        let world = world::World::read(&text).unwrap_or_else(|it| panic!("{}", it.of(&file)));
        for it in run(&world, Engine::Sqlite).await {
            let place = format!("{file}:{}", it.line);
            all.push((place, it.difference(), it.answer.clone()));
            // A rule of transactions is applied by other code there than to calls.
            let asks = |rule: &Rule| {
                it.test.call.is_none() || !rule.purposes.contains(Purpose::NewSubscription)
            };
            let without = |id| it.answer.without(id).difference(it.test).is_some();
            let rules = RULES.iter().filter(|rule| asks(rule)).map(|rule| rule.id);
            noticed.extend(rules.filter(|id| without(id)));
        }
    }
    let failures: Vec<_> = all
        .iter()
        .filter_map(|(place, it, _)| Some(format!("{place}: {}", it.as_ref()?)))
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    let unnoticed: Vec<_> =
        RULES.iter().map(|it| it.id).filter(|it| !noticed.contains(it)).collect();
    assert!(
        unnoticed.is_empty(),
        "no sample would notice that these rules are missing: {unnoticed:?}"
    );
}

/// Applies a file to a cluster that already has other data, and returns what could not be applied.
async fn conflicts(cluster: &World, text: &str) -> Vec<String> {
    let world = world::World::read(text).unwrap_or_else(|it| panic!("{}", it.of("file")));
    let now = cluster.clock.now();
    let applied = world::apply(&cluster.client, &world, now, |_| {}).await;
    assert!(applied.changes.is_empty(), "{:?}", applied.changes);
    applied.conflicts.into_iter().map(|it| it.text).collect()
}

#[tokio::test]
async fn what_people_have_decided_since_stays_as_it_is() {
    let cluster = World::on(Engine::Sqlite).await;
    let partner = "partners: {alpine: {name: Alpine, country: FR, role: reseller}}\n";
    let world = world::World::read(partner).unwrap_or_else(|it| panic!("{}", it.of("file")));
    let applied = world::apply(&cluster.client, &world, cluster.clock.now(), |_| {}).await;
    assert_eq!(applied.conflicts, []);
    for (change, expected) in [
        ("role: provider", "alpine: it is enrolled as ROLE_INDIRECT_RESELLER, "),
        ("role: reseller, reached: vetted", "alpine: it is active and cannot go back to vetted; "),
    ] {
        let conflict =
            conflicts(&cluster, &partner.replace("role: reseller", change)).await.join("");
        assert!(conflict.starts_with(expected), "{conflict}");
    }
    let conflict =
        conflicts(&cluster, &partner.replace("name: Alpine", "name: Other")).await.join("");
    assert!(
        conflict.starts_with("alpine: its company is recorded as Alpine in FR; "),
        "{conflict}"
    );
    let suspend = json!({
        "name": format!("{}/enrollments/indirect-reseller", world::alias::partner("alpine")),
        "cause": "SUSPENSION_CAUSE_INVOICE_OVERDUE",
        "detail": "60 days",
    });
    cluster.client.call("SuspendEnrollment", suspend).await.unwrap();
    let conflict = conflicts(&cluster, partner).await.join("");
    assert!(conflict.starts_with("alpine: it is suspended; "), "{conflict}");
}
