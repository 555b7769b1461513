//! World files.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use world::World;

use crate::error::Error;

/// Most bytes of a file that are read: one more than a world file may have, which `World::read` reports.
const LIMIT: u64 = (4 << 20) + 1;

/// Reads a world file, or standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<World, Error> {
    let cannot = |error: io::Error| Error::Text(format!("cannot read {}: {error}", path.display()));
    let text = match path == Path::new("-") {
        true => limited(io::stdin()),
        false => File::open(path).and_then(limited),
    };
    let text = text.map_err(cannot)?;
    World::read(&text).map_err(|problems| {
        Error::Text(format!("the file is invalid:\n{}", problems.of(&path.display().to_string())))
    })
}

/// The start of a text, up to the limit.
fn limited(from: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    let length = from.take(LIMIT).read_to_end(&mut bytes)?;
    if u64::try_from(length) == Ok(LIMIT) {
        // The last character may be cut.
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}
