//! Why a command ends without an answer, in one sentence that says what to do.

use std::{fmt, io, time::Duration};

use client::Kind;
use uuid::Uuid;

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

impl FailedCall {
    /// The error of a command that writes. If what it writes may have been written, it states the request id
    /// to repeat it with.
    pub(crate) fn of_write(self: Box<Self>, written: &str, request_id: Uuid) -> Error {
        if self.is_unknown() {
            return Error::Text(format!(
                "{self}; {written}: to find out, repeat the command with --request-id {request_id}"
            ));
        }
        Error::Call(self)
    }

    /// Whether what the call writes may have been written.
    fn is_unknown(&self) -> bool {
        match self.error.kind {
            Kind::Unavailable | Kind::TooLate | Kind::Defect => true,
            // No service answers with such a code after it has written something.
            Kind::Other(_) => self.error.domain.is_empty(),
            Kind::Invalid
            | Kind::Missing
            | Kind::Exists
            | Kind::Refused
            | Kind::Outdated
            | Kind::Busy => false,
        }
    }
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic::Code;

    use super::*;

    fn failed(code: Code) -> FailedCall {
        let error = client::Error {
            kind: code.into(),
            message: String::new(),
            reason: String::new(),
            domain: String::new(),
            metadata: HashMap::new(),
            refusal: client::Refusal::default(),
            fields: Vec::new(),
            retry_after: None,
        };
        let (address, timeout) = (String::new(), Duration::ZERO);
        FailedCall { error, service: "ordering", address, timeout }
    }

    #[test]
    fn a_call_without_a_definite_answer_may_have_written() {
        for code in (1..=16).map(Code::from_i32) {
            let definite = [
                Code::InvalidArgument,
                Code::NotFound,
                Code::AlreadyExists,
                Code::FailedPrecondition,
                Code::Aborted,
                Code::ResourceExhausted,
            ];
            let expected = !definite.contains(&code);
            assert_eq!(failed(code).is_unknown(), expected, "{code}");
        }
    }
}
