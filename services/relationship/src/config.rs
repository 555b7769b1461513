use std::time::Duration;

use runtime::{
    config::{PositiveDuration, Reader},
    peer::read,
    process::Common,
};

/// What relationship is configured with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What every service is configured with.
    pub common: Common,
    /// Where onboarding is.
    pub onboarding: rpc_client::Settings,
    /// How long a decision may be acted on.
    pub valid_for: Duration,
    /// How long invitations and requests wait for an answer.
    pub invitations_wait: Duration,
}

impl Settings {
    pub(crate) fn read(reader: &mut Reader) -> Option<Self> {
        let common = Common::read(reader);
        let onboarding = read(reader, "onboarding");
        let valid_for = reader.take::<PositiveDuration>("decision.valid_for");
        let invitations_wait = reader.take::<PositiveDuration>("invitation.valid_for");
        Some(Self {
            common: common?,
            onboarding: onboarding?,
            valid_for: valid_for?.0,
            invitations_wait: invitations_wait?.0,
        })
    }
}
