use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

const DEFAULT_SIZE: usize = 50;
const MAX_SIZE: usize = 1000;

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
    /// The first `size` items; 0 means 50, and more than 1000 means 1000.
    ///
    /// # Errors
    /// A negative size, in words.
    pub fn first(list: impl Into<String>, size: i32) -> Result<Self, &'static str> {
        let size = match usize::try_from(size) {
            Ok(0) => DEFAULT_SIZE,
            Ok(size) => size.min(MAX_SIZE),
            Err(_) => return Err("is negative"),
        };
        Ok(Self { list: list.into(), size, after: None })
    }

    /// The page that a token names.
    ///
    /// # Errors
    /// A token that was not given out for this list, in words.
    pub fn at(mut self, token: &str) -> Result<Self, &'static str> {
        if !token.is_empty() {
            let bytes = URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
            let text = String::from_utf8(bytes).unwrap_or_default();
            let key = text.strip_prefix(&self.list).and_then(|rest| rest.strip_prefix('\n'));
            self.after = Some(key.ok_or("was not given out for this list")?.to_owned());
        }
        Ok(self)
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
            Some(last) if more => {
                URL_SAFE_NO_PAD.encode(format!("{}\n{}", self.list, key(last)))
            }
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
        let first = PageRequest::first("a", 2).unwrap();
        assert_eq!(first.limit(), 3);
        let page = first.page(vec![1, 2, 3], ToString::to_string);
        assert_eq!(page.items, [1, 2]);
        let next = PageRequest::first("a", 2).unwrap().at(&page.next_page_token).unwrap();
        assert_eq!(next.after(), Some("2"));
        assert!(next.page(vec![3], ToString::to_string).next_page_token.is_empty());
        assert!(PageRequest::first("b", 2).unwrap().at(&page.next_page_token).is_err());
        assert!(PageRequest::first("a", 2).unwrap().at("?").is_err());
    }

    #[test]
    fn sizes_have_a_default_and_a_ceiling() {
        assert_eq!(PageRequest::first("a", 0).unwrap().limit(), 51);
        assert_eq!(PageRequest::first("a", 5000).unwrap().limit(), 1001);
        assert!(PageRequest::first("a", -1).is_err());
    }
}
