use std::{fmt, sync::Arc};

/// Who makes a call, and how that was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    id: Arc<str>,
    proof: Proof,
}

/// How a caller proved its identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Not at all: the listener asks for no proof.
    None,
    /// With a client certificate that has one SPIFFE id.
    Mtls,
    /// With the header of a mesh's sidecar.
    Mesh,
    /// With a signed token.
    Jwt,
}

impl Proof {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::None, Self::Mtls, Self::Mesh, Self::Jwt];

    /// The text in settings and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Mtls => "mtls",
            Self::Mesh => "mesh",
            Self::Jwt => "jwt",
        }
    }
}

impl Caller {
    /// The id of every caller of a listener that asks for no proof.
    pub const ANONYMOUS: &str = "anonymous";

    /// A caller of a listener that asks for no proof.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { id: Self::ANONYMOUS.into(), proof: Proof::None }
    }

    /// A caller that has proven this id: a SPIFFE id, or the subject of a token.
    #[must_use]
    pub fn proven(id: &str, proof: Proof) -> Self {
        Self { id: id.into(), proof }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How it proved the id.
    #[must_use]
    pub const fn proof(&self) -> Proof {
        self.proof
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}
