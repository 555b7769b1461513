use types::PartnerName;

use super::*;

const ID: &str = "0195f0a8-7c1e-7b3a-9c55-0242ac120002";

const FIELDS: [Field; 3] = [
    Field::value::<PartnerName>("reseller", "reseller_name"),
    Field::time("create_time"),
    Field::choice("shape", "SHAPE_", Shape::TEXTS),
];

types::text_enum! {
    /// Values of an enum.
    pub enum Shape {
        /// One.
        HalfRound = "half-round",
        /// Another.
        Flat = "flat",
    }
}

fn term(column: &'static str, operator: BinOper, value: Option<Value>) -> Term {
    Term { column, operator, value, lapse: None }
}

#[test]
fn terms_are_read_in_their_order() {
    let second = Timestamp::from_second(1).unwrap();
    let filter = format!(
        "reseller=partners/{ID} AND create_time >= \"1970-01-01T00:00:01Z\"  AND \
         shape != SHAPE_HALF_ROUND AND reseller = \"partners/{}\" AND reseller != \"\"",
        ID.to_uppercase()
    );
    let partner = || Some(format!("partners/{ID}").into());
    let expected = [
        term("reseller_name", BinOper::Equal, partner()),
        term("create_time", BinOper::GreaterThanOrEqual, Some(second.as_microsecond().into())),
        term("shape", BinOper::NotEqual, Some("half-round".into())),
        term("reseller_name", BinOper::Equal, partner()),
        term("reseller_name", BinOper::NotEqual, None),
    ];
    assert_eq!(parse(&filter, &FIELDS).unwrap(), expected);
    assert_eq!(parse("  ", &FIELDS).unwrap(), []);
}

#[test]
fn a_text_is_compared_whole_or_by_its_start() {
    let fields = [Field::text("display_name", "key")];
    let key = |text: &str| Some(Value::from(text.as_bytes().to_vec()));
    let from = |text: &str| term("key", BinOper::GreaterThanOrEqual, key(text));
    let below = |bytes: &[u8]| term("key", BinOper::SmallerThan, Some(bytes.to_vec().into()));
    for (filter, expected) in [
        ("display_name = Fabrikam", vec![term("key", BinOper::Equal, key("fabrikam"))]),
        ("display_name = \"FAB Ä*\"", vec![from("fab ä"), below(b"fab \xc3\xa5")]),
        ("display_name = \u{10ffff}*", vec![from("\u{10ffff}"), below(b"\xf4\x8f\xbf\xc0")]),
    ] {
        assert_eq!(parse(filter, &fields).unwrap(), expected, "{filter}");
    }
    let ten = ["display_name = a*"; 10].join(" AND ");
    assert_eq!(parse(&ten, &fields).unwrap().len(), 20);
    let end = "`*` is allowed at the end only, as in `fab*`";
    let short = "write at least one character, as in `fab*`";
    for (value, problem) in [
        ("= a*b", format!("compares `display_name` with `a*b`: {end}")),
        ("= *a*", format!("compares `display_name` with `*a*`: {end}")),
        ("= *", format!("compares `display_name` with `*`: {short}")),
        ("= \"\"", format!("compares `display_name` with ``: {short}")),
        ("!= a", "compares `display_name` other than by =; write `display_name = \"fab*\"`".into()),
        ("< a", "compares `display_name` other than by =; write `display_name = \"fab*\"`".into()),
    ] {
        let filter = format!("display_name {value}");
        assert_eq!(parse(&filter, &fields).unwrap_err(), problem, "{filter}");
    }
}

#[test]
fn the_key_of_a_start_is_the_start_of_the_key() {
    for text in ["ΟΔΟΣ ΑΣ", "Straße", "İstanbul", "ŒUVRE", "ǅ", "ŉ"] {
        let key = search_key(text);
        for (end, _) in text.char_indices() {
            assert!(key.starts_with(&search_key(&text[..end])), "{text}");
        }
    }
    assert_eq!(search_key("Οδός"), search_key("ΟΔΌΣ"));
}

#[test]
fn an_invalid_filter_is_answered_with_what_to_write() {
    let fields = "use reseller, create_time or shape";
    let shapes = "use SHAPE_HALF_ROUND or SHAPE_FLAT";
    let (id, short) =
        (format!("reseller = partners/{ID}"), "`7e1c`: must look like `partners/{tenant}`");
    for (filter, problem) in [
        ("state = x", format!("has no field `state`; {fields}")),
        ("createTime > x", format!("has no field `createTime`; {fields}")),
        ("= x", "has `= x` instead of a field; use reseller, create_time or shape".into()),
        ("reseller", "has no operator after `reseller`; write `reseller = …`".into()),
        ("reseller = ", "has no value after `reseller` and its operator".into()),
        ("reseller = \"x", "has no closing quote after `reseller`".into()),
        ("reseller < x", "compares `reseller` by order; use = or !=".into()),
        ("reseller = 7e1c", format!("compares `reseller` with {short}")),
        (&format!("{id} and {id}"), "joins comparisons by `and`; write AND in capitals".into()),
        (
            &format!("{id} OR {id}"),
            "joins comparisons by OR, which is not supported; join them by AND, or list once for \
             each"
                .into(),
        ),
        (&format!("{id} AND"), "ends with AND; add a comparison after it".into()),
        (&format!("{id} (x)"), "has `(x)` instead of AND or its end".into()),
        (&format!("({id})"), "has parentheses, which are not supported".into()),
        (&format!("NOT {id}"), "has NOT, which is not supported; use !=".into()),
        (
            "create_time > now",
            "compares `create_time` with `now`; use a time such as 2026-03-02T09:00:00Z".into(),
        ),
        ("shape = half-round", format!("compares `shape` with `half-round`; {shapes}")),
        ("shape = SHAPE_", format!("compares `shape` with `SHAPE_`; {shapes}")),
        (
            "shape = SHAPE_UNSPECIFIED",
            format!("compares `shape` with `SHAPE_UNSPECIFIED`; {shapes}"),
        ),
        ("reseller = \"a\0\"", "has a control character after `reseller`".into()),
    ] {
        assert_eq!(parse(filter, &FIELDS).unwrap_err(), problem, "{filter}");
    }
    let long = vec![id; 11].join(" AND ");
    assert_eq!(parse(&long, &FIELDS).unwrap_err(), "has more than 10 terms");
}
