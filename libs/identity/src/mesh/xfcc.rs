//! The header `x-forwarded-client-cert`: elements with `,` between them, one for each proxy on the way, each with pairs
//! `Key=value` with `;` between them. A value that contains one of `,;="` is quoted; in it, `\` escapes a character.
//!
//! Only the last element is of our own proxy; what stands before was written by callers. A caller may try to
//! swallow the last element with an open quote, so anything but the exact grammar is refused.

use http::{HeaderValue, header::GetAll};

use crate::Unproven;

/// Most bytes of the header. Envoy's own limit for all headers is 60 KiB.
const MAX_BYTES: usize = 16 * 1024;
/// Most elements: proxies on the way.
const MAX_ELEMENTS: usize = 16;
/// Most pairs of an element.
const MAX_PAIRS: usize = 32;

type Pair = (String, String);

/// The URI of the client's certificate, as our own proxy saw it.
pub(super) fn client_uri(lines: GetAll<'_, HeaderValue>, own: &str) -> Result<String, Unproven> {
    let mut bytes = 0;
    let mut elements = 0;
    let mut last = None;
    for line in lines {
        bytes += line.len();
        if bytes > MAX_BYTES {
            return Err(Unproven::MeshHeaderTooLong);
        }
        let line = line.to_str().map_err(|_| Unproven::MeshHeaderMalformed("not ASCII"))?;
        let mut rest = Parser { rest: line };
        loop {
            elements += 1;
            if elements > MAX_ELEMENTS {
                return Err(Unproven::MeshHeaderTooLong);
            }
            last = Some(rest.element()?);
            if !rest.take(',') {
                break;
            }
        }
        if !rest.rest.is_empty() {
            return Err(Unproven::MeshHeaderMalformed("text after a value"));
        }
    }
    let pairs = last.ok_or(Unproven::MeshHeaderMissing)?;
    let values = |key: &str| -> Vec<&str> {
        let of_key = pairs.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
        of_key.map(|(_, value)| value.as_str()).collect()
    };
    if values("By") != [own] {
        return Err(Unproven::NotByOurProxy);
    }
    match values("URI")[..] {
        [uri] => Ok(uri.to_owned()),
        ref uris => Err(Unproven::MeshUriCount(uris.len())),
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn element(&mut self) -> Result<Vec<Pair>, Unproven> {
        let mut pairs = Vec::new();
        loop {
            if pairs.len() == MAX_PAIRS {
                return Err(Unproven::MeshHeaderTooLong);
            }
            pairs.push(self.pair()?);
            if !self.take(';') {
                return Ok(pairs);
            }
        }
    }

    fn pair(&mut self) -> Result<Pair, Unproven> {
        // A proxy that joins lines writes `, ` between them.
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        let key = self.until(|it| !it.is_ascii_alphanumeric());
        if key.is_empty() || !self.take('=') {
            return Err(Unproven::MeshHeaderMalformed("a pair without key or `=`"));
        }
        let value = if self.take('"') { self.quoted()? } else { self.plain()? };
        Ok((key.to_owned(), value))
    }

    fn plain(&mut self) -> Result<String, Unproven> {
        let value = self.until(|it| matches!(it, ',' | ';'));
        if value.contains(['"', '=', '\\', ' ', '\t']) {
            return Err(Unproven::MeshHeaderMalformed("a value that must be quoted"));
        }
        Ok(value.to_owned())
    }

    fn quoted(&mut self) -> Result<String, Unproven> {
        let mut value = String::new();
        let mut letters = self.rest.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(value);
                }
                // Envoy escapes a subject as RFC 2253 does: also a backslash has one before it.
                '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
                other => value.push(other),
            }
        }
        Err(Unproven::MeshHeaderMalformed("a quote without its end"))
    }

    fn until(&mut self, end: impl Fn(char) -> bool) -> &'a str {
        let (taken, rest) = self.rest.split_at(self.rest.find(end).unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn take(&mut self, letter: char) -> bool {
        let rest = self.rest.strip_prefix(letter);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}
