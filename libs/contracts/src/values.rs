//! Enums of the domains on the wire.

use crate::{onboarding, relationship, rules as wire};

/// Declares that two enums have the same variants, except for `Unspecified` on the wire.
macro_rules! values {
    ($($wire:path = $value:path { $($variant:ident,)* })*) => { $(
        impl From<$value> for $wire {
            fn from(value: $value) -> Self {
                match value { $(<$value>::$variant => Self::$variant,)* }
            }
        }

        impl $wire {
            /// The value; `None` if it is unspecified.
            #[must_use]
            pub const fn value(self) -> Option<$value> {
                match self {
                    Self::Unspecified => None,
                    $(Self::$variant => Some(<$value>::$variant),)*
                }
            }
        }
    )* };
}

values! {
    onboarding::Role = rules::Role { IndirectProvider, IndirectReseller, DirectBill, }
    onboarding::EnrollmentStep = rules::EnrollmentStep {
        Enroll, EnrollOtherTenant, EnrollAgain, RecordEvidence, Submit, Resubmit, Review, Reinstate,
        RecordVetting, AssociateLocation, AcceptAgreement,
    }
    relationship::Purpose = rules::Purpose {
        NewSubscription, Manage, AddQuantity, Renew, Change, TransferIn, Cancel, AutomaticRenewal,
    }
    relationship::ProductFamily = rules::ProductFamily {
        Microsoft365, Dynamics365, Azure, AzureSharedServices, Software,
    }
    wire::Responsible = rules::Responsible { Seller, Reseller, Customer, Caller, Partner, }
}
