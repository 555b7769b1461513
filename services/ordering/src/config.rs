use runtime::{config::Reader, peer::read, process::Common};

/// Settings of ordering.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Settings that every service has.
    pub common: Common,
    /// Connection to relationship.
    pub relationship: rpc_client::Settings,
}

impl Settings {
    pub(crate) fn read(reader: &mut Reader) -> Option<Self> {
        let common = Common::read(reader);
        let relationship = read(reader, "relationship");
        Some(Self { common: common?, relationship: relationship? })
    }
}
