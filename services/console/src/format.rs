//! Times, amounts and names as people read them.

use contracts::{ordering::Money, time::from_wire};
use types::Timestamp;

const DAY: i64 = 24 * 60 * 60;
/// Currencies whose minor unit is the whole unit (ISO 4217).
const WITHOUT_CENTS: [&str; 9] = ["CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"];
/// Currencies with a thousandth as minor unit.
const WITH_MILLS: [&str; 6] = ["BHD", "IQD", "JOD", "KWD", "OMR", "TND"];

pub(crate) fn time(time: &prost_types::Timestamp) -> Option<Timestamp> {
    from_wire(time).ok()
}

/// A time to the minute, such as `2026-03-02 09:00`.
pub(crate) fn minute(time: Timestamp) -> String {
    time.to_string().chars().take(16).map(|it| if it == 'T' { ' ' } else { it }).collect()
}

/// The day of a time, such as `2026-03-02`.
pub(crate) fn day(time: Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}

/// How far a time is away, such as `in 3 days`.
pub(crate) fn distance(time: Timestamp, now: Timestamp) -> String {
    let seconds = time.as_second() - now.as_second();
    let days = seconds.abs() / DAY;
    let span = match days {
        0 => return "today".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    if seconds > 0 { format!("in {span}") } else { format!("{span} ago") }
}

/// An amount, such as `1,234.50 EUR`.
pub(crate) fn money(money: Option<&Money>) -> String {
    let Some(Money { currency_code, minor_units }) = money else { return "–".to_owned() };
    let digits = match currency_code.as_str() {
        code if WITHOUT_CENTS.contains(&code) => 0,
        code if WITH_MILLS.contains(&code) => 3,
        _ => 2,
    };
    let unit = 10_u64.pow(digits);
    let amount = minor_units.unsigned_abs();
    let whole = grouped(amount / unit);
    let sign = if *minor_units < 0 { "-" } else { "" };
    match digits {
        0 => format!("{sign}{whole} {currency_code}"),
        _ => {
            format!(
                "{sign}{whole}.{:0width$} {currency_code}",
                amount % unit,
                width = digits as usize
            )
        }
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The id in a resource name: what follows the last slash.
pub(crate) fn id_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// A text of at most this many characters, with an ellipsis if it was longer.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// A number with its noun: `1 chain`, `2 chains`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(minor_units: i64, currency_code: &str) -> String {
        money(Some(&Money { minor_units, currency_code: currency_code.to_owned() }))
    }

    #[test]
    fn amounts_have_the_digits_of_their_currency() {
        assert_eq!(amount(123_450, "EUR"), "1,234.50 EUR");
        assert_eq!(amount(-5, "USD"), "-0.05 USD");
        assert_eq!(amount(1_234_567, "JPY"), "1,234,567 JPY");
        assert_eq!(amount(i64::MIN, "KWD"), "-9,223,372,036,854,775.808 KWD");
        assert_eq!(money(None), "–");
    }

    #[test]
    fn times_are_shown_to_the_minute_and_days_by_distance() {
        let now: Timestamp = "2026-03-02T09:30:59.5Z".parse().unwrap();
        assert_eq!(minute(now), "2026-03-02 09:30");
        for (time, expected) in [
            ("2026-03-02T23:00:00Z", "today"),
            ("2026-03-04T10:00:00Z", "in 2 days"),
            ("2026-03-01T09:00:00Z", "1 day ago"),
        ] {
            assert_eq!(distance(time.parse().unwrap(), now), expected);
        }
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        assert_eq!(shortened("Größe", 5), "Größe");
        assert_eq!(shortened("Größe und mehr", 7), "Größe…");
    }
}
