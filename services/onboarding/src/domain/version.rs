//! Versions of the Microsoft Partner Agreement as dated data.

use jiff::civil::{Date, date};
use markets::Country;
use types::{Timestamp, text_enum};

use super::{Agreement, AgreementKind, time::midnight};

text_enum! {
    /// A version of the text.
    pub enum AgreementVersion: "an MPA version" {
        /// The first, needed by everyone who transacts since 2020-02-01.
        September2019 = "2019-09",
        /// Binds most partners without an act of theirs.
        December2026 = "2026-12",
    }
}

text_enum! {
    /// How a version came to bind a partner.
    pub enum AcceptanceMode {
        /// A person accepted it.
        Explicit = "explicit",
        /// It took effect by itself.
        Deemed = "deemed",
    }
}

struct Terms {
    version: AgreementVersion,
    /// The day from which it is the text to accept.
    from: Date,
    /// Who has to accept it explicitly, and the day from which an earlier acceptance no longer
    /// counts for them.
    explicit: Option<Explicit>,
}

struct Explicit {
    kinds: &'static [AgreementKind],
    country: &'static str,
    lapse: Date,
}

/// Oldest first.
const TERMS: &[Terms] = &[
    Terms { version: AgreementVersion::September2019, from: date(2019, 9, 1), explicit: None },
    Terms {
        version: AgreementVersion::December2026,
        from: date(2026, 12, 1),
        explicit: Some(Explicit {
            kinds: &[AgreementKind::IndirectProvider, AgreementKind::DirectBill],
            country: "FR",
            lapse: date(2027, 3, 1),
        }),
    },
];

impl AgreementVersion {
    /// The text that there is to accept at a time; none before the first.
    #[must_use]
    pub fn at(time: Timestamp) -> Option<Self> {
        let published = TERMS.iter().rev().find(|terms| midnight(terms.from) <= time);
        published.map(|terms| terms.version)
    }
}

impl Agreement {
    /// From when on the acceptance no longer counts for a partner of this country.
    pub fn lapse_time(&self, country: Country) -> Option<Timestamp> {
        self.asked_again(country).next().map(|(_, lapse)| midnight(lapse))
    }

    /// Whether the acceptance counts.
    pub fn counts(&self, country: Country, now: Timestamp) -> bool {
        self.lapse_time(country).is_none_or(|time| now < time)
    }

    /// The newest version that binds the partner by this acceptance, and how it came to.
    pub fn in_force(&self, country: Country, now: Timestamp) -> (AgreementVersion, AcceptanceMode) {
        let asked = self.asked_again(country).next().map(|(version, _)| version);
        let newest = AgreementVersion::at(now).unwrap_or(self.version);
        let deemed = TERMS.iter().map(|terms| terms.version).filter(|version| {
            (self.version..=newest).contains(version) && asked.is_none_or(|asked| *version < asked)
        });
        match deemed.max() {
            Some(version) if version != self.version => (version, AcceptanceMode::Deemed),
            _ => (self.version, AcceptanceMode::Explicit),
        }
    }

    /// Newer versions that the partner has to accept explicitly, oldest first, and the days from
    /// which this acceptance no longer counts for lack of it.
    fn asked_again(&self, country: Country) -> impl Iterator<Item = (AgreementVersion, Date)> {
        let newer = TERMS.iter().filter(|terms| terms.version > self.version);
        newer.filter_map(move |terms| {
            let asked = terms.explicit.as_ref()?;
            let applies = asked.kinds.contains(&self.kind) && asked.country == country.to_string();
            applies.then_some((terms.version, asked.lapse))
        })
    }
}
