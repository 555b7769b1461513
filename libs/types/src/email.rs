use std::{fmt, str::FromStr};

use email_address::{EmailAddress, Options};

/// Webmail domains: an address there does not prove that its owner works for a company.
const WEBMAIL: &[&str] = &[
    "aol.com",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "web.de",
    "yahoo.com",
    "yandex.ru",
    "ymail.com",
];

/// Longest address in SMTP.
const MAX_LENGTH: usize = 254;

/// An e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

/// An e-mail address at a company's domain; webmail is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkEmail(Email);

impl Email {
    fn domain(&self) -> String {
        self.0.rsplit('@').next().unwrap_or_default().to_ascii_lowercase()
    }
}

impl FromStr for Email {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let options =
            Options::default().with_required_tld().without_display_text().without_domain_literal();
        let valid =
            text.len() <= MAX_LENGTH && EmailAddress::parse_with_options(text, options).is_ok();
        valid.then(|| Self(text.to_owned())).ok_or("is not an e-mail address")
    }
}

impl FromStr for WorkEmail {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let email: Email = text.parse()?;
        if WEBMAIL.contains(&email.domain().as_str()) {
            return Err("is a webmail address; use a work address at the company's domain");
        }
        Ok(Self(email))
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for WorkEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

crate::serde_as_text!(Email);
crate::serde_as_text!(WorkEmail);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_work_address_is_not_webmail() {
        assert!("ada@contoso.com".parse::<WorkEmail>().is_ok());
        for text in ["ada@gmail.com", "ada@GMAIL.com", "ada@outlook.com", "ada@icloud.com"] {
            assert!(text.parse::<WorkEmail>().is_err(), "{text}");
            assert!(text.parse::<Email>().is_ok(), "{text}");
        }
    }

    #[test]
    fn broken_addresses_are_refused() {
        let long = format!("{}@contoso.com", "a".repeat(300));
        for text in ["", "ada", "ada@", "@contoso.com", "ada@contoso", "a b@contoso.com", &long] {
            assert!(text.parse::<Email>().is_err(), "{text}");
        }
    }
}
