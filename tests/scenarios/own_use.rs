//! Purchases of partners for themselves and for their affiliates.

use cluster::scenario_client::{Partner, enrollment, new_id, order};
use contracts::{
    onboarding::{CreatePartnerRequest, EnrollPartnerRequest, Role, SubmitEnrollmentRequest},
    relationship::{CreateCustomerRequest, Customer, CustomerKind, ProductFamily},
};
use tests::{refused, scenarios};

use crate::enrollment::{revoke, suspend};

scenarios! {
    /// Scenario 4 of the programme: OWN-3, shared services.
    async fn a_shared_services_tenant_buys_only_azure(world) {
        let client = &world.client;
        let direct = client.direct_bill("FR").await?;
        let kind = CustomerKind::SharedServices;
        let shared = client.customer_of(&direct.organization, "FR", kind).await?;
        client.onboard_customer(&shared, &[&direct]).await?;
        let azure = client.offer(ProductFamily::AzureSharedServices).await?;
        client.place(order(&direct, None, &shared, &azure)).await?;
        for family in [ProductFamily::Microsoft365, ProductFamily::Azure, ProductFamily::Software] {
            let offer = client.offer(family).await?;
            let placed = client.place(order(&direct, None, &shared, &offer)).await;
            assert_eq!(refused(placed), ["OWN-3 SHARED_SERVICES_TAKES_AZURE_ONLY"]);
        }
        let company = client.customer("FR").await?;
        client.onboard_customer(&company, &[&direct]).await?;
        let placed = client.place(order(&direct, None, &company, &azure)).await;
        assert_eq!(refused(placed), ["OWN-3 SHARED_SERVICES_TENANT_NEEDED"]);
    }

    /// OWN-3.
    async fn a_shared_services_tenant_buys_only_from_its_own_partner(world) {
        let client = &world.client;
        let (owner, other) = (client.direct_bill("FR").await?, client.direct_bill("FR").await?);
        let kind = CustomerKind::SharedServices;
        let shared = client.customer_of(&owner.organization, "FR", kind).await?;
        client.onboard_customer(&shared, &[&owner, &other]).await?;
        let azure = client.offer(ProductFamily::AzureSharedServices).await?;
        let placed = client.place(order(&other, None, &shared, &azure)).await;
        assert_eq!(refused(placed), ["OWN-3 SHARED_SERVICES_OF_ANOTHER"]);
        client.place(order(&owner, None, &shared, &azure)).await?;
        let company = client.company("Litware", "FR").await?;
        let created = client.customer_of(&company, "FR", kind).await;
        assert_eq!(refused(created), ["OWN-3 SHARED_SERVICES_OF_ANOTHER"]);
    }

    /// Scenario 4 of the programme: OWN-1 does not apply to shared services, but OWN-3 does.
    async fn a_reseller_buys_its_shared_services_from_a_provider_of_its_group(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let provider = &channel.provider;
        let group = [(&*provider.organization, 6000, false)];
        let company = client.company_of("Fabrikam Resale", "FR", &group).await?;
        let role = contracts::onboarding::Role::IndirectReseller;
        let reseller = client.active(&company, "FR", role).await?;
        client.partner_up(provider, &reseller).await?;
        let azure = client.offer(ProductFamily::AzureSharedServices).await?;
        let kind = CustomerKind::SharedServices;
        let of_reseller = client.customer_of(&company, "FR", kind).await?;
        client.onboard_customer(&of_reseller, &[provider, &reseller]).await?;
        client.place(order(provider, Some(&reseller), &of_reseller, &azure)).await?;
        let of_provider = client.customer_of(&provider.organization, "FR", kind).await?;
        client.onboard_customer(&of_provider, &[provider, &reseller]).await?;
        let placed = client.place(order(provider, Some(&reseller), &of_provider, &azure)).await;
        assert_eq!(refused(placed), ["OWN-1 SALE_TO_AFFILIATE"], "the provider is the customer");
        client.place(order(provider, None, &of_provider, &azure)).await?;
    }

    /// Scenario 4 of the programme: OWN-3, a separate tenant.
    async fn a_separate_tenant_of_a_partner_buys_from_a_reseller_or_direct_bill_partner(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (owner, other) = (client.direct_bill("FR").await?, client.direct_bill("FR").await?);
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let separate =
            client.customer_of(&owner.organization, "FR", CustomerKind::Company).await?;
        client.onboard_customer(&separate, &[provider, reseller, &other]).await?;
        client.place(order(provider, Some(reseller), &separate, &channel.offer)).await?;
        client.place(order(&other, None, &separate, &channel.offer)).await?;
        let placed = client.place(order(provider, None, &separate, &channel.offer)).await;
        assert_eq!(refused(placed), ["OWN-3 OWN_USE_NEEDS_RESELLER"]);
    }

    /// Scenario 5 of the programme: OWN-1.
    async fn a_partner_does_not_sell_to_itself(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let direct = client.direct_bill("FR").await?;
        let own = client.customer_of(&direct.organization, "FR", CustomerKind::Company).await?;
        client.onboard_customer(&own, &[&direct, &channel.provider, &channel.reseller]).await?;
        let placed = client.place(order(&direct, None, &own, &channel.offer)).await;
        assert_eq!(refused(placed), ["OWN-1 SALE_TO_SELF"]);
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let of_reseller =
            client.customer_of(&reseller.organization, "FR", CustomerKind::Company).await?;
        client.onboard_customer(&of_reseller, &[provider, reseller]).await?;
        let to_self = order(provider, Some(reseller), &of_reseller, &channel.offer);
        let placed = client.place(to_self).await;
        assert_eq!(refused(placed), ["OWN-1 SALE_TO_SELF"], "the reseller is the customer");
        client.place(order(provider, Some(reseller), &own, &channel.offer)).await?;
    }

    /// Scenario 5 of the programme: OWN-1, with the path of ownership.
    async fn a_partner_does_not_sell_to_an_affiliate(world) {
        let client = &world.client;
        let direct = client.direct_bill("FR").await?;
        let company = &direct.organization;
        let middle = client.company_of("Middle", "FR", &[(company, 6000, false)]).await?;
        let cases = [
            ("owned", client.company_of("A", "FR", &[(company, 5001, false)]).await?, true),
            ("half", client.company_of("B", "FR", &[(company, 5000, false)]).await?, false),
            ("controlled", client.company_of("C", "FR", &[(company, 0, true)]).await?, true),
            ("chain", client.company_of("D", "FR", &[(&middle, 6000, false)]).await?, true),
            ("minority", client.company_of("E", "FR", &[(&middle, 4999, false)]).await?, false),
        ];
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        for (case, buyer, affiliate) in cases {
            let customer = client.customer_of(&buyer, "FR", CustomerKind::Company).await?;
            client.onboard_customer(&customer, &[&direct]).await?;
            let placed = client.place(order(&direct, None, &customer, &offer)).await;
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

    /// OWN-1.
    async fn companies_with_a_common_owner_and_the_owner_are_affiliates(world) {
        let client = &world.client;
        let holding = client.company("Holding", "FR").await?;
        let daughter = client.company_of("Contoso", "FR", &[(&holding, 8000, false)]).await?;
        let direct = client.active(&daughter, "FR", Role::DirectBill).await?;
        let sister = client.company_of("Sister", "FR", &[(&holding, 8000, false)]).await?;
        let unrelated = client.company("Unrelated", "FR").await?;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        for (buyer, affiliate) in [(&sister, true), (&holding, true), (&unrelated, false)] {
            let customer = client.customer_of(buyer, "FR", CustomerKind::Company).await?;
            client.onboard_customer(&customer, &[&direct]).await?;
            let placed = client.place(order(&direct, None, &customer, &offer)).await;
            match affiliate {
                true => assert_eq!(refused(placed), ["OWN-1 SALE_TO_AFFILIATE"]),
                false => drop(placed?),
            }
        }
    }

    /// OWN-2: at the creation of the customer, and at the order if the tenant enrolled later.
    async fn a_csp_tenant_is_no_customer(world) {
        let client = &world.client;
        let (direct, partner) = (client.direct_bill("FR").await?, client.direct_bill("FR").await?);
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
        let created = client.relationship.clone().create_customer(create).await;
        assert_eq!(refused(created), ["OWN-2 CUSTOMER_IS_CSP_TENANT"]);

        let company = client.company("Litware", "FR").await?;
        let customer = client.customer_of(&company, "FR", CustomerKind::Company).await?;
        client.onboard_customer(&customer, &[&direct]).await?;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&direct, None, &customer, &offer);
        client.place(wanted()).await?;
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
        let joined = client.onboarding.clone().create_partner(join).await?.into_inner();
        client.place(wanted()).await?;
        let name = joined.partner.unwrap().name;
        client.enroll(&Partner { name, ..Partner::default() }, Role::IndirectReseller).await?;
        assert_eq!(refused(client.place(wanted()).await), ["OWN-2 CUSTOMER_IS_CSP_TENANT"]);
    }

    /// OWN-2 and OWN-3: a tenant without a submitted enrollment makes no partner.
    async fn a_company_is_a_partner_from_submission_until_revocation(world) {
        let client = &world.client;
        let provider = client.provider("FR").await?;
        let company = client.company("Litware", "FR").await?;
        let joined = client.join(&company, "FR").await?;
        let customer = client.customer_of(&company, "FR", CustomerKind::Company).await?;
        client.onboard_customer(&customer, &[&provider]).await?;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&provider, None, &customer, &offer);
        let shared = async || {
            client.customer_of(&company, "FR", CustomerKind::SharedServices).await
        };
        let role = Role::IndirectReseller;
        let draft = EnrollPartnerRequest {
            parent: joined.name.clone(),
            role: role.into(),
            contact_email: "ada@contoso.com".to_owned(),
            ..EnrollPartnerRequest::default()
        };
        client.onboarding.clone().enroll_partner(draft).await?;
        assert_eq!(refused(shared().await), ["OWN-3 SHARED_SERVICES_OF_ANOTHER"]);
        client.place(wanted()).await?;
        let name = enrollment(&joined, role);
        let submit = SubmitEnrollmentRequest { name, ..Default::default() };
        client.onboarding.clone().submit_enrollment(submit).await?;
        assert_eq!(refused(client.place(wanted()).await), ["OWN-3 OWN_USE_NEEDS_RESELLER"]);
        shared().await?;
        client.vet(&joined, role).await?;
        suspend(client, &joined, role).await?;
        assert_eq!(refused(client.place(wanted()).await), ["OWN-3 OWN_USE_NEEDS_RESELLER"]);
        revoke(client, &joined, role).await?;
        client.place(wanted()).await?;
    }
}
