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

/// Most resources that are listed if several match.
const MOST_LISTED: usize = 5;
/// Longest display name, in characters.
const LONGEST_DISPLAY_NAME: usize = 200;

/// A resource that exists.
#[derive(Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) value: Value,
    /// How it was found.
    by: String,
}

/// One way to understand a text.
#[derive(Debug, PartialEq, Eq)]
enum Attempt {
    /// As a name, or as the alias from which a name is derived.
    Name { by: &'static str, name: String },
    /// As a PartnerID.
    PartnerId(String),
    /// As a display name, or the start of one before `*`. Tried if no other way finds anything.
    DisplayName(String),
}

/// Finds a resource of a kind by its name, GUID, alias, PartnerID or display name.
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
        let values = match attempt {
            Attempt::Name { by, name } => {
                let value = api.get(methods.get, methods.field, name).await?;
                value.into_iter().map(|it| ((*by).to_owned(), it)).collect()
            }
            Attempt::PartnerId(id) => {
                let filter = format!("location_account_id = {id}");
                let values = filtered(api, Kind::Partners, filter).await?;
                values.into_iter().map(|it| ("PartnerID".to_owned(), it)).collect()
            }
            Attempt::DisplayName(name) if found.is_empty() => called(api, kind, name).await?,
            Attempt::DisplayName(_) => Vec::new(),
        };
        for (by, value) in values {
            let name = value::text(&value, "/name").to_owned();
            if found.iter().all(|it| it.name != name) {
                found.push(Found { kind, name, value, by });
            }
        }
    }
    Ok(found)
}

/// The resources with a display name, each with that name. A partner has that of its company.
async fn called(api: &Api, kind: Kind, name: &str) -> Result<Vec<(String, Value)>, Error> {
    let of = if kind == Kind::Partners { Kind::Organizations } else { kind };
    let mut found = Vec::new();
    for value in filtered(api, of, format!("display_name = \"{name}\"")).await? {
        let by = format!("display name {}", value::text(&value, "/displayName"));
        if kind == Kind::Partners {
            let filter = format!("organization = {}", value::text(&value, "/name"));
            let partners = filtered(api, kind, filter).await?;
            found.extend(partners.into_iter().map(|it| (by.clone(), it)));
        } else {
            found.push((by, value));
        }
    }
    Ok(found)
}

/// The first resources that match a filter.
async fn filtered(api: &Api, kind: Kind, filter: String) -> Result<Vec<Value>, Error> {
    let request = json!({ "filter": filter, "pageSize": MOST_LISTED });
    Ok(value::list(api.call(kind.methods().list, request).await?, &kind.collection()))
}

/// What a text may mean as a resource of a kind.
fn attempts(kind: Kind, text: &str) -> Vec<Attempt> {
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
            Attempt::DisplayName(_) => format!("the display names of {}", kind.collection()),
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
