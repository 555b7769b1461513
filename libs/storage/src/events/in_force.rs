//! When a change that may take a permission away is acknowledged.

use std::time::Duration;

use tokio::time::sleep;

use super::MutationContext;

impl MutationContext {
    /// Sets how long after its commit a change that may revoke is in force: no decision on the facts before
    /// it can be acted on any more.
    #[must_use]
    pub fn in_force_after(self, wait: Duration) -> Self {
        Self { in_force_after: wait, ..self }
    }

    /// Waits until changes that are committed now are in force. A caller that leaves meanwhile finds the
    /// change made, and its retry waits again.
    pub async fn until_in_force(&self) {
        if !self.is_dry_run() && !self.in_force_after.is_zero() {
            sleep(self.in_force_after).await;
        }
    }
}
