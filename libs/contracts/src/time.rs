//! Times on the wire, in whole microseconds, like the databases.

use jiff::Timestamp;

/// 0001-01-01T00:00:00Z, the first second of `google.protobuf.Timestamp`.
const FIRST_SECOND: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z, its last second.
const LAST_SECOND: i64 = 253_402_300_799;

/// Converts a time to the well-known type, whose nanos are never negative.
#[must_use]
pub fn to_wire(time: Timestamp) -> prost_types::Timestamp {
    let (seconds, nanos) = (time.as_second(), time.subsec_nanosecond());
    match nanos < 0 {
        true => prost_types::Timestamp { seconds: seconds - 1, nanos: nanos + 1_000_000_000 },
        false => prost_types::Timestamp { seconds, nanos },
    }
}

/// Converts a time from the well-known type, cut to whole microseconds. The last 26 hours of its range,
/// which [`Timestamp`] does not reach, become [`Timestamp::MAX`].
///
/// # Errors
/// A time outside of the range of the well-known type, as text. Such a time has no JSON form, so an
/// answer that contains it could not be read as JSON.
pub fn from_wire(time: &prost_types::Timestamp) -> Result<Timestamp, &'static str> {
    if !(0..1_000_000_000).contains(&time.nanos) {
        return Err("has nanos outside of 0 to 999999999");
    }
    if !(FIRST_SECOND..=LAST_SECOND).contains(&time.seconds) {
        return Err("is outside of 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z");
    }
    let micros = time.seconds * 1_000_000 + i64::from(time.nanos / 1000);
    Ok(Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp as Wire;

    use super::*;

    #[test]
    fn only_times_in_protobufs_range_are_accepted() {
        for (seconds, nanos, read) in [
            (FIRST_SECOND, 0, true),
            (FIRST_SECOND - 1, 999_999_999, false),
            (LAST_SECOND, 999_999_999, true),
            (LAST_SECOND + 1, 0, false),
            (i64::MIN, 0, false),
            (i64::MAX, 0, false),
            (0, -1, false),
            (0, 999_999_999, true),
            (0, 1_000_000_000, false),
            (0, i32::MIN, false),
        ] {
            let time = Wire { seconds, nanos };
            assert_eq!(from_wire(&time).is_ok(), read, "{time:?}");
        }
    }

    #[test]
    fn an_accepted_time_is_written_in_protobufs_form() {
        for (seconds, nanos) in [
            (FIRST_SECOND, 0),
            (FIRST_SECOND, 999_999_000),
            (-1, 500_000_000),
            (-1, 0),
            (0, 0),
            (1, 1_000),
        ] {
            let time = Wire { seconds, nanos };
            assert_eq!(to_wire(from_wire(&time).unwrap()), time);
        }
        let last = to_wire(from_wire(&Wire { seconds: LAST_SECOND, nanos: 999_999_999 }).unwrap());
        assert!(last.seconds <= LAST_SECOND && (0..1_000_000_000).contains(&last.nanos));
    }
}
