//! Parts of responses in JSON.

use serde_json::Value;

/// Currencies without minor units, among those of the CSP markets.
const WHOLE: [&str; 2] = ["JPY", "KRW"];

/// The text at a path of field names; empty if there is none.
pub(crate) fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// The list in a field; empty if there is none.
pub(crate) fn list(mut value: Value, field: &str) -> Vec<Value> {
    match value.get_mut(field).map(Value::take) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// An enum value for people: `under review` for `ACCOUNT_STATE_UNDER_REVIEW`.
pub(crate) fn choice(value: &str, prefix: &str) -> String {
    value.strip_prefix(prefix).unwrap_or(value).to_lowercase().replace('_', " ")
}

/// The day of a time.
pub(crate) fn day(time: &str) -> String {
    time.split('T').next().unwrap_or_default().to_owned()
}

/// An amount with its currency, such as `50.00 EUR`.
pub(crate) fn money(value: &Value, path: &str) -> String {
    let currency = text(value, &format!("{path}/currencyCode"));
    let minor = text(value, &format!("{path}/minorUnits")).parse().unwrap_or(0_i64);
    match currency {
        "" => String::new(),
        currency if WHOLE.contains(&currency) => format!("{minor} {currency}"),
        currency => format!("{}.{:02} {currency}", minor / 100, minor % 100),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_amount_has_the_decimals_of_its_currency() {
        let shown = |currency: &str, minor: &str| {
            money(&json!({"it": {"currencyCode": currency, "minorUnits": minor}}), "/it")
        };
        assert_eq!(shown("EUR", "5005"), "50.05 EUR");
        assert_eq!(shown("USD", "7"), "0.07 USD");
        assert_eq!(shown("JPY", "5005"), "5005 JPY");
        assert_eq!(money(&json!({}), "/it"), "");
    }
}
