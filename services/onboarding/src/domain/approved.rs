use types::ResourceVersion;

types::declare_approved!();

impl<T> Approved<T> {
    /// Whether there is nothing to write, since what was asked for had been done before: the
    /// resource, which has this resource_version afterwards, kept its revision.
    pub fn is_no_op(&self, resource_version: ResourceVersion) -> bool {
        self.decided_on() == Some(resource_version.revision)
    }
}
