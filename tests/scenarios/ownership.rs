//! Ownership at the time of the order, and vetting after a change of the company.

use cluster::scenario_client::{Answer, Partner, ScenarioClient, enrollment, order};
use contracts::{
    onboarding::{
        EndOwnershipRequest, Enrollment, EnrollmentState, GetEnrollmentRequest, Organization,
        Owner, RecordOwnershipRequest, Role, UpdateOrganizationRequest, VettingCheck,
    },
    relationship::{CustomerKind, ProductFamily},
};
use prost_reflect::prost_types::FieldMask;
use tests::{failed, refused, scenarios};
use tonic::Code;

pub(super) async fn acquire(
    client: &ScenarioClient,
    owner: &str,
    owned: &str,
    share: i32,
) -> Answer<Organization> {
    record_ownership(client, owner, owned, share, false).await
}

async fn record_ownership(
    client: &ScenarioClient,
    owner: &str,
    owned: &str,
    share: i32,
    validate_only: bool,
) -> Answer<Organization> {
    let request = RecordOwnershipRequest {
        name: owned.to_owned(),
        owner: Some(Owner {
            organization: owner.to_owned(),
            share_basis_points: share,
            ..Owner::default()
        }),
        validate_only,
        ..RecordOwnershipRequest::default()
    };
    let answer = client.onboarding.clone().record_ownership(request).await?;
    Ok(answer.into_inner().organization.unwrap())
}

async fn sell(client: &ScenarioClient, owner: &str, owned: &str) -> Answer<()> {
    let request = EndOwnershipRequest {
        name: owned.to_owned(),
        owner: owner.to_owned(),
        detail: "sold to a competitor".to_owned(),
        ..EndOwnershipRequest::default()
    };
    client.onboarding.clone().end_ownership(request).await.map(drop)
}

async fn rename(
    client: &ScenarioClient,
    partner: &Partner,
    name: &str,
    etag: &str,
) -> Answer<Organization> {
    let request = UpdateOrganizationRequest {
        organization: Some(Organization {
            name: partner.organization.clone(),
            display_name: name.to_owned(),
            etag: etag.to_owned(),
            ..Organization::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["display_name".to_owned()] }),
        ..UpdateOrganizationRequest::default()
    };
    let answer = client.onboarding.clone().update_organization(request).await?;
    Ok(answer.into_inner().organization.unwrap())
}

async fn read(client: &ScenarioClient, partner: &Partner, role: Role) -> Answer<Enrollment> {
    let request = GetEnrollmentRequest { name: enrollment(partner, role) };
    let answer = client.onboarding.clone().get_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

scenarios! {
    /// OWN-1.
    async fn a_partner_sells_nothing_to_a_company_that_it_controls(world) {
        let client = &world.client;
        let direct = client.direct_bill("FR").await?;
        let company = client.company("Litware", "FR").await?;
        let customer = client.customer_of(&company, "FR", CustomerKind::Company).await?;
        client.onboard_customer(&customer, &[&direct]).await?;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        let wanted = || client.place(order(&direct, None, &customer, &offer));
        wanted().await?;
        let dry_run = record_ownership(client, &direct.organization, &company, 5001, true).await?;
        assert_eq!(dry_run.owners.len(), 1);
        wanted().await?;
        acquire(client, &direct.organization, &company, 5001).await?;
        assert_eq!(refused(wanted().await), ["OWN-1 SALE_TO_AFFILIATE"]);
        let twice = acquire(client, &direct.organization, &company, 5000).await;
        assert_eq!(refused(twice), ["STATE OWNERSHIP_CONFLICT"], "at the same instant");
        world.clock.advance(std::time::Duration::from_micros(1));
        let half = acquire(client, &direct.organization, &company, 5000).await?;
        assert_eq!(half.owners.len(), 2, "the former ownership stays with its end time");
        wanted().await?;
        world.clock.advance(std::time::Duration::from_micros(1));
        acquire(client, &direct.organization, &company, 10_000).await?;
        assert_eq!(refused(wanted().await), ["OWN-1 SALE_TO_AFFILIATE"]);
        world.clock.advance(std::time::Duration::from_micros(1));
        sell(client, &direct.organization, &company).await?;
        wanted().await?;
        let twice = sell(client, &direct.organization, &company).await;
        assert_eq!(refused(twice), ["STATE OWNERSHIP_CONFLICT"]);
    }

    /// A changed legal profile restarts vetting; the MPA stays accepted.
    async fn a_partner_is_vetted_again_after_a_change_of_its_company_name(world) {
        let client = &world.client;
        let partner = client.reseller("FR").await?;
        let role = Role::IndirectReseller;
        let same = rename(client, &partner, "Fabrikam Resale", "").await?;
        assert_eq!(same.revision, 1, "the name is the same");
        assert_eq!(read(client, &partner, role).await?.state(), EnrollmentState::Active);
        let stale = failed(rename(client, &partner, "Fabrikam Trading", "r2-1").await);
        assert_eq!(stale.code(), Code::Aborted);
        rename(client, &partner, "Fabrikam Trading", &same.etag).await?;
        let renamed = read(client, &partner, role).await?;
        assert_eq!(renamed.state(), EnrollmentState::Vetting);
        assert_eq!(renamed.open_check(), VettingCheck::EmailOwnership);
        client.vet(&partner, role).await?;
        assert_eq!(read(client, &partner, role).await?.state(), EnrollmentState::Active);
    }
}
