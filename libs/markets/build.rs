//! Generates a sorted table from `markets.csv`. An invalid row fails the build.

use std::{env, error::Error, fmt::Write, fs, path::Path};

#[allow(clippy::disallowed_methods, reason = "cargo passes parameters in the environment")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=markets.csv");
    let mut table = String::from("&[\n");
    let mut last = String::new();
    for row in csv::Reader::from_path("markets.csv")?.records() {
        let row = row?;
        let (code, name, region, currency) = (&row[0], &row[1], &row[2], &row[3]);
        if code.len() != 2 || currency.len() != 3 || region.is_empty() || code <= last.as_str() {
            return Err(format!("bad or unsorted row: {row:?}").into());
        }
        writeln!(
            table,
            "    Market {{ code: {code:?}, name: {name:?}, region: {region:?}, currency: {currency:?} }},"
        )?;
        last = code.to_owned();
    }
    table.push(']');
    fs::write(Path::new(&env::var("OUT_DIR")?).join("table.rs"), table)?;
    Ok(())
}
