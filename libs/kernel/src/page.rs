use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

const DEFAULT_SIZE: usize = 50;
const MAX_SIZE: usize = 200;

/// Which page of a list is wanted. Pages follow a key, so rows that come or go between two
/// calls neither repeat nor hide others.
#[derive(Debug, Clone)]
pub struct PageRequest {
    list: String,
    size: usize,
    after: Option<String>,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Token of the next page; empty on the last.
    pub next_page_token: String,
}

impl PageRequest {
    /// The items of `list` after a key, or the first ones.
    pub fn new(list: impl Into<String>, size: usize, after: Option<String>) -> Self {
        Self { list: list.into(), size, after }
    }

    /// How many items a `page_size` asks for: 0 means 50, and more than 200 means 200.
    ///
    /// # Errors
    /// A negative size, in words.
    pub fn size(page_size: i32) -> Result<usize, &'static str> {
        match usize::try_from(page_size) {
            Ok(0) => Ok(DEFAULT_SIZE),
            Ok(size) => Ok(size.min(MAX_SIZE)),
            Err(_) => Err("is negative"),
        }
    }

    /// The key in a `page_token` of `list`; none in an empty one.
    ///
    /// # Errors
    /// A token that was not given out for this list, in words.
    pub fn key(list: &str, page_token: &str) -> Result<Option<String>, &'static str> {
        if page_token.is_empty() {
            return Ok(None);
        }
        let bytes = URL_SAFE_NO_PAD.decode(page_token).unwrap_or_default();
        let text = String::from_utf8(bytes).unwrap_or_default();
        let key = text.strip_prefix(list).and_then(|rest| rest.strip_prefix('\n'));
        let key = key.filter(|key| !key.contains(char::is_control));
        key.map(|key| Some(key.to_owned())).ok_or("was not given out for this list")
    }

    /// Key of the last item of the page before.
    #[must_use]
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// How many rows to read: one more than fit, to see whether there is a next page.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.size as u64 + 1
    }

    /// Makes the page of the rows that were read.
    #[must_use]
    pub fn page<T>(&self, mut items: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        let more = items.len() > self.size;
        items.truncate(self.size);
        let next_page_token = match items.last() {
            Some(last) if more => URL_SAFE_NO_PAD.encode(format!("{}\n{}", self.list, key(last))),
            _ => String::new(),
        };
        Page { items, next_page_token }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_the_next_page_of_its_own_list_only() {
        let first = PageRequest::new("a", 2, None);
        assert_eq!(first.limit(), 3);
        let page = first.page(vec![1, 2, 3], ToString::to_string);
        assert_eq!(page.items, [1, 2]);
        let token = page.next_page_token;
        assert_eq!(PageRequest::key("a", &token), Ok(Some("2".to_owned())));
        let last = PageRequest::new("a", 2, Some("2".to_owned()));
        assert!(last.page(vec![3], ToString::to_string).next_page_token.is_empty());
        assert!(PageRequest::key("b", &token).is_err());
        assert!(PageRequest::key("a", "?").is_err());
    }

    #[test]
    fn sizes_have_a_default_and_a_ceiling() {
        assert_eq!([0, 7, 5000].map(PageRequest::size), [Ok(50), Ok(7), Ok(200)]);
        assert!(PageRequest::size(-1).is_err());
    }
}
