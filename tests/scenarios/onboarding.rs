//! Enrollment, location and MPA of a partner, and their order.

use cluster::scenario_client::new_id;
use contracts::onboarding::{
    AgreementKind, AssociateLocationRequest, CreateOrganizationRequest, Organization, Role,
};
use tests::{refused, scenarios};

scenarios! {
    /// ON-1 and ON-2.
    async fn the_mpa_is_accepted_only_by_a_vetted_partner_with_a_location(world) {
        let client = &world.client;
        let company = client.company("Fabrikam Resale", "FR").await?;
        let mut partner = client.join(&company, "FR").await?;
        let kind = AgreementKind::IndirectReseller;

        assert_eq!(
            refused(client.accept_mpa(&partner, kind).await),
            ["ON-1 ROLE_NOT_ENROLLED", "ON-2 LOCATION_NOT_ASSOCIATED"]
        );
        client.enroll(&partner, Role::IndirectReseller).await?;
        assert_eq!(
            refused(client.accept_mpa(&partner, kind).await),
            ["ON-2 ENROLLMENT_NOT_VETTED", "ON-2 LOCATION_NOT_ASSOCIATED"]
        );
        client.vet(&partner, Role::IndirectReseller).await?;
        assert_eq!(
            refused(client.accept_mpa(&partner, kind).await),
            ["ON-2 LOCATION_NOT_ASSOCIATED"]
        );
        client.associate_location(&mut partner, "FR").await?;
        client.accept_mpa(&partner, kind).await?;
    }

    /// ON-3: the same country, not only the same region.
    async fn a_location_is_in_the_country_of_the_tenant(world) {
        let client = &world.client;
        let company = client.company("Fabrikam Resale", "FR").await?;
        let mut partner = client.join(&company, "FR").await?;
        let located = client.associate_location(&mut partner, "GB").await;
        assert_eq!(refused(located), ["ON-3 LOCATION_COUNTRY_MISMATCH"]);
        client.associate_location(&mut partner, "FR").await?;
        let twice = client.associate_location(&mut partner, "FR").await;
        assert_eq!(refused(twice), ["ON-3 LOCATION_ALREADY_ASSOCIATED"]);
    }

    /// ON-3.
    async fn a_global_account_is_refused_as_location(world) {
        let client = &world.client;
        let organization = Organization {
            display_name: "Fabrikam".to_owned(),
            country_code: "FR".to_owned(),
            global_account_id: "5000001".to_owned(),
            ..Organization::default()
        };
        let create = CreateOrganizationRequest {
            organization: Some(organization),
            request_id: new_id(),
            ..Default::default()
        };
        let created = client.onboarding.clone().create_organization(create).await?.into_inner();
        let partner = client.join(&created.organization.unwrap().name, "FR").await?;
        let associate = AssociateLocationRequest {
            name: partner.name,
            location_account_id: "5000001".to_owned(),
            location_country_code: "FR".to_owned(),
            request_id: new_id(),
            ..Default::default()
        };
        let located = client.onboarding.clone().associate_location(associate).await;
        assert_eq!(refused(located), ["ON-3 LOCATION_IS_GLOBAL_ACCOUNT"]);
    }
}
