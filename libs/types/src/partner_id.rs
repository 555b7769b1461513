//! PartnerIDs, formerly MPN ids. Two kinds have the same form and must not be mixed up.

use std::{fmt, str::FromStr};

const FORM: &str = "a PartnerID has 4 to 10 digits, the first of which is not 0";

macro_rules! partner_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The digits.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                let well_formed = digits && (4..=10).contains(&text.len()) && !text.starts_with('0');
                well_formed.then(|| Self(text.to_owned())).ok_or(FORM)
            }
        }

        crate::serde_as_text!($name);
    };
}

partner_id! {
    /// Partner global account (PGA) of a company's headquarters. Not valid in a transaction.
    GlobalAccountId
}
partner_id! {
    /// Partner location account (PLA) of a company's location. Used on orders.
    LocationAccountId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_four_to_ten_digits_are_a_partner_id() {
        assert_eq!("4847383".parse::<LocationAccountId>().unwrap().as_str(), "4847383");
        for text in
            ["", "123", "12345678901", "48a7383", "04847383", " 4847383", "-484738", "٤٨٤٧٣٨٣"]
        {
            assert!(text.parse::<LocationAccountId>().is_err(), "{text}");
        }
    }
}
