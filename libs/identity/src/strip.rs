use http::{HeaderMap, HeaderName};

/// Headers by which proxies, gateways and clients name a caller.
const NAMES: &[&str] = &[
    "authorization",
    "client-cert",
    "client-cert-chain",
    "cookie",
    "csp-actor",
    "proxy-authorization",
    "x-amzn-mtls-clientcert",
    "x-amzn-mtls-clientcert-leaf",
    "x-client-cert",
    "x-forwarded-client-cert",
    "x-forwarded-email",
    "x-forwarded-user",
];

/// First parts of such headers: all of Linkerd, and of nginx.
const PREFIXES: &[&str] = &["l5d-", "ssl-client-", "x-auth-request-", "x-ssl-client-"];

fn names_a_caller(name: &HeaderName) -> bool {
    let name = name.as_str();
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Removes every header by which a caller may be named, so that no later code believes or forwards one, also those of
/// the source that was just used: a token is not passed on.
pub fn strip(headers: &mut HeaderMap) {
    let named: Vec<_> = headers.keys().filter(|name| names_a_caller(name)).cloned().collect();
    for name in named {
        headers.remove(name);
    }
}
