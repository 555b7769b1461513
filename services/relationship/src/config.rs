use std::{str::FromStr, time::Duration};

use rules::LONGEST_VALIDITY;
use runtime::{
    config::{PositiveDuration, Reader},
    peer::read,
    process::Common,
};

/// Settings of relationship, see `config.toml`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Settings that all services share.
    pub common: Common,
    /// Client settings for onboarding.
    pub onboarding: rpc_client::Settings,
    /// Validity of a decision.
    pub valid_for: Duration,
    /// Time to answer an invitation or a customer relationship request.
    pub invitation_valid_for: Duration,
}

impl Settings {
    pub(crate) fn read(reader: &mut Reader) -> Option<Self> {
        let common = Common::read(reader);
        let onboarding = read(reader, "onboarding");
        let valid_for = reader.take::<Validity>("decision.valid_for");
        let invitation_valid_for = reader.take::<PositiveDuration>("invitation.valid_for");
        Some(Self {
            common: common?,
            onboarding: onboarding?,
            valid_for: valid_for?.0,
            invitation_valid_for: invitation_valid_for?.0,
        })
    }
}

/// A validity of decisions that no process would shorten.
struct Validity(Duration);

impl FromStr for Validity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let PositiveDuration(span) = text.parse()?;
        if span > LONGEST_VALIDITY {
            let most = LONGEST_VALIDITY.as_millis();
            return Err(format!("must be at most {most}ms, because changes wait for it"));
        }
        Ok(Self(span))
    }
}
