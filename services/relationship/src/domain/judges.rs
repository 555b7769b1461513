//! Functions of the rules. Each returns `None` if the rule does not apply.

pub(super) mod account;
pub(super) mod acting_role;
pub(super) mod additional;
pub(super) mod chain;
pub(super) mod customer;
pub(super) mod enrollment;
pub(super) mod mpa;
pub(super) mod order;
pub(super) mod own_use;
pub(super) mod partnering;
pub(super) mod removal;
pub(super) mod seller;
pub(super) mod steps;

use std::fmt::Display;

/// Values separated by commas, or `none`.
pub(super) fn list(values: impl IntoIterator<Item = impl Display>) -> String {
    let values: Vec<_> = values.into_iter().map(|value| value.to_string()).collect();
    if values.is_empty() { "none".to_owned() } else { values.join(", ") }
}

/// A value, or `none`.
pub(super) fn or_none(value: Option<impl Display>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}
