//! For whom a service calls another one.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue};

/// The caller whose call made this one necessary. Servers believe services only.
const ON_BEHALF_OF: &str = "csp-on-behalf-of";

tokio::task_local! {
    static CALLER: Option<Arc<str>>;
}

/// Does work whose calls are made for this caller. A task that the work spawns needs its own call of this.
pub async fn on_behalf_of<T>(caller: Option<Arc<str>>, work: impl Future<Output = T>) -> T {
    CALLER.scope(caller, work).await
}

/// Names the caller in the headers of a call.
pub(crate) fn add_to(headers: &mut HeaderMap) {
    let caller = CALLER.try_with(Clone::clone).ok().flatten();
    if let Some(value) = caller.and_then(|caller| HeaderValue::try_from(&*caller).ok()) {
        headers.insert(ON_BEHALF_OF, value);
    }
}
