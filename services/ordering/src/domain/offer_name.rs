use std::{fmt, str::FromStr};

use types::NameError;

/// Name of an offer, `offers/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfferName(String);

impl OfferName {
    /// The name of the offer with this id: 1 to 63 lower-case letters, digits and hyphens.
    ///
    /// # Errors
    /// Any other text.
    pub fn new(id: &str) -> Result<Self, NameError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let valid = (1..=63).contains(&id.len()) && id.bytes().all(plain);
        valid.then(|| Self(id.to_owned())).ok_or(NameError::Pattern(
            "offers/{id}, the id of 1 to 63 lower-case letters, digits and hyphens",
        ))
    }
}

impl fmt::Display for OfferName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offers/{}", self.0)
    }
}

impl FromStr for OfferName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text.strip_prefix("offers/").unwrap_or_default())
    }
}

types::serde_as_text!(OfferName);
