//! The page that Prometheus reads.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// Asks a server for a path. None where nobody listens.
pub fn get(address: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: metrics\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    Some(answer)
}

/// The page.
pub struct Page(String);

impl Page {
    /// Reads it.
    pub fn at(address: &str) -> Self {
        let answer = get(address, "/metrics").expect("somebody serves metrics");
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
        assert!(head.contains("text/plain; version=0.0.4"), "{head}");
        Self(text.to_owned())
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
