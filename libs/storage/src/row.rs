//! Reading rows back into values. A row that does not read back is a defect.

use std::{fmt::Display, str::FromStr};

use errors::Failure;
use serde::{Serialize, de::DeserializeOwned};
use types::{ResourceVersion, Timestamp};

/// Reads a text that was written from the same type.
///
/// # Errors
/// [`Failure::Bug`] if it is not in that form.
pub fn read<T: FromStr<Err: Display>>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error| Failure::bug(format!("a row holds `{text}`: {error}")))
}

/// Reads a text that may be absent.
///
/// # Errors
/// [`Failure::Bug`] if it is not in its form.
pub fn read_optional<T: FromStr<Err: Display>>(text: Option<&str>) -> Result<Option<T>, Failure> {
    text.map(read).transpose()
}

/// Reads a time.
///
/// # Errors
/// [`Failure::Bug`] if it is out of range.
pub fn time(micros: i64) -> Result<Timestamp, Failure> {
    Timestamp::from_microsecond(micros).map_err(Failure::bug)
}

/// Reads the resource_version of a row.
///
/// # Errors
/// [`Failure::Bug`] if a time is out of range.
pub fn resource_version(
    revision: i64,
    create_time: i64,
    update_time: i64,
) -> Result<ResourceVersion, Failure> {
    Ok(ResourceVersion {
        revision,
        create_time: time(create_time)?,
        update_time: time(update_time)?,
    })
}

/// Writes a value as JSON.
///
/// # Errors
/// [`Failure::Bug`] if it has no JSON form.
pub fn to_json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(Failure::bug)
}

/// Reads a value from JSON.
///
/// # Errors
/// [`Failure::Bug`] if it is not in that form.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(Failure::bug)
}
