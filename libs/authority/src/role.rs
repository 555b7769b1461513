types::text_enum! {
    /// What a caller may be bound to. The methods say which roles may call them.
    pub enum Role: "a role" {
        /// May call every method.
        Operator = "operator",
        /// Records partners, enrollments and agreements, and reads them.
        Onboarding = "onboarding",
        /// Records customers, partnerships and customer relationships, and reads them.
        Relationship = "relationship",
        /// Places and changes orders, and reads them.
        Ordering = "ordering",
        /// Reads everything, and asks for decisions.
        Reader = "reader",
        /// Settles subscriptions.
        Settlement = "settlement",
        /// Reads everything for the pages of the console.
        Console = "console",
        /// A service of the cluster, which calls another one for its own callers.
        Service = "service",
    }
}
