use runtime::{config::Reader, peer::read, process::Common};

/// What ordering is configured with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What every service is configured with.
    pub common: Common,
    /// Where relationship is.
    pub relationship: rpc_client::Settings,
}

impl Settings {
    pub(crate) fn read(reader: &mut Reader) -> Option<Self> {
        let common = Common::read(reader);
        let relationship = read(reader, "relationship");
        Some(Self { common: common?, relationship: relationship? })
    }
}
