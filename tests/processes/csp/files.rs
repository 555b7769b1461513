use std::fs;

use serde_json::{Value, json};
use testbed::Folder;
use tests::process;

/// A world with one test, which passes.
const PASSES: &str = "\
partners:
  munson: {name: Munson, country: FR, role: direct-bill}
customers:
  bakery: {name: Bakery, country: BE, sold_by: [munson]}
offers:
  mail: {family: microsoft-365}
tests:
  - name: it may sell
    order: {seller: munson, customer: bakery, offer: mail, quantity: 1}
    expect: allowed
";

fn test(files: &[&str], options: &[&str]) -> (Option<i32>, String, String) {
    let arguments: Vec<_> = ["test"].iter().chain(files).chain(options).copied().collect();
    let output = process::run("csp", &arguments, &[]);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_file_whose_tests_cannot_run_does_not_skip_the_others() {
    let folder = Folder::new();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let passes = file("passes.yaml", PASSES);
    let differs =
        file("differs.yaml", &PASSES.replace("expect: allowed", "expect: {refused: [PT-1]}"));
    let conflict = file("conflict.yaml", &PASSES.replace("country: BE", "country: US"));
    let empty = file("empty.yaml", PASSES.split("tests:").next().unwrap());
    let files = [&conflict, &empty, &differs, &passes].map(String::as_str);

    let (code, text, error) = test(&files, &[]);
    assert_eq!((code, error.as_str()), (Some(1), "error: not every test passed\n"), "{text}");
    assert!(text.contains(&format!("FAIL  {conflict}: ")), "{text}");
    assert!(text.contains(&format!("FAIL  {empty}: the file has no tests\n")), "{text}");
    assert!(text.contains("ok    it may sell: allowed\n"), "{text}");
    assert!(text.ends_with("\n1 passed, 3 failed\n"), "{text}");

    let (code, text, _) = test(&files, &["-o", "json"]);
    assert_eq!(code, Some(1));
    let rows: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 4, "{rows}");
    let passed = json!({"file": passes, "line": 8, "name": "it may sell", "passed": true, "difference": null});
    assert_eq!(rows[3], passed);
    assert_eq!(rows[2]["line"], 8);
    assert!(rows[2]["difference"].is_string() && rows[2]["passed"] == false, "{rows}");
    assert_eq!(rows[1]["difference"], format!("{empty}: the file has no tests"));
}

#[test]
fn a_file_is_read_up_to_a_limit() {
    let (code, text, _) = test(&["/dev/zero"], &[]);
    assert_eq!(code, Some(1));
    assert!(text.contains("4194305 bytes; the limit is 4194304"), "{text}");
}
