/// Declares `Approved<T>`: a change of a resource that the rules let through. Only the module
/// `domain` of the crate that declares it can make one, so that a write without a decision
/// does not compile.
#[macro_export]
#[allow(clippy::crate_in_macro_def, reason = "it means the crate that declares the type")]
macro_rules! declare_approved {
    () => {
        /// A change of a resource that the rules let through. Only `domain` makes one.
        #[derive(Debug)]
        pub struct Approved<T> {
            /// What happens, as in `PartnershipAccepted`.
            event: &'static str,
            /// The revision that was decided on; none for a new resource.
            decided_on: Option<i64>,
            after: T,
        }

        impl<T> Approved<T> {
            pub(in crate::domain) const fn created(event: &'static str, after: T) -> Self {
                Self { event, decided_on: None, after }
            }

            pub(in crate::domain) const fn changed(
                event: &'static str,
                decided_on: i64,
                after: T,
            ) -> Self {
                Self { event, decided_on: Some(decided_on), after }
            }

            /// What happens.
            pub const fn event(&self) -> &'static str {
                self.event
            }

            /// The revision that the write must still find; none for a new resource.
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
