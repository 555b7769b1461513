//! World files.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use world::World;

use crate::error::Error;

/// Reads a world file, or standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<World, Error> {
    let cannot = |error: io::Error| Error::Text(format!("cannot read {}: {error}", path.display()));
    let text = if path == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map_err(cannot)?;
        text
    } else {
        fs::read_to_string(path).map_err(cannot)?
    };
    World::read(&text).map_err(|problems| {
        Error::Text(format!("the file is invalid:\n{}", problems.of(&path.display().to_string())))
    })
}
