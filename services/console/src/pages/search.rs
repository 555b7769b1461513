//! Search by display name, tenant, PartnerID, order, or resource name. A unique hit redirects.

mod lookup;

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};

use super::{ONBOARDING, RELATIONSHIP};
use crate::{
    commands::Commands,
    format::id_of,
    html::{self, Page},
    problem::Problem,
    visit::Visit,
};

/// A page that a search finds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hit {
    kind: &'static str,
    /// Resource name, such as `customers/{tenant}`, or `rules/{id}`.
    name: String,
    title: String,
}

/// What was found.
#[derive(Debug, Default)]
struct Found {
    hits: Vec<Hit>,
    /// Whether there are more than those.
    more: bool,
}

/// What a text in the search field is.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Nothing,
    Resource,
    Rule,
    Guid,
    PartnerId,
    Name,
}

impl Kind {
    fn of(text: &str) -> Self {
        let plain = |it: char| it.is_ascii_alphanumeric() || "-/_".contains(it);
        let digits = text.chars().all(|it| it.is_ascii_digit());
        let guid = text.len() == 36
            && text.chars().all(|it| it.is_ascii_hexdigit() || it == '-')
            && text.matches('-').count() == 4;
        let rule = text.split_once('-').is_some_and(|(topic, number)| {
            (2..=3).contains(&topic.len())
                && topic.chars().all(|it| it.is_ascii_alphabetic())
                && (1..=2).contains(&number.len())
                && number.chars().all(|it| it.is_ascii_digit())
        });
        match text {
            "" => Self::Nothing,
            text if text.contains('/') && text.chars().all(plain) => Self::Resource,
            _ if guid => Self::Guid,
            _ if digits && (4..=10).contains(&text.len()) => Self::PartnerId,
            _ if rule => Self::Rule,
            _ => Self::Name,
        }
    }
}

pub(crate) async fn show(visit: Visit) -> Result<Response, Problem> {
    let text = visit.query.get("q").to_owned();
    let calls = &visit.calls;
    let found = match Kind::of(&text) {
        Kind::Nothing => Found::default(),
        Kind::Resource => lookup::resource(calls, &text).await?,
        Kind::Guid => lookup::guid(calls, &text.to_lowercase()).await?,
        Kind::PartnerId => lookup::partner_id(calls, &text).await?,
        Kind::Rule => Found::one("Rule", format!("rules/{}", text.to_uppercase())),
        Kind::Name => lookup::display_name(calls, &text).await?,
    };
    if let ([hit], false) = (found.hits.as_slice(), found.more) {
        return Ok(Redirect::to(&format!("/{}", hit.name)).into_response());
    }
    let status = match found.hits.is_empty() && !text.is_empty() {
        true => StatusCode::NOT_FOUND,
        false => StatusCode::OK,
    };
    let page = Page {
        status,
        search: text.clone(),
        commands: commands(&visit, &text),
        ..Page::new("Search", body(&text, &found))
    };
    Ok(page.into_response())
}

impl Found {
    fn one(kind: &'static str, name: String) -> Self {
        Self { hits: vec![Hit { kind, title: id_of(&name).to_owned(), name }], more: false }
    }
}

fn commands(visit: &Visit, text: &str) -> Commands {
    if Kind::of(text) != Kind::Name {
        return Commands::default();
    }
    let Some(filter) = lookup::name_filter(text) else { return Commands::default() };
    let (onboarding, relationship) = (&visit.addresses.onboarding, &visit.addresses.relationship);
    Commands::default()
        .call(onboarding, ONBOARDING, "ListOrganizations", &[("filter", &filter)])
        .call(relationship, RELATIONSHIP, "ListCustomers", &[("filter", &filter)])
}

fn body(text: &str, found: &Found) -> Markup {
    let rows = html! {
        @for hit in &found.hits {
            tr {
                th scope="row" { a href={ "/" (hit.name) } { (hit.title) } }
                td { (hit.kind) }
                td { (html::id(id_of(&hit.name))) }
            }
        }
    };
    html! {
        h1 { "Search" }
        @if text.is_empty() {
            p { "Search by the start of a display name, a tenant, a PartnerID (PLA or PGA), an order, a rule, or \
                 any resource name such as " code { "customers/{tenant}" } "." }
        } @else if found.hits.is_empty() {
            p { "Nothing is found for " strong { (text) } "." }
            p { "A display name is found by its start; a tenant, order or subscription by its whole GUID; a \
                 PartnerID by all its digits." }
        } @else {
            p.summary { "Found for " strong { (text) } ":" }
            (html::table("Results", &["Name", "Kind", "Id"], &rows))
            @if found.more { p { "There are more. Type more of the name." } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_recognized_by_its_form() {
        for (text, kind) in [
            ("", Kind::Nothing),
            ("customers/20000000-0000-4000-8000-000000000001", Kind::Resource),
            ("20000000-0000-4000-8000-00000000000A", Kind::Guid),
            ("4847383", Kind::PartnerId),
            ("rel-3", Kind::Rule),
            ("REL-3", Kind::Rule),
            ("123", Kind::Name),
            ("Fabrikam", Kind::Name),
            ("A/B <Co>", Kind::Name),
        ] {
            assert_eq!(Kind::of(text), kind, "{text}");
        }
    }

    #[test]
    fn the_text_of_a_search_is_escaped() {
        let page = body("<script>", &Found::default()).into_string();
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
    }
}
