//! Settings for calls to another service.

use rpc_client::{Credentials, Settings, Urls};

use crate::config::{Count, PositiveDuration, Reader};

/// Reads `<name>.url`, `<name>.timeout` and `<name>.connections`. The start sets the credentials.
pub fn read(reader: &mut Reader, name: &str) -> Option<Settings> {
    let urls = reader.take::<Urls>(&format!("{name}.url"));
    let timeout = reader.take::<PositiveDuration>(&format!("{name}.timeout"));
    let connections = reader.take::<Count>(&format!("{name}.connections"));
    Some(Settings {
        urls: urls?,
        timeout: timeout?.0,
        connections: connections?.0 as usize,
        credentials: Credentials::default(),
    })
}
