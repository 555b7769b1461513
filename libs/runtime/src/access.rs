//! The settings `tls.*` and `identity.*`: how callers prove who they are, what they may do, and with what
//! this process proves who it is.

use std::{
    fmt::Display,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use authority::Bindings;
use identity::{
    Algorithm, ClientCa, CredentialFiles, KeyPairFiles, KeySource, Mesh, MeshKind, ServerFiles,
    ServerTls, Source, TokenSettings, Tokens, Watched,
};
use types::{Clock, alternatives};

use crate::config::Reader;

/// How often files are compared with those in use.
const INTERVAL: Duration = Duration::from_secs(5);

types::text_enum! {
    /// How callers prove who they are.
    pub enum Kind: "a source of identity" {
        /// Not at all.
        None = "none",
        /// With a client certificate.
        Mtls = "mtls",
        /// With the header of Linkerd's proxy.
        Linkerd = "linkerd",
        /// With the header of Envoy or of Istio's proxy.
        Envoy = "envoy",
        /// With a token.
        Jwt = "jwt",
    }
}

/// The settings of a listener's callers.
#[derive(Debug, Clone)]
pub struct Settings {
    kind: Kind,
    exposed: bool,
    source: SourceSettings,
    key_pair: Option<KeyPairFiles>,
    bindings: Option<PathBuf>,
    credentials: CredentialFiles,
}

#[derive(Debug, Clone)]
enum SourceSettings {
    None,
    Mtls(ClientCa),
    Mesh(Mesh),
    Jwt(TokenSettings),
}

/// What identifies the callers of a listener.
#[derive(Debug)]
pub(crate) struct Access {
    pub kind: Kind,
    pub source: Source,
    pub tls: Option<ServerTls>,
    pub bindings: Arc<Watched<Bindings>>,
}

/// The settings `identity.*` that belong to some sources only.
struct Fields<'a> {
    reader: &'a mut Reader,
    kind: Kind,
    complete: bool,
}

impl Fields<'_> {
    /// A setting of these sources; `None` for any other source, where it must not be set.
    fn optional<T: FromStr<Err: Display>>(&mut self, name: &str, of: &[Kind]) -> Option<T> {
        let key = format!("identity.{name}");
        let value = self.reader.take_optional::<T>(&key);
        self.complete &= value.is_some();
        let value = value.flatten();
        if value.is_some() && !of.contains(&self.kind) {
            let kinds = alternatives(of);
            self.reader.reject(format!("`{key}` is for the sources {kinds}, not {}", self.kind));
            self.complete = false;
        }
        value
    }

    /// A setting that these sources need.
    fn required<T: FromStr<Err: Display>>(&mut self, name: &str, of: &[Kind]) -> Option<T> {
        let (was_complete, value) = (self.complete, self.optional(name, of));
        if value.is_none() && of.contains(&self.kind) && self.complete == was_complete {
            self.reader.reject(format!("`identity.{name}` is required for source {}", self.kind));
            self.complete = false;
        }
        value
    }
}

/// Values separated by commas.
struct List<T>(Vec<T>);

impl<T: FromStr<Err: Display>> FromStr for List<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = |part: &str| part.trim().parse().map_err(|error: T::Err| error.to_string());
        text.split(',').map(parse).collect::<Result<_, _>>().map(Self)
    }
}

impl Settings {
    /// Reads `tls.*` and `identity.*`. `listen` is the address of the listener, which callers
    /// without proof may reach from this machine only.
    pub(crate) fn read(reader: &mut Reader, listen: Option<SocketAddr>) -> Option<Self> {
        let kind = reader.take::<Kind>("identity.source");
        let exposed = reader.take::<bool>("identity.serve_unproven_callers_on_any_address");
        let certificate = reader.take_optional::<PathBuf>("tls.certificate_file");
        let key = reader.take_optional::<PathBuf>("tls.key_file");
        let ca = reader.take_optional::<PathBuf>("tls.peer_ca_file");
        let token = reader.take_optional::<PathBuf>("identity.token_file");
        let mut fields = Fields { reader, kind: kind.unwrap_or(Kind::None), complete: true };
        let proven = [Kind::Mtls, Kind::Linkerd, Kind::Envoy, Kind::Jwt];
        let bindings = fields.required::<PathBuf>("bindings_file", &proven);
        let source = fields.source();
        let complete = fields.complete;
        let (kind, exposed, certificate, key) = (kind?, exposed?, certificate?, key?);
        if let Some(Err(problem)) = listen.map(|listen| may_listen(kind, exposed, listen)) {
            reader.reject(problem);
        }
        let key_pair = KeyPairFiles::from_settings(certificate.clone(), key.clone());
        let key_pair = key_pair.map_err(|problem| reader.reject(format!("`tls`: {problem}")));
        let (source, key_pair) = (source.filter(|_| complete)?, key_pair.ok()?);
        if kind == Kind::Mtls && key_pair.is_none() {
            reader.reject("`identity.source` = `mtls` needs `tls.certificate_file`".to_owned());
        }
        let credentials = CredentialFiles { ca: ca?, certificate, key, token: token? };
        Some(Self { kind, exposed, source, key_pair, bindings, credentials })
    }

    /// With what this process proves who it is to other services.
    ///
    /// # Errors
    /// If a file is unusable.
    pub fn credentials(&self, clock: Clock) -> Result<rpc_client::Credentials, String> {
        rpc_client::Credentials::load(self.credentials.clone(), clock)
    }

    /// Reads the files, and reads them again when they change. `listen` is the address of the listener.
    pub(crate) async fn load(self, listen: SocketAddr, clock: Clock) -> Result<Access, String> {
        let Self { kind, exposed, source, key_pair, bindings, .. } = self;
        may_listen(kind, exposed, listen)?;
        let client_ca = match &source {
            SourceSettings::Mtls(ca) => Some(ca.clone()),
            _ => None,
        };
        let tls = key_pair
            .map(|key_pair| ServerTls::load(ServerFiles { key_pair, client_ca }, clock.clone()));
        let tls = tls.transpose()?;
        tls.iter().for_each(|tls| tls.watch(INTERVAL));
        let source = match source {
            SourceSettings::None => Source::None,
            SourceSettings::Mtls(_) => {
                let mtls = tls.as_ref().and_then(ServerTls::mtls);
                Source::Mtls(mtls.ok_or("mtls needs a certificate and a client CA")?)
            }
            SourceSettings::Mesh(mesh) => Source::Mesh(mesh),
            SourceSettings::Jwt(settings) => {
                let tokens = Tokens::load(settings, clock).await?;
                tokens.watch(INTERVAL);
                Source::Jwt(tokens)
            }
        };
        let bindings = Watched::load("the bindings of callers", Vec::from_iter(bindings), read)?;
        bindings.watch(INTERVAL);
        Ok(Access { kind, source, tls, bindings })
    }
}

impl Fields<'_> {
    /// The source, if its settings are complete.
    fn source(&mut self) -> Option<SourceSettings> {
        let mesh = [Kind::Linkerd, Kind::Envoy];
        let trust_domain = self.required("trust_domain", &[Kind::Mtls, Kind::Linkerd, Kind::Envoy]);
        let client_ca = self.required::<PathBuf>("client_ca_file", &[Kind::Mtls]);
        let proxies = self.required::<List<IpAddr>>("proxies", &mesh);
        let own_id = self.required("own_id", &[Kind::Envoy]);
        let issuer = self.required::<String>("issuer", &[Kind::Jwt]);
        let audience = self.required::<String>("audience", &[Kind::Jwt]);
        let algorithms = self.required::<List<Algorithm>>("algorithms", &[Kind::Jwt]);
        let file = self.optional::<PathBuf>("jwks_file", &[Kind::Jwt]);
        let url = self.optional("jwks_url", &[Kind::Jwt]);
        let ca_file = self.optional::<PathBuf>("jwks_ca_file", &[Kind::Jwt]);
        let kind = match self.kind {
            Kind::None => return Some(SourceSettings::None),
            Kind::Mtls => {
                let (file, trust_domain) = (client_ca?, trust_domain?);
                return Some(SourceSettings::Mtls(ClientCa { file, trust_domain }));
            }
            Kind::Jwt => {
                let keys = match (file, url) {
                    (Some(file), None) if ca_file.is_none() => KeySource::File(file),
                    (None, Some(url)) => KeySource::Url { url, ca_file },
                    _ => {
                        let problem = "source jwt needs `identity.jwks_file`, or `identity.jwks_url` \
                                       with or without `identity.jwks_ca_file`";
                        self.reader.reject(problem.to_owned());
                        return None;
                    }
                };
                let (issuer, audience, algorithms) = (issuer?, audience?, algorithms?.0);
                let settings = TokenSettings { issuer, audience, algorithms, keys };
                return Some(SourceSettings::Jwt(settings));
            }
            Kind::Linkerd => MeshKind::Linkerd,
            Kind::Envoy => MeshKind::Envoy { own_id: own_id? },
        };
        let mesh = Mesh::new(kind, &proxies?.0, trust_domain?);
        let mesh = mesh.map_err(|problem| self.reader.reject(format!("`identity`: {problem}")));
        mesh.ok().map(SourceSettings::Mesh)
    }
}

/// Refuses callers without proof on an address that other machines reach, unless that is `exposed` on purpose.
fn may_listen(kind: Kind, exposed: bool, listen: SocketAddr) -> Result<(), String> {
    match kind {
        Kind::None if !exposed && !listen.ip().is_loopback() => Err(format!(
            "`identity.source` = `none` lets every caller that reaches {listen} do everything: choose \
             another source, listen on loopback, or set \
             `identity.serve_unproven_callers_on_any_address`"
        )),
        _ => Ok(()),
    }
}

/// Bindings of a file, or of callers without proof.
fn read(paths: &[PathBuf], contents: &[Vec<u8>]) -> Result<Bindings, String> {
    let (Some(path), Some(content)) = (paths.first(), contents.first()) else {
        return Ok(Bindings::unproven());
    };
    let wrong = |problem: &dyn Display| format!("{}: {problem}", path.display());
    let text = str::from_utf8(content).map_err(|error| wrong(&error))?;
    Bindings::read(text).map_err(|error| wrong(&error))
}

#[cfg(test)]
impl Access {
    pub(crate) fn unproven() -> Result<Self, String> {
        let bindings = Watched::load("the bindings of callers", Vec::new(), read)?;
        Ok(Self { kind: Kind::None, source: Source::None, tls: None, bindings })
    }
}
