rules::declare_approved!();
