//! The query of a URL, and links that change one of its values.

use form_urlencoded::Serializer;

/// Most values of a query. Further ones are ignored.
const MAX_VALUES: usize = 32;

/// The names and values of a query.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        let values = form_urlencoded::parse(text.as_bytes()).into_owned().take(MAX_VALUES);
        Self(values.map(|(name, value)| (name, value.trim().to_owned())).collect())
    }

    /// The value with this name, without surrounding spaces. Empty if there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// A link to a path with this query, in which one value is changed.
    pub(crate) fn link_with(&self, path: &str, name: &str, value: &str) -> String {
        let others = self.0.iter().filter(|(it, value)| it != name && !value.is_empty());
        let others = others.map(|(name, value)| (name.as_str(), value.as_str()));
        link(path, others.chain([(name, value)]))
    }
}

/// A link to a path with a query.
pub(crate) fn link<'a>(path: &str, values: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(values);
    format!("{path}?{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_and_a_missing_value_is_empty() {
        let query = Query::parse("q=+Fabrikam%20%26+Co+&page=a%3D");
        assert_eq!(query.get("q"), "Fabrikam & Co");
        assert_eq!(query.get("page"), "a=");
        assert_eq!(query.get("other"), "");
    }

    #[test]
    fn a_link_changes_one_value_and_keeps_the_others() {
        let query = Query::parse("q=a+b&page=1&empty=");
        assert_eq!(query.link_with("/search", "page", "x&y"), "/search?q=a+b&page=x%26y");
        assert_eq!(Query::parse("").link_with("/", "page", "2"), "/?page=2");
    }

    #[test]
    fn a_query_has_a_limited_number_of_values() {
        let long: String = (0..100).map(|at| format!("v{at}=1&")).collect();
        let query = Query::parse(&long);
        assert_eq!((query.get("v31"), query.get("v32")), ("1", ""));
    }
}
