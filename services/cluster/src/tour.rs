//! Plays the scenarios of the programme against a throwaway cluster.

mod table;

use std::{
    fmt::Display,
    io::{self, Write},
};

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
    print(&table::print(&world, &ran, colour))?;
    let unexpected = ran.iter().filter(|it| it.difference().is_some()).count();
    if unexpected > 0 {
        return Err(format!("{unexpected} answers differ from the rules of the programme"));
    }
    print(&format!("{} questions, every answer follows the rules of the programme.", ran.len()))?;
    if let Some(folder) = kept.as_ref().map(|it| it.display()) {
        print(&format!("The databases are in {folder}. To serve them:"))?;
        print(&format!("  CLUSTER__DATA={folder} cargo run -p cluster"))?;
    }
    Ok(())
}

/// Prints a line. It is no error if its reader, such as `head`, has gone.
fn print(line: &impl Display) -> Result<(), String> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}
