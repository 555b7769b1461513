use std::str::from_utf8;

use errors::Failure;
use fuzz::{kind, run};

use crate::{Field, Lapse, ListOptions, Listing, filter::parse};

/// Longest error text of a filter.
const LONGEST_ERROR: usize = 800;
/// Most comparisons of a filter: ten terms, each at most a range.
const MOST_TERMS: usize = 20;

const LAPSE: Lapse = Lapse { from: "invited", to: "expired", at: "expire_time" };
const FIELDS: &[Field] = &[
    Field::value::<types::PartnerName>("seller", "seller"),
    Field::value::<String>("partner", "partner"),
    Field::text("display_name", "search_name"),
    Field::time("create_time"),
    Field::time("update_time"),
    Field::choice("state", "STATE_", &["invited", "active", "expired"]).lapsing(LAPSE),
];

#[test]
fn fuzzing_of_filters() {
    run(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/filters.txt"), |input| {
        let Ok(text) = from_utf8(input) else { return "no text".to_owned() };
        match parse(text, FIELDS) {
            Ok(terms) => {
                assert!(terms.len() <= MOST_TERMS, "{} terms", terms.len());
                assert!(terms.is_empty() == text.trim().is_empty(), "{terms:?}");
                for term in &terms {
                    assert!(FIELDS.iter().any(|field| field.column == term.column), "{term:?}");
                }
                // Joined filters have the terms of both, if these are not too many.
                let joined = parse(&format!("seller = \"\" AND {}", text.trim_start()), FIELDS);
                if let (false, Ok(joined)) = (terms.is_empty(), joined) {
                    assert_eq!(joined[1..], terms);
                }
                let columns: Vec<_> = terms.iter().map(|it| it.column).collect();
                format!("{} {}", columns.len(), columns.last().unwrap_or(&""))
            }
            Err(error) => {
                assert!(error.len() <= LONGEST_ERROR && !error.is_empty(), "{error}");
                kind(&error)
            }
        }
    });
}

fn page(token: &str) -> Result<String, Failure> {
    let options = ListOptions { page_token: token, ..ListOptions::default() };
    Listing::of("things", crate::Partners::None, FIELDS)
        .page(options)
        .map(|page| format!("{page:?}"))
}

#[test]
fn fuzzing_of_page_tokens() {
    let first =
        Listing::of("things", crate::Partners::None, FIELDS).page(ListOptions::default()).unwrap();
    run(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/tokens.txt"), |input| {
        // The token of any row leads to that row, and a changed one to no other.
        let name = String::from_utf8_lossy(input);
        let time = input
            .iter()
            .fold(0_i64, |time, byte| time.wrapping_mul(257).wrapping_add(i64::from(*byte)));
        let mut token = first.token(time, &name);
        let read = page(&token);
        if name.contains(char::is_control) {
            assert!(read.is_err(), "{token}");
        } else {
            let expected = format!("create_time: {time}, name: {name:?}");
            assert!(read.unwrap().contains(&expected), "{token}");
        }
        let at = token.len() * input.len() % 7;
        token.insert(at, 'A');
        let Ok(text) = from_utf8(input) else { return "no text".to_owned() };
        let outcomes = [page(&token), page(text)];
        let accepted = outcomes.map(|outcome| outcome.is_ok().to_string());
        assert_eq!(accepted[0], "false", "{token}");
        accepted.join(" ")
    });
}
