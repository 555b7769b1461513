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

    /// With the largest unit that shows it exactly.
    fn print(time: Duration) -> String {
        let nanos = time.as_nanos();
        let units = [(3_600_000_000_000, "H"), (60_000_000_000, "M"), (1_000_000_000, "S")];
        let units = units.into_iter().chain([(1_000_000, "m"), (1_000, "u"), (1, "n")]);
        let found = units.into_iter().find(|(unit, _)| nanos.is_multiple_of(*unit)).unwrap();
        format!("{}{}", nanos / found.0, found.1)
    }

    #[test]
    fn fuzzing() {
        fuzz::run(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/timeouts.txt"), |input| {
            let Ok(text) = std::str::from_utf8(input) else { return "no text".to_owned() };
            let Some(read) = read_timeout(text) else { return "none".to_owned() };
            assert!(text.len() <= 9, "{text}");
            assert_eq!(read_timeout(&print(read)), Some(read), "{text}");
            text[text.len() - 1..].to_owned()
        });
    }
}
