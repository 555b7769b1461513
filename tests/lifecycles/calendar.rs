//! Calendar arithmetic of the model, independent of the services' code.

pub const DAY: i64 = 24 * 3600;

/// One month later, at the same time; the last day of the month if it has no such day.
pub fn month_later(seconds: i64) -> i64 {
    let (mut day, time) = (seconds / DAY, seconds % DAY);
    let (mut year, mut month) = (1970, 0);
    while day >= length(year, month) {
        day -= length(year, month);
        (year, month) = next(year, month);
    }
    let (of_year, of_month) = next(year, month);
    let to_end = length(year, month) - day;
    let later = to_end + day.min(length(of_year, of_month) - 1);
    (seconds / DAY + later) * DAY + time
}

fn next(year: i64, month: usize) -> (i64, usize) {
    if month == 11 { (year + 1, 0) } else { (year, month + 1) }
}

fn length(year: i64, month: usize) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let february = if leap { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]
}

#[test]
fn a_month_later_is_the_same_day_or_the_last_one() {
    const NOON: i64 = 12 * 3600;
    // 2026-03-02, and 31 days later.
    assert_eq!(month_later(20_514 * DAY + NOON), 20_545 * DAY + NOON);
    // 2028-01-31, and 2028-02-29.
    assert_eq!(month_later(21_214 * DAY), 21_243 * DAY);
    // 2026-12-31, and 2027-01-31.
    assert_eq!(month_later(20_818 * DAY), 20_849 * DAY);
}
