//! Who makes a call, and what that caller may do.

use std::sync::Arc;

use authority::{Bindings, Caller, Identified};
use errors::Failure;
use http::HeaderMap;

/// For whom a service calls another one. Only services are believed.
const ON_BEHALF_OF: &str = "csp-on-behalf-of";

/// Identifies the callers of a server.
#[derive(Debug, Clone)]
pub(super) struct Callers {
    bindings: Arc<Bindings>,
}

impl Callers {
    pub(super) fn new(bindings: Bindings) -> Self {
        Self { bindings: Arc::new(bindings) }
    }

    /// The caller of a request. Removes the headers that name it.
    pub(super) fn identify(&self, headers: &mut HeaderMap) -> Result<Identified, Failure> {
        let on_behalf_of = headers.remove(ON_BEHALF_OF);
        let on_behalf_of = on_behalf_of.and_then(|it| it.to_str().ok().map(str::to_owned));
        let caller = Caller::anonymous();
        let access = self.bindings.of(&caller);
        Ok(Identified { caller, access, on_behalf_of })
    }
}
