use authority::Caller;
use serde::Deserialize;

use crate::Unproven;

/// How much the clocks of issuer and service may differ, in seconds.
const LEEWAY: f64 = 30.0;
/// Most seconds until a token expires.
const MAX_LIFETIME: f64 = 24.0 * 3600.0;
/// Most bytes of a subject.
const MAX_SUBJECT: usize = 255;

/// The claims that are checked here. A claim that occurs twice does not parse.
#[derive(Deserialize)]
pub(super) struct Claims {
    pub sub: String,
    exp: f64,
    nbf: Option<f64>,
    /// Of this type; its value is checked by `jsonwebtoken`, which would also accept a list.
    #[serde(rename = "iss")]
    _iss: String,
}

impl Claims {
    /// `now` in seconds since the epoch.
    pub fn check(&self, now: i64) -> Result<(), Unproven> {
        let now = now as f64;
        // JSON has neither NaN nor infinity.
        if self.exp + LEEWAY <= now {
            return Err(Unproven::TokenExpired);
        }
        if self.exp > now + MAX_LIFETIME + LEEWAY {
            return Err(Unproven::TokenLifetime);
        }
        if self.nbf.is_some_and(|nbf| nbf > now + LEEWAY) {
            return Err(Unproven::TokenNotYetValid);
        }
        let sub = &self.sub;
        // ASCII only, so that no two subjects look the same in a log.
        let known = sub.bytes().all(|it| it.is_ascii_graphic());
        if sub.is_empty() || sub.len() > MAX_SUBJECT || !known {
            return Err(Unproven::TokenSubject);
        }
        // Ids that only other sources prove.
        if sub == Caller::ANONYMOUS || sub.starts_with("spiffe:") {
            return Err(Unproven::TokenSubject);
        }
        Ok(())
    }
}
