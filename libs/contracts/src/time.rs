//! Times on the wire. Everything here has whole microseconds, as the databases have.

use jiff::Timestamp;

/// A time as the well-known type.
#[must_use]
pub fn to_wire(time: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }
}

/// A time from the well-known type, cut to whole microseconds.
///
/// # Errors
/// A time that does not exist, in words.
pub fn from_wire(time: &prost_types::Timestamp) -> Result<Timestamp, &'static str> {
    const NO_TIME: &str = "is not a time";
    if !(0..1_000_000_000).contains(&time.nanos) {
        return Err(NO_TIME);
    }
    let micros = time.seconds.checked_mul(1_000_000).ok_or(NO_TIME)?;
    let micros = micros.checked_add(i64::from(time.nanos / 1000)).ok_or(NO_TIME)?;
    Timestamp::from_microsecond(micros).map_err(|_| NO_TIME)
}
