use std::collections::BTreeMap;

use authority::Scope;
use errors::Failure;
use markets::Country;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, sea_query::OnConflict,
};
use storage::{
    Event, Field, Listing, MutationContext, Page, PageRequest, Partners, Related, events, fault,
    list, put, row, search_key,
};
use types::{GlobalAccountId, OrganizationName};

use super::{
    Store,
    entity::{organization_owners as owners, organizations},
    partner,
    partner_id::claim,
};
use crate::domain::{Approved, End, Organization, Owner, Partner};

pub(crate) const ORGANIZATIONS: Listing = Listing::of(
    "organizations",
    // A bound caller sees the companies of its own tenants.
    Partners::Of {
        columns: &[],
        related: Some(Related {
            table: "partners",
            key: "organization",
            partner: "name",
            set: "name",
        }),
    },
    &[
        Field::text("display_name", "display_name_key"),
        Field::value::<Country>("country_code", "country"),
        Field::value::<GlobalAccountId>("global_account_id", "global_account"),
    ],
);

impl Store {
    pub(crate) async fn organization(
        &self,
        name: OrganizationName,
    ) -> Result<Option<Organization>, Failure> {
        let snapshot = self.database.snapshot().await?;
        Ok(read(&snapshot, &[name]).await?.pop())
    }

    /// The named organizations that exist and that a caller sees, in no particular order.
    pub(crate) async fn visible_organizations(
        &self,
        names: &[OrganizationName],
        scope: &Scope,
    ) -> Result<Vec<Organization>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let names = names.iter().map(ToString::to_string);
        let rows = organizations::Entity::find()
            .filter(organizations::Column::Name.is_in(names))
            .filter(ORGANIZATIONS.partners.visible::<organizations::Entity>(scope)?)
            .all(&snapshot)
            .await
            .map_err(fault)?;
        with_owners(&snapshot, rows).await
    }

    /// The named organizations that do not exist.
    pub(crate) async fn missing_organizations(
        &self,
        names: &[OrganizationName],
    ) -> Result<Vec<OrganizationName>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let found = read(&snapshot, names).await?;
        let missing = names.iter().filter(|name| found.iter().all(|each| each.name != **name));
        Ok(missing.copied().collect())
    }

    pub(crate) async fn organization_by_global_account(
        &self,
        account: &GlobalAccountId,
    ) -> Result<Option<OrganizationName>, Failure> {
        let row = organizations::Entity::find()
            .filter(organizations::Column::GlobalAccount.eq(account.as_str()))
            .one(self.database.reader())
            .await
            .map_err(fault)?;
        row.map(|row| row::read(&row.name)).transpose()
    }

    pub(crate) async fn organizations(
        &self,
        page: &PageRequest,
    ) -> Result<Page<Organization>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let page = list(&snapshot, organizations::Entity::find(), page).await?;
        let items = with_owners(&snapshot, page.items).await?;
        Ok(Page { items, next_page_token: page.next_page_token })
    }

    /// Writes an approved change and its event.
    pub(crate) async fn save_organization(
        &self,
        approved: Approved<Organization>,
        call: &MutationContext,
    ) -> Result<Organization, Failure> {
        self.save_organization_with_partners(approved, &[], call).await
    }

    /// Writes approved changes of an organization and of its partners in one transaction.
    pub(crate) async fn save_organization_with_partners(
        &self,
        approved: Approved<Organization>,
        partners: &[Approved<Partner>],
        call: &MutationContext,
    ) -> Result<Organization, Failure> {
        let organization = approved.after();
        let may_revoke = approved.may_revoke() || partners.iter().any(Approved::may_revoke);
        if approved.is_no_op(organization.resource_version) {
            if may_revoke {
                call.until_in_force().await;
            }
            return Ok(approved.into_after());
        }
        let transaction = self.database.begin().await?;
        write(&transaction, organization, approved.decided_on()).await?;
        let mut events = Vec::new();
        for partner in partners {
            partner::write(&transaction, partner.after(), partner.decided_on()).await?;
            let after = partner.after();
            let event = Event::new(partner.event(), after.name, after.resource_version, after)?;
            events.push(event);
        }
        let event = Event::new(
            approved.event(),
            organization.name,
            organization.resource_version,
            organization,
        )?;
        events.push(event);
        events::commit(transaction, call, events).await?;
        if may_revoke {
            call.until_in_force().await;
        }
        Ok(approved.into_after())
    }
}

async fn write(
    transaction: &DatabaseTransaction,
    organization: &Organization,
    decided_on: Option<i64>,
) -> Result<(), Failure> {
    if let Some(account) = &organization.global_account {
        claim(transaction, account, organization.name).await?;
    }
    let key = organizations::Column::Name.eq(organization.name.to_string());
    let revision = organizations::Column::Revision;
    put(transaction, to_row(organization), key, revision, decided_on).await?;
    for owner in &organization.owners {
        upsert_owner(transaction, to_owner_row(organization.name, owner)).await?;
    }
    Ok(())
}

async fn upsert_owner(
    transaction: &DatabaseTransaction,
    row: owners::ActiveModel,
) -> Result<(), Failure> {
    use owners::Column;
    let replace = OnConflict::columns([Column::Organization, Column::Owner, Column::FromTime])
        .update_columns([Column::EndTime, Column::EndReason])
        .to_owned();
    let upsert = owners::Entity::insert(row).on_conflict(replace);
    upsert.exec_without_returning(transaction).await.map(drop).map_err(fault)
}

pub(super) async fn read(
    reader: &impl ConnectionTrait,
    names: &[OrganizationName],
) -> Result<Vec<Organization>, Failure> {
    let rows = organizations::Entity::find()
        .filter(organizations::Column::Name.is_in(names.iter().map(ToString::to_string)))
        .all(reader)
        .await
        .map_err(fault)?;
    with_owners(reader, rows).await
}

async fn with_owners(
    reader: &impl ConnectionTrait,
    rows: Vec<organizations::Model>,
) -> Result<Vec<Organization>, Failure> {
    let names = rows.iter().map(|row| row.name.clone());
    let mut owners = BTreeMap::<_, Vec<_>>::new();
    for owner in owners::Entity::find()
        .filter(owners::Column::Organization.is_in(names))
        .order_by_asc(owners::Column::FromTime)
        .order_by_asc(owners::Column::Owner)
        .all(reader)
        .await
        .map_err(fault)?
    {
        owners.entry(owner.organization.clone()).or_default().push(from_owner_row(&owner)?);
    }
    rows.into_iter()
        .map(|row| {
            let owners = owners.remove(&row.name).unwrap_or_default();
            from_row(&row, owners)
        })
        .collect()
}

fn to_row(organization: &Organization) -> organizations::ActiveModel {
    organizations::ActiveModel {
        name: Set(organization.name.to_string()),
        display_name: Set(organization.display_name.clone()),
        display_name_key: Set(search_key(&organization.display_name)),
        country: Set(organization.country.to_string()),
        global_account: Set(organization.global_account.as_ref().map(ToString::to_string)),
        revision: Set(organization.resource_version.revision),
        create_time: Set(organization.resource_version.create_time.as_microsecond()),
        update_time: Set(organization.resource_version.update_time.as_microsecond()),
    }
}

fn to_owner_row(organization: OrganizationName, owner: &Owner) -> owners::ActiveModel {
    owners::ActiveModel {
        organization: Set(organization.to_string()),
        owner: Set(owner.organization.to_string()),
        share_basis_points: Set(owner.share_basis_points),
        management_control: Set(owner.management_control),
        from_time: Set(owner.from_time.as_microsecond()),
        end_time: Set(owner.end.as_ref().map(|end| end.time.as_microsecond())),
        end_reason: Set(owner.end.as_ref().map(|end| end.reason.clone())),
    }
}

fn from_row(row: &organizations::Model, owners: Vec<Owner>) -> Result<Organization, Failure> {
    Ok(Organization {
        name: row::read(&row.name)?,
        display_name: row.display_name.clone(),
        country: row::read(&row.country)?,
        global_account: row::read_optional(row.global_account.as_deref())?,
        owners,
        resource_version: row::resource_version(row.revision, row.create_time, row.update_time)?,
    })
}

fn from_owner_row(row: &owners::Model) -> Result<Owner, Failure> {
    let end = match (row.end_time, &row.end_reason) {
        (Some(time), Some(reason)) => Some(End { time: row::time(time)?, reason: reason.clone() }),
        _ => None,
    };
    Ok(Owner {
        organization: row::read(&row.owner)?,
        share_basis_points: row.share_basis_points,
        management_control: row.management_control,
        from_time: row::time(row.from_time)?,
        end,
    })
}
