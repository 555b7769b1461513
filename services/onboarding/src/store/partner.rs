mod rows;

use std::collections::BTreeMap;

use errors::Failure;
use markets::Country;
use rows::{agreement_row, enrollment_row, evidence_row, partner_from, partner_row};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, Select, sea_query::OnConflict,
};
use storage::{
    Event, Field, Listing, MutationContext, Page, PageRequest, Partners, Snapshot, events, fault,
    insert, list, put, row,
};
use types::{LocationAccountId, OrganizationName, PartnerName};

use super::{
    Store,
    entity::{agreements, enrollments, evidence, partners},
    partner_id::claim,
};
use crate::domain::{Approved, Location, LocationFacts, Partner};

pub(crate) const PARTNERS: Listing = Listing::of(
    "partners",
    Partners::of(&["name"]),
    &[
        Field::value::<OrganizationName>("organization", "organization"),
        Field::value::<Country>("country_code", "country"),
        Field::value::<LocationAccountId>("location_account_id", "location_account"),
    ],
);

impl Store {
    pub(crate) async fn partner(&self, name: PartnerName) -> Result<Option<Partner>, Failure> {
        let wanted = partners::Column::Name.eq(name.to_string());
        Ok(self.partners_where(partners::Entity::find().filter(wanted)).await?.pop())
    }

    /// The named partners that exist.
    pub(crate) async fn partners_named(
        &self,
        names: &[PartnerName],
    ) -> Result<Vec<Partner>, Failure> {
        let wanted = partners::Column::Name.is_in(names.iter().map(ToString::to_string));
        self.partners_where(partners::Entity::find().filter(wanted)).await
    }

    pub(crate) async fn partner_by_location(
        &self,
        location: &LocationAccountId,
    ) -> Result<Option<Partner>, Failure> {
        let wanted = partners::Column::LocationAccount.eq(location.as_str());
        Ok(self.partners_where(partners::Entity::find().filter(wanted)).await?.pop())
    }

    pub(crate) async fn partners_of(
        &self,
        organization: OrganizationName,
    ) -> Result<Vec<Partner>, Failure> {
        let wanted = partners::Column::Organization.eq(organization.to_string());
        self.partners_where(partners::Entity::find().filter(wanted)).await
    }

    pub(crate) async fn count_partners(
        &self,
        organization: OrganizationName,
    ) -> Result<u64, Failure> {
        let wanted = partners::Column::Organization.eq(organization.to_string());
        let found = partners::Entity::find().filter(wanted);
        found.count(self.database.reader()).await.map_err(fault)
    }

    pub(crate) async fn partners(&self, page: &PageRequest) -> Result<Page<Partner>, Failure> {
        let snapshot = self.database.snapshot().await?;
        let page = list(&snapshot, partners::Entity::find(), page).await?;
        let items = with_children(&snapshot, page.items).await?;
        Ok(Page { items, next_page_token: page.next_page_token })
    }

    /// The organization or partner that uses the id of this location account.
    pub(crate) async fn location_facts(
        &self,
        location: &Location,
    ) -> Result<LocationFacts, Failure> {
        let as_global = row::read(location.account.as_str())?;
        let global_account_of = self.organization_by_global_account(&as_global).await?;
        let location_of =
            self.partner_by_location(&location.account).await?.map(|partner| partner.name);
        Ok(LocationFacts { global_account_of, location_of })
    }

    /// Writes an approved change of a partner, its enrollments and agreements, and its event.
    pub(crate) async fn save_partner(
        &self,
        approved: Approved<Partner>,
        call: &MutationContext,
    ) -> Result<Partner, Failure> {
        let partner = approved.after();
        if approved.is_no_op(partner.resource_version) {
            return Ok(approved.into_after());
        }
        let transaction = self.database.begin().await?;
        write(&transaction, partner, approved.decided_on()).await?;
        let event = Event::new(approved.event(), partner.name, partner.resource_version, partner)?;
        events::commit(transaction, call, vec![event]).await?;
        if approved.may_revoke() {
            call.until_in_force().await;
        }
        Ok(approved.into_after())
    }

    async fn partners_where(
        &self,
        rows: Select<partners::Entity>,
    ) -> Result<Vec<Partner>, Failure> {
        let snapshot = self.database.snapshot().await?;
        read(&snapshot, rows).await
    }
}

pub(super) async fn read(
    snapshot: &Snapshot,
    rows: Select<partners::Entity>,
) -> Result<Vec<Partner>, Failure> {
    let rows = rows.order_by_asc(partners::Column::Name).all(snapshot).await.map_err(fault)?;
    with_children(snapshot, rows).await
}

async fn with_children(
    snapshot: &Snapshot,
    rows: Vec<partners::Model>,
) -> Result<Vec<Partner>, Failure> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<_> = rows.iter().map(|row| row.name.clone()).collect();
    let mut all_enrollments = BTreeMap::<_, Vec<_>>::new();
    for row in enrollments::Entity::find()
        .filter(enrollments::Column::Partner.is_in(names.clone()))
        .order_by_asc(enrollments::Column::Role)
        .all(snapshot)
        .await
        .map_err(fault)?
    {
        all_enrollments.entry(row.partner.clone()).or_default().push(row);
    }
    let mut all_evidence = BTreeMap::<_, Vec<_>>::new();
    for row in evidence::Entity::find()
        .filter(evidence::Column::Partner.is_in(names.clone()))
        .order_by_asc(evidence::Column::Requirement)
        .all(snapshot)
        .await
        .map_err(fault)?
    {
        all_evidence.entry(row.partner.clone()).or_default().push(row);
    }
    let mut all_agreements = BTreeMap::<_, Vec<_>>::new();
    for row in agreements::Entity::find()
        .filter(agreements::Column::Partner.is_in(names))
        .order_by_asc(agreements::Column::Revision)
        .all(snapshot)
        .await
        .map_err(fault)?
    {
        all_agreements.entry(row.partner.clone()).or_default().push(row);
    }
    let partners = rows.into_iter().map(|row| {
        let enrollments = all_enrollments.remove(&row.name).unwrap_or_default();
        let evidence = all_evidence.remove(&row.name).unwrap_or_default();
        let agreements = all_agreements.remove(&row.name).unwrap_or_default();
        partner_from(&row, &enrollments, &evidence, &agreements)
    });
    partners.collect()
}

pub(super) async fn write(
    transaction: &DatabaseTransaction,
    partner: &Partner,
    decided_on: Option<i64>,
) -> Result<(), Failure> {
    if let Some(location) = &partner.location {
        claim(transaction, &location.account, partner.name).await?;
    }
    let key = partners::Column::Name.eq(partner.name.to_string());
    put(transaction, partner_row(partner), key, partners::Column::Revision, decided_on).await?;
    let revision = partner.resource_version.revision;
    for enrollment in
        partner.enrollments.iter().filter(|it| it.resource_version.revision == revision)
    {
        upsert_enrollment(transaction, enrollment_row(partner.name, enrollment)).await?;
        for each in &enrollment.evidence {
            upsert_evidence(transaction, evidence_row(partner.name, enrollment.role, each)).await?;
        }
    }
    for agreement in partner.agreements.iter().filter(|it| it.resource_version.revision == revision)
    {
        insert(transaction, [agreement_row(partner.name, agreement)]).await?;
    }
    Ok(())
}

async fn upsert_enrollment(
    transaction: &impl ConnectionTrait,
    row: enrollments::ActiveModel,
) -> Result<(), Failure> {
    use enrollments::Column;
    let replace = OnConflict::columns([Column::Partner, Column::Role])
        .update_columns([
            Column::Application,
            Column::State,
            Column::StateTime,
            Column::StateReason,
            Column::SuspensionCause,
            Column::OpenCheck,
            Column::ReapplyTime,
            Column::ReviewTime,
            Column::ShortfallTime,
            Column::ContactEmail,
            Column::Revision,
            Column::UpdateTime,
        ])
        .to_owned();
    let upsert = enrollments::Entity::insert(row).on_conflict(replace);
    upsert.exec_without_returning(transaction).await.map(drop).map_err(fault)
}

async fn upsert_evidence(
    transaction: &impl ConnectionTrait,
    row: evidence::ActiveModel,
) -> Result<(), Failure> {
    use evidence::Column;
    let replace = OnConflict::columns([Column::Partner, Column::Role, Column::Requirement])
        .update_columns([
            Column::Figure,
            Column::ObservedTime,
            Column::AttestedBy,
            Column::Reference,
        ])
        .to_owned();
    let upsert = evidence::Entity::insert(row).on_conflict(replace);
    upsert.exec_without_returning(transaction).await.map(drop).map_err(fault)
}
