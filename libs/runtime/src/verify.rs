//! Verifies the history of a service.

use std::{
    fs,
    path::{Path, PathBuf},
};

use errors::Failure;
use seals::{PublicKeys, SignedCheckpoint};
use storage::{
    Database,
    sealed::{Auditor, Comparison, Finding, MAX_PAGE},
};

use crate::history::read_key;

/// Prints the newest checkpoint of a service.
///
/// # Errors
/// If there is none, or the database fails, as text for the operator.
pub(crate) async fn print_checkpoint(database: &Database) -> Result<(), String> {
    let newest = database.newest_checkpoint().await.map_err(|failure| described(&failure))?;
    print!("{}", newest.ok_or("no event is sealed yet")?.note());
    Ok(())
}

/// Compares the events of a service with their seals, the seals with the checkpoints and with one that was
/// stored elsewhere, and the stored resources with their events. Prints every difference.
///
/// # Errors
/// If there are any, or if the database fails, as text for the operator.
pub(crate) async fn verify(
    database: Database,
    resources: Resources,
    mut known: PublicKeys,
    keys: &[PathBuf],
    exported: Option<&Path>,
) -> Result<(), String> {
    for file in keys {
        let file = file.display().to_string();
        known =
            known.and(read_key("--public-key", &file, PublicKeys::from_pem)?.unwrap_or_default());
    }
    let exported = exported.map(|file| read_checkpoint(file, &known)).transpose()?;
    let audited = audit(database, resources, known, exported).await;
    let found = audited.map_err(|failure| described(&failure))?;
    match found {
        0 => Ok(()),
        1 => Err("the history was changed: 1 difference".to_owned()),
        _ => Err(format!("the history was changed: {found} differences")),
    }
}

fn read_checkpoint(file: &Path, keys: &PublicKeys) -> Result<SignedCheckpoint, String> {
    let name = file.display();
    let note = fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
    let checkpoint = SignedCheckpoint::parse(&note);
    let checkpoint = checkpoint.ok_or_else(|| format!("{name} is not a checkpoint"))?;
    if !keys.is_empty() && checkpoint.verify(keys).is_err() {
        return Err(format!("{name} is not signed by a known key"));
    }
    Ok(checkpoint)
}

fn described(failure: &Failure) -> String {
    match failure {
        Failure::Bug(text) => text.clone(),
        Failure::Unavailable { dependency, cause } => format!("{dependency}: {cause}"),
        _ => "the history cannot be read".to_owned(),
    }
}

/// Prints every difference, and returns their number.
async fn audit(
    database: Database,
    resources: Resources,
    keys: PublicKeys,
    exported: Option<SignedCheckpoint>,
) -> Result<usize, Failure> {
    let mut found = 0;
    let mut print = |findings: Vec<Finding>| {
        found += findings.len();
        findings.iter().for_each(|it| println!("{it}"));
    };
    let unchecked = keys.is_empty();
    let mut auditor = Auditor::start(database.clone(), keys, 0).await?;
    let mut matched = false;
    loop {
        let size = exported.as_ref().map(|it| it.checkpoint().size);
        let until = size.and_then(|it| it.checked_sub(auditor.index())).filter(|left| *left > 0);
        let more = auditor.page(until.unwrap_or(MAX_PAGE).min(MAX_PAGE)).await?;
        print(auditor.take_findings());
        matched |= exported.as_ref().is_some_and(|it| {
            let it = it.checkpoint();
            (it.size, it.root) == (auditor.index(), auditor.root())
        });
        if !more {
            break;
        }
    }
    let last = auditor.checkpoint();
    if let Some(exported) = &exported {
        let it = exported.checkpoint();
        let other = last.is_some_and(|last| last.checkpoint().origin() != it.origin());
        if other || !matched {
            print(vec![Finding {
                problem: format!(
                    "the log does not contain the given checkpoint of size {}: its end was cut off, or it \
                     was rewritten; it has {} events",
                    it.size,
                    auditor.index()
                ),
                ..Finding::default()
            }]);
        }
    }
    let unsealed = database.count_unsealed(last).await?;
    print(resources.compare(&database).await?);
    println!("{} sealed events, {unsealed} not sealed yet, {found} differences", auditor.index());
    match last {
        Some(_) if unchecked => println!("no signature was checked: no public key is given"),
        Some(last) => println!("newest checkpoint: {}", last.checkpoint().time),
        None => {}
    }
    Ok(found)
}

/// The resources of a service.
pub(crate) struct Resources {
    /// Their tables.
    pub tables: &'static [&'static str],
    /// Compares one with an event.
    pub comparison: Comparison,
}

impl Resources {
    /// Differences between stored resources and their events.
    async fn compare(&self, database: &Database) -> Result<Vec<Finding>, Failure> {
        let (mut findings, mut last) = (Vec::new(), String::new());
        loop {
            let page = database.recorded_resources(&last).await?;
            let Some(end) = page.last() else { break };
            last.clone_from(end);
            for resource in page {
                let compare = |content| (self.comparison)(resource.clone(), content);
                findings.extend(database.audit_resource(&resource, compare).await?);
            }
        }
        for table in self.tables {
            findings.extend(database.unrecorded_resources(table).await?);
        }
        Ok(findings)
    }
}
