//! Why a command ends without an answer, in one sentence that says what to do.

use std::{fmt, io, time::Duration};

use client::Kind;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}")]
    Text(String),
    #[error(transparent)]
    Call(Box<FailedCall>),
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
}

/// A call that failed, and where it was sent.
#[derive(Debug, thiserror::Error)]
pub(crate) struct FailedCall {
    pub(crate) error: client::Error,
    pub(crate) service: &'static str,
    pub(crate) address: String,
    pub(crate) timeout: Duration,
}

impl fmt::Display for FailedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { error, service, address, timeout } = self;
        let answered = !error.domain.is_empty();
        match error.kind {
            Kind::Unavailable if !answered => write!(
                f,
                "{service} does not answer at {address} ({error}); start the services with \
                 `cargo run -p cluster`, or set another address with --{service} or `csp context`"
            ),
            Kind::TooLate if !answered => write!(
                f,
                "{service} at {address} did not answer within {} s; raise --timeout, or see its log",
                timeout.as_secs()
            ),
            Kind::Other(code) if !answered => write!(
                f,
                "{address} did not answer as {service} does ({code}: {error}); check the address"
            ),
            Kind::Invalid => {
                f.write_str("the request is invalid:")?;
                let mut fields = error.fields.iter();
                fields.try_for_each(|it| write!(f, "\n  {} {}", it.field, it.description))
            }
            _ => write!(f, "{error}"),
        }
    }
}
