use std::time::Duration;

use uuid::Uuid;

/// The duration plus or minus a random part of at most this many percent, so that timers with equal
/// settings do not fire at the same time.
#[must_use]
pub fn jitter(duration: Duration, percent: u32) -> Duration {
    let widest = 2 * u64::from(percent) * 100;
    let chance = Uuid::new_v4().as_u64_pair().1 % (widest + 1);
    let basis_points = (10_000 + chance).saturating_sub(widest / 2);
    duration * u32::try_from(basis_points).unwrap_or(u32::MAX) / 10_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_varies_within_its_percentage() {
        let second = Duration::from_secs(1);
        let all: Vec<_> = (0..1000).map(|_| jitter(second, 10)).collect();
        let (least, most) = (Duration::from_millis(900), Duration::from_millis(1100));
        assert!(all.iter().all(|it| (least..=most).contains(it)));
        assert!(all.iter().any(|it| *it < second) && all.iter().any(|it| *it > second));
        assert_eq!(jitter(second, 0), second);
    }
}
