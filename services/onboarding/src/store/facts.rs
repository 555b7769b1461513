//! The facts of standings.

use std::collections::BTreeMap;

use errors::Failure;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use storage::{Database, Snapshot, Source, fault, feed::Change, row};
use types::{LocationAccountId, OrganizationName, PartnerName};

use super::{entity::partners, organization, partner};
use crate::domain::{Organization, Partner};

/// Reads facts from the tables.
#[derive(Debug)]
pub(super) struct Tables(pub Database);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Organization(OrganizationName),
    Partner(PartnerName),
    /// The partners of an organization.
    PartnersOf(OrganizationName),
    /// The partner at a location account.
    PartnerAt(LocationAccountId),
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Fact {
    Organization(Option<Organization>),
    Partner(Option<Partner>),
    Partners(Vec<PartnerName>),
}

impl Source for Tables {
    type Key = Key;
    type Fact = Fact;

    async fn load(&self, keys: &[Key]) -> Result<Vec<Fact>, Failure> {
        let snapshot = self.0.snapshot().await?;
        let (mut organizations, mut partners) = (Vec::new(), Vec::new());
        for key in keys {
            match key {
                Key::Organization(name) => organizations.push(*name),
                Key::Partner(name) => partners.push(*name),
                Key::PartnersOf(_) | Key::PartnerAt(_) => {}
            }
        }
        let organizations = organizations_named(&snapshot, &organizations).await?;
        let partners = partners_named(&snapshot, &partners).await?;
        let mut facts = Vec::with_capacity(keys.len());
        for key in keys {
            facts.push(match key {
                Key::Organization(name) => Fact::Organization(organizations.get(name).cloned()),
                Key::Partner(name) => Fact::Partner(partners.get(name).cloned()),
                Key::PartnersOf(name) => {
                    let column = partners::Column::Organization;
                    Fact::Partners(names_where(&snapshot, column, &name.to_string()).await?)
                }
                Key::PartnerAt(account) => {
                    let column = partners::Column::LocationAccount;
                    Fact::Partners(names_where(&snapshot, column, account.as_str()).await?)
                }
            });
        }
        Ok(facts)
    }

    fn changed(change: &Change) -> Option<Vec<Key>> {
        if let Ok(name) = change.resource.parse() {
            return Some(vec![Key::Organization(name)]);
        }
        let partner: Partner = row::from_json(&change.content).ok()?;
        // The fact of a location that the partner leaves stays, so readers check the partner.
        let location = partner.location.map(|it| Key::PartnerAt(it.account));
        let of = [Key::Partner(partner.name), Key::PartnersOf(partner.organization)];
        Some(of.into_iter().chain(location).collect())
    }
}

impl Fact {
    pub(super) fn organization(&self) -> Result<Option<&Organization>, Failure> {
        match self {
            Self::Organization(organization) => Ok(organization.as_ref()),
            Self::Partner(_) | Self::Partners(_) => Err(other_kind()),
        }
    }

    pub(super) fn partner(&self) -> Result<Option<&Partner>, Failure> {
        match self {
            Self::Partner(partner) => Ok(partner.as_ref()),
            Self::Organization(_) | Self::Partners(_) => Err(other_kind()),
        }
    }

    pub(super) fn partners(&self) -> Result<&[PartnerName], Failure> {
        match self {
            Self::Partners(names) => Ok(names),
            Self::Organization(_) | Self::Partner(_) => Err(other_kind()),
        }
    }
}

fn other_kind() -> Failure {
    Failure::bug("a key has a fact of another kind")
}

async fn organizations_named(
    snapshot: &Snapshot,
    names: &[OrganizationName],
) -> Result<BTreeMap<OrganizationName, Organization>, Failure> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = organization::read(snapshot, names).await?;
    Ok(found.into_iter().map(|it| (it.name, it)).collect())
}

async fn partners_named(
    snapshot: &Snapshot,
    names: &[PartnerName],
) -> Result<BTreeMap<PartnerName, Partner>, Failure> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let named = partners::Column::Name.is_in(names.iter().map(ToString::to_string));
    let found = partner::read(snapshot, partners::Entity::find().filter(named)).await?;
    Ok(found.into_iter().map(|it| (it.name, it)).collect())
}

async fn names_where(
    snapshot: &Snapshot,
    column: partners::Column,
    value: &str,
) -> Result<Vec<PartnerName>, Failure> {
    let names = partners::Entity::find().select_only().column(partners::Column::Name);
    let names: Vec<String> =
        names.filter(column.eq(value)).into_tuple().all(snapshot).await.map_err(fault)?;
    names.iter().map(|name| row::read(name)).collect()
}
