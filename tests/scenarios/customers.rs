//! Relationships of customers, their regions, their agreements and their account reviews.

use cluster::scenario_client::{Answer, Partner, ScenarioClient, mca, new_id, order};
use contracts::relationship::{
    AcceptCustomerRelationshipRequest, AccountState, AttestCustomerAgreementRequest,
    CreateCustomerRequest, Customer, CustomerKind, CustomerRelationship,
    CustomerRelationshipKind as Kind, ProductFamily, Purpose, RecordAccountReviewRequest,
    RecordCustomerAgreementRequest, RemoveCustomerRelationshipRequest, Transaction, Verdict,
};
use tests::{purchase, refused, scenarios};

scenarios! {
    /// Scenario 2 of the programme, and REL-4.
    async fn a_customer_buys_from_several_partners_independently(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let direct = client.direct_bill("DE").await?;
        let azure = client.offer(ProductFamily::Azure).await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let first = order(provider, Some(reseller), &channel.customer, &channel.offer);
        client.place(first.clone()).await?;
        let second = order(&direct, None, &channel.customer, &azure);
        let refusal = ["REL-4 CUSTOMER_RELATIONSHIP_MISSING"];
        assert_eq!(refused(client.place(second.clone()).await), refusal);
        client.onboard_customer(&channel.customer, &[&direct]).await?;
        client.place(second).await?;
        client.place(first).await?;
    }

    /// Scenario 3 of the programme, and REL-4.
    async fn a_managing_partner_manages_and_does_not_sell(world) {
        let client = &world.client;
        let manager = client.direct_bill("FR").await?;
        let customer = client.customer("FR").await?;
        client.accept_mca(&customer).await?;
        let manage = || Transaction {
            seller: manager.name.clone(),
            customer: customer.clone(),
            purpose: Purpose::Manage.into(),
            ..Transaction::default()
        };
        assert_eq!(client.check(manage()).await?.verdict(), Verdict::Refused);
        client.establish_relationship(&customer, &manager, Kind::Management).await?;
        assert_eq!(client.check(manage()).await?.verdict(), Verdict::Allowed);
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&manager, None, &customer, &offer);
        let refusal = ["REL-4 CUSTOMER_RELATIONSHIP_FOR_MANAGEMENT"];
        assert_eq!(refused(client.place(wanted()).await), refusal);
        client.establish_relationship(&customer, &manager, Kind::Resale).await?;
        client.place(wanted()).await?;
    }

    /// REL-4 for provider and reseller each.
    async fn every_partner_of_the_chain_needs_its_own_relationship(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        client.partner_up(&provider, &reseller).await?;
        let customer = client.customer("FR").await?;
        client.accept_mca(&customer).await?;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&provider, Some(&reseller), &customer, &offer);
        let refusal = "REL-4 CUSTOMER_RELATIONSHIP_MISSING";

        assert_eq!(refused(client.place(wanted()).await), [refusal, refusal]);
        client.establish_relationship(&customer, &provider, Kind::Resale).await?;
        assert_eq!(refused(client.place(wanted()).await), [refusal], "of the reseller");
        let name = client.request_relationship(&customer, &reseller, Kind::Resale).await?;
        assert_eq!(refused(client.place(wanted()).await), [refusal], "requested only");
        let accept = AcceptCustomerRelationshipRequest {
            name: name.clone(),
            request_id: new_id(),
            ..Default::default()
        };
        client.relationship.clone().accept_customer_relationship(accept.clone()).await?;
        client.place(wanted()).await?;
        let detail = "the customer leaves".to_owned();
        let remove = RemoveCustomerRelationshipRequest {
            name,
            detail,
            removed_by: provider.name.clone(),
            no_active_subscriptions: true,
            ..RemoveCustomerRelationshipRequest::default()
        };
        client.relationship.clone().remove_customer_relationship(remove).await?;
        assert_eq!(refused(client.place(wanted()).await), [refusal], "removed");
        let accept = AcceptCustomerRelationshipRequest { request_id: new_id(), ..accept };
        let accepted = client.relationship.clone().accept_customer_relationship(accept).await;
        assert_eq!(refused(accepted), ["STATE CUSTOMER_RELATIONSHIP_STATE_CONFLICT"]);
    }

    /// Scenario 6 of the programme: REL-3 at the request of a relationship.
    async fn resale_is_requested_only_of_customers_in_the_region(world) {
        let client = &world.client;
        for (seller, buyer) in [("FR", "DE"), ("US", "UM"), ("AU", "GU"), ("TR", "EG")] {
            let direct = client.direct_bill(seller).await?;
            let customer = client.customer(buyer).await?;
            client.request_relationship(&customer, &direct, Kind::Resale).await?;
        }
        for (seller, buyer) in [("US", "PR"), ("AU", "NZ"), ("FR", "RE"), ("HK", "CN")] {
            let direct = client.direct_bill(seller).await?;
            let customer = client.customer(buyer).await?;
            let requested = client.request_relationship(&customer, &direct, Kind::Resale).await;
            assert_eq!(refused(requested), ["REL-3 CUSTOMER_OUTSIDE_REGION"], "{seller} → {buyer}");
            client.request_relationship(&customer, &direct, Kind::Management).await?;
        }
    }

    /// REL-3 at the transaction, for provider, reseller and direct-bill partner.
    async fn a_sale_outside_the_region_is_refused_for_every_partner_of_the_chain(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let direct = client.direct_bill("FR").await?;
        for (country, allowed) in [("DE", true), ("US", false)] {
            let customer = client.customer(country).await?;
            let through = purchase(&channel.provider, Some(&channel.reseller), &customer);
            for (transaction, partners) in [(through, 2), (purchase(&direct, None, &customer), 1)] {
                let decision = client.check(transaction).await?;
                let reasons = decision.outcomes.iter().map(|it| it.reason.as_str());
                let outside = reasons.filter(|it| *it == "CUSTOMER_OUTSIDE_REGION").count();
                assert_eq!(outside, if allowed { 0 } else { partners }, "{country}");
            }
        }
    }

    /// CUS-1.
    async fn an_order_needs_the_customers_agreement(world) {
        let client = &world.client;
        let (direct, customer) = (client.direct_bill("FR").await?, client.customer("FR").await?);
        client.establish_relationship(&customer, &direct, Kind::Resale).await?;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&direct, None, &customer, &offer);
        assert_eq!(refused(client.place(wanted()).await), ["CUS-1 CUSTOMER_AGREEMENT_MISSING"]);
        client.accept_mca(&customer).await?;
        client.place(wanted()).await?;
    }

    /// CUS-1: an acceptance before 2023-04-01 no longer counts.
    async fn an_outdated_agreement_must_be_accepted_again(world) {
        let client = &world.client;
        let (direct, customer) = (client.direct_bill("FR").await?, client.customer("FR").await?);
        let relationship = client.establish_relationship(&customer, &direct, Kind::Resale).await?;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&direct, None, &customer, &offer);
        attest(client, &relationship, "2023-03-31T23:59:59Z").await?;
        assert_eq!(refused(client.place(wanted()).await), ["CUS-1 CUSTOMER_AGREEMENT_OUTDATED"]);
        attest(client, &relationship, "2023-04-01T00:00:00Z").await?;
        client.place(wanted()).await?;
    }

    /// CUS-1.
    async fn an_attestation_counts_for_its_partner_and_an_acceptance_for_all(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        client.partner_up(&provider, &reseller).await?;
        let direct = client.direct_bill("DE").await?;
        let competitor = client.direct_bill("FR").await?;
        let customer = client.customer("FR").await?;
        let mut relationships = Vec::new();
        for partner in [&direct, &provider, &reseller, &competitor] {
            let name = client.establish_relationship(&customer, partner, Kind::Resale).await?;
            relationships.push(name);
        }
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        let through = || order(&provider, Some(&reseller), &customer, &offer);
        let missing = ["CUS-1 CUSTOMER_AGREEMENT_MISSING"];
        client.attest_mca(&relationships[0]).await?;
        assert_eq!(refused(client.place(through()).await), missing, "another partner attests it");
        client.place(order(&direct, None, &customer, &offer)).await?;
        client.attest_mca(&relationships[1]).await?;
        client.place(through()).await?;
        let by_rival = || order(&competitor, None, &customer, &offer);
        assert_eq!(refused(client.place(by_rival()).await), missing, "two others attest it");
        client.accept_mca(&customer).await?;
        client.place(by_rival()).await?;
    }

    /// CUS-1.
    async fn a_seller_attests_for_its_own_customers_and_a_reseller_cannot_attest(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        let customer = client.customer("FR").await?;
        let unknown = format!("{customer}/relationships/{}", new_id());
        let attested = tests::failed(client.attest_mca(&unknown).await);
        assert_eq!(attested.code(), tonic::Code::NotFound, "no relationship");
        let manages = client.establish_relationship(&customer, &provider, Kind::Management).await?;
        let attested = client.attest_mca(&manages).await;
        assert_eq!(refused(attested), ["REL-4 CUSTOMER_RELATIONSHIP_FOR_MANAGEMENT"]);
        let overseas = client.provider("US").await?;
        let requested = client.request_relationship(&customer, &overseas, Kind::Resale).await;
        assert_eq!(refused(requested), ["REL-3 CUSTOMER_OUTSIDE_REGION"]);
        let of_reseller = client.establish_relationship(&customer, &reseller, Kind::Resale).await?;
        let attested = client.attest_mca(&of_reseller).await;
        assert_eq!(refused(attested), ["CUS-1 ATTESTED_BY_NO_SELLER"]);
        let requested = client.request_relationship(&customer, &provider, Kind::Resale).await?;
        client.attest_mca(&requested).await?;
    }

    /// CUS-1: the latest acceptance counts, and a repeated one changes nothing.
    async fn an_older_agreement_recorded_later_replaces_nothing(world) {
        let client = &world.client;
        let (direct, customer) = (client.direct_bill("FR").await?, client.customer("FR").await?);
        let relationship = client.establish_relationship(&customer, &direct, Kind::Resale).await?;
        let latest = "2026-01-02T00:00:00Z";
        let attested = attest(client, &relationship, latest).await?;
        let accepted = accept(client, &customer, latest).await?;
        for time in [latest, "2022-01-01T00:00:00Z"] {
            assert_eq!(attest(client, &relationship, time).await?, attested, "{time}");
            assert_eq!(accept(client, &customer, time).await?, accepted, "{time}");
        }
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        client.place(order(&direct, None, &customer, &offer)).await?;
        let later = "2026-01-03T00:00:00Z";
        assert_eq!(attest(client, &relationship, later).await?.revision, attested.revision + 1);
        assert_eq!(accept(client, &customer, later).await?.revision, accepted.revision + 1);
    }

    /// CUS-1 does not apply in China.
    async fn a_customer_in_china_buys_without_an_agreement(world) {
        let client = &world.client;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        for (country, refusal) in [("CN", None), ("HK", Some("CUS-1 CUSTOMER_AGREEMENT_MISSING"))] {
            let (direct, customer) =
                (client.direct_bill(country).await?, client.customer(country).await?);
            client.establish_relationship(&customer, &direct, Kind::Resale).await?;
            let placed = client.place(order(&direct, None, &customer, &offer)).await;
            match refusal {
                None => drop(placed?),
                Some(refusal) => assert_eq!(refused(placed), [refusal], "{country}"),
            }
        }
    }

    /// CUS-2.
    async fn an_account_review_blocks_purposes_by_its_state(world) {
        let client = &world.client;
        let (direct, customer) = (client.direct_bill("FR").await?, client.customer("FR").await?);
        client.onboard_customer(&customer, &[&direct]).await?;
        for (state, new, renew) in [
            (AccountState::UnderReview, Some("ACCOUNT_UNDER_REVIEW"), None),
            (AccountState::Rejected, Some("ACCOUNT_REJECTED"), Some("ACCOUNT_REJECTED")),
            (AccountState::Locked, Some("ACCOUNT_LOCKED"), Some("ACCOUNT_LOCKED")),
            (AccountState::Verified, None, None),
        ] {
            let review = RecordAccountReviewRequest {
                name: customer.clone(),
                state: state.into(),
                detail: "as Microsoft reports".to_owned(),
                request_id: new_id(),
                ..Default::default()
            };
            let answer = client.relationship.clone().record_account_review(review).await?;
            assert_eq!(answer.into_inner().customer.unwrap().account_state(), state);
            for (purpose, expected) in [
                (Purpose::NewSubscription, new),
                (Purpose::AddQuantity, new),
                (Purpose::Renew, renew),
                (Purpose::Cancel, None),
                (Purpose::AutomaticRenewal, None),
            ] {
                let mut transaction = purchase(&direct, None, &customer);
                transaction.purpose = purpose.into();
                let outcomes = client.check(transaction).await?.outcomes.into_iter();
                let failed: Vec<_> = outcomes.filter(|it| !it.reason.is_empty()).collect();
                let failed: Vec<_> =
                    failed.iter().map(|it| (it.rule_id.as_str(), it.reason.as_str())).collect();
                let expected: Vec<_> = expected.into_iter().map(|it| ("CUS-2", it)).collect();
                assert_eq!(failed, expected, "{state:?} {purpose:?}");
            }
        }
    }

    /// REL-5.
    async fn nothing_new_is_sold_in_a_market_with_stopped_sales(world) {
        let client = &world.client;
        let (seller, customer) = (client.direct_bill("TR").await?, client.customer("BY").await?);
        let other = client.customer("TR").await?;
        client.onboard_customer(&customer, &[&seller]).await?;
        client.onboard_customer(&other, &[&seller]).await?;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        let placed = client.place(order(&seller, None, &customer, &offer)).await;
        assert_eq!(refused(placed), ["REL-5 SALES_STOPPED"]);
        client.place(order(&seller, None, &other, &offer)).await?;
    }

    /// PT-1 and REL-3.
    async fn a_customer_is_created_by_a_seller_of_its_region(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        let company = client.company("Litware", "FR").await?;
        let create = |by: &Partner, country: &str| CreateCustomerRequest {
            customer_id: new_id(),
            customer: Some(Customer {
                display_name: "Litware".to_owned(),
                organization: company.clone(),
                country_code: country.to_owned(),
                kind: CustomerKind::Company.into(),
                created_by: by.name.clone(),
                ..Customer::default()
            }),
            request_id: new_id(),
            ..CreateCustomerRequest::default()
        };
        for (by, country, refusal) in [
            (&reseller, "FR", "PT-1 SELLER_CANNOT_BUY_FROM_MICROSOFT"),
            (&provider, "US", "REL-3 CUSTOMER_OUTSIDE_REGION"),
        ] {
            let created = client.relationship.clone().create_customer(create(by, country)).await;
            assert_eq!(refused(created), [refusal]);
        }
        let created = client.relationship.clone().create_customer(create(&provider, "DE")).await?;
        assert_eq!(created.into_inner().customer.unwrap().created_by, provider.name);
    }
}

/// Records that a customer accepted the MCA at a time.
async fn accept(client: &ScenarioClient, customer: &str, time: &str) -> Answer<Customer> {
    let request = RecordCustomerAgreementRequest {
        name: customer.to_owned(),
        agreement: Some(mca(time.parse().unwrap())),
        request_id: new_id(),
        ..Default::default()
    };
    let answer = client.relationship.clone().record_customer_agreement(request).await?;
    Ok(answer.into_inner().customer.unwrap())
}

/// Attests for a partner that the customer accepted the MCA at a time.
async fn attest(
    client: &ScenarioClient,
    relationship: &str,
    time: &str,
) -> Answer<CustomerRelationship> {
    let request = AttestCustomerAgreementRequest {
        name: relationship.to_owned(),
        agreement: Some(mca(time.parse().unwrap())),
        request_id: new_id(),
        ..Default::default()
    };
    let answer = client.relationship.clone().attest_customer_agreement(request).await?;
    Ok(answer.into_inner().relationship.unwrap())
}
