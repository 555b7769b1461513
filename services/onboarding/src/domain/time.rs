use jiff::{SignedDuration, ToSpan, civil::Date, tz::TimeZone};
use types::Timestamp;

/// Adds calendar months in UTC and keeps the day of the month, or uses the last day of a shorter
/// month. Saturates at [`Timestamp::MAX`].
pub(super) fn months_after(time: Timestamp, months: i32) -> Timestamp {
    let later = time.to_zoned_datetime(TimeZone::UTC).checked_add(months.months());
    later.map_or(Timestamp::MAX, |later| later.timestamp())
}

/// Adds days of 24 hours. Saturates at [`Timestamp::MAX`].
pub(super) fn days_after(time: Timestamp, days: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX)
}

/// Start of a day in UTC.
pub(super) fn midnight(day: Date) -> Timestamp {
    day.to_zoned_datetime(TimeZone::UTC).map_or(Timestamp::MAX, |time| time.timestamp())
}
