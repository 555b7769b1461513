//! Who makes a call, and what that caller may do.

use std::{net::IpAddr, sync::Arc};

use authority::{Identified, Proof, Role};
use errors::Failure;
use http::HeaderMap;
use identity::{CertificateDer, Unproven};
use tokio::sync::OwnedSemaphorePermit;

use super::limits::Limits;
use crate::access::Access;

/// For whom a service calls another one. Only services are believed.
const ON_BEHALF_OF: &str = "csp-on-behalf-of";

/// Identifies the callers of a server.
#[derive(Debug, Clone)]
pub(super) struct Callers(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    access: Access,
    limits: Limits,
}

/// The other end of a connection.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    pub address: IpAddr,
    /// The certificates of a connection with TLS, leaf first; empty if the client has none.
    pub tls: Option<Vec<CertificateDer<'static>>>,
}

impl Callers {
    pub(super) fn new(access: Access, limits: Limits) -> Self {
        Self(Arc::new(Shared { access, limits }))
    }

    /// The caller of a request, and its part of the capacity. Removes the headers that name callers.
    pub(super) async fn identify(
        &self,
        headers: &mut HeaderMap,
        peer: &Peer,
    ) -> Result<(Identified, Option<OwnedSemaphorePermit>), Failure> {
        let Shared { access, limits } = &*self.0;
        if access.tls.is_some() && peer.tls.is_none() {
            let problem = "this port answers health checks only without TLS; connect with TLS";
            return Err(Failure::Unauthenticated {
                cause: "TLS_REQUIRED",
                problem: problem.into(),
            });
        }
        let certificates = peer.tls.as_deref().filter(|it| !it.is_empty());
        let other_end = identity::Peer { address: peer.address, certificates };
        let caller = access.source.caller(headers, other_end).await.map_err(failure)?;
        identity::strip(headers);
        let on_behalf_of = headers.remove(ON_BEHALF_OF);
        let on_behalf_of = on_behalf_of.and_then(|it| it.to_str().ok().map(str::to_owned));
        let bound = access.bindings.current().of(&caller);
        // Services call for many callers, whom they limit themselves.
        let limited =
            caller.proof() != Proof::None && !bound.is_empty() && !bound.has(Role::Service);
        let permit = if limited { Some(limits.admit(&caller)?) } else { None };
        Ok((Identified { caller, access: bound, on_behalf_of }, permit))
    }
}

fn failure(unproven: Unproven) -> Failure {
    Failure::Unauthenticated { cause: unproven.reason(), problem: unproven.to_string() }
}
