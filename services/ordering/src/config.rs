use runtime::{
    config::{Reader, Span},
    peer,
    process::Common,
};

/// What ordering is configured with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What every service is configured with.
    pub common: Common,
    /// Its database.
    pub database: storage::Settings,
    /// Where relationship is.
    pub relationship: peer::Settings,
}

impl Settings {
    pub(crate) fn read(reader: &mut Reader) -> Option<Self> {
        let common = Common::read(reader);
        let url = reader.take("database.url");
        let max_connections = reader.take("database.max_connections");
        let relationship = reader.take("relationship.url");
        let timeout = reader.take::<Span>("relationship.timeout");
        Some(Self {
            common: common?,
            database: storage::Settings { url: url?, max_connections: max_connections? },
            relationship: peer::Settings { url: relationship?, timeout: timeout?.0 },
        })
    }
}
