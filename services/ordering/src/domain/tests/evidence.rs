use crate::domain::Evidence;

/// SHA-256 of `abc`, from FIPS 180-4.
const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn evidence_is_written_as_the_sha_256_of_the_decision() {
    let evidence = Evidence::new(b"abc".to_vec());
    assert_eq!(evidence.to_string(), SHA256);
    let read: Evidence = SHA256.parse().unwrap();
    assert_eq!((&read, read.decision(), read.to_string().as_str()), (&evidence, None, SHA256));
    assert!(read.identifies(b"abc") && !read.identifies(b"abd"));
}

#[test]
fn only_64_lower_case_hexadecimal_digits_are_a_sha_256() {
    let longer = format!("{SHA256}00");
    let signed = SHA256.replacen("ba", "+a", 1);
    let texts = ["", "ba", &SHA256[1..], &longer, &SHA256.to_uppercase(), &signed, &"☂".repeat(32)];
    for text in texts {
        assert!(text.parse::<Evidence>().is_err(), "{text}");
    }
}
