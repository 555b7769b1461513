use testbed::golden;

use super::*;

fn problems(text: &str) -> String {
    World::read(text).err().map(|it| it.of("world.csp.yaml")).unwrap_or_default()
}

/// GOLDEN=write cargo test -p world schema
#[test]
fn the_schema_for_editors_is_the_form_that_is_read() {
    let schema = serde_json::to_string_pretty(&World::json_schema()).unwrap();
    golden("../../samples/world.schema.json", &(schema + "\n"));
}

#[test]
fn a_file_that_is_not_of_the_form_is_refused_with_its_place() {
    for (text, expected) in [
        ("partners:\n  a: {country: FR}\n", "world.csp.yaml:2:7: missing field `role`"),
        (
            "partners:\n  a: {country: FR, role: distributor}\n",
            "world.csp.yaml:2:26: unknown variant `distributor`, expected one of provider, reseller, direct-bill",
        ),
        (
            "partners:\n  a: {country: XX, role: reseller}\n",
            "world.csp.yaml:2:16: `XX` is not a listed CSP market (ISO 3166-1 alpha-2, upper case)",
        ),
        (
            "customers:\n  a: {country: FR, mca: yesterday}\n",
            "world.csp.yaml:2:25: `yesterday` is not an acceptance; write accepted, none, or a day such as 2026-01-15",
        ),
        (
            "organizations:\n  a: {country: FR, owners: {b: 120%}}\n",
            "world.csp.yaml:2:32: `120%` is not an ownership; write a share such as 60%, or control",
        ),
        ("partners: 5\n", "world.csp.yaml:1:11: "),
        ("offers: {}\noffers: {}\n", "world.csp.yaml:2:1: duplicate mapping key: offers"),
        ("partnerz: {}\n", "world.csp.yaml:1:1: unknown field `partnerz`"),
        (
            "start_time: soon\n",
            "world.csp.yaml:1:13: `soon` is not a time; write 2026-01-15 or 2026-01-15T09:00:00Z",
        ),
    ] {
        let problems = problems(text);
        assert!(problems.starts_with(expected), "{problems}");
    }
}

#[test]
fn all_references_are_checked_with_their_places() {
    let text = "\
partners:
  north: {country: FR, role: provider, providers: [other]}
  South_1: {country: FR, role: reseller, company: elsewhere, providers: [South_1]}
customers:
  north: {country: FR}
  lit: {country: FR, sold_by: [east], attested_by: [north]}
orders:
  first: {seller: north, customer: west, offer: mail}
tests:
  - expect: {refused: []}
";
    let expected = "\
world.csp.yaml:2:52: only a reseller has providers; remove them, or change the role
world.csp.yaml:2:52: the file has no partner `other`; the file has South_1, north
world.csp.yaml:3:3: `South_1` is not an alias; use 1 to 63 lower-case letters, digits and hyphens
world.csp.yaml:3:51: the file has no company `elsewhere`; the file has none
world.csp.yaml:3:74: `South_1` has another role; name a provider
world.csp.yaml:5:3: `north` describes the company that line 2 describes; use another alias, or state `company`
world.csp.yaml:6:32: the file has no partner `east`; the file has South_1, north
world.csp.yaml:6:53: add north to `sold_by`: only a partner that sells to the customer attests
world.csp.yaml:8:36: the file has no customer `west`; the file has lit, north
world.csp.yaml:8:49: the file has no offer `mail`; the file has none
world.csp.yaml:10:5: `refused` needs at least one rule
world.csp.yaml:10:5: a test has exactly one of `order`, `check` and `call`";
    assert_eq!(problems(text), expected);
}

#[test]
fn a_company_may_be_both_a_partner_and_a_customer_under_one_alias_of_it() {
    let text = "\
organizations: {contoso: {country: FR}}
partners: {contoso-csp: {company: contoso, country: FR, role: direct-bill}}
customers: {contoso-office: {company: contoso, country: FR}}
";
    assert_eq!(problems(text), "");
}

#[test]
fn a_file_has_a_limit() {
    let text = format!("description: {}\n", "x".repeat(LONGEST));
    assert!(problems(&text).contains("the limit is"), "{}", problems(&text).len());
}

/// Nested aliases that stand for 9^13 values, where any JSON is allowed.
#[test]
fn aliases_that_multiply_are_refused() {
    let nested = (b'b'..=b'm').map(|it| (it as char, (it - 1) as char)).map(|(it, before)| {
        format!("        {it}: &{it} [{}]\n", vec![format!("*{before}"); 9].join(", "))
    });
    let call = "tests:\n  - expect: allowed\n    call:\n      method: GetPartner\n      request:\n";
    let first = "        a: &a [x, x, x, x, x, x, x, x, x]\n";
    assert_eq!(problems(&format!("{call}{first}")), "");
    let bomb = format!("{call}{first}{}", nested.collect::<String>());
    let problems = problems(&bomb);
    assert!(problems.contains(": the file has too many values; "), "{problems}");
}

#[test]
fn fuzzing() {
    fuzz::run(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/files.txt"), |input| {
        let Ok(text) = std::str::from_utf8(input) else { return "no text".to_owned() };
        match World::read(text) {
            Ok(world) => {
                format!("{} {} {}", world.partners.len(), world.customers.len(), world.tests.len())
            }
            Err(problems) => {
                let problems = problems.of("file");
                // A problem quotes a part of the file and lists what is possible.
                assert!(problems.len() <= 4096 + 4 * text.len(), "{problems}");
                fuzz::kind(problems.split('\n').next().unwrap_or_default())
            }
        }
    });
}
