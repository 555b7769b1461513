use super::*;

/// Written by `openssl genpkey -algorithm ed25519`.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIMzRVDv8gheKG9xADg+vHiZsi7usWwuOkMAz/Yqpwaz9
-----END PRIVATE KEY-----
";
/// Its public key, written by `openssl pkey -pubout`.
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA+tr0AYZTdrDv/lXAYokYmBuacAi+xDTVJBazjBemJlg=
-----END PUBLIC KEY-----
";
/// The public key of another one.
const OTHER: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA8Yi7AlGfU/3bpMHnsX/FK8ZdBG0lTeUAcsFGkIlQcMQ=
-----END PUBLIC KEY-----
";

fn checkpoint() -> Checkpoint {
    Checkpoint {
        service: "ordering".to_owned(),
        log: Uuid::from_u128(7),
        size: 3,
        root: [5; 32],
        time: Timestamp::UNIX_EPOCH,
        position: 4,
        previous: Some([9; 32]),
    }
}

fn keys(pem: &str) -> PublicKeys {
    PublicKeys::from_pem(pem).unwrap()
}

#[test]
fn a_signature_is_valid_for_one_key_and_every_byte_of_the_text() {
    let key = SigningKey::from_pem(PRIVATE).unwrap();
    let signed = checkpoint().sign(Some(&key));
    assert_eq!(signed.verify(&keys(PUBLIC)), Ok(()));
    assert_eq!(signed.verify(&key.public()), Ok(()));
    assert_eq!(signed.verify(&keys(OTHER).and(keys(PUBLIC))), Ok(()), "after a rotation");
    assert_eq!(signed.verify(&keys(OTHER)), Err(SignatureError::UnknownKey));
    assert_eq!(signed.verify(&PublicKeys::default()), Err(SignatureError::UnknownKey));
    assert_eq!(checkpoint().sign(None).verify(&keys(PUBLIC)), Err(SignatureError::Unsigned));
    let note = signed.note();
    assert_eq!(SignedCheckpoint::parse(note), Some(signed.clone()));
    for at in 0..note.len() {
        let mut changed = note.as_bytes().to_vec();
        changed[at] ^= 1;
        let changed = String::from_utf8(changed).ok().and_then(|it| SignedCheckpoint::parse(&it));
        let verified = changed.map(|it| it.verify(&keys(PUBLIC)));
        // The last line end is not part of the signature.
        assert!(at == note.len() - 1 || verified != Some(Ok(())), "byte {at} of {note}");
    }
}

#[test]
fn only_the_canonical_text_is_read() {
    let note = checkpoint().sign(None).note().to_owned();
    for (from, to) in
        [("\n3\n", "\n03\n"), ("00Z", "00.0Z"), ("0909", "0A09"), ("csp-channel", "x")]
    {
        assert!(note.contains(from), "{from}");
        assert_eq!(SignedCheckpoint::parse(&note.replacen(from, to, 1)), None, "{to}");
    }
    assert_eq!(SignedCheckpoint::parse(""), None);
}

#[test]
fn files_without_a_usable_key_are_refused() {
    for pem in ["", PUBLIC, "-----BEGIN PRIVATE KEY-----\n", &PRIVATE.replace('M', "N")] {
        assert!(SigningKey::from_pem(pem).is_err(), "{pem}");
    }
    assert!(PublicKeys::from_pem(PRIVATE).is_err());
    assert_eq!(PublicKeys::from_pem(&[PUBLIC, OTHER].concat()).unwrap().0.len(), 2);
}
