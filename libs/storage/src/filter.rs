//! The filters of lists: a small part of AIP-160.
//!
//! ```text
//! filter   = term { " AND " term }
//! term     = field operator value
//! operator = "=" | "!=" | "<" | "<=" | ">" | ">="
//! value    = quoted | bare
//! ```
//!
//! A quoted value is enclosed in double quotes and contains none; a bare value contains no space, quote
//! or operator. A `*` at the end of a text field's value matches any rest.

mod text;

use std::{fmt::Display, str::FromStr};

use sea_orm::sea_query::{BinOper, Value};
pub use text::search_key;
use types::{Timestamp, alternatives, quoted};

/// Most terms of a filter.
const MAX_TERMS: usize = 10;
/// Operators; a longer one comes before its prefix.
const OPERATORS: [(&str, BinOper); 6] = [
    ("!=", BinOper::NotEqual),
    ("<=", BinOper::SmallerThanOrEqual),
    (">=", BinOper::GreaterThanOrEqual),
    ("=", BinOper::Equal),
    ("<", BinOper::SmallerThan),
    (">", BinOper::GreaterThan),
];

/// A field that a list may be filtered by.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in the contract.
    pub name: &'static str,
    /// Its column.
    pub column: &'static str,
    /// The type of its values.
    pub kind: Kind,
}

/// The type of a field's values.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A value with a canonical text; supports `=` and `!=`. An empty text matches an absent value.
    Value {
        /// Converts a text to the stored one, or returns what is wrong with it.
        read: fn(&str) -> Result<String, String>,
    },
    /// A text whose column has its [`search_key`]; supports `=` with a whole text, or with the start of
    /// one before `*`.
    Text,
    /// A time in RFC 3339.
    Time,
    /// An enum value as the contract spells it; supports `=` and `!=`.
    Choice {
        /// Prefix of every value, such as `ROLE_`.
        prefix: &'static str,
        /// The stored texts of all values, such as `indirect-provider`.
        stored: &'static [&'static str],
        /// The state that ends by time.
        lapse: Option<Lapse>,
    },
}

/// A state that ends at a time without an update of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lapse {
    /// The stored state.
    pub from: &'static str,
    /// The state that follows at the time.
    pub to: &'static str,
    /// The column of the time.
    pub at: &'static str,
}

impl Field {
    /// A field stored as the text of `T`.
    #[must_use]
    pub const fn value<T>(name: &'static str, column: &'static str) -> Self
    where
        T: FromStr<Err: Display> + Display,
    {
        let read = |text: &str| match text.parse::<T>() {
            Ok(value) => Ok(value.to_string()),
            Err(problem) => Err(problem.to_string()),
        };
        Self { name, column, kind: Kind::Value { read } }
    }

    /// A text field, with the column of its [`search_key`].
    #[must_use]
    pub const fn text(name: &'static str, column: &'static str) -> Self {
        Self { name, column, kind: Kind::Text }
    }

    /// A time field.
    #[must_use]
    pub const fn time(name: &'static str) -> Self {
        Self { name, column: name, kind: Kind::Time }
    }

    /// An enum field whose values are stored as these texts.
    #[must_use]
    pub const fn choice(
        name: &'static str,
        prefix: &'static str,
        stored: &'static [&'static str],
    ) -> Self {
        Self { name, column: name, kind: Kind::Choice { prefix, stored, lapse: None } }
    }

    /// The same enum field with a state that ends by time.
    #[must_use]
    pub const fn lapsing(self, lapse: Lapse) -> Self {
        match self.kind {
            Kind::Choice { prefix, stored, .. } => {
                Self { kind: Kind::Choice { prefix, stored, lapse: Some(lapse) }, ..self }
            }
            Kind::Value { .. } | Kind::Text | Kind::Time => self,
        }
    }

    const fn lapse(&self) -> Option<Lapse> {
        match self.kind {
            Kind::Choice { lapse, .. } => lapse,
            Kind::Value { .. } | Kind::Text | Kind::Time => None,
        }
    }
}

/// One comparison of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The column.
    pub column: &'static str,
    /// The comparison.
    pub operator: BinOper,
    /// The value; `None` for an empty text.
    pub value: Option<Value>,
    /// The state of the column that ends by time.
    pub lapse: Option<Lapse>,
}

/// An operator and its value; `None` for an empty text.
type Comparison = (BinOper, Option<Value>);

/// Parses a filter over these fields. An empty filter has no terms.
///
/// # Errors
/// What is wrong with the filter, as text.
pub fn parse(filter: &str, fields: &[Field]) -> Result<Vec<Term>, String> {
    let mut terms = Vec::new();
    let mut count = 0;
    let mut rest = filter.trim();
    while !rest.is_empty() {
        if count > 0 {
            let next = rest.strip_prefix("AND ").map(str::trim_start);
            rest = next.ok_or_else(|| not_and(rest))?;
        }
        let (read, after) = term(rest, fields)?;
        terms.extend(read);
        count += 1;
        rest = after.trim_start();
    }
    if count > MAX_TERMS {
        return Err(format!("has more than {MAX_TERMS} terms"));
    }
    Ok(terms)
}

/// The comparisons of one term, and the text after it.
fn term<'a>(text: &'a str, fields: &[Field]) -> Result<(Vec<Term>, &'a str), String> {
    let end = text.find(|it: char| !it.is_ascii_lowercase() && it != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let Some(field) = fields.iter().find(|it| it.name == name) else {
        let names: Vec<_> = fields.iter().map(|it| it.name).collect();
        return Err(no_field(name, text, &names));
    };
    let rest = rest.trim_start();
    let found =
        OPERATORS.iter().find_map(|(it, operator)| Some((operator, rest.strip_prefix(it)?)));
    let (operator, rest) =
        found.ok_or_else(|| format!("has no operator after `{name}`; write `{name} = …`"))?;
    let (value, rest) = value(rest.trim_start(), name)?;
    let (column, lapse) = (field.column, field.lapse());
    let term = |(operator, value)| Term { column, operator, value, lapse };
    Ok((field.read(*operator, value)?.into_iter().map(term).collect(), rest))
}

fn value<'a>(text: &'a str, name: &str) -> Result<(&'a str, &'a str), String> {
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted
            .split_once('"')
            .ok_or_else(|| format!("has no closing quote after `{name}`"));
    }
    let end = text.find(|it: char| it.is_whitespace() || "\"=!<>()".contains(it));
    let (value, rest) = text.split_at(end.unwrap_or(text.len()));
    if value.is_empty() {
        return Err(format!("has no value after `{name}` and its operator"));
    }
    Ok((value, rest))
}

impl Field {
    fn read(&self, operator: BinOper, text: &str) -> Result<Vec<Comparison>, String> {
        let name = self.name;
        let ordered = !matches!(operator, BinOper::Equal | BinOper::NotEqual);
        if text.contains(char::is_control) {
            return Err(format!("has a control character after `{name}`"));
        }
        let value = match self.kind {
            Kind::Text => return text::comparisons(name, operator, text),
            Kind::Value { .. } | Kind::Choice { .. } if ordered => {
                Err(format!("compares `{name}` by order; use = or !="))
            }
            Kind::Value { .. } if text.is_empty() => Ok(None),
            Kind::Value { read } => match read(text) {
                Ok(stored) => Ok(Some(stored.into())),
                Err(problem) => Err(format!("compares `{name}` with {}: {problem}", quoted(text))),
            },
            Kind::Time => match text.parse::<Timestamp>() {
                Ok(time) => Ok(Some(time.as_microsecond().into())),
                Err(_) => Err(format!(
                    "compares `{name}` with {}; use a time such as 2026-03-02T09:00:00Z",
                    quoted(text)
                )),
            },
            Kind::Choice { prefix, stored, .. } => {
                let found = stored.iter().find(|it| contract_word(prefix, it) == text);
                let usable = || stored.iter().map(|it| contract_word(prefix, it));
                found.map(|it| Some((*it).into())).ok_or_else(|| {
                    let text = quoted(text);
                    format!("compares `{name}` with {text}; use {}", alternatives(usable()))
                })
            }
        };
        Ok(vec![(operator, value?)])
    }
}

/// The contract's spelling of a stored enum value.
fn contract_word(prefix: &str, stored: &str) -> String {
    format!("{prefix}{}", stored.to_ascii_uppercase().replace('-', "_"))
}

/// The problem if a term is not followed by AND.
fn not_and(rest: &str) -> String {
    let word = rest.split(|it: char| !it.is_ascii_alphabetic()).next().unwrap_or_default();
    match word.to_ascii_uppercase().as_str() {
        "AND" if word == "AND" => "ends with AND; add a comparison after it".to_owned(),
        "AND" => format!("joins comparisons by {}; write AND in capitals", quoted(word)),
        "OR" => "joins comparisons by OR, which is not supported; join them by AND, or list once \
                 for each"
            .to_owned(),
        _ => format!("has {} instead of AND or its end", quoted(excerpt(rest))),
    }
}

/// The problem if a term does not begin with a field.
fn no_field(name: &str, text: &str, names: &[&str]) -> String {
    let usable = alternatives(names);
    let word = text.split(|it: char| !(it.is_ascii_alphanumeric() || it == '_')).next();
    let word = word.filter(|it| it.len() > name.len()).unwrap_or(name);
    match word {
        "" if text.starts_with('(') => "has parentheses, which are not supported".to_owned(),
        "" => format!("has {} instead of a field; use {usable}", quoted(excerpt(text))),
        "NOT" => "has NOT, which is not supported; use !=".to_owned(),
        word => format!("has no field {}; use {usable}", quoted(word)),
    }
}

/// The first 20 characters, for an error.
fn excerpt(text: &str) -> &str {
    let end = text.char_indices().nth(20).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

#[cfg(test)]
mod tests;
