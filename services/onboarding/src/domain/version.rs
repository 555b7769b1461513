//! Versions of the Microsoft Partner Agreement, by date.

use jiff::civil::{Date, date};
use markets::Country;
use types::{Timestamp, text_enum};

use super::{Agreement, AgreementKind, time::midnight};

text_enum! {
    /// A version of the MPA.
    pub enum AgreementVersion: "an MPA version" {
        /// The first version. Required for transactions since 2020-02-01.
        September2019 = "2019-09",
        /// Replaces an earlier acceptance automatically, except where it requires a new one.
        December2026 = "2026-12",
    }
}

text_enum! {
    /// How a version came into force for a partner.
    pub enum AcceptanceMode {
        /// A signatory accepted it.
        Explicit = "explicit",
        /// It replaced an accepted earlier version automatically.
        Deemed = "deemed",
    }
}

struct Terms {
    version: AgreementVersion,
    /// First day on which this is the version to accept.
    from: Date,
    /// Who must accept it explicitly, and by when.
    explicit: Option<Explicit>,
}

struct Explicit {
    kinds: &'static [AgreementKind],
    country: &'static str,
    /// First day on which an acceptance of an earlier version no longer counts.
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
    /// The version to accept at a time. `None` before the first version.
    #[must_use]
    pub fn at(time: Timestamp) -> Option<Self> {
        let published = TERMS.iter().rev().find(|terms| midnight(terms.from) <= time);
        published.map(|terms| terms.version)
    }
}

impl Agreement {
    /// From when on the acceptance no longer counts for a partner of this country.
    pub fn lapse_time(&self, country: Country) -> Option<Timestamp> {
        self.superseding(country).next().map(|(_, lapse)| midnight(lapse))
    }

    /// Whether the acceptance counts.
    pub fn counts(&self, country: Country, now: Timestamp) -> bool {
        self.lapse_time(country).is_none_or(|time| now < time)
    }

    /// The newest version in force by this acceptance, and how it came into force.
    pub fn in_force(&self, country: Country, now: Timestamp) -> (AgreementVersion, AcceptanceMode) {
        let superseding = self.superseding(country).next().map(|(version, _)| version);
        let newest = AgreementVersion::at(now).unwrap_or(self.version);
        let deemed = TERMS.iter().map(|terms| terms.version).filter(|version| {
            (self.version..=newest).contains(version)
                && superseding.is_none_or(|superseding| *version < superseding)
        });
        match deemed.max() {
            Some(version) if version != self.version => (version, AcceptanceMode::Deemed),
            _ => (self.version, AcceptanceMode::Explicit),
        }
    }

    /// Newer versions that the partner must accept explicitly, oldest first, each with the day from
    /// which this acceptance no longer counts.
    fn superseding(&self, country: Country) -> impl Iterator<Item = (AgreementVersion, Date)> {
        let newer = TERMS.iter().filter(|terms| terms.version > self.version);
        newer.filter_map(move |terms| {
            let rule = terms.explicit.as_ref()?;
            let applies = rule.kinds.contains(&self.kind) && rule.country == country.to_string();
            applies.then_some((terms.version, rule.lapse))
        })
    }
}
