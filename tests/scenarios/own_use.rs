//! What partners may buy for themselves, and from whom.

use cluster::scenario_client::{Partner, enrollment, new_id, order};
use contracts::{
    onboarding::{
        CreatePartnerRequest, EnrollPartnerRequest, RevokeEnrollmentRequest, Role,
        SubmitEnrollmentRequest, SuspendEnrollmentRequest, SuspensionCause,
    },
    relationship::{CreateCustomerRequest, Customer, CustomerKind, ProductFamily},
};
use tests::{refused, scenarios};

scenarios! {
    /// Scenario 4 of the programme: OWN-3, shared services.
    async fn a_shared_services_tenant_takes_azure_and_nothing_else(world) {
        let cast = &world.cast;
        let direct = cast.direct_bill("FR").await?;
        let kind = CustomerKind::SharedServices;
        let shared = cast.customer_of(&direct.organization, "FR", kind).await?;
        cast.onboard_customer(&shared, &[&direct]).await?;
        let azure = cast.offer(ProductFamily::AzureSharedServices).await?;
        cast.place(order(&direct, None, &shared, &azure)).await?;
        for family in [ProductFamily::Microsoft365, ProductFamily::Azure, ProductFamily::Software] {
            let offer = cast.offer(family).await?;
            let placed = cast.place(order(&direct, None, &shared, &offer)).await;
            assert_eq!(refused(placed), ["OWN-3 SHARED_SERVICES_TAKES_AZURE_ONLY"]);
        }
        let company = cast.customer("FR").await?;
        cast.onboard_customer(&company, &[&direct]).await?;
        let placed = cast.place(order(&direct, None, &company, &azure)).await;
        assert_eq!(refused(placed), ["OWN-3 SHARED_SERVICES_TENANT_NEEDED"]);
    }

    /// OWN-3: the tenant of a partner that takes no part in the sale.
    async fn a_shared_services_tenant_is_served_by_its_own_partner(world) {
        let cast = &world.cast;
        let (owner, other) = (cast.direct_bill("FR").await?, cast.direct_bill("FR").await?);
        let kind = CustomerKind::SharedServices;
        let shared = cast.customer_of(&owner.organization, "FR", kind).await?;
        cast.onboard_customer(&shared, &[&owner, &other]).await?;
        let azure = cast.offer(ProductFamily::AzureSharedServices).await?;
        let placed = cast.place(order(&other, None, &shared, &azure)).await;
        assert_eq!(refused(placed), ["OWN-3 SHARED_SERVICES_OF_ANOTHER"]);
        cast.place(order(&owner, None, &shared, &azure)).await?;
        let company = cast.company("Litware", "FR").await?;
        let created = cast.customer_of(&company, "FR", kind).await;
        assert_eq!(refused(created), ["OWN-3 SHARED_SERVICES_OF_ANOTHER"]);
    }

    /// Scenario 4 of the programme: OWN-1 leaves shared services of any partner to OWN-3.
    async fn a_reseller_buys_its_shared_services_from_a_provider_of_its_group(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let provider = &channel.provider;
        let group = [(&*provider.organization, 6000, false)];
        let company = cast.company_of("Fabrikam Resale", "FR", &group).await?;
        let role = contracts::onboarding::Role::IndirectReseller;
        let reseller = cast.active(&company, "FR", role).await?;
        cast.partner_up(provider, &reseller).await?;
        let azure = cast.offer(ProductFamily::AzureSharedServices).await?;
        let kind = CustomerKind::SharedServices;
        let of_reseller = cast.customer_of(&company, "FR", kind).await?;
        cast.onboard_customer(&of_reseller, &[provider, &reseller]).await?;
        cast.place(order(provider, Some(&reseller), &of_reseller, &azure)).await?;
        let of_provider = cast.customer_of(&provider.organization, "FR", kind).await?;
        cast.onboard_customer(&of_provider, &[provider, &reseller]).await?;
        let placed = cast.place(order(provider, Some(&reseller), &of_provider, &azure)).await;
        assert_eq!(refused(placed), ["OWN-1 SALE_TO_AFFILIATE"], "it is for the provider itself");
        cast.place(order(provider, None, &of_provider, &azure)).await?;
    }

    /// Scenario 4 of the programme: OWN-3, a separate tenant.
    async fn a_separate_tenant_of_a_partner_buys_from_a_reseller_or_direct_bill_partner(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (owner, other) = (cast.direct_bill("FR").await?, cast.direct_bill("FR").await?);
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let separate =
            cast.customer_of(&owner.organization, "FR", CustomerKind::Company).await?;
        cast.onboard_customer(&separate, &[provider, reseller, &other]).await?;
        cast.place(order(provider, Some(reseller), &separate, &channel.offer)).await?;
        cast.place(order(&other, None, &separate, &channel.offer)).await?;
        let placed = cast.place(order(provider, None, &separate, &channel.offer)).await;
        assert_eq!(refused(placed), ["OWN-3 OWN_USE_NEEDS_RESELLER"]);
    }

    /// Scenario 5 of the programme: OWN-1.
    async fn a_partner_does_not_sell_to_itself(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let direct = cast.direct_bill("FR").await?;
        let own = cast.customer_of(&direct.organization, "FR", CustomerKind::Company).await?;
        cast.onboard_customer(&own, &[&direct, &channel.provider, &channel.reseller]).await?;
        let placed = cast.place(order(&direct, None, &own, &channel.offer)).await;
        assert_eq!(refused(placed), ["OWN-1 SALE_TO_SELF"]);
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let of_reseller =
            cast.customer_of(&reseller.organization, "FR", CustomerKind::Company).await?;
        cast.onboard_customer(&of_reseller, &[provider, reseller]).await?;
        let placed = cast.place(order(provider, Some(reseller), &of_reseller, &channel.offer)).await;
        assert_eq!(refused(placed), ["OWN-1 SALE_TO_SELF"], "the reseller is the customer");
        cast.place(order(provider, Some(reseller), &own, &channel.offer)).await?;
    }

    /// Scenario 5 of the programme: OWN-1, affiliates, with the path that makes them so.
    async fn a_partner_does_not_sell_to_an_affiliate(world) {
        let cast = &world.cast;
        let direct = cast.direct_bill("FR").await?;
        let company = &direct.organization;
        let middle = cast.company_of("Middle", "FR", &[(company, 6000, false)]).await?;
        let cases = [
            ("owned", cast.company_of("A", "FR", &[(company, 5001, false)]).await?, true),
            ("half", cast.company_of("B", "FR", &[(company, 5000, false)]).await?, false),
            ("controlled", cast.company_of("C", "FR", &[(company, 0, true)]).await?, true),
            ("chain", cast.company_of("D", "FR", &[(&middle, 6000, false)]).await?, true),
            ("minority", cast.company_of("E", "FR", &[(&middle, 4999, false)]).await?, false),
        ];
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        for (case, buyer, affiliate) in cases {
            let customer = cast.customer_of(&buyer, "FR", CustomerKind::Company).await?;
            cast.onboard_customer(&customer, &[&direct]).await?;
            let placed = cast.place(order(&direct, None, &customer, &offer)).await;
            if affiliate {
                let status = tests::failed(placed);
                assert_eq!(
                    refused::<()>(Err(status.clone())),
                    ["OWN-1 SALE_TO_AFFILIATE"],
                    "{case}"
                );
                assert!(status.message().contains(&buyer), "the path names the buyer: {case}");
            } else {
                placed?;
            }
        }
    }

    /// OWN-1: two daughters of one holding, and a customer that owns the seller.
    async fn a_common_owner_and_the_owner_itself_are_affiliates(world) {
        let cast = &world.cast;
        let holding = cast.company("Holding", "FR").await?;
        let daughter = cast.company_of("Contoso", "FR", &[(&holding, 8000, false)]).await?;
        let direct = cast.active(&daughter, "FR", Role::DirectBill).await?;
        let sister = cast.company_of("Sister", "FR", &[(&holding, 8000, false)]).await?;
        let stranger = cast.company("Stranger", "FR").await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        for (buyer, affiliate) in [(&sister, true), (&holding, true), (&stranger, false)] {
            let customer = cast.customer_of(buyer, "FR", CustomerKind::Company).await?;
            cast.onboard_customer(&customer, &[&direct]).await?;
            let placed = cast.place(order(&direct, None, &customer, &offer)).await;
            match affiliate {
                true => assert_eq!(refused(placed), ["OWN-1 SALE_TO_AFFILIATE"]),
                false => drop(placed?),
            }
        }
    }

    /// OWN-2: at the customer, and at the order where the tenant became a CSP tenant later.
    async fn a_csp_tenant_is_no_customer(world) {
        let cast = &world.cast;
        let (direct, partner) = (cast.direct_bill("FR").await?, cast.direct_bill("FR").await?);
        let tenant = partner.name.trim_start_matches("partners/").to_owned();
        let create = CreateCustomerRequest {
            customer_id: tenant,
            customer: Some(Customer {
                display_name: "Partner".to_owned(),
                organization: partner.organization.clone(),
                country_code: "FR".to_owned(),
                kind: CustomerKind::Company.into(),
                ..Customer::default()
            }),
            request_id: new_id(),
            ..CreateCustomerRequest::default()
        };
        let created = cast.relationship.clone().create_customer(create).await;
        assert_eq!(refused(created), ["OWN-2 CUSTOMER_IS_CSP_TENANT"]);

        let company = cast.company("Litware", "FR").await?;
        let customer = cast.customer_of(&company, "FR", CustomerKind::Company).await?;
        cast.onboard_customer(&customer, &[&direct]).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&direct, None, &customer, &offer);
        cast.place(wanted()).await?;
        let join = CreatePartnerRequest {
            partner_id: customer.trim_start_matches("customers/").to_owned(),
            partner: Some(contracts::onboarding::Partner {
                organization: company,
                country_code: "FR".to_owned(),
                ..Default::default()
            }),
            request_id: new_id(),
            ..Default::default()
        };
        let joined = cast.onboarding.clone().create_partner(join).await?.into_inner();
        cast.place(wanted()).await?;
        let name = joined.partner.unwrap().name;
        cast.enroll(&Partner { name, ..Partner::default() }, Role::IndirectReseller).await?;
        assert_eq!(refused(cast.place(wanted()).await), ["OWN-2 CUSTOMER_IS_CSP_TENANT"]);
    }

    /// OWN-2 and OWN-3: having joined, or an enrollment that was never submitted, makes no partner.
    async fn a_company_is_a_partner_once_it_has_applied_and_until_it_is_revoked(world) {
        let cast = &world.cast;
        let provider = cast.provider("FR").await?;
        let company = cast.company("Litware", "FR").await?;
        let joined = cast.join(&company, "FR").await?;
        let customer = cast.customer_of(&company, "FR", CustomerKind::Company).await?;
        cast.onboard_customer(&customer, &[&provider]).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&provider, None, &customer, &offer);
        let shared = async || cast.customer_of(&company, "FR", CustomerKind::SharedServices).await;
        let role = Role::IndirectReseller;
        let draft = EnrollPartnerRequest {
            parent: joined.name.clone(),
            role: role.into(),
            contact_email: "ada@contoso.com".to_owned(),
            ..EnrollPartnerRequest::default()
        };
        cast.onboarding.clone().enroll_partner(draft).await?;
        assert_eq!(refused(shared().await), ["OWN-3 SHARED_SERVICES_OF_ANOTHER"]);
        cast.place(wanted()).await?;
        let name = enrollment(&joined, role);
        let submit = SubmitEnrollmentRequest { name: name.clone(), ..Default::default() };
        cast.onboarding.clone().submit_enrollment(submit).await?;
        assert_eq!(refused(cast.place(wanted()).await), ["OWN-3 OWN_USE_NEEDS_RESELLER"]);
        shared().await?;
        cast.vet(&joined, role).await?;
        let suspend = SuspendEnrollmentRequest {
            name: name.clone(),
            cause: SuspensionCause::Abuse.into(),
            detail: "resold test licences".to_owned(),
            ..SuspendEnrollmentRequest::default()
        };
        cast.onboarding.clone().suspend_enrollment(suspend).await?;
        assert_eq!(refused(cast.place(wanted()).await), ["OWN-3 OWN_USE_NEEDS_RESELLER"]);
        let detail = "it went on".to_owned();
        let revoke = RevokeEnrollmentRequest { name, detail, ..Default::default() };
        cast.onboarding.clone().revoke_enrollment(revoke).await?;
        cast.place(wanted()).await?;
    }
}
