use std::{fmt, str::FromStr};

/// What a caller may be bound to. The methods say which roles may call them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// May call every method.
    Operator,
    /// Records partners, enrollments and agreements, and reads them.
    Onboarding,
    /// Records customers, partnerships and customer relationships, and reads them.
    Relationship,
    /// Places and changes orders, and reads them.
    Ordering,
    /// Reads everything, and asks for decisions.
    Reader,
    /// Settles subscriptions.
    Settlement,
    /// Reads everything for the pages of the console.
    Console,
    /// A service of the cluster, which calls another one for its own callers.
    Service,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Operator,
        Self::Onboarding,
        Self::Relationship,
        Self::Ordering,
        Self::Reader,
        Self::Settlement,
        Self::Console,
        Self::Service,
    ];

    /// The text in files and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Onboarding => "onboarding",
            Self::Relationship => "relationship",
            Self::Ordering => "ordering",
            Self::Reader => "reader",
            Self::Settlement => "settlement",
            Self::Console => "console",
            Self::Service => "service",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| {
            let roles = types::alternatives(Self::ALL.map(Self::as_str));
            format!("{} is not a role; use {roles}", types::quoted(text))
        })
    }
}
