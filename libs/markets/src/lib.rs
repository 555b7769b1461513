//! The CSP market table. CSP is sold only in countries of this table, and a [`Country`] is always one
//! of them. Source: Microsoft's regional authorization overview; see `markets.csv` for notes.

use std::{fmt, str::FromStr};

use types::{Timestamp, quoted};

/// Date of the table's source, `YYYY-MM-DD`.
pub const TABLE_DATE: &str = "2021-10-08";

static MARKETS: &[Market] = include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// Countries whose customers must give a company registration number. Source: Partner Center, "create a
/// customer", 2021; the current page lists more countries.
const REGISTRATION_NUMBER: [&str; 24] = [
    "AE", "AM", "AZ", "BR", "BY", "HU", "IN", "IQ", "KG", "KZ", "MD", "MM", "PL", "RU", "SA", "SS",
    "TH", "TJ", "TR", "UA", "UZ", "VE", "VN", "ZA",
];

/// Countries in which new sales have stopped, and since when. Source: Microsoft's announcement of March
/// 2022; no page of the programme states the day.
const SALES_STOPS: [(&str, Timestamp); 2] = [("BY", MARCH_2022), ("RU", MARCH_2022)];
const MARCH_2022: Timestamp = Timestamp::constant(1_646_092_800, 0);

/// Members of the European Union and of EFTA in 2025.
const EU_EFTA: [&str; 31] = [
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Other codes of a country, and its ISO code. Source: the European Union's interinstitutional style
/// guide, which uses EL and used UK.
const OTHER_CODES: [(&str, &str); 2] = [("EL", "GR"), ("UK", "GB")];

#[derive(Debug)]
struct Market {
    code: &'static str,
    name: &'static str,
    region: &'static str,
    currency: &'static str,
}

/// A country in which CSP offers are sold.
#[derive(Clone, Copy)]
pub struct Country(&'static Market);

/// A CSP region, such as `europe`. Partners sell only to customers in their own region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(&'static str);

/// A billing currency of CSP, by its ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(&'static str);

impl Country {
    /// Every country of the table, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        MARKETS.iter().map(Self)
    }

    /// ISO 3166-1 alpha-2 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// English name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Its CSP region.
    #[must_use]
    pub fn region(self) -> Region {
        Region(self.0.region)
    }

    /// Whether customers must give a company registration number. In any other country they must not.
    #[must_use]
    pub fn needs_registration_number(self) -> bool {
        REGISTRATION_NUMBER.contains(&self.0.code)
    }

    /// When new sales stopped, if they did.
    #[must_use]
    pub fn sales_stop(self) -> Option<Timestamp> {
        SALES_STOPS.iter().find(|(code, _)| *code == self.0.code).map(|(_, since)| *since)
    }

    /// Whether customers accept the Microsoft Customer Agreement (MCA): everywhere except China, where
    /// 21Vianet operates the cloud. Source: Partner Center, "confirm customer agreement".
    #[must_use]
    pub fn has_customer_agreement(self) -> bool {
        self.0.code != "CN"
    }

    /// Whether it is a member of the European Union or of EFTA.
    #[must_use]
    pub fn in_eu_or_efta(self) -> bool {
        EU_EFTA.contains(&self.0.code)
    }

    /// Its usual billing currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        Currency(self.0.currency)
    }
}

impl FromStr for Country {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        by_code(text).ok_or_else(|| {
            let problem = format!(
                "{} is not a listed CSP market (ISO 3166-1 alpha-2, upper case)",
                quoted(text)
            );
            match suggestion(text) {
                Some(country) => format!("{problem}; did you mean {country}"),
                None => problem,
            }
        })
    }
}

impl FromStr for Region {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut regions = Country::all().map(Country::region);
        regions
            .find(|region| region.0 == text)
            .ok_or_else(|| format!("{} is not a CSP region, such as `europe`", quoted(text)))
    }
}

/// The country with this code.
fn by_code(code: &str) -> Option<Country> {
    let found = MARKETS.binary_search_by(|market| market.code.cmp(code));
    found.ok().map(|at| Country(&MARKETS[at]))
}

/// The country with this name, or with this code in another case or scheme.
fn suggestion(text: &str) -> Option<Country> {
    let text = text.trim().to_ascii_uppercase();
    let code = OTHER_CODES.iter().find(|(other, _)| *other == text).map(|(_, code)| *code);
    let named = || Country::all().find(|it| it.name().eq_ignore_ascii_case(&text));
    by_code(code.unwrap_or(&text)).or_else(named)
}

impl FromStr for Currency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = MARKETS.iter().find(|market| market.currency == text);
        found
            .map(|market| Self(market.currency))
            .ok_or_else(|| format!("{} is not a currency that CSP is billed in", quoted(text)))
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl PartialEq for Country {
    fn eq(&self, other: &Self) -> bool {
        self.0.code == other.0.code
    }
}

impl Eq for Country {}

types::serde_as_text!(Country);
types::serde_as_text!(Currency);

#[cfg(test)]
mod tests;
