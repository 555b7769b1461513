//! What a text may mean as the name of a resource.

use types::tenant_id;

use crate::kinds::Kind;

/// Longest display name, in characters.
const LONGEST_DISPLAY_NAME: usize = 200;

/// One way to understand a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// As a name, or as the alias from which a name is derived.
    Name { by: &'static str, name: String },
    /// As a PartnerID.
    PartnerId(String),
    /// As a display name, or the start of one before `*`. Tried if no other way finds anything.
    DisplayName(String),
}

/// What a text may mean as a resource of a kind.
pub(crate) fn attempts(kind: Kind, text: &str) -> Vec<Attempt> {
    let name = |by, name| Attempt::Name { by, name };
    if let Some(named) = Kind::of(text) {
        let expanded = (named == kind).then(|| expand(kind, text));
        return expanded.into_iter().map(|it| name("name", it)).collect();
    }
    let mut attempts = Vec::new();
    let digits = (4..=10).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
    if kind == Kind::Partners && digits {
        attempts.push(Attempt::PartnerId(text.to_owned()));
    }
    if kind.methods().parent.is_none() {
        if tenant_id(text).is_ok() {
            attempts.push(name("GUID", format!("{}/{text}", kind.collection())));
        } else if is_alias(text) {
            attempts.extend(by_alias(kind, text).map(|it| name("alias", it)));
        }
    }
    let has_name = [Kind::Partners, Kind::Customers, Kind::Organizations].contains(&kind);
    if has_name && is_display_name(text) {
        attempts.push(Attempt::DisplayName(text.to_owned()));
    }
    attempts
}

/// Whether a filter can compare with this display name, or start of one before `*`.
fn is_display_name(text: &str) -> bool {
    let start = text.strip_suffix('*').unwrap_or(text);
    let usable = |it: char| it != '"' && it != '*' && !it.is_control();
    let length = text.chars().count();
    !start.trim().is_empty()
        && length <= LONGEST_DISPLAY_NAME
        && start.chars().all(usable)
        && tenant_id(text).is_err()
}

/// A filter with the full names of resources that it names by alias, such as `partners/northwind`.
pub(crate) fn filter(text: &str) -> String {
    let expanded = |word: &str| {
        let at = word.rfind(['=', '<', '>']).map_or(0, |at| at + 1);
        let (before, name) = word.split_at(at);
        Kind::of(name).map_or_else(|| word.to_owned(), |it| before.to_owned() + &expand(it, name))
    };
    text.split(' ').map(expanded).collect::<Vec<_>>().join(" ")
}

/// Lower-case letters, digits and hyphens, as in a world file.
fn is_alias(text: &str) -> bool {
    let part = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    !text.is_empty() && text.bytes().all(part)
}

/// The name that an alias stands for. The alias of an offer is its id.
fn by_alias(kind: Kind, alias: &str) -> Option<String> {
    match kind {
        Kind::Organizations => Some(world::alias::organization(alias).to_string()),
        Kind::Partners => Some(world::alias::partner(alias).to_string()),
        Kind::Customers => Some(world::alias::customer(alias).to_string()),
        Kind::Offers => Some(format!("offers/{alias}")),
        Kind::Enrollments
        | Kind::Agreements
        | Kind::Relationships
        | Kind::Partnerships
        | Kind::Orders
        | Kind::Subscriptions
        | Kind::Transfers => None,
    }
}

/// The full name for one with an alias or a noun in it, such as `partners/northwind` or
/// `partner/northwind/enrollment/direct-bill`.
fn expand(kind: Kind, text: &str) -> String {
    let methods = kind.methods();
    let top = methods.parent.unwrap_or(kind);
    let mut parts = text.splitn(4, '/').skip(1).step_by(2);
    let id = parts.next().unwrap_or_default();
    let alias = if tenant_id(id).is_err() && is_alias(id) { by_alias(top, id) } else { None };
    let name = alias.unwrap_or_else(|| format!("{}/{id}", top.collection()));
    match parts.next() {
        Some(rest) => format!("{name}/{}/{rest}", kind.collection()),
        None => name,
    }
}

#[cfg(test)]
mod tests;
