//! Sales need the Microsoft Partner Agreement.

use std::time::Duration;

use client::Responsible;
use cluster::scenario_client::{new_id, order};
use contracts::onboarding::{
    AgreementKind, CreateOrganizationRequest, GetAgreementStatusRequest, Organization, Role,
};
use tests::{refused, scenarios};

scenarios! {
    /// MPA-1, MPA-2 and ON-1.
    async fn an_order_is_refused_until_the_reseller_accepts_the_mpa(world) {
        let client = &world.client;
        let company = client.company("Fabrikam Resale", "FR").await?;
        let reseller = client.qualified(&company, "FR", Role::IndirectReseller).await?;
        let channel = world.channel_of(client.provider("FR").await?, reseller, "FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);

        assert_eq!(
            refused(client.place(wanted()).await),
            [
                "ON-1 RESELLER_NOT_ACTIVE",
                "MPA-1 PARTNER_ID_BEFORE_MPA",
                "MPA-2 RESELLER_MPA_NOT_ACCEPTED",
            ]
        );
        client.accept_mpa(reseller, AgreementKind::IndirectReseller).await?;
        client.place(wanted()).await?;
    }

    /// MPA-2 without MPA-1.
    async fn omitting_the_partner_id_does_not_replace_the_mpa(world) {
        let client = &world.client;
        let company = client.company("Fabrikam Resale", "FR").await?;
        let reseller = client.qualified(&company, "FR", Role::IndirectReseller).await?;
        let channel = world.channel_of(client.provider("FR").await?, reseller, "FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let mut wanted = order(provider, Some(reseller), &channel.customer, &channel.offer);
        wanted.lines[0].seller_role = Some(cluster::scenario_client::seller_role(None));
        assert_eq!(
            refused(client.place(wanted).await),
            [
                "ON-1 RESELLER_NOT_ACTIVE",
                "MPA-2 RESELLER_MPA_NOT_ACCEPTED",
                "ORD-1 PARTNER_ID_MISSING",
            ]
        );
        // The provider may still sell to the customer itself.
        client.place(order(provider, None, &channel.customer, &channel.offer)).await?;
    }

    /// ON-4, to the second: a year after it joined.
    async fn a_reseller_that_is_not_reauthorized_sells_nothing_new(world) {
        let client = &world.client;
        let channel = world.channel("DE").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);
        world.clock.advance(Duration::from_secs(365 * 24 * 3600 - 1));
        client.place(wanted()).await?;
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(refused(client.place(wanted()).await), ["ON-4 RESELLER_NOT_REAUTHORIZED"]);
        client.pass_review(reseller, Role::IndirectReseller, world.clock.now()).await?;
        client.place(wanted()).await?;
    }

    /// MPA-3.
    async fn a_provider_orders_only_after_its_own_mpa(world) {
        let client = &world.client;
        let company = client.company("Northwind Distribution", "FR").await?;
        let provider = client.qualified(&company, "FR", Role::IndirectProvider).await?;
        let channel = world.channel_of(provider, client.reseller("FR").await?, "FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);
        assert_eq!(
            refused(client.place(wanted()).await),
            ["ON-1 SELLER_NOT_ACTIVE", "MPA-3 SELLER_MPA_NOT_ACCEPTED"]
        );
        client.accept_mpa(provider, AgreementKind::IndirectProvider).await?;
        client.place(wanted()).await?;
    }

    /// MPA-2.
    async fn a_direct_bill_agreement_covers_the_reseller_role(world) {
        let client = &world.client;
        let reseller = client.direct_bill("FR").await?;
        client.enroll(&reseller, Role::IndirectReseller).await?;
        client.vet(&reseller, Role::IndirectReseller).await?;
        let channel = world.channel_of(client.provider("FR").await?, reseller, "FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        client.place(order(provider, Some(reseller), &channel.customer, &channel.offer)).await?;
    }

    /// MPA-1 and MPA-2.
    async fn a_refusal_names_the_responsible_party_and_the_next_step(world) {
        use tonic_types::StatusExt;

        let client = &world.client;
        let company = client.company("Fabrikam Resale", "FR").await?;
        let reseller = client.qualified(&company, "FR", Role::IndirectReseller).await?;
        let channel = world.channel_of(client.provider("FR").await?, reseller, "FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = order(provider, Some(reseller), &channel.customer, &channel.offer);
        let status = tests::failed(client.place(wanted).await);
        let info = status.get_details_error_info().unwrap();
        assert_eq!((&*info.domain, &*info.reason), ("relationship.csp", "RESELLER_NOT_ACTIVE"));
        assert_eq!(info.metadata["failedRules"], "ON-1,MPA-1,MPA-2");
        assert_eq!(info.metadata["responsible"], "reseller");
        assert_eq!(info.metadata["resellerState"], "qualified");
        let listed = client::refusal(&status).violations;
        assert_eq!(listed[2].subject, reseller.name);
        assert_eq!(listed[2].responsible(), Responsible::Reseller);
        assert!(listed[2].next_step.contains("AcceptAgreement"), "{listed:?}");
    }

    /// The queries of Partner Center.
    async fn the_status_of_an_agreement_is_found_by_tenant_and_by_partner_id(world) {
        let client = &world.client;
        let company = client.company("Fabrikam Resale", "FR").await?;
        let reseller = client.qualified(&company, "FR", Role::IndirectReseller).await?;
        let tenant = reseller.name.trim_start_matches("partners/").to_owned();
        let by_tenant = GetAgreementStatusRequest { tenant_id: tenant, ..Default::default() };
        let partner_id = reseller.location.clone();
        let by_id = GetAgreementStatusRequest { partner_id, ..Default::default() };
        for accepted in [false, true] {
            for request in [&by_tenant, &by_id] {
                let mut onboarding = client.onboarding.clone();
                let answer = onboarding.get_agreement_status(request.clone()).await?;
                assert_eq!(answer.into_inner().agreement_accepted, accepted);
            }
            if !accepted {
                client.accept_mpa(&reseller, AgreementKind::IndirectReseller).await?;
            }
        }
        let unknown =
            GetAgreementStatusRequest { tenant_id: new_id(), ..Default::default() };
        let unknown = tests::failed(client.onboarding.clone().get_agreement_status(unknown).await);
        assert_eq!(unknown.code(), tonic::Code::NotFound);
    }

    /// By the global account (PGA) and region: only accounts that are enrolled as indirect reseller
    /// count, because a company may have accepted in one region only.
    async fn the_status_by_global_account_is_that_of_its_resellers(world) {
        let client = &world.client;
        let organization = Organization {
            display_name: "Fabrikam".to_owned(),
            country_code: "BE".to_owned(),
            global_account_id: "5000002".to_owned(),
            ..Organization::default()
        };
        let organization = Some(organization);
        let create = CreateOrganizationRequest { organization, ..Default::default() };
        let created = client.onboarding.clone().create_organization(create).await?.into_inner();
        let company = created.organization.unwrap().name;
        let accepted = async |csp_region: &str| {
            let (partner_id, csp_region) = ("5000002".to_owned(), csp_region.to_owned());
            let request =
                GetAgreementStatusRequest { partner_id, csp_region, ..Default::default() };
            let answer = client.onboarding.clone().get_agreement_status(request).await?;
            Ok::<_, tonic::Status>(answer.into_inner().agreement_accepted)
        };
        client.join(&company, "BE").await?;
        client.active(&company, "BE", Role::IndirectProvider).await?;
        assert!(!accepted("").await?, "no account is enrolled as reseller");
        client.active(&company, "BE", Role::IndirectReseller).await?;
        assert!(accepted("").await?, "the provider's tenant does not count");
        let american = client.qualified(&company, "US", Role::IndirectReseller).await?;
        assert!(!accepted("").await? && accepted("europe").await?);
        assert!(!accepted("united-states").await?);
        client.accept_mpa(&american, AgreementKind::IndirectReseller).await?;
        assert!(accepted("").await? && accepted("united-states").await?);
        assert!(!accepted("africa").await?);
    }
}
