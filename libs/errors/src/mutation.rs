use types::Etag;
use uuid::Uuid;

use crate::Fields;

/// How a mutation is to be done, as its request says; see [`crate::mutation_options!`].
#[derive(Debug, Clone, Copy)]
pub struct MutationOptions<'a> {
    /// UUID that makes a retry safe, or empty.
    pub request_id: &'a str,
    /// Whether only to try.
    pub validate_only: bool,
    /// Etag that the resource must still have, or empty.
    pub etag: &'a str,
}

/// How a mutation is to be done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mutation {
    /// Makes a retry safe.
    pub request_id: Option<Uuid>,
    /// Whether only to try.
    pub validate_only: bool,
    /// What the resource must still have; none for whichever it has.
    pub etag: Option<Etag>,
}

/// What a request says of how to do it; that of a `new` resource has no etag to go by.
#[macro_export]
macro_rules! mutation_options {
    (new $request:expr) => {{
        let request = $request;
        $crate::MutationOptions {
            request_id: &request.request_id,
            validate_only: request.validate_only,
            etag: "",
        }
    }};
    ($request:expr) => {{
        let request = $request;
        $crate::MutationOptions { etag: &request.etag, ..$crate::mutation_options!(new request) }
    }};
}

impl From<Option<Uuid>> for Mutation {
    fn from(request_id: Option<Uuid>) -> Self {
        Self { request_id, ..Self::default() }
    }
}

impl Fields {
    /// The fields `request_id`, `validate_only` and `etag`.
    pub fn mutation(&mut self, options: MutationOptions<'_>) -> Option<Mutation> {
        let request_id = self.request_id(options.request_id);
        let etag = self.parse_optional("etag", options.etag);
        let validate_only = options.validate_only;
        Some(Mutation { request_id: request_id?, validate_only, etag: etag? })
    }
}
