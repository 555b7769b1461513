use types::Etag;
use uuid::Uuid;

use crate::Fields;

/// The options of a mutation as its request has them; see [`crate::mutation_options!`].
#[derive(Debug, Clone, Copy)]
pub struct MutationOptions<'a> {
    /// UUID that makes a retry idempotent, or empty.
    pub request_id: &'a str,
    /// Whether this is a dry run.
    pub validate_only: bool,
    /// Etag that the resource must still have, or empty.
    pub etag: &'a str,
}

/// The options of a mutation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mutation {
    /// Makes a retry idempotent.
    pub request_id: Option<Uuid>,
    /// Whether this is a dry run.
    pub validate_only: bool,
    /// Etag that the resource must still have, if any.
    pub etag: Option<Etag>,
}

/// The options in a request. A request for a `new` resource has no etag.
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
