//! How another service is called, by this one's settings.

use rpc_client::{Settings, Urls};

use crate::config::{Count, Reader, Span};

/// Reads `<name>.url`, `<name>.timeout` and `<name>.connections`.
pub fn read(reader: &mut Reader, name: &str) -> Option<Settings> {
    let urls = reader.take::<Urls>(&format!("{name}.url"));
    let timeout = reader.take::<Span>(&format!("{name}.timeout"));
    let connections = reader.take::<Count>(&format!("{name}.connections"));
    Some(Settings { urls: urls?, timeout: timeout?.0, connections: connections?.0 as usize })
}
