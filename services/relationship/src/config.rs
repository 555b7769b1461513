use std::time::Duration;

use runtime::{
    config::{Reader, Span},
    peer,
    process::Common,
};

/// What relationship is configured with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What every service is configured with.
    pub common: Common,
    /// Its database.
    pub database: storage::Settings,
    /// Where onboarding is.
    pub onboarding: peer::Settings,
    /// How long a decision may be acted on.
    pub valid_for: Duration,
}

impl Settings {
    pub(crate) fn read(reader: &mut Reader) -> Option<Self> {
        let common = Common::read(reader);
        let url = reader.take("database.url");
        let max_connections = reader.take("database.max_connections");
        let onboarding = reader.take("onboarding.url");
        let timeout = reader.take::<Span>("onboarding.timeout");
        let valid_for = reader.take::<Span>("decision.valid_for");
        Some(Self {
            common: common?,
            database: storage::Settings { url: url?, max_connections: max_connections? },
            onboarding: peer::Settings { url: onboarding?, timeout: timeout?.0 },
            valid_for: valid_for?.0,
        })
    }
}
