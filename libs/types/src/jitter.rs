use std::time::Duration;

use uuid::Uuid;

/// A duration give or take up to so many percent of it, by chance, so that what was told the same
/// does not happen all at once.
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
    fn it_stays_within_its_share_and_differs() {
        let second = Duration::from_secs(1);
        let all: Vec<_> = (0..1000).map(|_| jitter(second, 10)).collect();
        let (least, most) = (Duration::from_millis(900), Duration::from_millis(1100));
        assert!(all.iter().all(|it| (least..=most).contains(it)));
        assert!(all.iter().any(|it| *it < second) && all.iter().any(|it| *it > second));
        assert_eq!(jitter(second, 0), second);
    }
}
