//! Who buys from Microsoft, who stands in between, and whether they may partner.

use cluster::scenario_client::{enrollment, new_id, order};
use contracts::{
    onboarding::{ReinstateEnrollmentRequest, Role, SuspendEnrollmentRequest, SuspensionCause},
    relationship::{
        AcceptPartnershipRequest, DeclinePartnershipRequest, EndPartnershipRequest,
        PartnershipSide, ProductFamily,
    },
};
use tests::{purchase, refused, scenarios};

scenarios! {
    /// Scenario 1 of the programme, and PT-1.
    async fn a_customer_is_served_end_to_end_and_the_order_states_its_legs(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let direct = cast.direct_bill("DE").await?;
        cast.onboard_customer(&channel.customer, &[&direct]).await?;
        let customer = &channel.customer;
        let (provider, reseller) = (&channel.provider, &channel.reseller);

        let placed = cast.place(order(&direct, None, customer, &channel.offer)).await?;
        let legs: Vec<_> = placed.legs.iter().map(|leg| (&*leg.seller, &*leg.buyer)).collect();
        assert_eq!(legs, [("microsoft", &*direct.name), (&*direct.name, &**customer)]);

        let placed = cast.place(order(provider, Some(reseller), customer, &channel.offer)).await?;
        let legs: Vec<_> = placed.legs.iter().map(|leg| (&*leg.seller, &*leg.buyer)).collect();
        assert_eq!(
            legs,
            [
                ("microsoft", &*provider.name),
                (&*provider.name, &*reseller.name),
                (&*reseller.name, &**customer),
            ]
        );
    }

    /// PT-1.
    async fn a_reseller_never_buys_from_microsoft(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let alone = cast.place(order(reseller, None, &channel.customer, &channel.offer)).await;
        assert_eq!(refused(alone), ["PT-1 SELLER_CANNOT_BUY_FROM_MICROSOFT"]);
        let through = order(provider, Some(reseller), &channel.customer, &channel.offer);
        cast.place(through).await?;
    }

    /// PT-1.
    async fn a_direct_bill_partner_does_not_sell_through_a_reseller(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let direct = cast.direct_bill("FR").await?;
        cast.onboard_customer(&channel.customer, &[&direct]).await?;
        let through = order(&direct, Some(&channel.reseller), &channel.customer, &channel.offer);
        let refusals = refused(cast.place(through).await);
        let expected = ["PT-1 SELLER_IS_NO_PROVIDER", "REL-1 PARTNERSHIP_NOT_ACTIVE"];
        assert_eq!(refusals, expected);
        cast.place(order(&direct, None, &channel.customer, &channel.offer)).await?;
    }

    /// ON-1, seller and reseller.
    async fn a_suspended_partner_sells_nothing_new_until_it_is_reinstated(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        for (partner, role, refusal) in [
            (&channel.provider, Role::IndirectProvider, "ON-1 SELLER_NOT_ACTIVE"),
            (&channel.reseller, Role::IndirectReseller, "ON-1 RESELLER_NOT_ACTIVE"),
        ] {
            let wanted = || {
                let (provider, reseller) = (&channel.provider, &channel.reseller);
                order(provider, Some(reseller), &channel.customer, &channel.offer)
            };
            let name = enrollment(partner, role);
            let suspend = SuspendEnrollmentRequest {
                name: name.clone(),
                cause: SuspensionCause::InvoiceOverdue.into(),
                detail: "an invoice of March".to_owned(),
                ..SuspendEnrollmentRequest::default()
            };
            cast.onboarding.clone().suspend_enrollment(suspend).await?;
            assert_eq!(refused(cast.place(wanted()).await), [refusal]);
            let reinstate = ReinstateEnrollmentRequest { name, ..Default::default() };
            cast.onboarding.clone().reinstate_enrollment(reinstate).await?;
            cast.place(wanted()).await?;
        }
    }

    /// ON-1.
    async fn a_partner_that_is_no_reseller_cannot_stand_in_between(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let direct = cast.direct_bill("FR").await?;
        let asked = purchase(&channel.provider, Some(&direct), &channel.customer);
        let decision = cast.check(asked).await?;
        let failed: Vec<_> = decision.outcomes.iter().map(|it| it.reason.as_str()).collect();
        assert!(failed.contains(&"RESELLER_NOT_ENROLLED"), "{failed:?}");
        let invited = cast.invite(&channel.provider, &direct).await;
        assert_eq!(refused(invited), ["ON-1 RESELLER_NOT_ENROLLED"]);
        let invited = cast.invite(&direct, &channel.reseller).await;
        assert_eq!(refused(invited), ["PT-1 PROVIDER_NOT_ENROLLED"]);
    }

    /// REL-1.
    async fn an_order_needs_an_active_partnership(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        let customer = cast.customer("FR").await?;
        cast.onboard_customer(&customer, &[&provider, &reseller]).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&provider, Some(&reseller), &customer, &offer);
        let refusal = ["REL-1 PARTNERSHIP_NOT_ACTIVE"];

        assert_eq!(refused(cast.place(wanted()).await), refusal, "never invited");
        let name = cast.invite(&provider, &reseller).await?;
        assert_eq!(refused(cast.place(wanted()).await), refusal, "invited only");
        let accept = AcceptPartnershipRequest {
            name: name.clone(),
            request_id: new_id(),
            ..Default::default()
        };
        cast.relationship.clone().accept_partnership(accept).await?;
        cast.place(wanted()).await?;
        let detail = "the contract ends".to_owned();
        let ended_by = PartnershipSide::Provider.into();
        let end = EndPartnershipRequest {
            name,
            detail,
            ended_by,
            request_id: new_id(),
            ..Default::default()
        };
        cast.relationship.clone().end_partnership(end).await?;
        assert_eq!(refused(cast.place(wanted()).await), refusal, "ended");
        cast.partner_up(&provider, &reseller).await?;
        cast.place(wanted()).await?;
    }

    /// Lifecycle of a partnership.
    async fn a_declined_partnership_is_final_and_another_may_follow(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        let name = cast.invite(&provider, &reseller).await?;
        let again = tests::failed(cast.invite(&provider, &reseller).await);
        assert_eq!(again.code(), tonic::Code::AlreadyExists, "one open partnership a pair");
        let detail = "we have a provider".to_owned();
        let decline = DeclinePartnershipRequest {
            name: name.clone(),
            detail,
            request_id: new_id(),
            ..Default::default()
        };
        cast.relationship.clone().decline_partnership(decline).await?;
        let accept = AcceptPartnershipRequest {
            name,
            request_id: new_id(),
            ..Default::default()
        };
        let accepted = cast.relationship.clone().accept_partnership(accept).await;
        assert_eq!(refused(accepted), ["STATE PARTNERSHIP_STATE_CONFLICT"]);
        cast.partner_up(&provider, &reseller).await?;
    }

    /// Scenario 7 of the programme: REL-2.
    async fn a_partnership_across_regions_is_refused_at_the_invitation(world) {
        let cast = &world.cast;
        let provider = cast.provider("FR").await?;
        for country in ["US", "RE", "TR"] {
            let reseller = cast.reseller(country).await?;
            let invited = cast.invite(&provider, &reseller).await;
            assert_eq!(refused(invited), ["REL-2 PARTNERS_IN_DIFFERENT_REGIONS"], "{country}");
        }
        for country in ["DE", "GB", "CH"] {
            cast.invite(&provider, &cast.reseller(country).await?).await?;
        }
    }

    /// REL-2 at the order.
    async fn an_order_across_regions_is_refused_for_that_too(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let reseller = cast.reseller("US").await?;
        let wanted = order(&channel.provider, Some(&reseller), &channel.customer, &channel.offer);
        assert_eq!(
            refused(cast.place(wanted).await),
            [
                "REL-1 PARTNERSHIP_NOT_ACTIVE",
                "REL-2 PARTNERS_IN_DIFFERENT_REGIONS",
                "REL-4 CUSTOMER_RELATIONSHIP_MISSING",
                "REL-3 CUSTOMER_OUTSIDE_REGION",
            ]
        );
    }
}
