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

use kernel::Timestamp;
use sea_orm::sea_query::{BinOper, Value};

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
    /// A text, equal or not. An empty one stands for none.
    Text,
    /// A time in RFC 3339.
    Time,
    /// An enum value as the contract spells it, equal or not.
    Choice {
        /// What every value begins with, such as `ROLE_`.
        prefix: &'static str,
        /// Whether there is a value that is stored as this text.
        known: fn(&str) -> bool,
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
    /// A text.
    #[must_use]
    pub const fn text(name: &'static str, column: &'static str) -> Self {
        Self { name, column, kind: Kind::Text }
    }

    /// A time.
    #[must_use]
    pub const fn time(name: &'static str) -> Self {
        Self { name, column: name, kind: Kind::Time }
    }

    /// An enum, stored as the text of `T`.
    #[must_use]
    pub const fn choice<T: std::str::FromStr>(name: &'static str, prefix: &'static str) -> Self {
        let known = |text: &str| text.parse::<T>().is_ok();
        Self { name, column: name, kind: Kind::Choice { prefix, known, lapse: None } }
    }

    /// The same enum, of which one value lapses.
    #[must_use]
    pub const fn lapsing(self, lapse: Lapse) -> Self {
        match self.kind {
            Kind::Choice { prefix, known, .. } => {
                Self { kind: Kind::Choice { prefix, known, lapse: Some(lapse) }, ..self }
            }
            Kind::Text | Kind::Time => self,
        }
    }

    const fn lapse(&self) -> Option<Lapse> {
        match self.kind {
            Kind::Choice { lapse, .. } => lapse,
            Kind::Text | Kind::Time => None,
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
            rest = next.ok_or_else(|| format!("wants AND where it says `{}`", shown(rest)))?;
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
        return Err(format!("wants one of {} where it says `{}`", names.join(", "), shown(text)));
    };
    let rest = rest.trim_start();
    let found =
        OPERATORS.iter().find_map(|(it, operator)| Some((operator, rest.strip_prefix(it)?)));
    let (operator, rest) =
        found.ok_or_else(|| format!("wants a comparison after `{name}`, such as `{name} = …`"))?;
    let (value, rest) = value(rest.trim_start(), name)?;
    let value = field.value(*operator, value)?;
    let (column, lapse) = (field.column, field.lapse());
    Ok((Term { column, operator: *operator, value, lapse }, rest))
}

fn value<'a>(text: &'a str, name: &str) -> Result<(&'a str, &'a str), String> {
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted.split_once('"').ok_or_else(|| format!("has an open quote after `{name}`"));
    }
    let end = text.find(|it: char| it.is_whitespace() || "\"=!<>()".contains(it));
    let (value, rest) = text.split_at(end.unwrap_or(text.len()));
    if value.is_empty() {
        return Err(format!("wants a value after `{name}` and its comparison"));
    }
    Ok((value, rest))
}

impl Field {
    fn value(&self, operator: BinOper, text: &str) -> Result<Option<Value>, String> {
        let name = self.name;
        let ordered = !matches!(operator, BinOper::Equal | BinOper::NotEqual);
        match self.kind {
            _ if text.contains(char::is_control) => {
                Err(format!("has a control character after `{name}`"))
            }
            Kind::Text | Kind::Choice { .. } if ordered => {
                Err(format!("compares `{name}` by order; it takes = and != only"))
            }
            Kind::Text => Ok(Some(text.to_owned()).filter(|it| !it.is_empty()).map(Value::from)),
            Kind::Time => match text.parse::<Timestamp>() {
                Ok(time) => Ok(Some(time.as_microsecond().into())),
                Err(_) => Err(format!("wants a time after `{name}`, such as 2026-03-02T09:00:00Z")),
            },
            Kind::Choice { prefix, known, .. } => {
                let stored = text.strip_prefix(prefix).unwrap_or_default();
                let stored = stored.to_ascii_lowercase().replace('_', "-");
                let known = !stored.is_empty() && known(&stored);
                known
                    .then(|| Some(stored.into()))
                    .ok_or_else(|| format!("wants a value of its enum, {prefix}…, after `{name}`"))
            }
        }
    }
}

/// The beginning of what was not understood.
fn shown(text: &str) -> &str {
    let end = text.char_indices().nth(20).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [Field; 3] = [
        Field::text("reseller", "reseller_name"),
        Field::time("create_time"),
        Field::choice::<Shape>("shape", "SHAPE_"),
    ];

    kernel::text_enum! {
        /// Values of an enum.
        pub enum Shape {
            /// One.
            HalfRound = "half-round",
        }
    }

    fn term(column: &'static str, operator: BinOper, value: Option<Value>) -> Term {
        Term { column, operator, value, lapse: None }
    }

    #[test]
    fn terms_are_read_in_their_order() {
        let second = Timestamp::from_second(1).unwrap();
        let filter = "reseller=partners/x AND create_time >= \"1970-01-01T00:00:01Z\"  AND \
                      shape != SHAPE_HALF_ROUND AND reseller = \"a AND b\" AND reseller != \"\"";
        let expected = [
            term("reseller_name", BinOper::Equal, Some("partners/x".into())),
            term("create_time", BinOper::GreaterThanOrEqual, Some(second.as_microsecond().into())),
            term("shape", BinOper::NotEqual, Some("half-round".into())),
            term("reseller_name", BinOper::Equal, Some("a AND b".into())),
            term("reseller_name", BinOper::NotEqual, None),
        ];
        assert_eq!(parse(filter, &FIELDS).unwrap(), expected);
        assert_eq!(parse("  ", &FIELDS).unwrap(), []);
    }

    #[test]
    fn what_is_no_filter_is_told() {
        for (filter, problem) in [
            ("state = x", "wants one of reseller, create_time, shape where it says `state = x`"),
            ("reseller", "wants a comparison after `reseller`, such as `reseller = …`"),
            ("reseller = ", "wants a value after `reseller` and its comparison"),
            ("reseller = \"x", "has an open quote after `reseller`"),
            ("reseller < x", "compares `reseller` by order; it takes = and != only"),
            ("reseller = x OR reseller = y", "wants AND where it says `OR reseller = y`"),
            ("reseller = x AND", "wants AND where it says `AND`"),
            (
                "(reseller = x)",
                "wants one of reseller, create_time, shape where it says `(reseller = x)`",
            ),
            ("create_time > now", "wants a time after `create_time`, such as 2026-03-02T09:00:00Z"),
            ("shape = half-round", "wants a value of its enum, SHAPE_…, after `shape`"),
            ("shape = SHAPE_", "wants a value of its enum, SHAPE_…, after `shape`"),
            ("reseller = \"a\0\"", "has a control character after `reseller`"),
            ("shape = SHAPE_ROUND", "wants a value of its enum, SHAPE_…, after `shape`"),
        ] {
            assert_eq!(parse(filter, &FIELDS).unwrap_err(), problem, "{filter}");
        }
        let long = ["reseller = x"; 11].join(" AND ");
        assert_eq!(parse(&long, &FIELDS).unwrap_err(), "has more than 10 terms");
    }
}
