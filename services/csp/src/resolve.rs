//! Finds the resource that a user means.

use serde_json::{Value, json};
use types::{quoted, tenant_id};

use crate::{api::Api, error::Error, kinds::Kind, value};

/// Kinds that a text without a collection may name, likely ones first. If one of a group is found, the
/// groups after it are not searched: the company of a partner often has the partner's alias.
const GROUPS: [&[Kind]; 2] = [
    &[Kind::Partners, Kind::Customers, Kind::Offers],
    &[Kind::Organizations, Kind::Partnerships, Kind::Orders, Kind::Subscriptions, Kind::Transfers],
];

/// A resource that exists.
#[derive(Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) value: Value,
    /// How it was found.
    by: &'static str,
}

/// One way to understand a text.
#[derive(Debug, PartialEq, Eq)]
enum Attempt {
    /// As a name, or as the alias from which a name is derived.
    Name { by: &'static str, name: String },
    /// As a PartnerID.
    PartnerId(String),
}

/// Finds a resource of a kind by its name, GUID, alias or PartnerID.
pub(crate) async fn one(api: &Api, kind: Kind, text: &str) -> Result<Found, Error> {
    let attempts = attempts(kind, text);
    let found = find(api, kind, &attempts).await?;
    single(text, found, || unknown(text, kind.noun(), &[(kind, attempts)]))
}

/// Finds a resource of any kind.
pub(crate) async fn any(api: &Api, text: &str) -> Result<Found, Error> {
    if let Some(kind) = Kind::of(text) {
        return one(api, kind, text).await;
    }
    let mut tried = Vec::new();
    for group in GROUPS {
        let mut found = Vec::new();
        for kind in group {
            let attempts = attempts(*kind, text);
            found.extend(find(api, *kind, &attempts).await?);
            tried.push((*kind, attempts));
        }
        if !found.is_empty() {
            return single(text, found, String::new);
        }
    }
    Err(Error::Text(unknown(text, "resource", &tried)))
}

async fn find(api: &Api, kind: Kind, attempts: &[Attempt]) -> Result<Vec<Found>, Error> {
    let methods = kind.methods();
    let mut found: Vec<Found> = Vec::new();
    for attempt in attempts {
        let (by, value) = match attempt {
            Attempt::Name { by, name } => (*by, api.get(methods.get, methods.field, name).await?),
            Attempt::PartnerId(id) => ("PartnerID", at_location(api, id).await?),
        };
        if let Some(value) = value {
            let name = value::text(&value, "/name").to_owned();
            if found.iter().all(|it| it.name != name) {
                found.push(Found { kind, name, value, by });
            }
        }
    }
    Ok(found)
}

/// The partner with a location account.
async fn at_location(api: &Api, id: &str) -> Result<Option<Value>, Error> {
    let request = json!({ "filter": format!("location_account_id = {id}") });
    Ok(value::list(api.call("ListPartners", request).await?, "partners").pop())
}

/// What a text may mean as a resource of a kind.
fn attempts(kind: Kind, text: &str) -> Vec<Attempt> {
    let name = |by, name| Attempt::Name { by, name };
    if text.contains('/') {
        let expanded = (Kind::of(text) == Some(kind)).then(|| expand(kind, text));
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
    attempts
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

/// The only resource that was found.
fn single(
    text: &str,
    mut found: Vec<Found>,
    unknown: impl FnOnce() -> String,
) -> Result<Found, Error> {
    if found.len() > 1 {
        let found: Vec<_> = found.iter().map(|it| format!("{} ({})", it.name, it.by)).collect();
        let (text, found) = (quoted(text), found.join(", "));
        return Err(Error::Text(format!("{text} is ambiguous: {found}; use one of these names")));
    }
    found.pop().ok_or_else(|| Error::Text(unknown()))
}

/// Says what was tried and what to do.
fn unknown(text: &str, noun: &str, tried: &[(Kind, Vec<Attempt>)]) -> String {
    let words = |(kind, attempts): &(Kind, Vec<Attempt>)| {
        let word = |it: &Attempt| match it {
            Attempt::Name { by, name } => format!("{name} ({by})"),
            Attempt::PartnerId(id) => format!("the {} with PartnerID {id}", kind.noun()),
        };
        attempts.iter().map(word).collect::<Vec<_>>()
    };
    let tried: Vec<_> = tried.iter().flat_map(words).collect();
    let text = quoted(text);
    let list = match noun {
        "resource" => "`csp list KIND`".to_owned(),
        noun => format!("`csp list {noun}s`"),
    };
    match tried.as_slice() {
        [] => format!("{text} is not the name of a {noun}; {list} shows the names"),
        tried => {
            let tried = tried.join(", ");
            format!("there is no {noun} {text}; tried {tried}; {list} shows what exists")
        }
    }
}

#[cfg(test)]
mod tests;
