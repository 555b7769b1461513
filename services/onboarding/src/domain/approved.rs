kernel::declare_approved!();
