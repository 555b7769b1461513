//! Reads a metrics endpoint, as Prometheus does.

use std::collections::BTreeMap;

use tests::http;

/// The text of a metrics endpoint.
pub struct Scrape(String);

impl Scrape {
    /// Reads the endpoint.
    pub fn of(address: &str) -> Self {
        let response = http::get(address, "/metrics").expect("the endpoint answers");
        assert_eq!(response.status, 200, "{response:?}");
        assert!(response.headers.contains("text/plain; version=0.0.4"), "{response:?}");
        Self(response.body)
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
