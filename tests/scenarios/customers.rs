//! Who is tied to a customer, where the customer is, and what it has agreed to.

use cluster::cast::{new_id, order};
use contracts::relationship::{
    AcceptCustomerRelationshipRequest, CustomerRelationshipKind as Kind, ProductFamily, Purpose,
    RemoveCustomerRelationshipRequest, Transaction, Verdict,
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
        cast.ready(&channel.customer, &[&direct]).await?;
        cast.place(second).await?;
        cast.place(first).await?;
    }

    /// Scenario 3 of the programme, and REL-4: manage, not sell.
    async fn a_managing_partner_manages_and_does_not_sell(world) {
        let cast = &world.cast;
        let manager = cast.direct_bill("FR").await?;
        let customer = cast.customer("FR").await?;
        cast.accept_mca(&customer, &manager).await?;
        let manage = || Transaction {
            seller: manager.name.clone(),
            customer: customer.clone(),
            purpose: Purpose::Manage.into(),
            ..Transaction::default()
        };
        assert_eq!(cast.check(manage()).await?.verdict(), Verdict::Refused, "not tied yet");
        cast.tie(&customer, &manager, Kind::Management).await?;
        assert_eq!(cast.check(manage()).await?.verdict(), Verdict::Allowed);
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&manager, None, &customer, &offer);
        let refusal = ["REL-4 CUSTOMER_RELATIONSHIP_FOR_MANAGEMENT"];
        assert_eq!(refused(cast.place(wanted()).await), refusal);
        cast.tie(&customer, &manager, Kind::Resale).await?;
        cast.place(wanted()).await?;
    }

    /// REL-4 for provider and reseller each.
    async fn every_partner_of_the_chain_needs_its_own_relationship(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        cast.partner_up(&provider, &reseller).await?;
        let customer = cast.customer("FR").await?;
        cast.accept_mca(&customer, &provider).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&provider, Some(&reseller), &customer, &offer);
        let refusal = "REL-4 CUSTOMER_RELATIONSHIP_MISSING";

        assert_eq!(refused(cast.place(wanted()).await), [refusal, refusal]);
        cast.tie(&customer, &provider, Kind::Resale).await?;
        assert_eq!(refused(cast.place(wanted()).await), [refusal], "the reseller is not tied");
        let name = cast.ask(&customer, &reseller, Kind::Resale).await?;
        assert_eq!(refused(cast.place(wanted()).await), [refusal], "requested only");
        let accept =
            AcceptCustomerRelationshipRequest { name: name.clone(), request_id: new_id() };
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
            cast.ask(&customer, &direct, Kind::Resale).await?;
        }
        for (seller, buyer) in [("US", "PR"), ("AU", "NZ"), ("FR", "RE"), ("HK", "CN")] {
            let (direct, customer) = (cast.direct_bill(seller).await?, cast.customer(buyer).await?);
            let asked = cast.ask(&customer, &direct, Kind::Resale).await;
            assert_eq!(refused(asked), ["REL-3 CUSTOMER_OUTSIDE_REGION"], "{seller} → {buyer}");
            cast.ask(&customer, &direct, Kind::Management).await?;
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
        cast.tie(&customer, &direct, Kind::Resale).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&direct, None, &customer, &offer);
        assert_eq!(refused(cast.place(wanted()).await), ["CUS-1 CUSTOMER_AGREEMENT_MISSING"]);
        cast.accept_mca(&customer, &direct).await?;
        cast.place(wanted()).await?;
    }
}
