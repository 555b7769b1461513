//! Texts that filters compare without regard to case, whole or by their start.

use sea_orm::sea_query::BinOper;
use types::quoted;

use super::Comparison;

/// The bytes by which a text is found and compared: its characters without differences of case. Bytes,
/// because the order of a text column of PostgreSQL depends on the locale of the database.
///
/// Each character is mapped alone, so the key of the start of a text is the start of its key;
/// `str::to_lowercase` maps a Greek sigma by its position.
#[must_use]
pub fn search_key(text: &str) -> Vec<u8> {
    let folded = text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    folded.collect::<String>().into_bytes()
}

/// The comparisons of a key with a whole text, or with the start of one before `*`.
pub(super) fn comparisons(
    name: &str,
    operator: BinOper,
    text: &str,
) -> Result<Vec<Comparison>, String> {
    if operator != BinOper::Equal {
        return Err(format!("compares `{name}` other than by =; write `{name} = \"fab*\"`"));
    }
    let (start, whole) = match text.strip_suffix('*') {
        Some(start) => (start, false),
        None => (text, true),
    };
    let problem = if start.contains('*') {
        "`*` is allowed at the end only, as in `fab*`"
    } else if start.is_empty() {
        "write at least one character, as in `fab*`"
    } else {
        let key = search_key(start);
        return Ok(if whole { vec![(BinOper::Equal, Some(key.into()))] } else { range(key) });
    };
    Err(format!("compares `{name}` with {}: {problem}", quoted(text)))
}

/// The keys that begin with this one: those up to its successor, whose last byte is one higher. UTF-8 has
/// no byte 0xFF.
fn range(key: Vec<u8>) -> Vec<Comparison> {
    let mut end = key.clone();
    if let Some(last) = end.last_mut() {
        *last = last.saturating_add(1);
    }
    let from = (BinOper::GreaterThanOrEqual, Some(key.into()));
    vec![from, (BinOper::SmallerThan, Some(end.into()))]
}
