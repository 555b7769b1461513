use jiff::{SignedDuration, ToSpan, civil::Date, tz::TimeZone};
use types::Timestamp;

/// The same day of the month and time of day, in UTC, so many months later; the last day of the
/// month where it has no such day.
pub(super) fn months_after(time: Timestamp, months: i32) -> Timestamp {
    let later = time.to_zoned_datetime(TimeZone::UTC).checked_add(months.months());
    later.map_or(Timestamp::MAX, |later| later.timestamp())
}

/// So many days of 24 hours later.
pub(super) fn days_after(time: Timestamp, days: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX)
}

/// The beginning of a day in UTC.
pub(super) fn midnight(day: Date) -> Timestamp {
    day.to_zoned_datetime(TimeZone::UTC).map_or(Timestamp::MAX, |time| time.timestamp())
}
