types::declare_approved!();
