use crate::{Purpose, Purposes, Source};

/// A rule of the programme.
#[derive(Debug)]
pub struct Rule {
    /// Stable id.
    pub id: &'static str,
    /// Statement of the rule, for people.
    pub text: &'static str,
    /// Where the rule is stated.
    pub sources: &'static [Source],
    /// Purposes of the transactions that relationship checks against the rule.
    pub purposes: Purposes,
    /// Calls that apply the rule in addition to those that check a transaction.
    pub(crate) calls: &'static [&'static str],
}

impl Rule {
    /// The sources as one text.
    #[must_use]
    pub fn source(&self) -> String {
        let sources: Vec<_> = self.sources.iter().map(ToString::to_string).collect();
        sources.join("; ")
    }

    /// Calls that apply the rule, without duplicates: first those that check a transaction.
    #[must_use]
    pub fn applied_by(&self) -> Vec<&'static str> {
        let check = (self.purposes != Purposes::NONE).then_some("CheckTransaction");
        let purposes = Purpose::ALL.iter().filter(|it| self.purposes.contains(**it));
        let by_purpose = purposes.flat_map(|it| it.calls());
        let mut all = Vec::new();
        for call in check.iter().chain(by_purpose).chain(self.calls) {
            if !all.contains(call) {
                all.push(*call);
            }
        }
        all
    }
}
