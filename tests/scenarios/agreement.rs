//! The Microsoft Partner Agreement as the gate to new business.

use std::time::Duration;

use client::Responsible;
use cluster::scenario_client::{new_id, order};
use contracts::onboarding::{
    AgreementKind, CreateOrganizationRequest, GetAgreementStatusRequest, Organization, Role,
};
use tests::{refused, scenarios};

scenarios! {
    /// MPA-1, MPA-2 and ON-1: nothing with a reseller before its third step, everything right
    /// after it.
    async fn an_order_is_refused_while_the_reseller_has_not_accepted_the_mpa(world) {
        let cast = &world.cast;
        let company = cast.company("Fabrikam Resale", "FR").await?;
        let reseller = cast.qualified(&company, "FR", Role::IndirectReseller).await?;
        let channel = world.channel_of(cast.provider("FR").await?, reseller, "FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);

        assert_eq!(
            refused(cast.place(wanted()).await),
            [
                "ON-1 RESELLER_NOT_ACTIVE",
                "MPA-1 PARTNER_ID_BEFORE_MPA",
                "MPA-2 RESELLER_MPA_NOT_ACCEPTED",
            ]
        );
        cast.accept_mpa(reseller, AgreementKind::IndirectReseller).await?;
        cast.place(wanted()).await?;
    }

    /// MPA-2 without MPA-1: leaving the PartnerID out does not open the gate.
    async fn new_business_is_refused_even_without_a_partner_id_on_the_line(world) {
        let cast = &world.cast;
        let company = cast.company("Fabrikam Resale", "FR").await?;
        let reseller = cast.qualified(&company, "FR", Role::IndirectReseller).await?;
        let channel = world.channel_of(cast.provider("FR").await?, reseller, "FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let mut wanted = order(provider, Some(reseller), &channel.customer, &channel.offer);
        wanted.lines[0].seller_role = Some(cluster::scenario_client::seller_role(None));
        assert_eq!(
            refused(cast.place(wanted).await),
            [
                "ON-1 RESELLER_NOT_ACTIVE",
                "MPA-2 RESELLER_MPA_NOT_ACCEPTED",
                "ORD-1 PARTNER_ID_MISSING",
            ]
        );
        // The provider may still sell to the customer itself.
        cast.place(order(provider, None, &channel.customer, &channel.offer)).await?;
    }

    /// ON-4, to the second: a year after it joined, unless it was authorized again.
    async fn a_reseller_that_is_not_authorized_again_sells_nothing_new(world) {
        let cast = &world.cast;
        let channel = world.channel("DE").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);
        world.clock.advance(Duration::from_secs(365 * 24 * 3600 - 1));
        cast.place(wanted()).await?;
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(refused(cast.place(wanted()).await), ["ON-4 PARTNER_NOT_REAUTHORIZED"]);
        cast.pass_review(reseller, Role::IndirectReseller, world.clock.now()).await?;
        cast.place(wanted()).await?;
    }

    /// MPA-3: the ordering company itself.
    async fn a_provider_orders_only_after_its_own_mpa(world) {
        let cast = &world.cast;
        let company = cast.company("Northwind Distribution", "FR").await?;
        let provider = cast.qualified(&company, "FR", Role::IndirectProvider).await?;
        let channel = world.channel_of(provider, cast.reseller("FR").await?, "FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);
        assert_eq!(
            refused(cast.place(wanted()).await),
            ["ON-1 SELLER_NOT_ACTIVE", "MPA-3 SELLER_MPA_NOT_ACCEPTED"]
        );
        cast.accept_mpa(provider, AgreementKind::IndirectProvider).await?;
        cast.place(wanted()).await?;
    }

    /// MPA-2: the direct-bill text covers the reseller role of the same partner.
    async fn a_direct_bill_agreement_opens_the_gate_for_the_reseller_role(world) {
        let cast = &world.cast;
        let reseller = cast.direct_bill("FR").await?;
        cast.enroll(&reseller, Role::IndirectReseller).await?;
        cast.vet(&reseller, Role::IndirectReseller).await?;
        let channel = world.channel_of(cast.provider("FR").await?, reseller, "FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        cast.place(order(provider, Some(reseller), &channel.customer, &channel.offer)).await?;
    }

    /// The refusal names who must act, the next step and the Partner Center code (MPA-1).
    async fn a_refusal_by_the_mpa_says_who_must_act_and_what_is_next(world) {
        use tonic_types::StatusExt;

        let cast = &world.cast;
        let company = cast.company("Fabrikam Resale", "FR").await?;
        let reseller = cast.qualified(&company, "FR", Role::IndirectReseller).await?;
        let channel = world.channel_of(cast.provider("FR").await?, reseller, "FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = order(provider, Some(reseller), &channel.customer, &channel.offer);
        let status = tests::failed(cast.place(wanted).await);
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

    /// The status of an agreement, asked as Partner Center has it asked.
    async fn the_status_of_an_agreement_is_told_by_tenant_and_by_partner_id(world) {
        let cast = &world.cast;
        let company = cast.company("Fabrikam Resale", "FR").await?;
        let reseller = cast.qualified(&company, "FR", Role::IndirectReseller).await?;
        let tenant = reseller.name.trim_start_matches("partners/").to_owned();
        let by_tenant = GetAgreementStatusRequest { tenant_id: tenant, ..Default::default() };
        let partner_id = reseller.location.clone();
        let by_id = GetAgreementStatusRequest { partner_id, ..Default::default() };
        for accepted in [false, true] {
            for question in [&by_tenant, &by_id] {
                let mut onboarding = cast.onboarding.clone();
                let answer = onboarding.get_agreement_status(question.clone()).await?;
                assert_eq!(answer.into_inner().agreement_accepted, accepted);
            }
            if !accepted {
                cast.accept_mpa(&reseller, AgreementKind::IndirectReseller).await?;
            }
        }
        let unknown =
            GetAgreementStatusRequest { tenant_id: new_id(), ..Default::default() };
        let unknown = tests::failed(cast.onboarding.clone().get_agreement_status(unknown).await);
        assert_eq!(unknown.code(), tonic::Code::NotFound);
    }

    /// By the global account (PGA): the accounts that are enrolled as indirect reseller count, and
    /// no others; by region, since a company may have accepted in one and not in another.
    async fn the_status_by_global_account_is_that_of_the_accounts_enrolled_as_reseller(world) {
        let cast = &world.cast;
        let organization = Organization {
            display_name: "Fabrikam".to_owned(),
            country_code: "BE".to_owned(),
            global_account_id: "5000002".to_owned(),
            ..Organization::default()
        };
        let organization = Some(organization);
        let create = CreateOrganizationRequest { organization, ..Default::default() };
        let created = cast.onboarding.clone().create_organization(create).await?.into_inner();
        let company = created.organization.unwrap().name;
        let accepted = async |csp_region: &str| {
            let (partner_id, csp_region) = ("5000002".to_owned(), csp_region.to_owned());
            let question = GetAgreementStatusRequest { partner_id, csp_region, ..Default::default() };
            let answer = cast.onboarding.clone().get_agreement_status(question).await?;
            Ok::<_, tonic::Status>(answer.into_inner().agreement_accepted)
        };
        cast.join(&company, "BE").await?;
        cast.active(&company, "BE", Role::IndirectProvider).await?;
        assert!(!accepted("").await?, "none is enrolled as reseller");
        cast.active(&company, "BE", Role::IndirectReseller).await?;
        assert!(accepted("").await?, "the provider's tenant does not count");
        let open = cast.qualified(&company, "US", Role::IndirectReseller).await?;
        let answers = [accepted("").await?, accepted("europe").await?, accepted("united-states").await?];
        assert_eq!(answers, [false, true, false]);
        cast.accept_mpa(&open, AgreementKind::IndirectReseller).await?;
        let answers = [accepted("").await?, accepted("united-states").await?, accepted("africa").await?];
        assert_eq!(answers, [true, true, false]);
    }
}
