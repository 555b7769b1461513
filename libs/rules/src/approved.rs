/// Declares `Approved<T>`: a change of a resource that the rules allow. Only the module `domain` of the
/// declaring crate can create one, so a write without a decision does not compile.
#[macro_export]
#[allow(clippy::crate_in_macro_def, reason = "it means the crate that declares the type")]
macro_rules! declare_approved {
    () => {
        /// A change of a resource that the rules allow. Only `domain` creates one.
        #[derive(Debug)]
        pub struct Approved<T> {
            /// Kind of the event, such as `PartnershipAccepted`.
            event: &'static str,
            /// The revision that was decided on; `None` for a new resource.
            decided_on: Option<i64>,
            /// Whether a decision that was allowed may be refused after the change.
            may_revoke: bool,
            after: T,
        }

        impl<T> Approved<T> {
            pub(in crate::domain) const fn created(event: &'static str, after: T) -> Self {
                Self { event, decided_on: None, may_revoke: false, after }
            }

            pub(in crate::domain) const fn changed(
                event: &'static str,
                decided_on: i64,
                after: T,
            ) -> Self {
                Self { event, decided_on: Some(decided_on), may_revoke: true, after }
            }

            /// Declares that the change only grants: what was allowed before is allowed after.
            #[allow(dead_code, reason = "decisions do not look at what ordering stores")]
            pub(in crate::domain) fn granting(self) -> Self {
                Self { may_revoke: false, ..self }
            }

            /// Whether a decision that was allowed may be refused after the change. A new resource
            /// takes nothing away, any other change does unless it is declared not to.
            #[allow(dead_code, reason = "decisions do not look at what ordering stores")]
            pub const fn may_revoke(&self) -> bool {
                self.may_revoke
            }

            /// Kind of the event.
            pub const fn event(&self) -> &'static str {
                self.event
            }

            /// The revision that the row must still have; `None` for a new resource.
            pub const fn decided_on(&self) -> Option<i64> {
                self.decided_on
            }

            /// The resource after the change.
            pub const fn after(&self) -> &T {
                &self.after
            }

            /// The resource after the change.
            pub fn into_after(self) -> T {
                self.after
            }
        }
    };
}
