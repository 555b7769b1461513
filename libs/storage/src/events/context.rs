use std::time::Duration;

use authority::{Authorized, Proof};
use errors::Mutation;
use types::Timestamp;

use super::digest;

/// The context of one call that changes resources.
#[derive(Debug, Clone)]
pub struct MutationContext {
    pub(super) mutation: Mutation,
    pub(super) digest: String,
    pub(super) caller: Authorized,
    /// Start of the call.
    pub now: Timestamp,
    pub(super) in_force_after: Duration,
}

impl MutationContext {
    /// A call of `method` with this encoded request.
    #[must_use]
    pub fn new(
        method: &str,
        mutation: impl Into<Mutation>,
        request: &[u8],
        caller: Authorized,
        now: Timestamp,
    ) -> Self {
        let mutation = mutation.into();
        let mut request = request.to_vec();
        if let Some(id) = mutation.request_id {
            lowercase_id(&mut request, id.to_string().as_bytes());
        }
        let in_force_after = Duration::ZERO;
        Self { mutation, digest: digest::of(method, &request), caller, now, in_force_after }
    }

    /// Adds the request's fields: path and content, once for each value of a repeated field. An
    /// error for a reused request id names those that differ.
    #[must_use]
    pub fn with_parts<'a>(mut self, parts: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        if self.request_id().is_some() {
            let parts = parts.into_iter().filter(|(path, _)| *path != "request_id");
            self.digest += &digest::of_parts(parts);
        }
        self
    }

    /// Whether the call is a dry run: decided and written like any other, and then rolled back.
    #[must_use]
    pub const fn is_dry_run(&self) -> bool {
        self.mutation.validate_only
    }

    /// The caller.
    #[must_use]
    pub const fn caller(&self) -> &Authorized {
        &self.caller
    }

    /// The id under which the answer is recorded, unique for each caller; none for a dry run.
    pub(super) fn request_id(&self) -> Option<String> {
        let id = self.mutation.request_id.filter(|_| !self.is_dry_run())?;
        let caller = self.caller.caller();
        Some(match self.caller.on_behalf_of() {
            _ if caller.proof() == Proof::None => id.to_string(),
            None => format!("{caller} {id}"),
            Some(other) => format!("{caller} {other} {id}"),
        })
    }
}

/// Replaces every occurrence of the id by its lower-case form, so that requests that differ only in the
/// case of their id have the same digest.
fn lowercase_id(request: &mut [u8], id: &[u8]) {
    for at in 0..request.len().saturating_sub(id.len() - 1) {
        let part = &mut request[at..at + id.len()];
        if part.eq_ignore_ascii_case(id) {
            part.copy_from_slice(id);
        }
    }
}
