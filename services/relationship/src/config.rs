use std::time::Duration;

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
        let valid_for = reader.take::<PositiveDuration>("decision.valid_for");
        let invitation_valid_for = reader.take::<PositiveDuration>("invitation.valid_for");
        Some(Self {
            common: common?,
            onboarding: onboarding?,
            valid_for: valid_for?.0,
            invitation_valid_for: invitation_valid_for?.0,
        })
    }
}
