//! What an order's lines may carry.

use client::refusal;
use cluster::scenario_client::{new_id, offer_in_every_market, order, seller_role};
use contracts::{
    onboarding::Role,
    ordering::{self as od, order_line::SellerRole},
    relationship::CustomerRelationshipKind,
};
use tests::{purchase, refused, scenarios};
use tonic::Code;
use tonic_types::StatusExt;

scenarios! {
    /// ORD-1.
    async fn a_line_carries_the_resellers_partner_id_and_no_other(world) {
        let cast = &world.cast;
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
            assert_eq!(refused(cast.place(with(id)).await), [refusal]);
        }
        cast.place(with(&reseller.location)).await?;
    }

    /// ORD-1 without a reseller.
    async fn a_partner_that_sells_directly_puts_no_partner_id_on_the_line(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let direct = cast.direct_bill("FR").await?;
        cast.onboard_customer(&channel.customer, &[&direct]).await?;
        for seller in [&direct, &channel.provider] {
            let mut wanted = order(seller, None, &channel.customer, &channel.offer);
            wanted.lines[0].seller_role = Some(seller_role(Some(&channel.reseller)));
            let refusal = ["ORD-1 PARTNER_ID_WITHOUT_RESELLER"];
            assert_eq!(refused(cast.place(wanted.clone()).await), refusal);
            wanted.lines[0].seller_role = Some(seller_role(None));
            cast.place(wanted).await?;
        }
    }

    /// ORD-2.
    async fn every_order_is_attested(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let mut wanted = order(provider, Some(reseller), &channel.customer, &channel.offer);
        wanted.partner_attestation_accepted = false;
        assert_eq!(refused(cast.place(wanted.clone()).await), ["ORD-2 ATTESTATION_MISSING"]);
        wanted.partner_attestation_accepted = true;
        cast.place(wanted).await?;
    }

    /// ON-3 at the transaction: a reseller without a location.
    async fn a_reseller_without_a_location_cannot_be_put_on_an_order(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let company = cast.company("Fabrikam Resale", "FR").await?;
        let mut reseller = cast.join(&company, "FR").await?;
        cast.enroll(&reseller, Role::IndirectReseller).await?;
        cast.vet(&reseller, Role::IndirectReseller).await?;
        let reasons = async |reseller: &cluster::scenario_client::Partner| {
            let asked = purchase(&channel.provider, Some(reseller), &channel.customer);
            let decision = cast.check(asked).await?;
            let reasons = decision.outcomes.into_iter().map(|it| it.reason);
            Ok::<_, tonic::Status>(reasons.filter(|it| it.contains("LOCATION")).collect::<Vec<_>>())
        };
        assert_eq!(reasons(&reseller).await?, ["RESELLER_LOCATION_NOT_ASSOCIATED"]);
        cast.associate_location(&mut reseller, "FR").await?;
        assert!(reasons(&reseller).await?.is_empty());
    }

    /// Lines are held against their offers, and every misfit is told with its path.
    async fn an_order_that_does_not_fit_its_offers_is_told_every_misfit(world) {
        let cast = &world.cast;
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
        let status = tests::failed(cast.place(wanted.clone()).await);
        assert_eq!(status.code(), Code::InvalidArgument);
        let fields = status.get_details_bad_request().unwrap().field_violations;
        let paths: Vec<_> = fields.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(paths, ["order.lines[0].quantity", "order.lines[1].offer", "order.lines[2].term"]);
        wanted.lines = vec![line];
        cast.place(wanted).await?;
    }

    /// Several rules at once, in the order of their precedence (PT-1 … ORD-2).
    async fn every_rule_that_stands_against_an_order_is_told_at_once(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let stranger = cast.customer("US").await?;
        let mut wanted = order(&channel.reseller, None, &stranger, &channel.offer);
        wanted.lines[0].seller_role = Some(SellerRole::PartnerIdOnRecord("9999999".to_owned()));
        wanted.partner_attestation_accepted = false;
        let status = tests::failed(cast.place(wanted).await);
        let rules: Vec<_> = refusal(&status).violations.into_iter().map(|it| it.rule_id).collect();
        assert_eq!(rules, ["PT-1", "REL-4", "REL-3", "CUS-1", "ORD-1", "ORD-2"]);
    }

    /// A line says in which role the seller sells, so that no reseller is forgotten (ORD-1).
    async fn a_line_names_the_reseller_or_says_that_there_is_none(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let mut wanted = order(&channel.provider, None, &channel.customer, &channel.offer);
        let (by_id, direct) = ("partner_id_on_record", "acting_as_direct_partner");
        let empty = SellerRole::PartnerIdOnRecord(String::new());
        let no = SellerRole::ActingAsDirectPartner(false);
        for (role, field) in [(None, by_id), (Some(empty), by_id), (Some(no), direct)] {
            wanted.lines[0].seller_role = role;
            let status = tests::failed(cast.place(wanted.clone()).await);
            let told = status.get_details_bad_request().unwrap().field_violations;
            assert_eq!(told[0].field, format!("order.lines[0].{field}"));
        }
        wanted.lines[0].seller_role = Some(SellerRole::ActingAsDirectPartner(true));
        cast.place(wanted).await?;
    }

    /// ORD-4.
    async fn a_line_whose_offer_demands_it_is_attested(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let nonprofit = od::Offer { attestation_required: true, ..offer_in_every_market() };
        let nonprofit = cast.offer_as(nonprofit).await?;
        let mut wanted = order(&channel.provider, None, &channel.customer, &nonprofit);
        let refusal = ["ORD-4 LINE_ATTESTATION_MISSING"];
        assert_eq!(refused(cast.place(wanted.clone()).await), refusal);
        wanted.lines[0].attestation_accepted = true;
        cast.place(wanted).await?;
    }

    /// ORD-5.
    async fn an_offer_is_sold_to_customers_in_its_markets_only(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let neighbour = cast.customer("BE").await?;
        cast.onboard_customer(&neighbour, &[&channel.provider]).await?;
        let french = od::Offer {
            every_market: false,
            country_codes: vec!["FR".to_owned()],
            ..offer_in_every_market()
        };
        let french = cast.offer_as(french).await?;
        let abroad = cast.place(order(&channel.provider, None, &neighbour, &french)).await;
        assert_eq!(refused(abroad), ["ORD-5 OFFER_NOT_IN_MARKET"]);
        cast.place(order(&channel.provider, None, &channel.customer, &french)).await?;
    }

    /// ORD-6.
    async fn an_order_is_in_the_currency_of_the_sellers_location(world) {
        let cast = &world.cast;
        let channel = world.channel("GB").await?;
        let mut wanted = order(&channel.provider, None, &channel.customer, &channel.offer);
        assert_eq!(wanted.lines[0].currency_code, "GBP");
        cast.place(wanted.clone()).await?;
        wanted.lines[0].currency_code = "EUR".to_owned();
        let refusal = ["ORD-6 CURRENCY_NOT_OF_SELLER"];
        assert_eq!(refused(cast.place(wanted).await), refusal);
    }

    /// A retired offer is not sold; what was bought of it stays.
    async fn a_retired_offer_is_not_sold(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let wanted = || order(&channel.provider, None, &channel.customer, &channel.offer);
        let placed = cast.place(wanted()).await?;
        let retire = || od::RetireOfferRequest {
            name: channel.offer.clone(),
            detail: "replaced".to_owned(),
            request_id: new_id(), ..Default::default() };
        cast.ordering.clone().retire_offer(retire()).await?;
        let status = tests::failed(cast.place(wanted()).await);
        assert_eq!(status.code(), Code::InvalidArgument);
        let twice = cast.ordering.clone().retire_offer(retire()).await;
        assert_eq!(refused(twice), ["STATE OFFER_STATE_CONFLICT"]);
        let add = od::AddQuantityRequest {
            name: placed.lines[0].subscription.clone(),
            quantity: 1,
            partner_attestation_accepted: true,
            request_id: new_id(),
            ..Default::default()
        };
        let added = cast.ordering.clone().add_quantity(add).await;
        assert_eq!(refused(added), ["ORD-5 OFFER_NOT_IN_MARKET"]);
        let get = od::GetOrderRequest { name: placed.name, ..Default::default() };
        let kept = cast.ordering.clone().get_order(get).await?.into_inner().order.unwrap();
        assert_eq!(kept.state(), od::OrderState::Accepted);
    }

    /// ORD-8: further resellers on record.
    async fn further_resellers_stand_on_record_inside_the_eu_and_efta(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let other = cast.reseller("DE").await?;
        let with = |ids: &[&str]| {
            let mut asked = purchase(provider, Some(reseller), &channel.customer);
            let ids = ids.iter().map(ToString::to_string).collect();
            asked.lines[0].additional_partner_ids_on_record = ids;
            asked
        };
        let reasons = async |asked| {
            let outcomes = cast.check(asked).await?.outcomes.into_iter();
            let failed = outcomes.filter(|it| !it.reason.is_empty());
            Ok::<_, tonic::Status>(failed.map(|it| (it.rule_id, it.reason)).collect::<Vec<_>>())
        };
        let refusal = |reason: &str| vec![("ORD-8".to_owned(), reason.to_owned())];
        let of_nobody = refusal("ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER");
        assert_eq!(reasons(with(&["9999999"])).await?, of_nobody);
        assert_eq!(reasons(with(&[&other.location])).await?, of_nobody, "no partnership");
        cast.partner_up(provider, &other).await?;
        assert_eq!(reasons(with(&[&other.location])).await?, []);
        assert_eq!(reasons(with(&[&other.location, "9999999"])).await?, of_nobody);
        let direct = cast.direct_bill("FR").await?;
        cast.establish_relationship(&channel.customer, &direct, CustomerRelationshipKind::Resale).await?;
        let mut alone = purchase(&direct, None, &channel.customer);
        alone.lines[0].additional_partner_ids_on_record = vec!["9999999".to_owned()];
        let alone = reasons(alone).await?;
        assert_eq!(alone, refusal("ADDITIONAL_PARTNER_ID_WITHOUT_RESELLER"));

        let british = world.channel("GB").await?;
        let beside = cast.reseller("FR").await?;
        cast.partner_up(&british.provider, &beside).await?;
        let mut asked = purchase(&british.provider, Some(&british.reseller), &british.customer);
        asked.lines[0].additional_partner_ids_on_record = vec![beside.location.clone()];
        let outside = refusal("ADDITIONAL_PARTNER_ID_OUTSIDE_EU_EFTA");
        assert_eq!(reasons(asked).await?, outside);
    }

    /// ORD-8: they stand with the subscription, and are held against the rule with every deal on it.
    async fn further_resellers_stay_on_record_of_what_was_bought(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let other = cast.reseller("DE").await?;
        let partnership = cast.partner_up(provider, &other).await?;
        let with = |id: &str| {
            let mut wanted = order(provider, Some(reseller), &channel.customer, &channel.offer);
            wanted.lines[0].additional_partner_ids_on_record = vec![id.to_owned()];
            wanted
        };
        let refusal = ["ORD-8 ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER"];
        assert_eq!(refused(cast.place(with("9999999")).await), refusal);
        let line = cast.place(with(&other.location)).await?.lines[0].clone();
        let on_record = vec![other.location.clone()];
        assert_eq!(line.additional_partner_ids_on_record, on_record);
        let mut ordering = cast.ordering.clone();
        let get = od::GetSubscriptionRequest { name: line.subscription.clone() };
        let bought = ordering.get_subscription(get).await?.into_inner().subscription.unwrap();
        assert_eq!(bought.additional_partner_ids_on_record, on_record);
        let add = || od::AddQuantityRequest {
            name: line.subscription.clone(),
            quantity: 1,
            partner_attestation_accepted: true,
            request_id: new_id(),
            validate_only: false, ..Default::default() };
        let added = ordering.add_quantity(add()).await?.into_inner().order.unwrap();
        assert_eq!(added.lines[0].additional_partner_ids_on_record, on_record);
        let end = contracts::relationship::EndPartnershipRequest {
            name: partnership,
            detail: "no longer".to_owned(),
            ended_by: contracts::relationship::PartnershipSide::Provider.into(),
            ..Default::default()
        };
        cast.relationship.clone().end_partnership(end).await?;
        assert_eq!(refused(ordering.add_quantity(add()).await), refusal);

        // The target of a transfer names its own; those of the source stay behind.
        let rival = world.channel("FR").await?;
        cast.establish_relationship(&channel.customer, &rival.provider, CustomerRelationshipKind::Resale).await?;
        cast.establish_relationship(&channel.customer, &rival.reseller, CustomerRelationshipKind::Resale).await?;
        cast.partner_up(&rival.provider, reseller).await?;
        let begin = |id: &str| od::CreateTransferRequest {
            transfer: Some(od::Transfer {
                source: provider.name.clone(),
                target: rival.provider.name.clone(),
                target_reseller: rival.reseller.name.clone(),
                customer: channel.customer.clone(),
                items: vec![od::TransferItem {
                    subscription: line.subscription.clone(),
                    seller_role: Some(od::transfer_item::SellerRole::PartnerIdOnRecord(
                        rival.reseller.location.clone(),
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
        let begun = ordering.create_transfer(begin(&reseller.location)).await?.into_inner();
        let name = begun.transfer.unwrap().name;
        let approve = od::ApproveTransferRequest { name, request_id: new_id(), validate_only: false, ..Default::default() };
        let done = ordering.approve_transfer(approve).await?.into_inner().transfer.unwrap();
        let on_record = vec![reseller.location.clone()];
        assert_eq!(done.items[0].additional_partner_ids_on_record, on_record);
        let get = od::GetSubscriptionRequest { name: done.items[0].transferred_to.clone() };
        let taken = ordering.get_subscription(get).await?.into_inner().subscription.unwrap();
        assert_eq!(taken.additional_partner_ids_on_record, on_record);
    }

    /// What is sold from now on changes; what was bought keeps its price.
    async fn an_offer_changes_for_those_who_buy_later(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let wanted = || order(&channel.provider, None, &channel.customer, &channel.offer);
        let before = cast.place(wanted()).await?;
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
        let mut ordering = cast.ordering.clone();
        let read = ordering.get_offer(od::GetOfferRequest { name: offer.name.clone() }).await?;
        let etag = read.into_inner().offer.unwrap().etag;
        let changed = ordering.update_offer(update(&etag, offer.clone())).await?.into_inner();
        assert_eq!(changed.offer.unwrap().revision, 2);
        let stale = tests::failed(ordering.update_offer(update(&etag, offer)).await);
        assert_eq!(stale.code(), Code::Aborted);
        assert_eq!(cast.place(wanted()).await?.total.unwrap().minor_units, 4500);
        let name = before.lines[0].subscription.clone();
        let kept = ordering.get_subscription(od::GetSubscriptionRequest { name }).await?;
        let kept = kept.into_inner().subscription.unwrap();
        assert_eq!(kept.unit_price.unwrap().minor_units, 1000);
    }
}
