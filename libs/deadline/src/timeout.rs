use std::time::Duration;

/// Parses a `grpc-timeout`, such as `1500m`: at most eight digits and a unit. `None` for any other text.
#[must_use]
pub fn read_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let readable = (1..=8).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit());
    let count = digits.parse().ok().filter(|_| readable)?;
    Some(match unit {
        "H" => Duration::from_secs(count * 3600),
        "M" => Duration::from_secs(count * 60),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_one_to_eight_digits_and_a_unit() {
        for (text, read) in [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("99999999S", Some(Duration::from_secs(99_999_999))),
            ("1500m", Some(Duration::from_millis(1500))),
            ("7u", Some(Duration::from_micros(7))),
            ("0n", Some(Duration::ZERO)),
            ("100000000n", None),
            ("S", None),
            ("", None),
            ("1", None),
            ("+1S", None),
            ("1.5S", None),
            ("1é", None),
        ] {
            assert_eq!(read_timeout(text), read, "{text}");
        }
    }
}
