//! The page that Prometheus reads.

use std::collections::BTreeMap;

use crate::http;

/// The page.
pub struct Page(String);

impl Page {
    /// Reads it.
    pub fn at(address: &str) -> Self {
        let answer = http::get(address, "/metrics").expect("somebody serves metrics");
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.headers.contains("text/plain; version=0.0.4"), "{answer:?}");
        Self(answer.body)
    }

    /// Every metric and its type.
    pub fn types(&self) -> BTreeMap<String, String> {
        let types = self.0.lines().filter_map(|line| line.strip_prefix("# TYPE "));
        types.filter_map(|it| it.split_once(' ')).map(|(a, b)| (a.into(), b.into())).collect()
    }

    /// The sum over the series of a metric that have all these labels.
    pub fn sum(&self, metric: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |series: &str| {
            labels.iter().all(|(name, value)| series.contains(&format!("{name}=\"{value}\"")))
        };
        let series = self.0.lines().filter_map(|line| line.rsplit_once(' '));
        let found = series.filter(|(it, _)| it.split('{').next() == Some(metric) && has(it));
        found.map(|(_, value)| value.parse::<f64>().unwrap()).sum()
    }
}
