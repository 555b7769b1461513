use std::{collections::BTreeSet, sync::Arc};

use types::PartnerName;

/// The partners that a caller may act for and see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Any partner.
    All,
    /// These partners.
    Partners(Arc<BTreeSet<PartnerName>>),
}

/// What a resource or request is about.
pub trait Involves {
    /// Whether it is about a partner that `is_own` accepts.
    fn involves(&self, is_own: &dyn Fn(PartnerName) -> bool) -> bool;
}

impl Involves for PartnerName {
    fn involves(&self, is_own: &dyn Fn(PartnerName) -> bool) -> bool {
        is_own(*self)
    }
}

impl Scope {
    /// Whether a resource is about a partner of the scope.
    pub fn includes(&self, it: &impl Involves) -> bool {
        match self {
            Self::All => true,
            Self::Partners(partners) => it.involves(&|partner| partners.contains(&partner)),
        }
    }

    /// The partners; `None` means any.
    #[must_use]
    pub fn partners(&self) -> Option<&BTreeSet<PartnerName>> {
        match self {
            Self::All => None,
            Self::Partners(partners) => Some(partners),
        }
    }
}
