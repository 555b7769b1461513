use types::ResourceVersion;

rules::declare_approved!();

impl<T> Approved<T> {
    /// Whether there is nothing to write: the revision of the resource has not changed.
    pub fn is_no_op(&self, resource_version: ResourceVersion) -> bool {
        self.decided_on() == Some(resource_version.revision)
    }
}
