//! A cluster on free ports with databases in a temporary folder, for questions that leave nothing behind.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use client::Urls;
use runtime::config::Variables;
use tempfile::TempDir;
use types::{Clock, Timestamp};
use world::{Applied, Ran, World};

use crate::{Cluster, Plan};

/// A running throwaway cluster.
#[derive(Debug)]
pub struct Throwaway {
    cluster: Cluster,
    /// Moves only by tests with `at`.
    clock: Clock,
    folder: TempDir,
}

impl Throwaway {
    /// Starts a cluster at a time.
    ///
    /// # Errors
    /// Why it cannot start.
    pub async fn start(at: Option<Timestamp>) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut plan = Plan::load(&Variables::Process).map_err(|error| error.to_string())?;
        plan.with_databases(|service| format!("sqlite://{}/{service}.db", folder.path().display()));
        plan.listen_on([SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); 3]);
        let clock = Clock::manual(at.unwrap_or_else(|| Clock::system().now()));
        let cluster = plan.start(clock.clone()).await?;
        Ok(Self { cluster, clock, folder })
    }

    /// Applies a world and runs its tests.
    pub async fn run<'a>(
        &self,
        world: &'a World,
        mut progress: impl FnMut(usize),
    ) -> (Applied, Vec<Ran<'a>>) {
        let services = self.cluster.client();
        let applied = world::apply(&services, world, self.clock.now(), &mut progress).await;
        if !applied.conflicts.is_empty() {
            return (applied, Vec::new());
        }
        let ran = world::verify(&services, world, &applied, Some(&self.clock), &mut progress).await;
        (applied, ran)
    }

    /// Stops the cluster and removes its databases.
    pub async fn stop(self) {
        self.cluster.stop().await;
    }

    /// Stops the cluster and keeps its databases, in the returned folder.
    pub async fn keep(self) -> PathBuf {
        self.cluster.stop().await;
        self.folder.keep()
    }
}

impl Cluster {
    /// A client of the three services.
    #[must_use]
    pub fn client(&self) -> client::Cluster {
        let Self { onboarding, relationship, ordering } = self;
        let [onboarding, relationship, ordering] =
            [onboarding, relationship, ordering].map(|it| Urls::from(it.address));
        client::Cluster::new(client::Settings::at(onboarding, relationship, ordering))
    }
}
