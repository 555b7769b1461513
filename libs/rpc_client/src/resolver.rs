//! Resolves the addresses of a service.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use http::Uri;
use tokio::{
    net::lookup_host,
    sync::{Notify, watch},
    time::{sleep, timeout},
};

use crate::{Settings, address::Address};

/// How often names are resolved, and the shortest time between two resolutions after a failure.
const INTERVAL: Duration = Duration::from_secs(5);
const MIN_INTERVAL: Duration = Duration::from_millis(250);

pub(crate) type Addresses = Arc<Vec<Arc<Address>>>;

/// Resolves the names of a service periodically, until the receivers are dropped. A name that does not
/// resolve keeps its previous addresses.
pub(crate) async fn keep_resolving(
    settings: Settings,
    sender: watch::Sender<Addresses>,
    resolve_now: Arc<Notify>,
) {
    let work = async {
        loop {
            let known = sender.borrow().clone();
            let found = resolve(&settings, &known).await;
            let same = found.len() == known.len()
                && found.iter().zip(known.iter()).all(|(a, b)| Arc::ptr_eq(a, b));
            if !same {
                let at: Vec<_> = found.iter().map(|it| it.at).collect();
                tracing::debug!(urls = %settings.urls, ?at, "resolved");
                sender.send_replace(Arc::new(found));
            }
            sleep(MIN_INTERVAL).await;
            let _ = timeout(INTERVAL, resolve_now.notified()).await;
        }
    };
    tokio::select! {
        () = work => {}
        () = sender.closed() => {}
    }
}

async fn resolve(settings: &Settings, known: &Addresses) -> Vec<Arc<Address>> {
    let mut found = BTreeMap::new();
    for url in &settings.urls.0 {
        let addresses = lookup(url)
            .await
            .unwrap_or_else(|| known.iter().filter(|it| it.url == *url).map(|it| it.at).collect());
        for at in addresses {
            found.entry(at).or_insert(url);
        }
    }
    let same = |at| known.iter().find(|it| it.at == at).cloned();
    let make = |at, url| match Address::new(at, url, settings) {
        Ok(address) => Some(Arc::new(address)),
        Err(error) => {
            tracing::warn!(error, "cannot use an address of a peer");
            None
        }
    };
    found.into_iter().filter_map(|(at, url)| same(at).or_else(|| make(at, url))).collect()
}

async fn lookup(url: &Uri) -> Option<Vec<SocketAddr>> {
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    match lookup_host((host, url.port_u16().unwrap_or_default())).await {
        Ok(found) => Some(found.collect()),
        Err(error) => {
            tracing::warn!(%url, %error, "cannot resolve the name of a peer");
            None
        }
    }
}
