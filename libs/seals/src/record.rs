//! The canonical bytes of a row.

use std::collections::BTreeMap;

/// Version of the encoding, its first byte.
const VERSION: u8 = 1;
const INTEGER: u8 = 1;
const TEXT: u8 = 2;

/// The value of a column that is not NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// An integer.
    Integer(i64),
    /// A text.
    Text(String),
}

/// The columns of a row that are not NULL. A column that a later version adds is NULL in older rows, whose encoding
/// stays the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record(BTreeMap<String, Value>);

impl Record {
    /// A record of these columns.
    pub fn new(columns: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self(columns.into_iter().collect())
    }

    /// A text column.
    #[must_use]
    pub fn text(&self, column: &str) -> Option<&str> {
        match self.0.get(column)? {
            Value::Text(text) => Some(text),
            Value::Integer(_) => None,
        }
    }

    /// An integer column.
    #[must_use]
    pub fn integer(&self, column: &str) -> Option<i64> {
        match self.0.get(column)? {
            Value::Integer(value) => Some(*value),
            Value::Text(_) => None,
        }
    }

    /// The encoding: the version, and each column in the order of the names: name, kind of value, value. Names and
    /// values have their length before them, as four bytes, so that no two records have the same encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for (name, value) in &self.0 {
            put(&mut bytes, name.as_bytes());
            match value {
                Value::Integer(value) => {
                    bytes.push(INTEGER);
                    put(&mut bytes, &value.to_be_bytes());
                }
                Value::Text(text) => {
                    bytes.push(TEXT);
                    put(&mut bytes, text.as_bytes());
                }
            }
        }
        bytes
    }

    /// Reads an encoding. `None` if the bytes are not exactly the encoding of a record.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (version, mut rest) = bytes.split_first()?;
        let mut columns = BTreeMap::new();
        while *version == VERSION && !rest.is_empty() {
            let name = String::from_utf8(take(&mut rest)?.to_vec()).ok()?;
            let (kind, after) = rest.split_first()?;
            rest = after;
            let value = take(&mut rest)?;
            let value = match *kind {
                INTEGER => Value::Integer(i64::from_be_bytes(value.try_into().ok()?)),
                TEXT => Value::Text(String::from_utf8(value.to_vec()).ok()?),
                _ => return None,
            };
            columns.insert(name, value);
        }
        let record = Self(columns);
        (record.encode() == bytes).then_some(record)
    }
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    // PostgreSQL and SQLite store at most 2^30 bytes in a column.
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    bytes.extend(length.to_be_bytes());
    bytes.extend(part);
}

fn take<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (part, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *bytes = rest;
    Some(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(name: &str, text: &str) -> (String, Value) {
        (name.to_owned(), Value::Text(text.to_owned()))
    }

    #[test]
    fn null_differs_from_empty_and_no_value_runs_into_the_next() {
        let integer = ("a".to_owned(), Value::Integer(7));
        let all = [
            vec![],
            vec![text("a", "")],
            vec![text("b", "")],
            vec![text("a", "bc")],
            vec![text("a", "b"), text("c", "")],
            vec![text("ab", "c")],
            vec![integer],
            vec![text("a", "7")],
        ];
        let encoded: Vec<_> = all.map(|it| Record::new(it).encode()).into();
        for (at, one) in encoded.iter().enumerate() {
            assert!(!encoded[..at].contains(one), "{at}");
        }
        assert_eq!(
            crate::hex(
                &Record::new([text("a", "é"), ("b".to_owned(), Value::Integer(-2))]).encode()
            ),
            "010000000161020000000\
             2c3a900000001620100000008fffffffffffffffe"
        );
    }

    fn records() -> impl Strategy<Value = Record> {
        let value = prop_oneof![any::<i64>().prop_map(Value::Integer), ".*".prop_map(Value::Text)];
        proptest::collection::btree_map(".{0,4}", value, 0..5).prop_map(Record)
    }

    proptest! {
        #[test]
        fn a_record_is_read_from_its_encoding_and_from_no_other_bytes(
            record in records(), at in any::<prop::sample::Index>(), with in any::<u8>()
        ) {
            let mut bytes = record.encode();
            prop_assert_eq!(Record::decode(&bytes), Some(record.clone()));
            let at = at.index(bytes.len());
            prop_assert_eq!(Record::decode(&bytes[..at]).filter(|it| *it == record), None);
            let before = std::mem::replace(&mut bytes[at], with);
            if let Some(read) = Record::decode(&bytes) {
                prop_assert_eq!(read.encode(), bytes);
                prop_assert!(before == with || read != record);
            }
        }
    }
}
