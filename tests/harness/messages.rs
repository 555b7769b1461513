//! What a scenario is answered where its calls fail, as a person sees it, held against
//! `tests/golden/messages.txt`.

use std::{cell::RefCell, future::Future};

use tonic::Status;
use tonic_types::{ErrorDetail, StatusExt};

tokio::task_local! {
    /// The failures of the scenario that runs in this task, each once.
    static HEARD: RefCell<Vec<String>>;
}

/// The form of the ids that differ each time.
const GUID: &str = "00000000-0000-0000-0000-000000000000";
/// Digits of a PartnerID in scenarios.
const PARTNER_ID: usize = 7;

/// Plays a scenario and compares the failures that it looked at with its part of the golden text.
///
/// # Panics
/// When they differ.
pub async fn compared<T>(scenario: &str, play: impl Future<Output = T>) -> T {
    let play = async {
        let played = play.await;
        (played, HEARD.with(RefCell::take))
    };
    let (played, heard) = HEARD.scope(RefCell::default(), play).await;
    testbed::golden_section("messages.txt", scenario, &heard.concat());
    played
}

/// Notes a failure of the scenario that runs in this task, if one does.
pub(crate) fn hear(status: &Status) {
    let text = shown(status);
    let note = |heard: &RefCell<Vec<String>>| {
        if !heard.borrow().contains(&text) {
            heard.borrow_mut().push(text.clone());
        }
    };
    // A failure outside of a scenario is compared with nothing.
    HEARD.try_with(note).ok();
}

/// A failure as a person sees it: code, message, details. Ids differ each time and are left out.
fn shown(status: &Status) -> String {
    let mut text = format!("{:?}: {}\n", status.code(), status.message());
    let violations = client::refusal(status).violations.into_iter();
    let violations = violations.map(|it| format!("{} {it}", it.subject));
    for detail in status.get_error_details_vec() {
        for line in lines(detail) {
            text += &format!("    {}\n", line.trim_end());
        }
    }
    violations.for_each(|it| text += &format!("    {it}\n"));
    without_ids(&text)
}

fn lines(detail: ErrorDetail) -> Vec<String> {
    match detail {
        ErrorDetail::ErrorInfo(it) => {
            let mut metadata: Vec<_> = it.metadata.into_iter().collect();
            metadata.sort();
            let metadata = metadata.iter().map(|(key, value)| format!("  {key} = {value}"));
            [format!("{} {}", it.domain, it.reason)].into_iter().chain(metadata).collect()
        }
        ErrorDetail::BadRequest(it) => {
            let fields = it.field_violations.iter();
            fields.map(|it| format!("field {}: {}", it.field, it.description)).collect()
        }
        // As many as in the refusal, with less.
        ErrorDetail::PreconditionFailure(_) => Vec::new(),
        ErrorDetail::ResourceInfo(it) => {
            vec![format!("resource {} {}", it.resource_type, it.resource_name)]
        }
        ErrorDetail::QuotaFailure(it) => {
            let quotas = it.violations.iter();
            quotas.map(|it| format!("quota {}: {}", it.subject, it.description)).collect()
        }
        ErrorDetail::RetryInfo(_) => vec!["may be called again after a delay".to_owned()],
        other => vec![format!("{other:?}")],
    }
}

/// The text with `{id}` for each GUID and `{PartnerID}` for each PartnerID.
fn without_ids(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let inside = out.ends_with(|it: char| it.is_ascii_alphanumeric());
        let (shown, length) = match rest {
            _ if inside => (&rest[..letter.len_utf8()], letter.len_utf8()),
            _ if is_guid(rest.get(..GUID.len())) => ("{id}", GUID.len()),
            _ if digits(rest) == PARTNER_ID => ("{PartnerID}", PARTNER_ID),
            _ => (&rest[..letter.len_utf8()], letter.len_utf8()),
        };
        out += shown;
        rest = &rest[length..];
    }
    out
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn is_guid(text: Option<&str>) -> bool {
    let alike = |(it, of): (u8, u8)| if of == b'-' { it == of } else { it.is_ascii_hexdigit() };
    text.is_some_and(|text| text.bytes().zip(GUID.bytes()).all(alike))
}

#[cfg(test)]
mod tests {
    use super::without_ids;

    #[test]
    fn ids_are_left_out_and_other_numbers_are_not() {
        let text = "partners/0195f0a8-7c1e-7b3a-9c55-0242ac120002 at 4000001 on 2026-03-02, 1200";
        assert_eq!(without_ids(text), "partners/{id} at {PartnerID} on 2026-03-02, 1200");
        let offer = "offers/offer-0195f0a8-7c1e-7b3a-9c55-0242ac120002";
        assert_eq!(without_ids(offer), "offers/offer-{id}");
    }
}
