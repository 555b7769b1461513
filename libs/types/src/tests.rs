use std::{
    fmt::{Debug, Display},
    str::{FromStr, from_utf8},
};

use fuzz::{kind, run};

use crate::{
    CustomerName, CustomerRelationshipName, Email, Etag, GlobalAccountId, LocationAccountId,
    OrderName, OrganizationName, PartnerName, PartnershipName, SubscriptionName, TransferName,
    WorkEmail,
};

/// Longest error text of a value, which goes into a status of limited size.
const LONGEST_ERROR: usize = 400;

/// Asserts that a value is what it is printed as, and returns the kind of outcome.
fn read<T: FromStr<Err: Display> + Display + Debug + PartialEq>(text: &str) -> String {
    match text.parse::<T>() {
        Ok(value) => {
            let printed = value.to_string();
            assert!(printed.len() <= text.len() && printed.eq_ignore_ascii_case(text), "{printed}");
            assert_eq!(printed.parse::<T>().ok().as_ref(), Some(&value), "{printed}");
            "a value".to_owned()
        }
        Err(error) => {
            let error = error.to_string();
            assert!(error.len() <= LONGEST_ERROR && !error.is_empty(), "{error}");
            kind(&error)
        }
    }
}

#[test]
fn fuzzing_of_names() {
    run(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/names.txt"), |input| {
        let Ok(text) = from_utf8(input) else { return "no text".to_owned() };
        let kinds = [
            read::<OrganizationName>(text),
            read::<PartnerName>(text),
            read::<PartnershipName>(text),
            read::<CustomerName>(text),
            read::<CustomerRelationshipName>(text),
            read::<OrderName>(text),
            read::<SubscriptionName>(text),
            read::<TransferName>(text),
        ];
        kinds.join(" ")
    });
}

#[test]
fn fuzzing_of_values() {
    run(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/values.txt"), |input| {
        let Ok(text) = from_utf8(input) else { return "no text".to_owned() };
        let kinds = [
            read::<GlobalAccountId>(text),
            read::<LocationAccountId>(text),
            read::<Etag>(text),
            read::<Email>(text),
            read::<WorkEmail>(text),
        ];
        kinds.join(" ")
    });
}
