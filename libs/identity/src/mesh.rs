mod xfcc;

use std::net::IpAddr;

use authority::{Caller, Proof};
use http::HeaderMap;

use crate::{SpiffeId, TrustDomain, Unproven};

const LINKERD: &str = "l5d-client-id";
const ENVOY: &str = "x-forwarded-client-cert";
/// What follows service account and namespace in an id of Linkerd.
const LINKERD_SUFFIX: &str = ".serviceaccount.identity.linkerd.";

/// Which proxy is in front of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeshKind {
    /// Linkerd's, which replaces `l5d-client-id`.
    Linkerd,
    /// Envoy, alone or of Istio, which appends to `x-forwarded-client-cert`.
    Envoy {
        /// The SPIFFE id of this workload, which Envoy writes as `By`.
        own_id: SpiffeId,
    },
}

/// Believes the identity header of the proxy in front of this process, and only on connections from that proxy.
#[derive(Debug, Clone)]
pub struct Mesh {
    kind: MeshKind,
    proxies: Vec<IpAddr>,
    trust_domain: TrustDomain,
}

impl Mesh {
    /// # Errors
    /// If there is no proxy, or `own_id` is of another trust domain.
    pub fn new(
        kind: MeshKind,
        proxies: &[IpAddr],
        trust_domain: TrustDomain,
    ) -> Result<Self, String> {
        if proxies.is_empty() {
            return Err("a mesh needs the address of its proxy, such as 127.0.0.1".into());
        }
        if let MeshKind::Envoy { own_id } = &kind
            && own_id.trust_domain() != trust_domain.as_str()
        {
            return Err(format!("the own id {own_id} is not of the trust domain {trust_domain}"));
        }
        let proxies = proxies.iter().map(IpAddr::to_canonical).collect();
        Ok(Self { kind, proxies, trust_domain })
    }

    /// The caller that the proxy named.
    ///
    /// # Errors
    /// Why the caller is not proven.
    pub fn caller(&self, headers: &HeaderMap, peer: IpAddr) -> Result<Caller, Unproven> {
        let peer = peer.to_canonical();
        if !self.proxies.contains(&peer) {
            return Err(Unproven::NotTheProxy(peer));
        }
        let id = match &self.kind {
            MeshKind::Linkerd => self.linkerd(headers)?,
            MeshKind::Envoy { own_id } => {
                let uri = xfcc::client_uri(headers.get_all(ENVOY), own_id.as_str())?;
                spiffe(&uri)?
            }
        };
        let id = self.trust_domain.check(id)?;
        Ok(Caller::proven(id.as_str(), Proof::Mesh))
    }

    fn linkerd(&self, headers: &HeaderMap) -> Result<SpiffeId, Unproven> {
        let mut values = headers.get_all(LINKERD).iter();
        let value = values.next().ok_or(Unproven::MeshHeaderMissing)?;
        if values.next().is_some() {
            return Err(Unproven::MeshHeaderRepeated);
        }
        let text = value.to_str().map_err(|_| Unproven::MeshHeaderMalformed("not ASCII"))?;
        if text.starts_with("spiffe:") {
            return spiffe(text);
        }
        let malformed = Unproven::MeshHeaderMalformed("not the DNS name of a service account");
        let (workload, domain) = text.split_once(LINKERD_SUFFIX).ok_or(malformed.clone())?;
        // The name of a service account may contain dots, that of a namespace may not.
        let (account, namespace) = workload.rsplit_once('.').ok_or(malformed.clone())?;
        if !is_label(namespace) || !account.split('.').all(is_label) {
            return Err(malformed);
        }
        spiffe(&format!("spiffe://{domain}/ns/{namespace}/sa/{account}"))
    }
}

fn spiffe(text: &str) -> Result<SpiffeId, Unproven> {
    text.parse().map_err(|_| Unproven::NotASpiffeId)
}

/// Whether a text is a label of a DNS name, as Kubernetes has them.
fn is_label(text: &str) -> bool {
    let known = |it: u8| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (1..=63).contains(&text.len())
        && text.bytes().all(known)
        && !text.starts_with('-')
        && !text.ends_with('-')
}
