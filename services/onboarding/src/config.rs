use runtime::{config::Reader, process::Common};

/// What onboarding is configured with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What every service is configured with.
    pub common: Common,
    /// Its database.
    pub database: storage::Settings,
}

impl Settings {
    pub(crate) fn read(reader: &mut Reader) -> Option<Self> {
        let common = Common::read(reader);
        let url = reader.take("database.url");
        let max_connections = reader.take("database.max_connections");
        let database = storage::Settings { url: url?, max_connections: max_connections? };
        Some(Self { common: common?, database })
    }
}
