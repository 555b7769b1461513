//! Who is tied to a customer, where the customer is, and what it has agreed to.

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
    async fn one_customer_buys_from_several_partners_and_neither_affects_the_other(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let direct = cast.direct_bill("DE").await?;
        let azure = cast.offer(ProductFamily::Azure).await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let first = order(provider, Some(reseller), &channel.customer, &channel.offer);
        cast.place(first.clone()).await?;
        let second = order(&direct, None, &channel.customer, &azure);
        let refusal = ["REL-4 CUSTOMER_RELATIONSHIP_MISSING"];
        assert_eq!(refused(cast.place(second.clone()).await), refusal);
        cast.onboard_customer(&channel.customer, &[&direct]).await?;
        cast.place(second).await?;
        cast.place(first).await?;
    }

    /// Scenario 3 of the programme, and REL-4: manage, not sell.
    async fn a_managing_partner_manages_and_does_not_sell(world) {
        let cast = &world.cast;
        let manager = cast.direct_bill("FR").await?;
        let customer = cast.customer("FR").await?;
        cast.accept_mca(&customer).await?;
        let manage = || Transaction {
            seller: manager.name.clone(),
            customer: customer.clone(),
            purpose: Purpose::Manage.into(),
            ..Transaction::default()
        };
        assert_eq!(cast.check(manage()).await?.verdict(), Verdict::Refused, "not tied yet");
        cast.establish_relationship(&customer, &manager, Kind::Management).await?;
        assert_eq!(cast.check(manage()).await?.verdict(), Verdict::Allowed);
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&manager, None, &customer, &offer);
        let refusal = ["REL-4 CUSTOMER_RELATIONSHIP_FOR_MANAGEMENT"];
        assert_eq!(refused(cast.place(wanted()).await), refusal);
        cast.establish_relationship(&customer, &manager, Kind::Resale).await?;
        cast.place(wanted()).await?;
    }

    /// REL-4 for provider and reseller each.
    async fn every_partner_of_the_chain_needs_its_own_relationship(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        cast.partner_up(&provider, &reseller).await?;
        let customer = cast.customer("FR").await?;
        cast.accept_mca(&customer).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&provider, Some(&reseller), &customer, &offer);
        let refusal = "REL-4 CUSTOMER_RELATIONSHIP_MISSING";

        assert_eq!(refused(cast.place(wanted()).await), [refusal, refusal]);
        cast.establish_relationship(&customer, &provider, Kind::Resale).await?;
        assert_eq!(refused(cast.place(wanted()).await), [refusal], "the reseller is not tied");
        let name = cast.request_relationship(&customer, &reseller, Kind::Resale).await?;
        assert_eq!(refused(cast.place(wanted()).await), [refusal], "requested only");
        let accept = AcceptCustomerRelationshipRequest {
            name: name.clone(),
            request_id: new_id(),
            ..Default::default()
        };
        cast.relationship.clone().accept_customer_relationship(accept.clone()).await?;
        cast.place(wanted()).await?;
        let detail = "the customer leaves".to_owned();
        let remove = RemoveCustomerRelationshipRequest {
            name,
            detail,
            removed_by: provider.name.clone(),
            no_active_subscriptions: true,
            ..RemoveCustomerRelationshipRequest::default()
        };
        cast.relationship.clone().remove_customer_relationship(remove).await?;
        assert_eq!(refused(cast.place(wanted()).await), [refusal], "removed");
        let accept = AcceptCustomerRelationshipRequest { request_id: new_id(), ..accept };
        let accepted = cast.relationship.clone().accept_customer_relationship(accept).await;
        assert_eq!(refused(accepted), ["STATE CUSTOMER_RELATIONSHIP_STATE_CONFLICT"]);
    }

    /// Scenario 6 of the programme: REL-3 at the request of a relationship.
    async fn a_partner_asks_only_customers_of_its_region_for_resale(world) {
        let cast = &world.cast;
        for (seller, buyer) in [("FR", "DE"), ("US", "UM"), ("AU", "GU"), ("TR", "EG")] {
            let (direct, customer) = (cast.direct_bill(seller).await?, cast.customer(buyer).await?);
            cast.request_relationship(&customer, &direct, Kind::Resale).await?;
        }
        for (seller, buyer) in [("US", "PR"), ("AU", "NZ"), ("FR", "RE"), ("HK", "CN")] {
            let (direct, customer) = (cast.direct_bill(seller).await?, cast.customer(buyer).await?);
            let asked = cast.request_relationship(&customer, &direct, Kind::Resale).await;
            assert_eq!(refused(asked), ["REL-3 CUSTOMER_OUTSIDE_REGION"], "{seller} → {buyer}");
            cast.request_relationship(&customer, &direct, Kind::Management).await?;
        }
    }

    /// REL-3 at the transaction, for provider, reseller and direct-bill partner.
    async fn a_sale_out_of_the_region_is_refused_for_every_partner_of_the_chain(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let direct = cast.direct_bill("FR").await?;
        for (country, allowed) in [("DE", true), ("US", false)] {
            let customer = cast.customer(country).await?;
            let through = purchase(&channel.provider, Some(&channel.reseller), &customer);
            for (asked, partners) in [(through, 2), (purchase(&direct, None, &customer), 1)] {
                let decision = cast.check(asked).await?;
                let reasons = decision.outcomes.iter().map(|it| it.reason.as_str());
                let outside = reasons.filter(|it| *it == "CUSTOMER_OUTSIDE_REGION").count();
                assert_eq!(outside, if allowed { 0 } else { partners }, "{country}");
            }
        }
    }

    /// CUS-1.
    async fn an_order_needs_the_customers_agreement(world) {
        let cast = &world.cast;
        let (direct, customer) = (cast.direct_bill("FR").await?, cast.customer("FR").await?);
        cast.establish_relationship(&customer, &direct, Kind::Resale).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&direct, None, &customer, &offer);
        assert_eq!(refused(cast.place(wanted()).await), ["CUS-1 CUSTOMER_AGREEMENT_MISSING"]);
        cast.accept_mca(&customer).await?;
        cast.place(wanted()).await?;
    }

    /// CUS-1: an acceptance of before 2023-04-01 no longer counts.
    async fn an_old_agreement_has_to_be_accepted_again(world) {
        let cast = &world.cast;
        let (direct, customer) = (cast.direct_bill("FR").await?, cast.customer("FR").await?);
        let tie = cast.establish_relationship(&customer, &direct, Kind::Resale).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&direct, None, &customer, &offer);
        attest(cast, &tie, "2023-03-31T23:59:59Z").await?;
        assert_eq!(refused(cast.place(wanted()).await), ["CUS-1 CUSTOMER_AGREEMENT_OUTDATED"]);
        attest(cast, &tie, "2023-04-01T00:00:00Z").await?;
        cast.place(wanted()).await?;
    }

    /// CUS-1: the MCA is kept for each partner that attests it, beside what the customer accepts.
    async fn an_attestation_counts_for_the_partner_that_attests_it_and_an_acceptance_for_all(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        cast.partner_up(&provider, &reseller).await?;
        let (direct, rival) = (cast.direct_bill("DE").await?, cast.direct_bill("FR").await?);
        let customer = cast.customer("FR").await?;
        let mut ties = Vec::new();
        for partner in [&direct, &provider, &reseller, &rival] {
            ties.push(cast.establish_relationship(&customer, partner, Kind::Resale).await?);
        }
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let through = || order(&provider, Some(&reseller), &customer, &offer);
        let missing = ["CUS-1 CUSTOMER_AGREEMENT_MISSING"];
        cast.attest_mca(&ties[0]).await?;
        assert_eq!(refused(cast.place(through()).await), missing, "another partner attests it");
        cast.place(order(&direct, None, &customer, &offer)).await?;
        cast.attest_mca(&ties[1]).await?;
        cast.place(through()).await?;
        let by_rival = || order(&rival, None, &customer, &offer);
        assert_eq!(refused(cast.place(by_rival()).await), missing, "two others attest it");
        cast.accept_mca(&customer).await?;
        cast.place(by_rival()).await?;
    }

    /// CUS-1: who attests an acceptance.
    async fn a_partner_attests_for_its_own_customers_and_a_reseller_for_none(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        let customer = cast.customer("FR").await?;
        let stranger = format!("{customer}/relationships/{}", new_id());
        let attested = tests::failed(cast.attest_mca(&stranger).await);
        assert_eq!(attested.code(), tonic::Code::NotFound, "it has no relationship");
        let manages = cast.establish_relationship(&customer, &provider, Kind::Management).await?;
        let attested = cast.attest_mca(&manages).await;
        assert_eq!(refused(attested), ["REL-4 CUSTOMER_RELATIONSHIP_FOR_MANAGEMENT"]);
        let overseas = cast.provider("US").await?;
        let asked = cast.request_relationship(&customer, &overseas, Kind::Resale).await;
        assert_eq!(refused(asked), ["REL-3 CUSTOMER_OUTSIDE_REGION"], "nothing to attest on");
        let of_reseller = cast.establish_relationship(&customer, &reseller, Kind::Resale).await?;
        let attested = cast.attest_mca(&of_reseller).await;
        assert_eq!(refused(attested), ["CUS-1 ATTESTED_BY_NO_SELLER"]);
        let asked = cast.request_relationship(&customer, &provider, Kind::Resale).await?;
        cast.attest_mca(&asked).await?;
    }

    /// CUS-1: of several acceptances the one accepted last counts, and the same one is kept once.
    async fn an_older_agreement_recorded_later_replaces_nothing(world) {
        let cast = &world.cast;
        let (direct, customer) = (cast.direct_bill("FR").await?, cast.customer("FR").await?);
        let tie = cast.establish_relationship(&customer, &direct, Kind::Resale).await?;
        let latest = "2026-01-02T00:00:00Z";
        let attested = attest(cast, &tie, latest).await?;
        let accepted = accept(cast, &customer, latest).await?;
        for time in [latest, "2022-01-01T00:00:00Z"] {
            assert_eq!(attest(cast, &tie, time).await?, attested, "{time}");
            assert_eq!(accept(cast, &customer, time).await?, accepted, "{time}");
        }
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        cast.place(order(&direct, None, &customer, &offer)).await?;
        let later = "2026-01-03T00:00:00Z";
        assert_eq!(attest(cast, &tie, later).await?.revision, attested.revision + 1);
        assert_eq!(accept(cast, &customer, later).await?.revision, accepted.revision + 1);
    }

    /// CUS-1 does not apply in China.
    async fn a_customer_in_china_buys_without_an_agreement(world) {
        let cast = &world.cast;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        for (country, refusal) in [("CN", None), ("HK", Some("CUS-1 CUSTOMER_AGREEMENT_MISSING"))] {
            let (direct, customer) =
                (cast.direct_bill(country).await?, cast.customer(country).await?);
            cast.establish_relationship(&customer, &direct, Kind::Resale).await?;
            let placed = cast.place(order(&direct, None, &customer, &offer)).await;
            match refusal {
                None => drop(placed?),
                Some(refusal) => assert_eq!(refused(placed), [refusal], "{country}"),
            }
        }
    }

    /// CUS-2.
    async fn a_review_of_the_account_stops_what_it_stops_until_it_passes(world) {
        let cast = &world.cast;
        let (direct, customer) = (cast.direct_bill("FR").await?, cast.customer("FR").await?);
        cast.onboard_customer(&customer, &[&direct]).await?;
        for (state, new, renew) in [
            (AccountState::UnderReview, Some("ACCOUNT_UNDER_REVIEW"), None),
            (AccountState::Rejected, Some("ACCOUNT_REJECTED"), Some("ACCOUNT_REJECTED")),
            (AccountState::Locked, Some("ACCOUNT_LOCKED"), Some("ACCOUNT_LOCKED")),
            (AccountState::Verified, None, None),
        ] {
            let review = RecordAccountReviewRequest {
                name: customer.clone(),
                state: state.into(),
                detail: "as Microsoft says".to_owned(),
                request_id: new_id(),
                ..Default::default()
            };
            let answer = cast.relationship.clone().record_account_review(review).await?;
            assert_eq!(answer.into_inner().customer.unwrap().account_state(), state);
            for (purpose, expected) in [
                (Purpose::NewSubscription, new),
                (Purpose::AddQuantity, new),
                (Purpose::Renew, renew),
                (Purpose::Cancel, None),
                (Purpose::AutomaticRenewal, None),
            ] {
                let mut asked = purchase(&direct, None, &customer);
                asked.purpose = purpose.into();
                let outcomes = cast.check(asked).await?.outcomes.into_iter();
                let failed: Vec<_> = outcomes.filter(|it| !it.reason.is_empty()).collect();
                let failed: Vec<_> =
                    failed.iter().map(|it| (it.rule_id.as_str(), it.reason.as_str())).collect();
                let expected: Vec<_> = expected.into_iter().map(|it| ("CUS-2", it)).collect();
                assert_eq!(failed, expected, "{state:?} {purpose:?}");
            }
        }
    }

    /// REL-5: nothing new where sales are stopped.
    async fn nothing_new_is_sold_in_a_market_without_sales(world) {
        let cast = &world.cast;
        let (seller, customer) = (cast.direct_bill("TR").await?, cast.customer("BY").await?);
        let other = cast.customer("TR").await?;
        cast.onboard_customer(&customer, &[&seller]).await?;
        cast.onboard_customer(&other, &[&seller]).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let placed = cast.place(order(&seller, None, &customer, &offer)).await;
        assert_eq!(refused(placed), ["REL-5 SALES_STOPPED"]);
        cast.place(order(&seller, None, &other, &offer)).await?;
    }

    /// A partner creates a customer: PT-1 and REL-3.
    async fn a_reseller_creates_no_customer_and_nobody_does_outside_its_region(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        let company = cast.company("Litware", "FR").await?;
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
            let created = cast.relationship.clone().create_customer(create(by, country)).await;
            assert_eq!(refused(created), [refusal]);
        }
        let created = cast.relationship.clone().create_customer(create(&provider, "DE")).await?;
        assert_eq!(created.into_inner().customer.unwrap().created_by, provider.name);
    }
}

/// A customer accepts the MCA at Microsoft at a time.
async fn accept(cast: &ScenarioClient, customer: &str, time: &str) -> Answer<Customer> {
    let request = RecordCustomerAgreementRequest {
        name: customer.to_owned(),
        agreement: Some(mca(time.parse().unwrap())),
        request_id: new_id(),
        ..Default::default()
    };
    let answer = cast.relationship.clone().record_customer_agreement(request).await?;
    Ok(answer.into_inner().customer.unwrap())
}

/// A partner attests that the customer accepted the MCA at a time.
async fn attest(cast: &ScenarioClient, tie: &str, time: &str) -> Answer<CustomerRelationship> {
    let request = AttestCustomerAgreementRequest {
        name: tie.to_owned(),
        agreement: Some(mca(time.parse().unwrap())),
        request_id: new_id(),
        ..Default::default()
    };
    let answer = cast.relationship.clone().attest_customer_agreement(request).await?;
    Ok(answer.into_inner().relationship.unwrap())
}
