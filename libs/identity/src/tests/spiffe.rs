use crate::{SpiffeId, TrustDomain};

#[test]
fn a_spiffe_id_has_a_trust_domain_and_a_path() {
    let id: SpiffeId = "spiffe://cluster.local/ns/csp/sa/ordering".parse().unwrap();
    assert_eq!((id.trust_domain(), id.path()), ("cluster.local", "/ns/csp/sa/ordering"));
    assert_eq!(id.to_string(), "spiffe://cluster.local/ns/csp/sa/ordering");
}

#[test]
fn only_the_standard_spelling_is_a_spiffe_id() {
    let long_domain = format!("spiffe://{}/a", "d".repeat(256));
    let long = format!("spiffe://d/{}", "a".repeat(2048));
    for text in [
        "",
        "cluster.local/a",
        "SPIFFE://cluster.local/a",
        "spiffe:/cluster.local/a",
        "spiffe:///a",
        "spiffe://cluster.local",
        "spiffe://cluster.local/",
        "spiffe://cluster.local/a/",
        "spiffe://cluster.local//a",
        "spiffe://cluster.local/./a",
        "spiffe://cluster.local/a/..",
        "spiffe://Cluster.local/a",
        "spiffe://cluster.local:443/a",
        "spiffe://user@cluster.local/a",
        "spiffe://clüster.local/a",
        "spiffe://cluster.local/a?b=c",
        "spiffe://cluster.local/a#b",
        "spiffe://cluster.local/%61",
        "spiffe://cluster.local/a b",
        "spiffe://cluster.local/ä",
        " spiffe://cluster.local/a",
        "spiffe://cluster.local/a\n",
        &long_domain,
        &long,
    ] {
        assert!(text.parse::<SpiffeId>().is_err(), "{text}");
    }
    for text in ["spiffe://d/a", "spiffe://d_1-2.e/A-b_c.d/...", &long_domain.replacen('d', "", 1)]
    {
        assert!(text.parse::<SpiffeId>().is_ok(), "{text}");
    }
    assert_eq!(
        "a/b".parse::<TrustDomain>().unwrap_err(),
        "`a/b` is not a trust domain; use 1 to 255 of a-z, 0-9, `.`, `-` and `_`"
    );
}
