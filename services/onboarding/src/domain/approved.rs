use kernel::Stamp;

kernel::declare_approved!();

impl<T> Approved<T> {
    /// Whether there is nothing to write, since what was asked for had been done before: the
    /// resource, which has this stamp afterwards, kept its revision.
    pub fn is_no_op(&self, stamp: Stamp) -> bool {
        self.decided_on() == Some(stamp.revision)
    }
}
