//! Settings from annotated defaults, a file, and the environment, in this order. Everything
//! that is wrong with them is told at once.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::{self, Display},
    path::Path,
    str::FromStr,
};

use config::{Config, Environment, File, FileFormat, Value, ValueKind};

/// Where the values of the environment come from.
#[derive(Debug, Clone, Default)]
pub enum Variables {
    /// The process's own environment.
    #[default]
    Process,
    /// These only; for tests.
    Only(HashMap<String, String>),
}

/// Settings that cannot be used, with every reason.
#[derive(Debug)]
pub struct Problems(Vec<String>);

impl Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration cannot be used:")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

/// Reads settings key by key and gathers what is wrong with them.
#[derive(Debug)]
pub struct Reader {
    prefix: String,
    left: BTreeMap<String, Value>,
    problems: Vec<String>,
}

impl Reader {
    /// Layers the `defaults` of a service (TOML), the file if there is one, and the environment:
    /// `ORDERING__GRPC__LISTEN` sets `grpc.listen` of `ordering`.
    ///
    /// # Errors
    /// A file that cannot be read or is no TOML.
    pub fn load(
        service: &str,
        defaults: &str,
        file: Option<&Path>,
        variables: Variables,
    ) -> Result<Self, Problems> {
        let prefix = service.to_uppercase();
        let mut environment = Environment::with_prefix(&prefix).separator("__");
        if let Variables::Only(variables) = variables {
            environment = environment.source(Some(variables.into_iter().collect()));
        }
        let mut layers = Config::builder().add_source(File::from_str(defaults, FileFormat::Toml));
        if let Some(file) = file {
            layers = layers.add_source(File::from(file).format(FileFormat::Toml));
        }
        let values: HashMap<String, Value> = layers
            .add_source(environment)
            .build()
            .and_then(Config::try_deserialize)
            .map_err(|error| Problems(vec![error.to_string()]))?;
        let mut left = BTreeMap::new();
        flatten("", values, &mut left);
        Ok(Self { prefix, left, problems: Vec::new() })
    }

    /// Reads one key. `None` after noting that it is missing or unusable.
    pub fn take<T>(&mut self, key: &str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        let Some(value) = self.left.remove(key) else {
            self.problems.push(format!("`{key}` is missing"));
            return None;
        };
        let origin = value.origin().map_or_else(String::new, |at| format!(" (from {at})"));
        let text = value.into_string().unwrap_or_default();
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.problems.push(format!("`{key}` = `{text}`{origin}: {error}"));
                None
            }
        }
    }

    /// Builds the settings from what was read, or tells everything that is wrong, keys that
    /// nobody read among it.
    ///
    /// # Errors
    /// [`Problems`] if there are any.
    pub fn finish<T>(mut self, build: impl FnOnce() -> Option<T>) -> Result<T, Problems> {
        for key in self.left.keys() {
            let variable = format!("{}__{}", self.prefix, key.to_uppercase().replace('.', "__"));
            self.problems
                .push(format!("`{key}` is not a setting (file: {key}, environment: {variable})"));
        }
        match build() {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            _ => Err(Problems(self.problems)),
        }
    }
}

fn flatten(path: &str, values: HashMap<String, Value>, into: &mut BTreeMap<String, Value>) {
    for (key, value) in values {
        let path = if path.is_empty() { key } else { format!("{path}.{key}") };
        match value.kind {
            ValueKind::Table(table) => flatten(&path, table, into),
            _ => {
                into.insert(path, value);
            }
        }
    }
}

/// A time span in the form `1500ms`, `2s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub std::time::Duration);

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (digits, factor) = match text.strip_suffix("ms") {
            Some(digits) => (digits, 1),
            None => (text.strip_suffix('s').unwrap_or_default(), 1000),
        };
        let millis = digits.parse::<u32>().ok().filter(|count| *count > 0);
        let millis = millis.ok_or("must be a positive number of `ms` or `s`, such as 1500ms")?;
        Ok(Self(std::time::Duration::from_millis(u64::from(millis) * factor)))
    }
}

/// A time span that may be nothing, as `0s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause(pub std::time::Duration);

impl FromStr for Pause {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "0s" | "0ms" => Ok(Self(std::time::Duration::ZERO)),
            _ => text.parse::<Span>().map(|span| Self(span.0)),
        }
    }
}

/// How many of something, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count(pub u32);

impl FromStr for Count {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let count = text.parse().ok().filter(|count| (1..=1_000_000).contains(count));
        count.map(Self).ok_or("must be a number from 1 to 1000000")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULTS: &str = "[grpc]\nlisten = \"127.0.0.1:1\"\n[check]\ntimeout = \"2s\"\n";

    fn load(variables: &[(&str, &str)]) -> Reader {
        let variables = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let variables = Variables::Only(variables.collect());
        Reader::load("ordering", DEFAULTS, None, variables).unwrap()
    }

    #[test]
    fn the_environment_wins_over_the_defaults() {
        let mut reader = load(&[("ORDERING__GRPC__LISTEN", "127.0.0.1:2")]);
        let listen = reader.take::<std::net::SocketAddr>("grpc.listen");
        let timeout = reader.take::<Span>("check.timeout");
        let (listen, timeout) = reader.finish(|| Some((listen?, timeout?))).unwrap();
        assert_eq!(listen.port(), 2);
        assert_eq!(timeout.0.as_secs(), 2);
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let mut reader = load(&[
            ("ORDERING__GRPC__LISTEN", "nowhere"),
            ("ORDERING__CHECK__TIMEOUT", "0s"),
            ("ORDERING__GRPC__PROT", "7"),
        ]);
        reader.take::<std::net::SocketAddr>("grpc.listen");
        reader.take::<Span>("check.timeout");
        reader.take::<String>("database.url");
        let told = reader.finish(|| Some(())).unwrap_err().to_string();
        for part in
            ["grpc.listen", "nowhere", "check.timeout", "database.url", "ORDERING__GRPC__PROT"]
        {
            assert!(told.contains(part), "{part} is not in {told}");
        }
    }
}
