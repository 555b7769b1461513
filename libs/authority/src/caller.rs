use std::{fmt, sync::Arc};

/// Who makes a call, and how that was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    id: Arc<str>,
    proof: Proof,
}

types::text_enum! {
    /// How a caller proved its identity.
    pub enum Proof {
        /// Not at all: the listener asks for no proof.
        None = "none",
        /// With a client certificate that has one SPIFFE id.
        Mtls = "mtls",
        /// With the header of a mesh's sidecar.
        Mesh = "mesh",
        /// With a signed token.
        Jwt = "jwt",
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

    /// Its id, to share.
    #[must_use]
    pub fn shared_id(&self) -> Arc<str> {
        self.id.clone()
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
