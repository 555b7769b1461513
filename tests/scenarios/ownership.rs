//! Who owns whom, as of the day of the order; and what a changed company means for its partners.

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
    cast: &ScenarioClient,
    owner: &str,
    owned: &str,
    share: i32,
) -> Answer<Organization> {
    try_to_acquire(cast, owner, owned, share, false).await
}

async fn try_to_acquire(
    cast: &ScenarioClient,
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
    let answer = cast.onboarding.clone().record_ownership(request).await?;
    Ok(answer.into_inner().organization.unwrap())
}

async fn sell(cast: &ScenarioClient, owner: &str, owned: &str) -> Answer<()> {
    let request = EndOwnershipRequest {
        name: owned.to_owned(),
        owner: owner.to_owned(),
        detail: "sold to a competitor".to_owned(),
        ..EndOwnershipRequest::default()
    };
    cast.onboarding.clone().end_ownership(request).await.map(drop)
}

async fn rename(
    cast: &ScenarioClient,
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
    let answer = cast.onboarding.clone().update_organization(request).await?;
    Ok(answer.into_inner().organization.unwrap())
}

async fn read(cast: &ScenarioClient, partner: &Partner, role: Role) -> Answer<Enrollment> {
    let request = GetEnrollmentRequest { name: enrollment(partner, role) };
    let answer = cast.onboarding.clone().get_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

scenarios! {
    /// OWN-1: an acquisition after everything was set up, a smaller share, and a sale.
    async fn a_partner_sells_nothing_to_a_company_while_it_controls_it(world) {
        let cast = &world.cast;
        let direct = cast.direct_bill("FR").await?;
        let company = cast.company("Litware", "FR").await?;
        let customer = cast.customer_of(&company, "FR", CustomerKind::Company).await?;
        cast.onboard_customer(&customer, &[&direct]).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let wanted = || cast.place(order(&direct, None, &customer, &offer));
        wanted().await?;
        let tried = try_to_acquire(cast, &direct.organization, &company, 5001, true).await?;
        assert_eq!(tried.owners.len(), 1);
        wanted().await?;
        acquire(cast, &direct.organization, &company, 5001).await?;
        assert_eq!(refused(wanted().await), ["OWN-1 SALE_TO_AFFILIATE"]);
        let twice = acquire(cast, &direct.organization, &company, 5000).await;
        assert_eq!(refused(twice), ["STATE OWNERSHIP_CONFLICT"], "at the same instant");
        world.clock.advance(std::time::Duration::from_micros(1));
        let half = acquire(cast, &direct.organization, &company, 5000).await?;
        assert_eq!(half.owners.len(), 2, "the former tie is kept with its end");
        wanted().await?;
        world.clock.advance(std::time::Duration::from_micros(1));
        acquire(cast, &direct.organization, &company, 10_000).await?;
        assert_eq!(refused(wanted().await), ["OWN-1 SALE_TO_AFFILIATE"]);
        world.clock.advance(std::time::Duration::from_micros(1));
        sell(cast, &direct.organization, &company).await?;
        wanted().await?;
        let twice = sell(cast, &direct.organization, &company).await;
        assert_eq!(refused(twice), ["STATE OWNERSHIP_CONFLICT"]);
    }

    /// A changed legal profile starts vetting again; the MPA outlives it.
    async fn a_partner_whose_company_is_renamed_is_vetted_again(world) {
        let cast = &world.cast;
        let partner = cast.reseller("FR").await?;
        let role = Role::IndirectReseller;
        let same = rename(cast, &partner, "Fabrikam Resale", "").await?;
        assert_eq!(same.revision, 1, "it has that name");
        assert_eq!(read(cast, &partner, role).await?.state(), EnrollmentState::Active);
        let stale = failed(rename(cast, &partner, "Fabrikam Trading", "r2-1").await);
        assert_eq!(stale.code(), Code::Aborted);
        rename(cast, &partner, "Fabrikam Trading", &same.etag).await?;
        let again = read(cast, &partner, role).await?;
        assert_eq!(again.state(), EnrollmentState::Vetting);
        assert_eq!(again.open_check(), VettingCheck::EmailOwnership);
        cast.vet(&partner, role).await?;
        assert_eq!(read(cast, &partner, role).await?.state(), EnrollmentState::Active);
    }
}
