//! The configuration file: named contexts, and which one is current.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The content of the file.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Name of the current context. Unset means the defaults.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<String>,
    pub(crate) contexts: BTreeMap<String, Context>,
}

/// Where a cluster is. An unset address means the default one.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Context {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) onboarding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) relationship: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ordering: Option<String>,
}

impl Config {
    /// Reads a file. One that does not exist has no contexts.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let wrong = |error: &dyn std::fmt::Display| {
            Error::Text(format!("cannot read {}: {error}", path.display()))
        };
        match fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|error| wrong(&error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(wrong(&error)),
        }
    }

    /// Writes a file, and its folder if there is none.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        let wrong = |error: &dyn std::fmt::Display| {
            Error::Text(format!("cannot write {}: {error}", path.display()))
        };
        let text = toml::to_string(self).map_err(|error| wrong(&error))?;
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder).map_err(|error| wrong(&error))?;
        // A reader sees the old file or the new one.
        let new = path.with_extension("toml.new");
        fs::write(&new, text).map_err(|error| wrong(&error))?;
        fs::rename(new, path).map_err(|error| wrong(&error))
    }

    /// The named context.
    pub(crate) fn context(&self, name: &str) -> Result<&Context, Error> {
        self.contexts.get(name).ok_or_else(|| {
            let name = types::quoted(name);
            let known = types::alternatives(self.contexts.keys());
            Error::Text(match known.as_str() {
                "" => format!("there is no context {name}; create one with `csp context set`"),
                known => format!("there is no context {name}; use {known}, or `csp context set`"),
            })
        })
    }

    /// The context to use: the named one or the current one. Without either, the defaults.
    pub(crate) fn chosen(&self, name: Option<&str>) -> Result<Context, Error> {
        match name.or(self.current.as_deref()) {
            Some(name) => self.context(name).cloned(),
            None => Ok(Context::default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use testbed::Folder;

    use super::*;

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        let folder = Folder::new();
        let path = folder.path().join("a").join("config.toml");
        assert_eq!(Config::read(&path).unwrap(), Config::default(), "there is no file");
        let context = Context { ordering: Some("h:1".to_owned()), ..Context::default() };
        let config = Config {
            current: Some("one".to_owned()),
            contexts: [("one".to_owned(), context.clone())].into(),
        };
        config.write(&path).unwrap();
        let read = Config::read(&path).unwrap();
        assert_eq!(read, config);
        assert_eq!(read.chosen(None).unwrap(), context);
        let error = read.chosen(Some("two")).unwrap_err().to_string();
        assert_eq!(error, "there is no context `two`; use one, or `csp context set`");
    }

    #[test]
    fn an_unknown_setting_is_an_error_with_its_line() {
        let folder = Folder::new();
        let path = folder.path().join("config.toml");
        fs::write(&path, "contexts.a.order = \"h:1\"").unwrap();
        let error = Config::read(&path).unwrap_err().to_string();
        assert!(error.contains("line 1") && error.contains("unknown field `order`"), "{error}");
    }
}
