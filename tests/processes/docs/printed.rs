//! Compares the output of a command with a document.
//!
//! Values that differ between runs are masked on both sides: times, UUIDs except those that the
//! documents choose, page tokens, and the time of an etag. Indentation does not matter. A line `...` in a
//! document matches any lines.

use types::Timestamp;

/// Part of every UUID that the documents choose.
const CHOSEN: &str = "-0000-4000-8000-";

/// # Errors
/// The expected lines that are missing.
pub fn same(expected: &str, printed: &str) -> Result<(), String> {
    compare(expected, printed, |line| line.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Like [`same`] for `buf curl`, which formats JSON otherwise, prints no error details, and cannot
/// describe.
///
/// # Errors
/// The expected lines that are missing.
pub fn same_by_buf(expected: &str, printed: &str) -> Result<(), String> {
    if printed.contains("buf curl does not ") {
        return Ok(());
    }
    if let Some((_, error)) = expected.split_once("Message: ") {
        let message = error.lines().next().unwrap_or_default();
        return printed.contains(message).then_some(()).ok_or_else(|| message.to_owned());
    }
    compare(expected, printed, |line| line.split_whitespace().collect())
}

fn compare(expected: &str, printed: &str, format: impl Fn(&str) -> String) -> Result<(), String> {
    let lines = |text: &str| -> Vec<String> { text.lines().map(|it| mask(&format(it))).collect() };
    let (expected, printed) = (lines(expected), lines(printed));
    let parts: Vec<_> = expected.split(|line| line == "...").collect();
    let mut rest = printed.as_slice();
    for (at, part) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        let found = match at {
            0 => rest.starts_with(part).then_some(0),
            _ if last => rest.ends_with(part).then(|| rest.len() - part.len()),
            _ => (0..=rest.len()).find(|start| rest[*start..].starts_with(part)),
        };
        let found = found.ok_or_else(|| part.join("\n"))?;
        rest = &rest[found + part.len()..];
    }
    rest.is_empty().then_some(()).ok_or_else(|| "the end of the output there".to_owned())
}

/// The line with values that differ between runs masked.
fn mask(line: &str) -> String {
    if let Some((before, _)) = line.split_once("\"nextPageToken\":") {
        return format!("{before}\"nextPageToken\": …");
    }
    let in_word = |it: char| it.is_ascii_alphanumeric() || "-:.".contains(it);
    line.split_inclusive(|it| !in_word(it))
        .map(|part| {
            let word = part.trim_end_matches(|it| !in_word(it));
            if word.parse::<Timestamp>().is_ok() {
                part.replace(word, "time")
            } else if is_uuid(word) && !word.contains(CHOSEN) {
                part.replace(word, "uuid")
            } else if let Some((revision, _)) = word.split_once('-').filter(|_| is_etag(word)) {
                part.replace(word, revision)
            } else {
                part.to_owned()
            }
        })
        .collect()
}

fn is_etag(word: &str) -> bool {
    let parts = word.strip_prefix('r').and_then(|it| it.split_once('-'));
    let all = |part: &str, of: fn(&u8) -> bool| !part.is_empty() && part.bytes().all(|it| of(&it));
    parts.is_some_and(|(revision, time)| {
        all(revision, u8::is_ascii_digit) && all(time, u8::is_ascii_hexdigit)
    })
}

fn is_uuid(word: &str) -> bool {
    let lengths = word.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && word.chars().all(|it| it == '-' || it.is_ascii_hexdigit())
}

#[test]
fn only_values_that_differ_between_runs_are_masked() {
    let printed = "{\n  \"name\": \"orders/01a2036a-fa9f-7368-81bc-232b1cc9fa45\",\n  \"at\": \
                   \"2026-11-22T13:21:12.351168Z\",\n  \"state\": \"NEW\"\n}\n";
    let name = "  \"name\": \"orders/01a20000-fa9f-7368-81bc-232b1cc9fa45\",\n";
    let time = "  \"at\": \"2026-01-01T00:00:00Z\",\n";
    let state = "\t\"state\":   \"NEW\"\n}\n";
    for (expected, is_same) in [
        (format!("{{\n{name}{time}{state}"), true),
        (format!("{{\n...\n{state}"), true),
        ("{\n...\n".to_owned(), true),
        (format!("...\n{time}...\n"), true),
        (format!("{{\n{name}{time}"), false),
        (format!("{{\n{name}{state}"), false),
        (format!("...\n{time}{name}...\n"), false),
        ("...\n  \"state\": \"OLD\"\n}\n".to_owned(), false),
        ("...\norders/10000000-0000-4000-8000-000000000001\n...\n".to_owned(), false),
    ] {
        assert_eq!(same(&expected, printed).is_ok(), is_same, "{expected}");
    }
}
