//! Compares the log with the events, page by page.

use std::{collections::BTreeMap, fmt};

use errors::Failure;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use seals::{Frontier, Hash, PublicKeys, SignatureError, SignedCheckpoint};

use super::{checkpoints, event_seals, leaf, log, unsealed};
use crate::{
    Database,
    events::{Column, Entity, Model},
    fault,
};

/// Most events of a page.
pub const MAX_PAGE: u64 = 200;

/// A difference between events, seals and checkpoints.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Finding {
    /// Sequence number of the event.
    pub seq: Option<i64>,
    /// Its resource. Empty if unknown.
    pub resource: String,
    /// Its revision.
    pub revision: Option<i64>,
    /// What happened, as in `PartnershipAccepted`. Empty if unknown.
    pub kind: String,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<_> = self.seq.iter().map(|seq| format!("event {seq}")).collect();
        parts.extend((!self.resource.is_empty()).then(|| self.resource.clone()));
        parts.extend(self.revision.map(|it| format!("revision {it}")));
        parts.extend((!self.kind.is_empty()).then(|| self.kind.clone()));
        let named = parts.join(", ");
        write!(f, "{named}{}{}", if named.is_empty() { "" } else { ": " }, self.problem)
    }
}

impl Finding {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), ..Self::default() }
    }

    pub(super) fn of(event: &Model, problem: &str) -> Self {
        Self {
            seq: Some(event.seq),
            resource: event.resource.clone(),
            revision: Some(event.revision),
            kind: event.kind.clone(),
            problem: problem.to_owned(),
        }
    }

    fn of_seal(seal: &event_seals::Model, event: Option<&Model>, problem: &str) -> Self {
        let named = event.map(|it| Self::of(it, problem));
        named.unwrap_or_else(|| Self { seq: Some(seal.seq), ..Self::new(problem) })
    }
}

/// Reads the log from an index on and collects what is wrong.
#[derive(Debug)]
pub struct Auditor {
    database: Database,
    keys: PublicKeys,
    frontier: Frontier,
    /// The last checkpoint that was read.
    last: Option<SignedCheckpoint>,
    findings: Vec<Finding>,
    /// Whether seals are missing: then any event without a seal may be theirs.
    incomplete: bool,
    /// The last event that the end of the log was searched for.
    searched: Option<i64>,
}

impl Auditor {
    /// Starts at an index of the log. Believes the hashes that are stored before it. Without keys, signatures are
    /// not checked.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn start(database: Database, keys: PublicKeys, index: u64) -> Result<Self, Failure> {
        let reader = database.reader();
        let frontier = log::frontier(reader, index).await?;
        let before = checkpoints::Entity::find()
            .filter(checkpoints::Column::Size.lte(log::column(index)))
            .order_by_desc(checkpoints::Column::Size)
            .limit(1);
        let before = before.one(reader).await.map_err(fault)?;
        let last = before.and_then(|it| log::read_checkpoint(&it).ok());
        Ok(Self {
            database,
            keys,
            frontier,
            last,
            findings: Vec::new(),
            incomplete: false,
            searched: None,
        })
    }

    /// The index of the next event.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.frontier.size()
    }

    /// The last checkpoint that was read.
    #[must_use]
    pub const fn checkpoint(&self) -> Option<&SignedCheckpoint> {
        self.last.as_ref()
    }

    /// The root of the log so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// What was found since the last call.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// Checks at most `limit` events, and returns whether there is more. The last pages find what is not in the
    /// log.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn page(&mut self, limit: u64) -> Result<bool, Failure> {
        let reader = self.database.reader().clone();
        // Read first: later seals may be of later checkpoints.
        let newest = log::newest_checkpoint(&reader).await?;
        let start = self.index();
        let seals = event_seals::Entity::find()
            .filter(event_seals::Column::LogIndex.gte(log::column(start)))
            .order_by_asc(event_seals::Column::LogIndex)
            .limit(limit);
        let seals = seals.all(&reader).await.map_err(fault)?;
        let Some(end) = seals.last().map(|it| it.log_index) else {
            return self.finish(newest).await;
        };
        let events = Entity::find().filter(Column::Seq.is_in(seals.iter().map(|it| it.seq)));
        let events = events.all(&reader).await.map_err(fault)?;
        let events: BTreeMap<_, _> = events.into_iter().map(|it| (it.seq, it)).collect();
        let checkpoints = checkpoints::Entity::find()
            .filter(checkpoints::Column::Size.gt(log::column(start)))
            .filter(checkpoints::Column::Size.lte(end.saturating_add(1)))
            .order_by_asc(checkpoints::Column::Size);
        let checkpoints = checkpoints.all(&reader).await.map_err(fault)?;
        let mut checkpoints = checkpoints.iter().peekable();
        for seal in &seals {
            self.seal(seal, events.get(&seal.seq)).await?;
            while let Some(row) =
                checkpoints.next_if(|it| log::index(it.size).is_none_or(|it| it <= self.index()))
            {
                self.check(row);
            }
        }
        Ok(true)
    }

    /// Checks one event and its seal.
    async fn seal(
        &mut self,
        seal: &event_seals::Model,
        event: Option<&Model>,
    ) -> Result<(), Failure> {
        let index = log::index(seal.log_index).unwrap_or_default();
        if index != self.index() {
            self.miss(index);
            self.frontier = log::frontier(self.database.reader(), index).await?;
        }
        let mut stored = log::split(&seal.hashes);
        let sealed = stored.next().unwrap_or_default();
        match event {
            None => {
                let problem = "the event was deleted, or its number changed";
                self.findings.push(Finding::of_seal(seal, None, problem));
            }
            Some(event) if leaf(event) != sealed => {
                self.findings.push(Finding::of(event, "the event was changed after it was sealed"));
            }
            Some(_) => {}
        }
        if self.frontier.append(sealed).concat() != seal.hashes {
            let problem = "the seals up to this event do not fit together: this seal or one before it \
                was changed";
            self.findings.push(Finding::of_seal(seal, event, problem));
        }
        Ok(())
    }

    /// The seals before an index are missing.
    fn miss(&mut self, index: u64) {
        let missing = format!("the seals {} to {} are missing", self.index(), index - 1);
        self.findings.push(Finding::new(missing));
        self.incomplete = true;
    }

    /// Checks a checkpoint of the events so far.
    fn check(&mut self, row: &checkpoints::Model) {
        let mut problems = Vec::new();
        match log::read_checkpoint(row) {
            Err(_) => problems.push("cannot be read, or is of another size"),
            Ok(signed) => {
                let (it, last) = (signed.checkpoint(), self.last.as_ref());
                match signed.verify(&self.keys) {
                    _ if self.keys.is_empty() => {}
                    Ok(()) => {}
                    Err(SignatureError::Unsigned) => problems.push("is not signed"),
                    Err(SignatureError::UnknownKey) => problems.push("is signed by an unknown key"),
                    Err(SignatureError::Forged) => problems.push("has a wrong signature"),
                }
                if it.previous != last.map(SignedCheckpoint::digest) {
                    problems
                        .push("does not follow the one before it: that one was changed or deleted");
                }
                if last.is_some_and(|last| last.checkpoint().origin() != it.origin()) {
                    problems.push("is of another log");
                }
                if (it.size, it.root) != (self.index(), self.frontier.root()) {
                    problems.push("has another root: seals since the one before it were changed");
                }
                self.last = Some(signed);
            }
        }
        let from = self.index();
        let of = |it| {
            Finding::new(format!("the checkpoint of size {} {it} (log size {from})", row.size))
        };
        self.findings.extend(problems.into_iter().map(of));
    }

    /// Checks what is after the last seal, and returns whether there is more.
    async fn finish(&mut self, newest: Option<checkpoints::Model>) -> Result<bool, Failure> {
        let reader = self.database.reader().clone();
        let Some(searched) = self.searched else {
            let size = newest.as_ref().and_then(|it| log::index(it.size)).unwrap_or_default();
            let covered = self.last.as_ref().map_or(0, |it| it.checkpoint().size);
            if size > self.index() {
                self.miss(size);
            }
            let index = event_seals::Column::LogIndex;
            let open = event_seals::Entity::find()
                .filter(Condition::any().add(index.gte(log::column(covered))).add(index.lt(0)))
                .order_by_asc(event_seals::Column::LogIndex)
                .limit(MAX_PAGE);
            let open = open.all(&reader).await.map_err(fault)?;
            let problem = "the seal of the event has no checkpoint";
            self.findings.extend(open.iter().map(|it| Finding::of_seal(it, None, problem)));
            self.searched = Some(i64::MIN);
            return Ok(true);
        };
        let Some(last) = &self.last else { return Ok(false) };
        let position = if self.incomplete { u64::MAX } else { last.checkpoint().position };
        let skipped = unsealed::skipped(&self.database, position);
        let skipped = skipped.filter(Column::Seq.gt(searched)).order_by_asc(Column::Seq);
        let skipped = skipped.limit(MAX_PAGE).all(&reader).await.map_err(fault)?;
        let problem = "the event was inserted among sealed ones, or its number or seal changed";
        self.findings.extend(skipped.iter().map(|it| Finding::of(it, problem)));
        self.searched = skipped.last().map(|it| it.seq);
        Ok(skipped.len() as u64 == MAX_PAGE)
    }
}
