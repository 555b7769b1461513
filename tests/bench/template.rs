//! Resources that the API created once, and names for copies of them.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DatabaseBackend;

use crate::rows::Row;

/// Distributes the numbers of copies over all keys, as random ids are. Odd, so that no two copies of the
/// same id get one key.
const SPREAD: u64 = 2_654_435_761;
const KEYS: u64 = 1 << 32;
/// First PartnerID of copies; each PartnerID of the template has a million.
const FIRST_PARTNER_ID: u64 = 5_000_000;
const PARTNER_IDS: u64 = 1_000_000;

/// The ids that a template has alone.
#[derive(Debug, Clone, Default)]
pub struct Template(Vec<Id>);

#[derive(Debug, Clone)]
struct Id {
    text: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Uuid,
    /// A PartnerID, and the first one of its copies.
    Number(u64),
}

impl Template {
    /// The template with these ids.
    pub fn new(ids: impl IntoIterator<Item = String>) -> Self {
        let mut first = (0..).map(|it| FIRST_PARTNER_ID + it * PARTNER_IDS);
        let mut kind = |text: &str| match is_uuid(text) {
            true => Kind::Uuid,
            false => Kind::Number(first.next().unwrap_or_default()),
        };
        Self(ids.into_iter().map(|text| Id { kind: kind(&text), text }).collect())
    }

    /// Whether a row contains one of the ids.
    pub fn is_in(&self, row: &Row) -> bool {
        self.0.iter().any(|id| row.contains(&id.text))
    }

    /// A name of the copy of this number; number 0 is the template itself.
    pub fn name_of(&self, name: &str, copy: u64) -> String {
        if copy == 0 {
            return name.to_owned();
        }
        let copied = |name: String, id: &Id| name.replace(&id.text, &id.of_copy(copy));
        self.0.iter().fold(name.to_owned(), copied)
    }

    /// SQL expressions for the ids of the copy with the number that another expression has.
    pub fn of_copies(&self, copy: &str, backend: DatabaseBackend) -> BTreeMap<String, String> {
        let ids = self.0.iter().map(|id| {
            let copied = id.sql(copy, backend);
            let sql = format!("CASE {copy} WHEN 0 THEN '{}' ELSE {copied} END", id.text);
            (id.text.clone(), sql)
        });
        ids.collect()
    }
}

impl Id {
    fn of_copy(&self, copy: u64) -> String {
        match self.kind {
            Kind::Uuid => format!("{:08x}{}", copy * SPREAD % KEYS, &self.text[8..]),
            Kind::Number(first) => (first + copy).to_string(),
        }
    }

    fn sql(&self, copy: &str, backend: DatabaseBackend) -> String {
        match self.kind {
            Kind::Uuid => {
                let key = hex(&format!("({copy}) * {SPREAD} % {KEYS}"), 8, backend);
                format!("{key} || '{}'", &self.text[8..])
            }
            Kind::Number(first) => format!("CAST({first} + {copy} AS text)"),
        }
    }
}

/// A number in so many hexadecimal digits, as SQL.
pub fn hex(number: &str, digits: usize, backend: DatabaseBackend) -> String {
    match backend {
        DatabaseBackend::Postgres => format!("lpad(to_hex({number}), {digits}, '0')"),
        _ => format!("printf('%0{digits}x', {number})"),
    }
}

/// The UUIDs and PartnerIDs in these rows.
pub fn ids<'a>(rows: impl IntoIterator<Item = &'a Row>) -> BTreeSet<String> {
    let ids = |literal| uuids(literal).chain(partner_id(literal)).map(str::to_owned);
    rows.into_iter().flat_map(Row::literals).flat_map(ids).collect()
}

/// The UUIDs in a text.
pub fn uuids(text: &str) -> impl Iterator<Item = &str> {
    (0..text.len()).filter_map(|at| text.get(at..at + 36)).filter(|it| is_uuid(it))
}

/// The number that a literal consists of, if it can be a PartnerID.
fn partner_id(literal: &str) -> Option<&str> {
    let number = literal.trim_start_matches('E').strip_prefix('\'')?.strip_suffix('\'')?;
    let digits = number.bytes().all(|it| it.is_ascii_digit());
    (digits && (6..=10).contains(&number.len())).then_some(number)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, it)| match at {
            8 | 13 | 18 | 23 => it == b'-',
            _ => it.is_ascii_hexdigit(),
        })
}
