//! Settings from annotated defaults, a file, and the environment, in this order. All problems are
//! reported at once.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::{self, Display},
    path::Path,
    str::FromStr,
};

use config::{Config, Environment, File, FileFormat, Value, ValueKind};

/// The source of environment variables.
#[derive(Debug, Clone, Default)]
pub enum Variables {
    /// The environment of the process.
    #[default]
    Process,
    /// Only these, for tests.
    Only(HashMap<String, String>),
}

/// Every problem of the settings.
#[derive(Debug)]
pub struct Problems(Vec<String>);

impl Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration is invalid:")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

/// Reads settings key by key and collects their problems.
#[derive(Debug)]
pub struct Reader {
    prefix: String,
    unread: BTreeMap<String, Value>,
    problems: Vec<String>,
}

impl Reader {
    /// Layers the `defaults` of a service (TOML), the file if there is one, and the environment:
    /// `ORDERING__GRPC__LISTEN` sets `grpc.listen` of `ordering`.
    ///
    /// # Errors
    /// A file that cannot be read or is not TOML.
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
        let mut unread = BTreeMap::new();
        flatten("", values, &mut unread);
        Ok(Self { prefix, unread, problems: Vec::new() })
    }

    /// Reads one key. Records a problem and returns `None` if the key is missing or invalid.
    pub fn take<T>(&mut self, key: &str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        let Some(value) = self.unread.remove(key) else {
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

    /// Reads a key whose empty text means that it is not set.
    pub fn take_optional<T>(&mut self, key: &str) -> Option<Option<T>>
    where
        T: FromStr<Err: Display>,
    {
        match self.unread.get(key).map(|value| value.clone().into_string()) {
            Some(Ok(text)) if text.is_empty() => {
                self.unread.remove(key);
                Some(None)
            }
            _ => self.take(key).map(Some),
        }
    }

    /// Records a problem of several keys.
    pub fn reject(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// Builds the settings if there is no problem; a key that was not read is one.
    ///
    /// # Errors
    /// [`Problems`] if there are any.
    pub fn finish<T>(mut self, build: impl FnOnce() -> Option<T>) -> Result<T, Problems> {
        for key in self.unread.keys() {
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

/// A positive duration, such as `1500ms` or `2s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PositiveDuration(pub std::time::Duration);

impl FromStr for PositiveDuration {
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

/// A duration that may be `0s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurationOrZero(pub std::time::Duration);

impl FromStr for DurationOrZero {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "0s" | "0ms" => Ok(Self(std::time::Duration::ZERO)),
            _ => text.parse::<PositiveDuration>().map(|span| Self(span.0)),
        }
    }
}

/// A number from 1 to 1000000.
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
    fn the_environment_overrides_the_defaults() {
        let mut reader = load(&[("ORDERING__GRPC__LISTEN", "127.0.0.1:2")]);
        let listen = reader.take::<std::net::SocketAddr>("grpc.listen");
        let timeout = reader.take::<PositiveDuration>("check.timeout");
        let (listen, timeout) = reader.finish(|| Some((listen?, timeout?))).unwrap();
        assert_eq!(listen.port(), 2);
        assert_eq!(timeout.0.as_secs(), 2);
    }

    #[test]
    fn every_problem_is_reported() {
        let mut reader = load(&[
            ("ORDERING__GRPC__LISTEN", "nowhere"),
            ("ORDERING__CHECK__TIMEOUT", "0s"),
            ("ORDERING__GRPC__PROT", "7"),
        ]);
        reader.take::<std::net::SocketAddr>("grpc.listen");
        reader.take::<PositiveDuration>("check.timeout");
        reader.take::<String>("database.url");
        let report = reader.finish(|| Some(())).unwrap_err().to_string();
        for part in
            ["grpc.listen", "nowhere", "check.timeout", "database.url", "ORDERING__GRPC__PROT"]
        {
            assert!(report.contains(part), "{part} is not in {report}");
        }
    }

    #[test]
    fn fuzzing() {
        fuzz::run(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/settings.txt"), |input| {
            let Ok(text) = std::str::from_utf8(input) else { return "no text".to_owned() };
            let timeout = text.parse::<DurationOrZero>();
            if let Ok(DurationOrZero(read)) = timeout {
                let printed = format!("{}ms", read.as_millis());
                assert_eq!(
                    printed.parse().ok(),
                    u32::try_from(read.as_millis()).ok().map(|_| DurationOrZero(read))
                );
            }
            let Ok(mut reader) =
                Reader::load("ordering", text, None, Variables::Only(HashMap::new()))
            else {
                return "not TOML".to_owned();
            };
            let listen = reader.take::<std::net::SocketAddr>("grpc.listen");
            let timeout = reader.take::<PositiveDuration>("check.timeout");
            let count = reader.take::<Count>("database.max_connections");
            let read = [listen.is_some(), timeout.is_some(), count.is_some()];
            let finished = reader.finish(|| Some((listen?, timeout?, count?)));
            // Each setting that is not valid is reported.
            assert!(finished.is_err() || read == [true; 3]);
            format!("{read:?}")
        });
    }
}
