//! Seals the events of a service.

use std::{fs, future::Future, time::Duration};

use errors::Failure;
use seals::{PublicKeys, SigningKey};
use storage::{Database, sealed::Sealer};
use tokio::time::{MissedTickBehavior, interval};

use crate::config::{PositiveDuration, Reader};

/// The settings `history.*`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// File of the key that signs checkpoints. Empty: they are unsigned.
    pub signing_key_file: String,
    /// File of further public keys that verify them. May be empty.
    pub public_keys_file: String,
    /// How often new events are sealed.
    pub seal_interval: Duration,
}

impl Settings {
    /// Reads `history.*`.
    pub(crate) fn read(reader: &mut Reader) -> Option<Self> {
        let signing_key_file = reader.take("history.signing_key_file");
        let public_keys_file = reader.take("history.public_keys_file");
        let seal_interval = reader.take::<PositiveDuration>("history.seal_interval");
        Some(Self {
            signing_key_file: signing_key_file?,
            public_keys_file: public_keys_file?,
            seal_interval: seal_interval?.0,
        })
    }

    fn signing_key(&self) -> Result<Option<SigningKey>, String> {
        read_key("history.signing_key_file", &self.signing_key_file, SigningKey::from_pem)
    }

    /// The keys that verify: that of the signing key, and the others.
    ///
    /// # Errors
    /// As text for the operator.
    pub fn public_keys(&self) -> Result<PublicKeys, String> {
        let own = self.signing_key()?.map(|key| key.public()).unwrap_or_default();
        let setting = "history.public_keys_file";
        let others = read_key(setting, &self.public_keys_file, PublicKeys::from_pem)?;
        Ok(own.and(others.unwrap_or_default()))
    }

    /// A sealer.
    pub(crate) fn sealer(
        &self,
        service: &'static str,
        database: Database,
        clock: types::Clock,
    ) -> Result<Sealer, String> {
        let key = self.signing_key()?;
        if key.is_none() {
            tracing::info!(
                "checkpoints of the events are unsigned: a role that can write to the database can \
                 forge them; set history.signing_key_file"
            );
        }
        Ok(Sealer::new(database, service, key, clock))
    }
}

pub(crate) fn read_key<T>(
    setting: &str,
    file: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    if file.is_empty() {
        return Ok(None);
    }
    let parsed = fs::read_to_string(file).map_err(|error| error.to_string());
    let parsed = parsed.and_then(|pem| parse(&pem));
    parsed.map(Some).map_err(|error| format!("{setting}: {file}: {error}"))
}

/// Seals new events until the server closes.
pub(crate) async fn seal(sealer: Sealer, every: Duration, closing: impl Future<Output = ()>) {
    let sealing = async {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failed = false;
        loop {
            ticks.tick().await;
            let outcome = seal_all(&sealer).await;
            // A failure that lasts is logged once.
            if let (Err(failure), false) = (&outcome, failed) {
                tracing::warn!(cause = ?failure, "events are not sealed");
            }
            failed = outcome.is_err();
        }
    };
    tokio::select! {
        () = sealing => {}
        () = closing => {}
    }
}

async fn seal_all(sealer: &Sealer) -> Result<(), Failure> {
    while sealer.seal().await? {}
    Ok(())
}
