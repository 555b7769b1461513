//! Copies of an embedded database, and the generation of any.

use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
};

use authority::{Access, Authorized, Caller, Forbidden, Identified, Policy, Proof, Role};
use errors::{Failure, Mutation};
use sea_orm::{ConnectionTrait, Statement, Value};
use serde_json::json;
use types::{ResourceVersion, Timestamp};
use uuid::Uuid;

use crate::{
    Database, Event, MutationContext, Settings, as_of,
    events::{self, GENERATION},
    fault,
};

const CHECK: &str = "PRAGMA integrity_check";

/// Ends the other sessions of a PostgreSQL database, so that services connect again and see the generation.
const END_SESSIONS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL";

impl Database {
    /// Writes a consistent copy of an embedded database to a new file, also while a service uses it.
    ///
    /// # Errors
    /// As text for the operator.
    pub async fn back_up(settings: &Settings, to: &Path) -> Result<(), String> {
        let from = file_of(&settings.url)?;
        require_absent(to)?;
        if !from.exists() {
            return Err(format!("{} does not exist", from.display()));
        }
        let database = Self::open(settings).await?;
        let partial = partial_of(to);
        let _ = fs::remove_file(&partial);
        let path = Value::from(partial.display().to_string());
        let backend = database.get_database_backend();
        let copy = Statement::from_sql_and_values(backend, "VACUUM INTO ?", [path]);
        let copied = database.execute_raw(copy).await;
        copied.map_err(|error| format!("cannot copy the database: {error}"))?;
        finish(&partial, to)
    }

    /// Puts a copy in place of an embedded database that does not exist, as a new generation. Returns that.
    ///
    /// # Errors
    /// As text for the operator.
    pub async fn restore(settings: &Settings, from: &Path, now: Timestamp) -> Result<Uuid, String> {
        let to = file_of(&settings.url)?;
        for suffix in ["", "-wal", "-shm"] {
            require_absent(&with_suffix(&to, suffix))?;
        }
        let partial = partial_of(&to);
        let copied = fs::copy(from, &partial);
        copied.map_err(|error| format!("cannot copy {}: {error}", from.display()))?;
        let url = format!("sqlite://{}", partial.display());
        let settings = Settings { url, ..settings.clone() };
        let generation = Self::start_generation_of_copy(&settings, now).await.map_err(|error| {
            for suffix in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(with_suffix(&partial, suffix));
            }
            format!("{}: {error}", from.display())
        })?;
        finish(&partial, &to)?;
        Ok(generation)
    }

    async fn start_generation_of_copy(settings: &Settings, now: Timestamp) -> Result<Uuid, String> {
        let database = Self::open(settings).await?;
        database.check().await?;
        let generation = database.start_generation(now).await?;
        let closed = database.pool().connections.close_by_ref().await;
        closed.map(|()| generation).map_err(|error| error.to_string())
    }

    /// Starts a new generation after a restore: an event, so that it stands in the history. What services have in
    /// memory is of the earlier generation, and is read again when they connect.
    ///
    /// # Errors
    /// As text for the operator.
    pub async fn start_generation(&self, now: Timestamp) -> Result<Uuid, String> {
        let generation = Uuid::new_v4();
        let record = self.record_generation(generation, now).await;
        record.map_err(|failure| format!("cannot record the generation: {}", text(failure)))?;
        if !self.embedded() {
            let ended = self.execute_unprepared(END_SESSIONS).await;
            ended.map_err(|error| format!("cannot end the sessions of services: {error}"))?;
        }
        Ok(generation)
    }

    async fn record_generation(&self, generation: Uuid, now: Timestamp) -> Result<(), Failure> {
        let transaction = self.begin().await?;
        let last = as_of(GENERATION, Timestamp::MAX).one(&*transaction).await.map_err(fault)?;
        let revision = last.map_or(0, |last| last.revision) + 1;
        let version = ResourceVersion { revision, create_time: now, update_time: now };
        let content = json!({ "generation": generation });
        let event = Event::new("DatabaseRestored", GENERATION, version, &content)?;
        let caller = operator().map_err(|_| Failure::bug("an operator may do everything"))?;
        let call = MutationContext::new("", Mutation::default(), &[], caller, now);
        events::commit(transaction, &call, vec![event]).await
    }

    /// Checks that an embedded database is whole and is one of a service.
    async fn check(&self) -> Result<(), String> {
        let check = Statement::from_string(self.get_database_backend(), CHECK);
        let row = self.query_one_raw(check).await.map_err(|error| error.to_string())?;
        match row.map(|row| row.try_get_by_index::<String>(0)) {
            Some(Ok(result)) if result == "ok" => Ok(()),
            _ => Err("is damaged".to_owned()),
        }
    }
}

/// The operator who runs the command, without proof.
fn operator() -> Result<Authorized, Forbidden> {
    let access = Arc::new(Access::whole(Role::Operator));
    let caller = Caller::proven("operator", Proof::None);
    Identified { caller, access, on_behalf_of: None }.authorize(Policy::of(&[]))
}

fn text(failure: Failure) -> String {
    match failure {
        Failure::Unavailable { cause, .. } | Failure::Bug(cause) => cause,
        _ => "another process did the same at this moment; repeat the command".to_owned(),
    }
}

/// The file of an embedded database.
fn file_of(url: &str) -> Result<PathBuf, String> {
    let path = url
        .strip_prefix("sqlite://")
        .ok_or("PostgreSQL is copied and restored by its own programs; see docs/restore.md")?;
    Ok(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

fn require_absent(file: &Path) -> Result<(), String> {
    match file.exists() {
        true => Err(format!("{} exists; move it away first", file.display())),
        false => Ok(()),
    }
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    PathBuf::from(name)
}

/// A file that is not whole yet.
fn partial_of(file: &Path) -> PathBuf {
    with_suffix(file, ".partial")
}

/// Gives a file its final name after its content is on the disk, and then stores the name.
fn finish(partial: &Path, to: &Path) -> Result<(), String> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    let finished = File::open(partial)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(partial, to))
        .and_then(|()| File::open(folder.unwrap_or(Path::new(".")))?.sync_all());
    finished.map_err(|error| format!("cannot write {}: {error}", to.display()))
}
