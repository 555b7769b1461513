//! Who makes a call, and what that caller may do. Pure: no I/O and no wire form.

mod access;
mod authorized;
mod caller;
mod role;
mod scope;

pub use access::{Access, Bindings};
pub use authorized::{Authorized, Forbidden, Identified, NotForCaller, Policy};
pub use caller::{Caller, Proof};
pub use role::Role;
pub use scope::{Involves, Scope};

#[cfg(test)]
mod tests;
