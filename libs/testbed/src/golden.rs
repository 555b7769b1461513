use std::{fs, path::Path};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden");

/// Compares a text with the one in a file of `tests/golden`, or writes it there when
/// `GOLDEN=write` asks for that.
///
/// # Panics
/// When they differ.
#[allow(clippy::disallowed_methods, reason = "a test is told by its environment what to write")]
pub fn golden(file: &str, text: &str) {
    let path = Path::new(FOLDER).join(file);
    if std::env::var("GOLDEN").is_ok_and(|it| it == "write") {
        fs::create_dir_all(FOLDER).expect("the folder can be made");
        fs::write(&path, text).expect("the file can be written");
    }
    let golden = fs::read_to_string(path).unwrap_or_default();
    let hint = format!("tests/golden/{file} says something else; GOLDEN=write writes it anew");
    for (at, (golden, now)) in golden.lines().zip(text.lines()).enumerate() {
        assert_eq!(golden, now, "line {}: {hint}", at + 1);
    }
    assert_eq!(golden.len(), text.len(), "{hint}");
}
