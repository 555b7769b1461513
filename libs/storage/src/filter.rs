//! The filters of lists: a small part of AIP-160.
//!
//! ```text
//! filter   = term { " AND " term }
//! term     = field operator value
//! operator = "=" | "!=" | "<" | "<=" | ">" | ">="
//! value    = quoted | bare
//! ```
//!
//! A quoted value stands between double quotes and holds none; a bare one has no space, quote or
//! operator in it.

use std::{fmt::Display, str::FromStr};

use sea_orm::sea_query::{BinOper, Value};
use types::{Timestamp, alternatives, quoted};

/// Most terms of a filter.
const MAX_TERMS: usize = 10;
/// Operators, those before their own beginnings.
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
    /// The column that holds it.
    pub column: &'static str,
    /// What it is compared with.
    pub kind: Kind,
}

/// What a field is compared with.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A value of a type with one text for each value, equal or not. An empty text stands for none.
    Value {
        /// Reads a text and gives the one that is stored, or what is wrong with it.
        read: fn(&str) -> Result<String, String>,
    },
    /// A time in RFC 3339.
    Time,
    /// An enum value as the contract spells it, equal or not.
    Choice {
        /// What every value begins with, such as `ROLE_`.
        prefix: &'static str,
        /// The stored texts of all values, such as `indirect-provider`.
        stored: &'static [&'static str],
        /// The value that becomes another one by time alone.
        lapse: Option<Lapse>,
    },
}

/// A state that ends by time, whether the row was touched since or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lapse {
    /// The state as it is stored.
    pub from: &'static str,
    /// The state that it is in from a time on.
    pub to: &'static str,
    /// The column of that time.
    pub at: &'static str,
}

impl Field {
    /// A value that is stored as the text of `T`.
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

    /// A time.
    #[must_use]
    pub const fn time(name: &'static str) -> Self {
        Self { name, column: name, kind: Kind::Time }
    }

    /// An enum whose values are stored as these texts.
    #[must_use]
    pub const fn choice(
        name: &'static str,
        prefix: &'static str,
        stored: &'static [&'static str],
    ) -> Self {
        Self { name, column: name, kind: Kind::Choice { prefix, stored, lapse: None } }
    }

    /// The same enum, of which one value lapses.
    #[must_use]
    pub const fn lapsing(self, lapse: Lapse) -> Self {
        match self.kind {
            Kind::Choice { prefix, stored, .. } => {
                Self { kind: Kind::Choice { prefix, stored, lapse: Some(lapse) }, ..self }
            }
            Kind::Value { .. } | Kind::Time => self,
        }
    }

    const fn lapse(&self) -> Option<Lapse> {
        match self.kind {
            Kind::Choice { lapse, .. } => lapse,
            Kind::Value { .. } | Kind::Time => None,
        }
    }
}

/// One comparison of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The column.
    pub column: &'static str,
    /// How it is compared.
    pub operator: BinOper,
    /// With what; `None` for an empty text.
    pub value: Option<Value>,
    /// The value of the column that becomes another one by time.
    pub lapse: Option<Lapse>,
}

/// Reads a filter over these fields; an empty one has no terms.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse(filter: &str, fields: &[Field]) -> Result<Vec<Term>, String> {
    let mut terms = Vec::new();
    let mut rest = filter.trim();
    while !rest.is_empty() {
        if !terms.is_empty() {
            let next = rest.strip_prefix("AND ").map(str::trim_start);
            rest = next.ok_or_else(|| not_and(rest))?;
        }
        let (term, after) = term(rest, fields)?;
        terms.push(term);
        rest = after.trim_start();
    }
    if terms.len() > MAX_TERMS {
        return Err(format!("has more than {MAX_TERMS} terms"));
    }
    Ok(terms)
}

fn term<'a>(text: &'a str, fields: &[Field]) -> Result<(Term, &'a str), String> {
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
        found.ok_or_else(|| format!("has no comparison after `{name}`; write `{name} = …`"))?;
    let (value, rest) = value(rest.trim_start(), name)?;
    let value = field.read(*operator, value)?;
    let (column, lapse) = (field.column, field.lapse());
    Ok((Term { column, operator: *operator, value, lapse }, rest))
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
    fn read(&self, operator: BinOper, text: &str) -> Result<Option<Value>, String> {
        let name = self.name;
        let ordered = !matches!(operator, BinOper::Equal | BinOper::NotEqual);
        if text.contains(char::is_control) {
            return Err(format!("has a control character after `{name}`"));
        }
        match self.kind {
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
                    "compares `{name}` with {}, which is no time like 2026-03-02T09:00:00Z",
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
        }
    }
}

/// How the contract spells an enum value that is stored as this text.
fn contract_word(prefix: &str, stored: &str) -> String {
    format!("{prefix}{}", stored.to_ascii_uppercase().replace('-', "_"))
}

/// Why another term cannot begin here.
fn not_and(rest: &str) -> String {
    let word = rest.split(|it: char| !it.is_ascii_alphabetic()).next().unwrap_or_default();
    match word.to_ascii_uppercase().as_str() {
        "AND" if word == "AND" => "ends with AND; add a comparison after it".to_owned(),
        "AND" => format!("joins comparisons by {}; write AND in capitals", quoted(word)),
        "OR" => "joins comparisons by OR, which is not supported; join them by AND, or list once \
                 for each"
            .to_owned(),
        _ => format!("has {} where AND or its end should be", quoted(shown(rest))),
    }
}

/// Why no comparison begins here.
fn no_field(name: &str, text: &str, names: &[&str]) -> String {
    let usable = alternatives(names);
    let word = text.split(|it: char| !(it.is_ascii_alphanumeric() || it == '_')).next();
    let word = word.filter(|it| it.len() > name.len()).unwrap_or(name);
    match word {
        "" if text.starts_with('(') => "has parentheses, which are not supported".to_owned(),
        "" => format!("has {} where one of its fields should be: {usable}", quoted(shown(text))),
        "NOT" => "has NOT, which is not supported; compare by !=".to_owned(),
        word => format!("has no field {}; use {usable}", quoted(word)),
    }
}

/// The beginning of what was not understood.
fn shown(text: &str) -> &str {
    let end = text.char_indices().nth(20).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

#[cfg(test)]
mod tests;
