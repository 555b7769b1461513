//! The values of fields.

use std::{borrow::Cow, str::FromStr};

use contracts::{onboarding as ob, ordering as od, relationship as rl};
use markets::Country;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};
use types::Timestamp;

/// Words of the file for values of the contract.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $default:ident => $wire:ty {
        $($(#[$word_doc:meta])* $word:ident => $value:ident,)*
    }) => {
        $(#[$doc])*
        #[allow(missing_docs, reason = "the contract describes the values")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$word_doc])* $word,)*
        }

        impl $name {
            /// The value in the contract.
            #[must_use]
            pub const fn wire(self) -> $wire {
                match self {
                    $(Self::$word => <$wire>::$value,)*
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::$default
            }
        }
    };
}

words! {
    /// Role of a partner.
    Role: Reseller => ob::Role {
        Provider => IndirectProvider,
        Reseller => IndirectReseller,
        DirectBill => DirectBill,
    }
}
words! {
    /// Use of a customer's tenant.
    Tenant: Company => rl::CustomerKind {
        Company => Company,
        SharedServices => SharedServices,
    }
}
words! {
    /// Result of the review of a customer's account.
    Account: Verified => rl::AccountState {
        Verified => Verified,
        UnderReview => UnderReview,
        Rejected => Rejected,
        Locked => Locked,
    }
}
words! {
    /// Purpose of a transaction.
    Purpose: NewSubscription => rl::Purpose {
        NewSubscription => NewSubscription,
        Manage => Manage,
        AddQuantity => AddQuantity,
        Renew => Renew,
        Change => Change,
        TransferIn => TransferIn,
        Cancel => Cancel,
        AutomaticRenewal => AutomaticRenewal,
    }
}
words! {
    /// Product family.
    Family: Microsoft365 => rl::ProductFamily {
        #[serde(rename = "microsoft-365")]
        Microsoft365 => Microsoft365,
        #[serde(rename = "dynamics-365")]
        Dynamics365 => Dynamics365,
        Azure => Azure,
        AzureSharedServices => AzureSharedServices,
        Software => Software,
    }
}
words! {
    /// Billing cycle.
    BillingCycle: Monthly => od::BillingCycle {
        Monthly => Monthly,
        Annual => Annual,
        OneTime => OneTime,
    }
}
words! {
    /// Term.
    Term: P1Y => od::Term {
        #[serde(rename = "P1M")]
        P1M => P1m,
        #[serde(rename = "P1Y")]
        P1Y => P1y,
        #[serde(rename = "P3Y")]
        P3Y => P3y,
    }
}

/// How far a partner got, each including the ones before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Its CSP tenant is a partner account.
    Created,
    /// The enrollment is recorded, and not submitted.
    Enrolled,
    /// Vetting is in progress.
    Submitted,
    /// It passed vetting.
    Vetted,
    /// It associated its location.
    Located,
    /// It accepted the Microsoft Partner Agreement and can transact.
    #[default]
    Active,
    /// It was suspended because an invoice is overdue.
    Suspended,
    /// It was suspended and its enrollment ended.
    Revoked,
}

/// A form of text.
pub trait Form: FromStr<Err = String> {
    /// Name of the type in the schema.
    const NAME: &'static str;
    /// What a text looks like, as a regular expression.
    const PATTERN: &'static str;
}

macro_rules! text {
    ($name:ident) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                <$name as Form>::NAME.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": <$name as Form>::PATTERN })
            }
        }
    };
}

/// A time: `2026-01-15` (00:00 UTC) or `2026-01-15T09:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub Timestamp);

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let midnight = || format!("{text}T00:00:00Z").parse();
        let time = text.parse().or_else(|_| midnight());
        time.map(Self).map_err(|_| {
            format!("`{text}` is not a time; write 2026-01-15 or 2026-01-15T09:00:00Z")
        })
    }
}

impl Form for Time {
    const NAME: &'static str = "Time";
    const PATTERN: &'static str = r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z)?$";
}

text!(Time);

/// A country in which CSP offers are sold.
#[derive(Debug, Clone, Copy)]
pub struct Market(pub Country);

impl FromStr for Market {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse::<Country>().map(Self).map_err(|problem| problem.to_string())
    }
}

impl Form for Market {
    const NAME: &'static str = "Country";
    const PATTERN: &'static str = "^[A-Z]{2}$";
}

text!(Market);

/// What an owner owns of a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ownership {
    /// Share of the equity in basis points.
    pub share: i32,
    /// Whether the owner can direct the management.
    pub control: bool,
}

impl FromStr for Ownership {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "control" {
            return Ok(Self { share: 0, control: true });
        }
        let percent = text.strip_suffix('%').and_then(|it| it.trim_end().parse::<f64>().ok());
        let share = percent.map(|percent| (percent * 100.0).round());
        match share {
            Some(share) if (0.0..=10_000.0).contains(&share) =>
            {
                #[allow(clippy::cast_possible_truncation, reason = "at most 10,000")]
                Ok(Self { share: share as i32, control: false })
            }
            _ => {
                Err(format!("`{text}` is not an ownership; write a share such as 60%, or control"))
            }
        }
    }
}

impl Form for Ownership {
    const NAME: &'static str = "Ownership";
    const PATTERN: &'static str = r"^(control|\d+(\.\d+)?%)$";
}

text!(Ownership);

/// The acceptance of the Microsoft Customer Agreement at Microsoft.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mca {
    /// Accepted the day before.
    #[default]
    Accepted,
    /// Not accepted.
    None,
    /// Accepted at this time.
    At(Timestamp),
}

impl FromStr for Mca {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "accepted" => Ok(Self::Accepted),
            "none" => Ok(Self::None),
            _ => text.parse().map(|Time(time)| Self::At(time)).map_err(|_| {
                format!("`{text}` is not an acceptance; write accepted, none, or a day such as 2026-01-15")
            }),
        }
    }
}

impl Form for Mca {
    const NAME: &'static str = "Mca";
    const PATTERN: &'static str = r"^(accepted|none|\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z)?)$";
}

text!(Mca);
