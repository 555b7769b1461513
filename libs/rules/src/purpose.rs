use types::text_enum;

text_enum! {
    /// Purpose of a transaction.
    pub enum Purpose {
        /// Buy new subscriptions.
        NewSubscription = "new-subscription",
        /// Manage existing subscriptions: suspend, resume, turn automatic renewal on or off.
        Manage = "manage",
        /// Add units to a subscription.
        AddQuantity = "add-quantity",
        /// Renew a subscription on request.
        Renew = "renew",
        /// Return units, or schedule the next term.
        Change = "change",
        /// Take subscriptions over from another partner.
        TransferIn = "transfer-in",
        /// Cancel a subscription.
        Cancel = "cancel",
        /// Renew a subscription automatically at the end of its term.
        AutomaticRenewal = "automatic-renewal",
    }
}

impl Purpose {
    /// The calls of ordering that check a transaction of this purpose.
    #[must_use]
    pub const fn calls(self) -> &'static [&'static str] {
        match self {
            Self::NewSubscription => &["PlaceOrder"],
            Self::Manage => &["SuspendSubscription", "ResumeSubscription", "SetAutomaticRenewal"],
            // More units in the next term count as added.
            Self::AddQuantity => &["AddQuantity", "ScheduleNextTerm"],
            Self::Renew => &["RenewSubscription"],
            Self::Change => &["ReduceQuantity", "ScheduleNextTerm"],
            Self::TransferIn => &["CreateTransfer", "ApproveTransfer"],
            Self::Cancel => &["CancelSubscription", "CancelOrder"],
            Self::AutomaticRenewal => &["SettleSubscriptions"],
        }
    }
}

/// A set of purposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purposes(u8);

impl Purposes {
    /// No purpose.
    pub const NONE: Self = Self(0);
    /// All purposes.
    pub(crate) const ALL: Self = Self::of(Purpose::ALL);

    /// Purposes that change what the customer buys, or its terms.
    pub(crate) const COMMERCIAL: Self = Self::of(&[
        Purpose::NewSubscription,
        Purpose::AddQuantity,
        Purpose::Renew,
        Purpose::Change,
        Purpose::TransferIn,
    ]);
    /// Purposes that begin a term, or add units to one.
    pub(crate) const TERM_OR_UNITS: Self = Self::of(&[
        Purpose::NewSubscription,
        Purpose::AddQuantity,
        Purpose::Renew,
        Purpose::TransferIn,
        Purpose::AutomaticRenewal,
    ]);

    const fn of(purposes: &[Purpose]) -> Self {
        let mut set = Self::NONE;
        let mut at = 0;
        while at < purposes.len() {
            set = set.with(purposes[at]);
            at += 1;
        }
        set
    }

    pub(crate) const fn with(self, purpose: Purpose) -> Self {
        Self(self.0 | 1 << purpose as u8)
    }

    /// Whether the set contains a purpose.
    #[must_use]
    pub const fn contains(self, purpose: Purpose) -> bool {
        self.0 & 1 << purpose as u8 != 0
    }
}
