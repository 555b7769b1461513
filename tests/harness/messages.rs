//! Compares the error messages of a scenario with `tests/golden/messages.txt`.

use std::{cell::RefCell, future::Future};

use tonic::Status;
use tonic_types::{ErrorDetail, StatusExt};

tokio::task_local! {
    /// The distinct failures of the scenario that runs in this task.
    static FAILURES: RefCell<Vec<String>>;
}

/// Form of the generated ids.
const GUID: &str = "00000000-0000-0000-0000-000000000000";
/// Digits of a PartnerID.
const PARTNER_ID: usize = 7;

/// Runs a scenario and compares its recorded failures with its section of the golden file.
///
/// # Panics
/// If they differ.
pub async fn compared<T>(scenario: &str, run: impl Future<Output = T>) -> T {
    let run = async {
        let output = run.await;
        (output, FAILURES.with(RefCell::take))
    };
    let (output, failures) = FAILURES.scope(RefCell::default(), run).await;
    testbed::golden_section("messages.txt", scenario, &failures.concat());
    output
}

/// Records a failure of the scenario that runs in this task; without a scenario it does nothing.
pub(crate) fn record(status: &Status) {
    let text = text(status);
    let record = |failures: &RefCell<Vec<String>>| {
        if !failures.borrow().contains(&text) {
            failures.borrow_mut().push(text.clone());
        }
    };
    FAILURES.try_with(record).ok();
}

/// A status as text: code, message, details. Generated ids are replaced.
fn text(status: &Status) -> String {
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
#[must_use]
pub fn without_ids(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let inside = out.ends_with(|it: char| it.is_ascii_alphanumeric());
        let (piece, length) = match rest {
            _ if inside => (&rest[..letter.len_utf8()], letter.len_utf8()),
            _ if is_guid(rest.get(..GUID.len())) => ("{id}", GUID.len()),
            _ if digits(rest) == PARTNER_ID => ("{PartnerID}", PARTNER_ID),
            _ => (&rest[..letter.len_utf8()], letter.len_utf8()),
        };
        out += piece;
        rest = &rest[length..];
    }
    out
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn is_guid(text: Option<&str>) -> bool {
    let matches = |(it, of): (u8, u8)| if of == b'-' { it == of } else { it.is_ascii_hexdigit() };
    text.is_some_and(|text| text.bytes().zip(GUID.bytes()).all(matches))
}

#[cfg(test)]
mod tests {
    use super::without_ids;

    #[test]
    fn ids_are_replaced_and_other_numbers_are_not() {
        let text = "partners/0195f0a8-7c1e-7b3a-9c55-0242ac120002 at 4000001 on 2026-03-02, 1200";
        assert_eq!(without_ids(text), "partners/{id} at {PartnerID} on 2026-03-02, 1200");
        let offer = "offers/offer-0195f0a8-7c1e-7b3a-9c55-0242ac120002";
        assert_eq!(without_ids(offer), "offers/offer-{id}");
    }
}
