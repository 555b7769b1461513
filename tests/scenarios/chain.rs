//! Which partners buy from Microsoft, sell through others, and partner with each other.

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
    async fn an_order_states_the_legs_of_its_chain(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let direct = client.direct_bill("DE").await?;
        client.onboard_customer(&channel.customer, &[&direct]).await?;
        let customer = &channel.customer;
        let (provider, reseller) = (&channel.provider, &channel.reseller);

        let placed = client.place(order(&direct, None, customer, &channel.offer)).await?;
        let legs: Vec<_> = placed.legs.iter().map(|leg| (&*leg.seller, &*leg.buyer)).collect();
        assert_eq!(legs, [("microsoft", &*direct.name), (&*direct.name, &**customer)]);

        let placed = client.place(order(provider, Some(reseller), customer, &channel.offer)).await?;
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
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let alone = client.place(order(reseller, None, &channel.customer, &channel.offer)).await;
        assert_eq!(refused(alone), ["PT-1 SELLER_CANNOT_BUY_FROM_MICROSOFT"]);
        let through = order(provider, Some(reseller), &channel.customer, &channel.offer);
        client.place(through).await?;
    }

    /// PT-1.
    async fn a_direct_bill_partner_does_not_sell_through_a_reseller(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let direct = client.direct_bill("FR").await?;
        client.onboard_customer(&channel.customer, &[&direct]).await?;
        let through = order(&direct, Some(&channel.reseller), &channel.customer, &channel.offer);
        let refusals = refused(client.place(through).await);
        let expected = ["PT-1 SELLER_IS_NO_PROVIDER", "REL-1 PARTNERSHIP_NOT_ACTIVE"];
        assert_eq!(refusals, expected);
        client.place(order(&direct, None, &channel.customer, &channel.offer)).await?;
    }

    /// ON-1, seller and reseller.
    async fn a_suspended_partner_sells_nothing_new_until_it_is_reinstated(world) {
        let client = &world.client;
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
            client.onboarding.clone().suspend_enrollment(suspend).await?;
            assert_eq!(refused(client.place(wanted()).await), [refusal]);
            let reinstate = ReinstateEnrollmentRequest { name, ..Default::default() };
            client.onboarding.clone().reinstate_enrollment(reinstate).await?;
            client.place(wanted()).await?;
        }
    }

    /// ON-1.
    async fn only_a_reseller_can_be_the_reseller_of_an_order(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let direct = client.direct_bill("FR").await?;
        let transaction = purchase(&channel.provider, Some(&direct), &channel.customer);
        let decision = client.check(transaction).await?;
        let failed: Vec<_> = decision.outcomes.iter().map(|it| it.reason.as_str()).collect();
        assert!(failed.contains(&"RESELLER_NOT_ENROLLED"), "{failed:?}");
        let invited = client.invite(&channel.provider, &direct).await;
        assert_eq!(refused(invited), ["ON-1 RESELLER_NOT_ENROLLED"]);
        let invited = client.invite(&direct, &channel.reseller).await;
        assert_eq!(refused(invited), ["PT-1 PROVIDER_NOT_ENROLLED"]);
    }

    /// REL-1.
    async fn an_order_needs_an_active_partnership(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        let customer = client.customer("FR").await?;
        client.onboard_customer(&customer, &[&provider, &reseller]).await?;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&provider, Some(&reseller), &customer, &offer);
        let refusal = ["REL-1 PARTNERSHIP_NOT_ACTIVE"];

        assert_eq!(refused(client.place(wanted()).await), refusal, "never invited");
        let name = client.invite(&provider, &reseller).await?;
        assert_eq!(refused(client.place(wanted()).await), refusal, "invited only");
        let accept = AcceptPartnershipRequest {
            name: name.clone(),
            request_id: new_id(),
            ..Default::default()
        };
        client.relationship.clone().accept_partnership(accept).await?;
        client.place(wanted()).await?;
        let detail = "the contract ends".to_owned();
        let ended_by = PartnershipSide::Provider.into();
        let end = EndPartnershipRequest {
            name,
            detail,
            ended_by,
            request_id: new_id(),
            ..Default::default()
        };
        client.relationship.clone().end_partnership(end).await?;
        assert_eq!(refused(client.place(wanted()).await), refusal, "ended");
        client.partner_up(&provider, &reseller).await?;
        client.place(wanted()).await?;
    }

    /// States of a partnership.
    async fn a_declined_partnership_is_final_and_a_new_one_is_possible(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        let name = client.invite(&provider, &reseller).await?;
        let again = tests::failed(client.invite(&provider, &reseller).await);
        assert_eq!(again.code(), tonic::Code::AlreadyExists, "a pair has one open partnership");
        let detail = "we have a provider".to_owned();
        let decline = DeclinePartnershipRequest {
            name: name.clone(),
            detail,
            request_id: new_id(),
            ..Default::default()
        };
        client.relationship.clone().decline_partnership(decline).await?;
        let accept = AcceptPartnershipRequest {
            name,
            request_id: new_id(),
            ..Default::default()
        };
        let accepted = client.relationship.clone().accept_partnership(accept).await;
        assert_eq!(refused(accepted), ["STATE PARTNERSHIP_STATE_CONFLICT"]);
        client.partner_up(&provider, &reseller).await?;
    }

    /// Scenario 7 of the programme: REL-2.
    async fn a_partnership_across_regions_is_refused_at_the_invitation(world) {
        let client = &world.client;
        let provider = client.provider("FR").await?;
        for country in ["US", "RE", "TR"] {
            let reseller = client.reseller(country).await?;
            let invited = client.invite(&provider, &reseller).await;
            assert_eq!(refused(invited), ["REL-2 PARTNERS_IN_DIFFERENT_REGIONS"], "{country}");
        }
        for country in ["DE", "GB", "CH"] {
            client.invite(&provider, &client.reseller(country).await?).await?;
        }
    }

    /// REL-2 at the order.
    async fn an_order_across_regions_is_refused(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let reseller = client.reseller("US").await?;
        let wanted = order(&channel.provider, Some(&reseller), &channel.customer, &channel.offer);
        assert_eq!(
            refused(client.place(wanted).await),
            [
                "REL-1 PARTNERSHIP_NOT_ACTIVE",
                "REL-2 PARTNERS_IN_DIFFERENT_REGIONS",
                "REL-4 CUSTOMER_RELATIONSHIP_MISSING",
                "REL-3 CUSTOMER_OUTSIDE_REGION",
            ]
        );
    }
}
