use http::{HeaderMap, HeaderValue};

use crate::strip;

#[test]
fn no_header_that_names_a_caller_is_left() {
    let mut headers = HeaderMap::new();
    for name in [
        "authorization",
        "proxy-authorization",
        "cookie",
        "csp-actor",
        "l5d-client-id",
        "l5d-server-id",
        "l5d-remote-ip",
        "x-forwarded-client-cert",
        "client-cert",
        "client-cert-chain",
        "ssl-client-cert",
        "ssl-client-subject-dn",
        "x-ssl-client-dn",
        "x-amzn-mtls-clientcert",
        "x-forwarded-user",
        "x-auth-request-email",
    ] {
        headers.append(name, HeaderValue::from_static("a"));
        headers.append(name, HeaderValue::from_static("b"));
    }
    let others = ["content-type", "csp-on-behalf-of", "grpc-timeout", "te", "traceparent"];
    for name in others {
        headers.append(name, HeaderValue::from_static("c"));
    }
    strip(&mut headers);
    let mut left: Vec<_> = headers.keys().map(|name| name.as_str()).collect();
    left.sort_unstable();
    assert_eq!(left, others);
}
