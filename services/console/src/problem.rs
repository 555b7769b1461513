//! Why there is no page, and the page that says so.

use client::{Error, Kind};
use http::StatusCode;
use maud::{Markup, html};

use crate::html::Page;

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The resource or page does not exist.
    Missing(String),
    /// A value of the request is invalid.
    Invalid(Vec<String>),
    /// The request is for a host that is not the console's.
    Host(String),
    /// The method is neither GET nor HEAD.
    Method,
    /// The console is over capacity.
    Busy,
    /// The page needs more calls than it may make.
    TooManyCalls,
    /// All calls of the page took too long together.
    OutOfTime,
    /// A service did not answer.
    Unavailable { service: &'static str, why: String },
    /// A service answered with something that no page expects.
    Failed { service: &'static str, why: String },
}

impl Problem {
    /// The failure of a call to a service.
    pub(crate) fn of(service: &'static str, error: Error) -> Self {
        let missing = error.resource().map_or_else(|| error.message.clone(), str::to_owned);
        match error.kind {
            Kind::Missing => Self::Missing(missing),
            Kind::Invalid => {
                let fields = error.fields.iter();
                let fields = fields.map(|it| format!("{}: {}", it.field, it.description));
                let fields: Vec<_> = fields.collect();
                Self::Invalid(if fields.is_empty() { vec![error.message] } else { fields })
            }
            Kind::Unavailable | Kind::Busy | Kind::TooLate | Kind::Outdated => {
                Self::Unavailable { service, why: error.message }
            }
            Kind::Exists | Kind::Refused | Kind::Defect | Kind::Other(_) => {
                Self::Failed { service, why: error.message }
            }
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Missing(_) => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Host(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Busy | Self::OutOfTime | Self::Unavailable { .. } => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::TooManyCalls => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Failed { .. } => StatusCode::BAD_GATEWAY,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Missing(_) => "Not found".to_owned(),
            Self::Invalid(_) => "Invalid value".to_owned(),
            Self::Host(_) => "Unknown host".to_owned(),
            Self::Method => "Read only".to_owned(),
            Self::Busy => "Over capacity".to_owned(),
            Self::TooManyCalls => "Too much for one page".to_owned(),
            Self::OutOfTime => "Out of time".to_owned(),
            Self::Unavailable { service, .. } => format!("{service} is unavailable"),
            Self::Failed { service, .. } => format!("{service} failed"),
        }
    }

    fn body(&self) -> Markup {
        html! {
            @match self {
                Self::Missing(what) => {
                    p { code { (what) } " does not exist." }
                    p { "Search by display name, tenant, PartnerID, order, or any resource name." }
                }
                Self::Invalid(values) => {
                    ul.plain { @for value in values { li { (value) } } }
                    p { "Correct the value in the address or the form, and load the page again." }
                }
                Self::Host(host) => {
                    p { "The console is not served under the host " code { (host) } "." }
                    p { "Add its name to the setting " code { "hosts" } ", or open the address." }
                }
                Self::Method => p { "The console only reads: it answers GET and HEAD." },
                Self::Busy => p { "The console has too many pages in flight. Reload in a second." },
                Self::TooManyCalls => p { "The page needs more calls than one page may make." },
                Self::OutOfTime => {
                    p { "The services took too long to answer. Reload the page." }
                }
                Self::Unavailable { service, why } => {
                    p { "The service " strong { (service) } " did not answer: " (why) "." }
                    p {
                        "Reload the page. If it stays, check that " (service) " runs, and that the \
                         setting " code { "services." (service) } " of the console has its address."
                    }
                }
                Self::Failed { service, why } => {
                    p { "The service " strong { (service) } " answered: " (why) "." }
                    p { "Its log has more. Reload the page after the cause is fixed." }
                }
            }
        }
    }

    pub(crate) fn page(&self) -> Page {
        let title = self.title();
        let body = html! { h1 { (title) } div.problem { (self.body()) } };
        Page { status: self.status(), ..Page::new(title, body) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use client::Refusal;
    use tonic::Code;

    use super::*;

    fn error(kind: Kind) -> Error {
        Error {
            kind,
            message: "<script>".to_owned(),
            reason: String::new(),
            domain: String::new(),
            metadata: HashMap::new(),
            refusal: Refusal::default(),
            fields: Vec::new(),
            retry_after: None,
        }
    }

    #[test]
    fn an_error_of_a_service_becomes_the_status_of_the_page() {
        for (kind, status) in [
            (Kind::Missing, 404),
            (Kind::Invalid, 400),
            (Kind::Unavailable, 503),
            (Kind::TooLate, 503),
            (Kind::Busy, 503),
            (Kind::Outdated, 503),
            (Kind::Defect, 502),
            (Kind::Other(Code::PermissionDenied), 502),
        ] {
            let problem = Problem::of("ordering", error(kind));
            assert_eq!(problem.status().as_u16(), status);
        }
    }

    #[test]
    fn the_page_names_the_service_that_did_not_answer_and_escapes_its_text() {
        let page = Problem::of("ordering", error(Kind::Unavailable)).page().render();
        assert!(page.contains("<strong>ordering</strong>"), "{page}");
        assert!(page.contains("services.ordering"), "{page}");
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
    }
}
