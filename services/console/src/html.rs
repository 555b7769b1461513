//! The frame of every page, and the parts that pages share. maud escapes every text.

use http::StatusCode;
use maud::{DOCTYPE, Markup, html};
use prost_types::Timestamp as WireTime;
use types::Timestamp;

use crate::{commands::Commands, format};

/// The pages of the navigation.
const PAGES: [(&str, &str); 3] =
    [("/", "Blocked now"), ("/rules", "Rules"), ("/markets", "Markets")];

/// One page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) title: String,
    pub(crate) body: Markup,
    /// The text in the search field.
    pub(crate) search: String,
    pub(crate) commands: Commands,
}

impl Page {
    pub(crate) fn new(title: impl Into<String>, body: Markup) -> Self {
        Self {
            status: StatusCode::OK,
            title: title.into(),
            body,
            search: String::new(),
            commands: Commands::default(),
        }
    }

    /// The whole document.
    pub(crate) fn render(&self) -> String {
        let document = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · CSP channel" }
                    link rel="stylesheet" href="/style.css";
                    link rel="icon" href="/icon.svg" type="image/svg+xml";
                }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    header.top {
                        div.bar {
                            a.brand href="/" { (mark()) "CSP channel" }
                            nav aria-label="Pages" {
                                @for (path, title) in PAGES {
                                    a href=(path) aria-current=[(self.title == title).then_some("page")] {
                                        (title)
                                    }
                                }
                            }
                            (search(&self.search))
                        }
                    }
                    main #main tabindex="-1" {
                        (self.body)
                        (self.commands.markup())
                    }
                    footer.bottom {
                        p { "Read only. Times are UTC. Everything here is also in the public API." }
                    }
                }
            }
        };
        document.into_string()
    }
}

fn mark() -> Markup {
    html! { img src="/icon.svg" alt="" width="20" height="20"; }
}

fn search(text: &str) -> Markup {
    html! {
        form.search role="search" action="/search" method="get" {
            label.unseen for="q" { "Search" }
            input #q type="search" name="q" value=(text) maxlength="200" autocomplete="off"
                placeholder="Name, tenant, PartnerID or order";
            button type="submit" { "Search" }
        }
    }
}

/// Colour and symbol of a badge. The text says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Warn,
    Plain,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "badge good",
            Self::Bad => "badge bad",
            Self::Warn => "badge warn",
            Self::Plain => "badge",
        }
    }
}

pub(crate) fn badge(tone: Tone, text: &str) -> Markup {
    html! { span class=(tone.class()) { (text) } }
}

/// Headings of columns with numbers.
const NUMBERS: [&str; 4] = ["Units", "Total", "Unit price", "Revision"];

/// A table that scrolls in its own container. The container takes the focus, so that keys scroll it.
pub(crate) fn table(label: &str, head: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll role="region" aria-label=(label) tabindex="0" {
            table {
                thead { tr { @for cell in head { th.number[NUMBERS.contains(cell)] scope="col" { (cell) } } } }
                tbody { (rows) }
            }
        }
    }
}

/// Names and values.
pub(crate) fn facts(rows: &[(&str, Markup)]) -> Markup {
    html! {
        dl.facts {
            @for (name, value) in rows { div { dt { (name) } dd { (value) } } }
        }
    }
}

/// A link to the next page of a list, and one to its start, if there are any.
pub(crate) fn paging(label: &str, first: Option<String>, next: Option<String>) -> Markup {
    html! {
        @if first.is_some() || next.is_some() {
            nav.paging aria-label=(label) {
                @if let Some(first) = first { a href=(first) { "First page" } }
                @if let Some(next) = next { a rel="next" href=(next) { "Next page" } }
            }
        }
    }
}

/// A time in UTC to the minute.
pub(crate) fn time(time: Option<&WireTime>) -> Markup {
    match time.and_then(format::time) {
        None => html! { span.none { "–" } },
        Some(time) => html! { time datetime=(time.to_string()) { (format::minute(time)) } },
    }
}

/// A day, and how far away it is.
pub(crate) fn day(time: Timestamp, now: Timestamp) -> Markup {
    html! {
        time datetime=(time.to_string()) { (format::day(time)) }
        " " small { "(" (format::distance(time, now)) ")" }
    }
}

/// A text, or a dash if it is empty.
pub(crate) fn text(text: &str) -> Markup {
    match text {
        "" => html! { span.none { "–" } },
        text => html! { (text) },
    }
}

/// An id as a value of its own.
pub(crate) fn whole_id(name: &str) -> Markup {
    html! { code.id.whole { (name) } }
}

/// An id in small print, which one click selects.
pub(crate) fn id(name: &str) -> Markup {
    html! { code.id { (name) } }
}

/// A rule id as a link to its text.
pub(crate) fn rule(id: &str) -> Markup {
    html! { a.rule href={ "/rules/" (id) } { (id) } }
}
