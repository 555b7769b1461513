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
