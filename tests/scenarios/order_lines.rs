//! Rules for order lines.

use client::refusal;
use cluster::scenario_client::{new_id, offer_in_every_market, order, seller_role};
use contracts::{
    onboarding::Role,
    ordering::{self as od, order_line::SellerRole},
    relationship::CustomerRelationshipKind::Resale,
};
use tests::{purchase, refused, scenarios};
use tonic::Code;
use tonic_types::StatusExt;

scenarios! {
    /// ORD-1.
    async fn a_line_has_the_partner_id_of_the_reseller(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let with = |id: &str| {
            let mut wanted = order(provider, Some(reseller), &channel.customer, &channel.offer);
            wanted.lines[0].seller_role = Some(match id {
                "" => SellerRole::ActingAsDirectPartner(true),
                id => SellerRole::PartnerIdOnRecord(id.to_owned()),
            });
            wanted
        };
        for (id, refusal) in [
            (provider.location.as_str(), "ORD-1 PARTNER_ID_OF_PROVIDER"),
            ("9999999", "ORD-1 PARTNER_ID_NOT_OF_RESELLER"),
            ("", "ORD-1 PARTNER_ID_MISSING"),
        ] {
            assert_eq!(refused(client.place(with(id)).await), [refusal]);
        }
        client.place(with(&reseller.location)).await?;
    }

    /// ORD-1 without a reseller.
    async fn a_line_of_a_direct_sale_has_no_partner_id(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let direct = client.direct_bill("FR").await?;
        client.onboard_customer(&channel.customer, &[&direct]).await?;
        for seller in [&direct, &channel.provider] {
            let mut wanted = order(seller, None, &channel.customer, &channel.offer);
            wanted.lines[0].seller_role = Some(seller_role(Some(&channel.reseller)));
            let refusal = ["ORD-1 PARTNER_ID_WITHOUT_RESELLER"];
            assert_eq!(refused(client.place(wanted.clone()).await), refusal);
            wanted.lines[0].seller_role = Some(seller_role(None));
            client.place(wanted).await?;
        }
    }

    /// ORD-2.
    async fn every_order_is_attested(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let mut wanted = order(provider, Some(reseller), &channel.customer, &channel.offer);
        wanted.partner_attestation_accepted = false;
        assert_eq!(refused(client.place(wanted.clone()).await), ["ORD-2 ATTESTATION_MISSING"]);
        wanted.partner_attestation_accepted = true;
        client.place(wanted).await?;
    }

    /// ON-3 at the transaction.
    async fn a_reseller_without_a_location_cannot_be_on_an_order(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let company = client.company("Fabrikam Resale", "FR").await?;
        let mut reseller = client.join(&company, "FR").await?;
        client.enroll(&reseller, Role::IndirectReseller).await?;
        client.vet(&reseller, Role::IndirectReseller).await?;
        let reasons = async |reseller: &cluster::scenario_client::Partner| {
            let transaction = purchase(&channel.provider, Some(reseller), &channel.customer);
            let decision = client.check(transaction).await?;
            let reasons = decision.outcomes.into_iter().map(|it| it.reason);
            Ok::<_, tonic::Status>(reasons.filter(|it| it.contains("LOCATION")).collect::<Vec<_>>())
        };
        assert_eq!(reasons(&reseller).await?, ["RESELLER_LOCATION_NOT_ASSOCIATED"]);
        client.associate_location(&mut reseller, "FR").await?;
        assert!(reasons(&reseller).await?.is_empty());
    }

    async fn every_line_that_does_not_match_its_offer_is_reported_with_its_path(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let mut wanted = order(&channel.provider, None, &channel.customer, &channel.offer);
        let line = wanted.lines[0].clone();
        let other = |change: fn(&mut od::OrderLine)| {
            let mut line = line.clone();
            change(&mut line);
            line
        };
        wanted.lines = vec![
            other(|line| line.quantity = 301),
            other(|line| line.offer = "offers/none".to_owned()),
            other(|line| line.set_term(od::Term::P3y)),
            line.clone(),
        ];
        let status = tests::failed(client.place(wanted.clone()).await);
        assert_eq!(status.code(), Code::InvalidArgument);
        let fields = status.get_details_bad_request().unwrap().field_violations;
        let paths: Vec<_> = fields.iter().map(|it| it.field.as_str()).collect();
        let expected = ["order.lines[0].quantity", "order.lines[1].offer", "order.lines[2].term"];
        assert_eq!(paths, expected);
        wanted.lines = vec![line];
        client.place(wanted).await?;
    }

    /// PT-1 to ORD-2, in the order of the catalogue.
    async fn all_violations_of_an_order_are_reported_together(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let foreign = client.customer("US").await?;
        let mut wanted = order(&channel.reseller, None, &foreign, &channel.offer);
        wanted.lines[0].seller_role = Some(SellerRole::PartnerIdOnRecord("9999999".to_owned()));
        wanted.partner_attestation_accepted = false;
        let status = tests::failed(client.place(wanted).await);
        let rules: Vec<_> = refusal(&status).violations.into_iter().map(|it| it.rule_id).collect();
        assert_eq!(rules, ["PT-1", "REL-4", "REL-3", "CUS-1", "ORD-1", "ORD-2"]);
    }

    /// ORD-1: a line states the role of the seller, so that no reseller is omitted by mistake.
    async fn a_line_names_the_reseller_or_states_a_direct_sale(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let mut wanted = order(&channel.provider, None, &channel.customer, &channel.offer);
        let (by_id, direct) = ("partner_id_on_record", "acting_as_direct_partner");
        let empty = SellerRole::PartnerIdOnRecord(String::new());
        let no = SellerRole::ActingAsDirectPartner(false);
        for (role, field) in [(None, by_id), (Some(empty), by_id), (Some(no), direct)] {
            wanted.lines[0].seller_role = role;
            let status = tests::failed(client.place(wanted.clone()).await);
            let violations = status.get_details_bad_request().unwrap().field_violations;
            assert_eq!(violations[0].field, format!("order.lines[0].{field}"));
        }
        wanted.lines[0].seller_role = Some(SellerRole::ActingAsDirectPartner(true));
        client.place(wanted).await?;
    }

    /// ORD-4.
    async fn a_line_is_attested_if_its_offer_requires_it(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let nonprofit = od::Offer { attestation_required: true, ..offer_in_every_market() };
        let nonprofit = client.offer_as(nonprofit).await?;
        let mut wanted = order(&channel.provider, None, &channel.customer, &nonprofit);
        let refusal = ["ORD-4 LINE_ATTESTATION_MISSING"];
        assert_eq!(refused(client.place(wanted.clone()).await), refusal);
        wanted.lines[0].attestation_accepted = true;
        client.place(wanted).await?;
    }

    /// ORD-5.
    async fn an_offer_is_sold_to_customers_in_its_markets_only(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let belgian = client.customer("BE").await?;
        client.onboard_customer(&belgian, &[&channel.provider]).await?;
        let french = od::Offer {
            every_market: false,
            country_codes: vec!["FR".to_owned()],
            ..offer_in_every_market()
        };
        let french = client.offer_as(french).await?;
        let abroad = client.place(order(&channel.provider, None, &belgian, &french)).await;
        assert_eq!(refused(abroad), ["ORD-5 OFFER_NOT_IN_MARKET"]);
        client.place(order(&channel.provider, None, &channel.customer, &french)).await?;
    }

    /// ORD-6.
    async fn an_order_is_in_the_currency_of_the_sellers_location(world) {
        let client = &world.client;
        let channel = world.channel("GB").await?;
        let mut wanted = order(&channel.provider, None, &channel.customer, &channel.offer);
        assert_eq!(wanted.lines[0].currency_code, "GBP");
        client.place(wanted.clone()).await?;
        wanted.lines[0].currency_code = "EUR".to_owned();
        let refusal = ["ORD-6 CURRENCY_NOT_OF_SELLER"];
        assert_eq!(refused(client.place(wanted).await), refusal);
    }

    async fn a_retired_offer_is_not_sold_and_its_orders_stay(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let wanted = || order(&channel.provider, None, &channel.customer, &channel.offer);
        let placed = client.place(wanted()).await?;
        let retire = || od::RetireOfferRequest {
            name: channel.offer.clone(),
            detail: "replaced".to_owned(),
            request_id: new_id(),
            ..Default::default()
        };
        client.ordering.clone().retire_offer(retire()).await?;
        let status = tests::failed(client.place(wanted()).await);
        assert_eq!(status.code(), Code::InvalidArgument);
        let twice = client.ordering.clone().retire_offer(retire()).await;
        assert_eq!(refused(twice), ["STATE OFFER_STATE_CONFLICT"]);
        let add = od::AddQuantityRequest {
            name: placed.lines[0].subscription.clone(),
            quantity: 1,
            partner_attestation_accepted: true,
            request_id: new_id(),
            ..Default::default()
        };
        let added = client.ordering.clone().add_quantity(add).await;
        assert_eq!(refused(added), ["ORD-5 OFFER_NOT_IN_MARKET"]);
        let get = od::GetOrderRequest { name: placed.name, ..Default::default() };
        let read = client.ordering.clone().get_order(get).await?.into_inner().order.unwrap();
        assert_eq!(read.state(), od::OrderState::Accepted);
    }

    /// ORD-8.
    async fn additional_resellers_are_on_record_inside_the_eu_and_efta(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let other = client.reseller("DE").await?;
        let with = |ids: &[&str]| {
            let mut transaction = purchase(provider, Some(reseller), &channel.customer);
            let ids = ids.iter().map(ToString::to_string).collect();
            transaction.lines[0].additional_partner_ids_on_record = ids;
            transaction
        };
        let reasons = async |transaction| {
            let outcomes = client.check(transaction).await?.outcomes.into_iter();
            let failed = outcomes.filter(|it| !it.reason.is_empty());
            Ok::<_, tonic::Status>(failed.map(|it| (it.rule_id, it.reason)).collect::<Vec<_>>())
        };
        let refusal = |reason: &str| vec![("ORD-8".to_owned(), reason.to_owned())];
        let not_of_reseller = refusal("ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER");
        assert_eq!(reasons(with(&["9999999"])).await?, not_of_reseller);
        assert_eq!(reasons(with(&[&other.location])).await?, not_of_reseller, "no partnership");
        client.partner_up(provider, &other).await?;
        assert_eq!(reasons(with(&[&other.location])).await?, []);
        assert_eq!(reasons(with(&[&other.location, "9999999"])).await?, not_of_reseller);
        let direct = client.direct_bill("FR").await?;
        client.establish_relationship(&channel.customer, &direct, Resale).await?;
        let mut alone = purchase(&direct, None, &channel.customer);
        alone.lines[0].additional_partner_ids_on_record = vec!["9999999".to_owned()];
        let alone = reasons(alone).await?;
        assert_eq!(alone, refusal("ADDITIONAL_PARTNER_ID_WITHOUT_RESELLER"));

        let british = world.channel("GB").await?;
        let french = client.reseller("FR").await?;
        client.partner_up(&british.provider, &french).await?;
        let (provider, reseller) = (&british.provider, Some(&british.reseller));
        let mut transaction = purchase(provider, reseller, &british.customer);
        transaction.lines[0].additional_partner_ids_on_record = vec![french.location.clone()];
        let outside = refusal("ADDITIONAL_PARTNER_ID_OUTSIDE_EU_EFTA");
        assert_eq!(reasons(transaction).await?, outside);
    }

    /// ORD-8 is checked again with each transaction on the subscription.
    async fn additional_resellers_stay_on_record_of_a_subscription(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let other = client.reseller("DE").await?;
        let partnership = client.partner_up(provider, &other).await?;
        let with = |id: &str| {
            let mut wanted = order(provider, Some(reseller), &channel.customer, &channel.offer);
            wanted.lines[0].additional_partner_ids_on_record = vec![id.to_owned()];
            wanted
        };
        let refusal = ["ORD-8 ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER"];
        assert_eq!(refused(client.place(with("9999999")).await), refusal);
        let line = client.place(with(&other.location)).await?.lines[0].clone();
        let on_record = vec![other.location.clone()];
        assert_eq!(line.additional_partner_ids_on_record, on_record);
        let mut ordering = client.ordering.clone();
        let get = od::GetSubscriptionRequest { name: line.subscription.clone() };
        let bought = ordering.get_subscription(get).await?.into_inner().subscription.unwrap();
        assert_eq!(bought.additional_partner_ids_on_record, on_record);
        let add = || od::AddQuantityRequest {
            name: line.subscription.clone(),
            quantity: 1,
            partner_attestation_accepted: true,
            request_id: new_id(),
            validate_only: false,
            ..Default::default()
        };
        let added = ordering.add_quantity(add()).await?.into_inner().order.unwrap();
        assert_eq!(added.lines[0].additional_partner_ids_on_record, on_record);
        let end = contracts::relationship::EndPartnershipRequest {
            name: partnership,
            detail: "no longer".to_owned(),
            ended_by: contracts::relationship::PartnershipSide::Provider.into(),
            ..Default::default()
        };
        client.relationship.clone().end_partnership(end).await?;
        assert_eq!(refused(ordering.add_quantity(add()).await), refusal);

        // The target of a transfer names its own additional resellers.
        let target = world.channel("FR").await?;
        for partner in [&target.provider, &target.reseller] {
            client.establish_relationship(&channel.customer, partner, Resale).await?;
        }
        client.partner_up(&target.provider, reseller).await?;
        let begin = |id: &str| od::CreateTransferRequest {
            transfer: Some(od::Transfer {
                source: provider.name.clone(),
                target: target.provider.name.clone(),
                target_reseller: target.reseller.name.clone(),
                customer: channel.customer.clone(),
                items: vec![od::TransferItem {
                    subscription: line.subscription.clone(),
                    seller_role: Some(od::transfer_item::SellerRole::PartnerIdOnRecord(
                        target.reseller.location.clone(),
                    )),
                    additional_partner_ids_on_record: vec![id.to_owned()],
                    ..Default::default()
                }],
                partner_attestation_accepted: true,
                ..Default::default()
            }),
            request_id: new_id(),
            validate_only: false,
        };
        assert_eq!(refused(ordering.create_transfer(begin(&other.location)).await), refusal);
        let created = ordering.create_transfer(begin(&reseller.location)).await?.into_inner();
        let name = created.transfer.unwrap().name;
        let request_id = new_id();
        let approve = od::ApproveTransferRequest { name, request_id, ..Default::default() };
        let approved = ordering.approve_transfer(approve).await?.into_inner().transfer.unwrap();
        let on_record = vec![reseller.location.clone()];
        assert_eq!(approved.items[0].additional_partner_ids_on_record, on_record);
        let get = od::GetSubscriptionRequest { name: approved.items[0].transferred_to.clone() };
        let transferred = ordering.get_subscription(get).await?.into_inner().subscription.unwrap();
        assert_eq!(transferred.additional_partner_ids_on_record, on_record);
    }

    async fn an_update_of_an_offer_does_not_change_sold_subscriptions(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let wanted = || order(&channel.provider, None, &channel.customer, &channel.offer);
        let before = client.place(wanted()).await?;
        let mut offer = od::Offer { name: channel.offer.clone(), ..offer_in_every_market() };
        for plan in &mut offer.plans {
            plan.unit_price.as_mut().unwrap().minor_units = 900;
        }
        let update = |etag: &str, offer: od::Offer| od::UpdateOfferRequest {
            offer: Some(od::Offer { etag: etag.to_owned(), ..offer }),
            update_mask: Some(prost_types::FieldMask { paths: vec!["plans".to_owned()] }),
            request_id: new_id(),
            validate_only: false,
        };
        let mut ordering = client.ordering.clone();
        let read = ordering.get_offer(od::GetOfferRequest { name: offer.name.clone() }).await?;
        let etag = read.into_inner().offer.unwrap().etag;
        let changed = ordering.update_offer(update(&etag, offer.clone())).await?.into_inner();
        assert_eq!(changed.offer.unwrap().revision, 2);
        let stale = tests::failed(ordering.update_offer(update(&etag, offer)).await);
        assert_eq!(stale.code(), Code::Aborted);
        assert_eq!(client.place(wanted()).await?.total.unwrap().minor_units, 4500);
        let name = before.lines[0].subscription.clone();
        let sold = ordering.get_subscription(od::GetSubscriptionRequest { name }).await?;
        let sold = sold.into_inner().subscription.unwrap();
        assert_eq!(sold.unit_price.unwrap().minor_units, 1000);
    }
}
