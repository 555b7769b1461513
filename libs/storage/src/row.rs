//! Converts columns of rows to values. A column that cannot be converted is a defect.

use std::{fmt::Display, str::FromStr};

use errors::Failure;
use serde::{Serialize, de::DeserializeOwned};
use types::{ResourceVersion, Timestamp};

/// Parses a text column.
///
/// # Errors
/// [`Failure::Bug`] if it is invalid.
pub fn read<T: FromStr<Err: Display>>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error| Failure::bug(format!("a row has the value `{text}`: {error}")))
}

/// Parses a nullable text column.
///
/// # Errors
/// [`Failure::Bug`] if it is invalid.
pub fn read_optional<T: FromStr<Err: Display>>(text: Option<&str>) -> Result<Option<T>, Failure> {
    text.map(read).transpose()
}

/// Converts a time column in microseconds.
///
/// # Errors
/// [`Failure::Bug`] if it is out of range.
pub fn time(micros: i64) -> Result<Timestamp, Failure> {
    Timestamp::from_microsecond(micros).map_err(Failure::bug)
}

/// The resource version in the columns of a row.
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
/// [`Failure::Bug`] if it cannot be written as JSON.
pub fn to_json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(Failure::bug)
}

/// Reads a value from JSON.
///
/// # Errors
/// [`Failure::Bug`] if it is invalid.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(Failure::bug)
}
