//! Finds the resource that a user means.

use serde_json::{Value, json};
use types::quoted;

use crate::{
    api::Api,
    error::Error,
    kinds::Kind,
    names::{Attempt, attempts},
    value,
};

/// Kinds that a text without a collection may name, likely ones first. If one of a group is found, the
/// groups after it are not searched: the company of a partner often has the partner's alias.
const GROUPS: [&[Kind]; 2] = [
    &[Kind::Partners, Kind::Customers, Kind::Offers],
    &[Kind::Organizations, Kind::Partnerships, Kind::Orders, Kind::Subscriptions, Kind::Transfers],
];

/// Most resources that are listed if several match.
const MOST_LISTED: usize = 5;
/// Most pages of one search.
const MOST_PAGES: usize = 20;

/// A resource that exists.
#[derive(Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) value: Value,
    /// How it was found.
    by: String,
}

/// What a search found.
#[derive(Debug, Default)]
struct Search {
    found: Vec<Found>,
    /// Whether there may be more.
    more: bool,
}

/// An error if a text is the start of a display name: a command that writes needs whole names.
pub(crate) fn require_whole(kind: Kind, text: &str) -> Result<(), Error> {
    match text.ends_with('*') {
        true => Err(Error::Text(format!(
            "{} is the start of a name; a command that writes needs the whole name of the {}",
            quoted(text),
            kind.noun()
        ))),
        false => Ok(()),
    }
}

/// Finds a resource of a kind by its name, GUID, alias, PartnerID or display name.
pub(crate) async fn one(api: &Api, kind: Kind, text: &str) -> Result<Found, Error> {
    let attempts = attempts(kind, text);
    let search = find(api, kind, &attempts).await?;
    single(text, search, || unknown(text, kind.noun(), &[(kind, attempts)]))
}

/// Finds a resource of any kind.
pub(crate) async fn any(api: &Api, text: &str) -> Result<Found, Error> {
    if let Some(kind) = Kind::of(text) {
        return one(api, kind, text).await;
    }
    let mut tried = Vec::new();
    for group in GROUPS {
        let mut all = Search::default();
        for kind in group {
            let attempts = attempts(*kind, text);
            let Search { found, more } = find(api, *kind, &attempts).await?;
            all.found.extend(found);
            all.more |= more;
            tried.push((*kind, attempts));
        }
        if !all.found.is_empty() || all.more {
            return single(text, all, String::new);
        }
    }
    Err(Error::Text(unknown(text, "resource", &tried)))
}

async fn find(api: &Api, kind: Kind, attempts: &[Attempt]) -> Result<Search, Error> {
    let methods = kind.methods();
    let mut search = Search::default();
    for attempt in attempts {
        match attempt {
            Attempt::Name { by, name } => {
                let value = api.get(methods.get, methods.field, name).await?;
                value.into_iter().for_each(|it| search.add(kind, by, it));
            }
            Attempt::PartnerId(id) => {
                let filter = format!("location_account_id = {id}");
                let (values, _) = page(api, Kind::Partners, &filter, "").await?;
                values.into_iter().for_each(|it| search.add(kind, "PartnerID", it));
            }
            Attempt::DisplayName(name) if search.found.is_empty() => {
                search.add_called(api, kind, name).await?;
            }
            Attempt::DisplayName(_) => {}
        }
    }
    Ok(search)
}

impl Search {
    fn add(&mut self, kind: Kind, by: &str, value: Value) {
        let name = value::text(&value, "/name").to_owned();
        if self.found.iter().all(|it| it.name != name) {
            self.found.push(Found { kind, name, value, by: by.to_owned() });
        }
    }

    /// Adds resources with a display name until there are two. A partner has the name of its company.
    async fn add_called(&mut self, api: &Api, kind: Kind, name: &str) -> Result<(), Error> {
        let of = if kind == Kind::Partners { Kind::Organizations } else { kind };
        let filter = format!("display_name = \"{name}\"");
        let mut token = String::new();
        for _ in 0..MOST_PAGES {
            let (values, next) = page(api, of, &filter, &token).await?;
            for value in values {
                let by = format!("display name {}", value::text(&value, "/displayName"));
                if of == kind {
                    self.add(kind, &by, value);
                    continue;
                }
                let filter = format!("organization = {}", value::text(&value, "/name"));
                let (partners, _) = page(api, kind, &filter, "").await?;
                partners.into_iter().for_each(|it| self.add(kind, &by, it));
            }
            token = next;
            if token.is_empty() || self.found.len() > 1 {
                break;
            }
        }
        self.more = !token.is_empty();
        Ok(())
    }
}

/// The resources of a page that match a filter, and the token of the next page.
async fn page(
    api: &Api,
    kind: Kind,
    filter: &str,
    token: &str,
) -> Result<(Vec<Value>, String), Error> {
    let request = json!({ "filter": filter, "pageSize": MOST_LISTED, "pageToken": token });
    let response = api.call(kind.methods().list, request).await?;
    let next = value::text(&response, "/nextPageToken").to_owned();
    Ok((value::list(response, &kind.collection()), next))
}

/// The only resource that was found.
fn single(text: &str, search: Search, unknown: impl FnOnce() -> String) -> Result<Found, Error> {
    let Search { mut found, more } = search;
    match (found.pop(), more) {
        (Some(only), false) if found.is_empty() => Ok(only),
        (None, false) => Err(Error::Text(unknown())),
        (last, _) => Err(Error::Text(ambiguous(text, found.into_iter().chain(last), more))),
    }
}

fn ambiguous(text: &str, found: impl Iterator<Item = Found>, more: bool) -> String {
    let text = quoted(text);
    let mut found: Vec<_> =
        found.take(MOST_LISTED).map(|it| format!("{} ({})", it.name, it.by)).collect();
    if found.is_empty() {
        return format!(
            "{text} is ambiguous: too many display names match; write more of the name"
        );
    }
    if more {
        found.push("perhaps others".to_owned());
    }
    format!("{text} is ambiguous: {}; use one of these names", found.join(", "))
}

/// States what was tried and what to do.
fn unknown(text: &str, noun: &str, tried: &[(Kind, Vec<Attempt>)]) -> String {
    let ways = |(_, attempts): &(Kind, Vec<Attempt>)| attempts.iter().map(way).collect::<Vec<_>>();
    let kinds = tried.iter().filter(|(_, attempts)| !attempts.is_empty());
    let kinds = kinds.map(|(kind, _)| match kind {
        Kind::Organizations => "companies".to_owned(),
        kind => kind.collection(),
    });
    let (ways, kinds) = (each_once(tried.iter().flat_map(ways)), each_once(kinds));
    let text = quoted(text);
    match noun {
        _ if ways.is_empty() => {
            format!("{text} is not the name of a {noun}; `csp list {noun}s` shows the names")
        }
        "resource" => format!("nothing is called {text} (looked for {ways} of {kinds})"),
        noun => format!(
            "no {noun} is called {text} (looked for {ways}); `csp list {noun}s` shows what exists"
        ),
    }
}

/// What an attempt compares the text with, in the plural.
fn way(attempt: &Attempt) -> String {
    match attempt {
        Attempt::Name { by: "alias", .. } => "aliases".to_owned(),
        Attempt::Name { by, .. } => format!("{by}s"),
        Attempt::PartnerId(_) => "PartnerIDs".to_owned(),
        Attempt::DisplayName(_) => "display names".to_owned(),
    }
}

/// `a, b and c`.
fn each_once(words: impl Iterator<Item = String>) -> String {
    let mut once: Vec<String> = Vec::new();
    words.for_each(|it| {
        if !once.contains(&it) {
            once.push(it);
        }
    });
    match once.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        once => once.concat(),
    }
}

#[cfg(test)]
mod tests;
