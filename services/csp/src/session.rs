use std::process::ExitCode;

use identity::Credentials;
use types::Clock;

use crate::{
    api::{Addresses, Api},
    config::Config,
    error::Error,
    output::Output,
    settings::Global,
};

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) global: Global,
    pub(crate) out: Output,
}

/// How a command ends if it has no error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Success,
    /// The transaction is refused or undetermined.
    Refused,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Success => Self::SUCCESS,
            Exit::Refused => Self::from(2),
        }
    }
}

impl Session {
    pub(crate) fn open(global: Global) -> Self {
        let out = Output::new(global.output, global.colour());
        Self { global, out }
    }

    /// The services of the chosen context. Connects with the first call.
    pub(crate) fn api(&self) -> Result<Api, Error> {
        let config = self.global.config().map(|path| Config::read(&path)).transpose()?;
        let context = config.unwrap_or_default().chosen(self.global.context.as_deref())?;
        let credentials = Credentials::load(self.global.credentials.clone(), Clock::system());
        let credentials = credentials.map_err(Error::Text)?;
        let addresses = Addresses::choose(&self.global, context)?;
        Ok(Api::new(addresses, self.global.timeout(), credentials))
    }
}
