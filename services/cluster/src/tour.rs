//! Plays the scenarios of the programme against a throwaway cluster.

mod table;

use world::World;

use crate::throwaway::Throwaway;

const SCENARIOS: &str = include_str!("../../../samples/scenarios.csp.yaml");

/// Plays all scenarios and prints them as a table, in colour on a terminal. Keeps the databases if asked.
///
/// # Errors
/// A cluster that cannot start, or an answer that differs from the rules of the programme.
pub async fn play(colour: bool, keep: bool) -> Result<(), String> {
    let world = World::read(SCENARIOS).map_err(|it| it.of("samples/scenarios.csp.yaml"))?;
    let cluster = Throwaway::start(world.start_time.map(|it| it.0)).await?;
    let (applied, ran) = cluster.run(&world, |_| {}).await;
    let kept = if keep { Some(cluster.keep().await) } else { None };
    if let Some(conflict) = applied.conflicts.first() {
        return Err(format!("the tour failed: {}", conflict.text));
    }
    println!("{}", table::print(&world, &ran, colour));
    let unexpected = ran.iter().filter(|it| it.difference().is_some()).count();
    if unexpected > 0 {
        return Err(format!("{unexpected} answers differ from the rules of the programme"));
    }
    println!("{} questions, every answer follows the rules of the programme.", ran.len());
    if let Some(folder) = kept {
        println!("The databases are in {0}. To serve them:", folder.display());
        println!("  CLUSTER__DATA={} cargo run -p cluster", folder.display());
    }
    Ok(())
}
