//! What an order's lines may carry.

use cluster::cast::{order, refusals};
use contracts::{onboarding::Role, ordering as od, relationship::CustomerRelationshipKind};
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
            wanted.lines[0].partner_id_on_record = id.to_owned();
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
        cast.ready(&channel.customer, &[&direct]).await?;
        for seller in [&direct, &channel.provider] {
            let mut wanted = order(seller, None, &channel.customer, &channel.offer);
            wanted.lines[0].partner_id_on_record = channel.reseller.location.clone();
            let refusal = ["ORD-1 PARTNER_ID_WITHOUT_RESELLER"];
            assert_eq!(refused(cast.place(wanted.clone()).await), refusal);
            wanted.lines[0].partner_id_on_record.clear();
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
        let reasons = async |reseller: &cluster::cast::Partner| {
            let asked = purchase(&channel.provider, Some(reseller), &channel.customer);
            let decision = cast.check(asked).await?;
            let reasons = decision.outcomes.into_iter().map(|it| it.reason);
            Ok::<_, tonic::Status>(reasons.filter(|it| it.contains("LOCATION")).collect::<Vec<_>>())
        };
        assert_eq!(reasons(&reseller).await?, ["RESELLER_LOCATION_NOT_ASSOCIATED"]);
        cast.locate(&mut reseller, "FR").await?;
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
        wanted.lines[0].partner_id_on_record = "9999999".to_owned();
        wanted.partner_attestation_accepted = false;
        let status = tests::failed(cast.place(wanted).await);
        let rules: Vec<_> = refusals(&status).into_iter().map(|it| it.rule).collect();
        assert_eq!(rules, ["PT-1", "REL-4", "REL-3", "CUS-1", "ORD-1", "ORD-2"]);
    }

    /// ORD-4: further resellers on record.
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
        let refusal = |reason: &str| vec![("ORD-4".to_owned(), reason.to_owned())];
        let of_nobody = refusal("ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER");
        assert_eq!(reasons(with(&["9999999"])).await?, of_nobody);
        assert_eq!(reasons(with(&[&other.location])).await?, of_nobody, "no partnership");
        cast.partner_up(provider, &other).await?;
        assert_eq!(reasons(with(&[&other.location])).await?, []);
        assert_eq!(reasons(with(&[&other.location, "9999999"])).await?, of_nobody);
        let direct = cast.direct_bill("FR").await?;
        cast.tie(&channel.customer, &direct, CustomerRelationshipKind::Resale).await?;
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
}
