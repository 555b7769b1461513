//! Rust source without comments, contents of literals, and unit tests.

use std::{iter::Peekable, str::Chars};

/// The code of a file without comments and contents of literals; line numbers stay.
pub fn code(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    let mut last = ' ';
    while let Some(next) = rest.next() {
        out.push(next);
        match next {
            '/' if rest.peek() == Some(&'/') => skip_line(&mut rest),
            '"' => skip_text(&mut rest, &mut out),
            'r' if !in_word(last) && raw(&rest) => skip_raw(&mut rest, &mut out),
            '\'' => skip_char(&mut rest),
            _ => {}
        }
        last = next;
    }
    out
}

/// The code of a file without the module of unit tests at its end.
pub fn production(text: &str) -> String {
    let code = code(text);
    match code.find("#[cfg(test)]\nmod tests {") {
        Some(at) => code[..at].to_owned(),
        None => code,
    }
}

/// The numbers of the lines with a word. A `_` may follow the word, so that `prost` is found in
/// `prost_types`, but no letter or digit.
pub fn lines_with(text: &str, word: &str) -> Vec<usize> {
    let matches = |line: &str| {
        line.match_indices(word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + word.len()..].chars().next();
            let continued = word.starts_with(in_word) && before.is_some_and(in_word);
            let continues =
                word.ends_with(in_word) && after.is_some_and(|it| it.is_ascii_alphanumeric());
            !continued && !continues
        })
    };
    (1..).zip(text.lines()).filter(|(_, line)| matches(line)).map(|(number, _)| number).collect()
}

fn in_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn skip_line(rest: &mut Peekable<Chars>) {
    while rest.next_if(|it| *it != '\n').is_some() {}
}

fn skip_text(rest: &mut Peekable<Chars>, out: &mut String) {
    while let Some(next) = rest.next() {
        match next {
            '\\' => keep_line_end(rest.next(), out),
            '"' => return out.push('"'),
            other => keep_line_end(Some(other), out),
        }
    }
}

fn keep_line_end(letter: Option<char>, out: &mut String) {
    if letter == Some('\n') {
        out.push('\n');
    }
}

/// Whether a raw string follows, after its `r`.
fn raw(rest: &Peekable<Chars>) -> bool {
    rest.clone().find(|it| *it != '#') == Some('"')
}

fn skip_raw(rest: &mut Peekable<Chars>, out: &mut String) {
    let mut marks = 0;
    while rest.next_if_eq(&'#').is_some() {
        marks += 1;
    }
    rest.next();
    while let Some(next) = rest.next() {
        keep_line_end(Some(next), out);
        if next == '"' && rest.clone().take(marks).filter(|it| *it == '#').count() == marks {
            return rest.by_ref().take(marks).for_each(drop);
        }
    }
}

/// Skips a character literal, but no lifetime, which has no second quote.
fn skip_char(rest: &mut Peekable<Chars>) {
    let mut ahead = rest.clone();
    let length = match ahead.next() {
        Some('\\') => ahead.skip(1).position(|it| it == '\'').map(|at| at + 3),
        _ => (ahead.next() == Some('\'')).then_some(2),
    };
    for _ in 0..length.unwrap_or_default() {
        rest.next();
    }
}

#[test]
fn comments_and_contents_of_literals_are_removed() {
    for (text, expected) in [
        ("a // b\nc", "a /\nc"),
        ("f(\"x\\\"y\") g", "f(\"\") g"),
        ("r#\"x\"y\"# g", "r g"),
        ("'x' '\"' 'a>(", "' ' 'a>("),
        ("'\\'' \"z\" g", "' \"\" g"),
        ("\"two\nlines\" g", "\"\n\" g"),
    ] {
        assert_eq!(code(text), expected, "in: {text}");
    }
}

#[test]
fn a_word_is_found_whole_or_before_an_underscore() {
    let text = "use prost;\nuse prost_types;\nprostate();\nMyStatus::new()\n Status::new()";
    assert_eq!(lines_with(text, "prost"), [1, 2]);
    assert_eq!(lines_with(text, "Status::"), [5]);
}

#[test]
fn unit_tests_at_the_end_are_not_production_code() {
    assert_eq!(production("fn a() {}\n#[cfg(test)]\nmod tests {\n b"), "fn a() {}\n");
}
