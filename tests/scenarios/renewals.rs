//! Rules for automatic renewals on their day.

use cluster::scenario_client::Answer;
use contracts::{
    onboarding::Role,
    ordering::{RefusedIncrease, SubscriptionState},
    relationship::{AccountState, CustomerKind, ProductFamily},
};
use tests::{Channel, World, scenarios};

use crate::{
    enrollment::{revoke, suspend},
    ownership::acquire,
    subscriptions::{YEAR, buy, buy_direct, get, review, schedule, settle},
};

/// The state of a subscription with its reason.
async fn state(world: &World, name: &str) -> Answer<(SubscriptionState, String)> {
    let subscription = get(world, name).await?;
    Ok((subscription.state(), subscription.state_reason))
}

fn renewed() -> (SubscriptionState, String) {
    (SubscriptionState::Active, String::new())
}

fn refused(reason: &str) -> (SubscriptionState, String) {
    (SubscriptionState::Expired, format!("automatic renewal refused: {reason}"))
}

scenarios! {
    /// ON-1: subscriptions of suspended partners renew, those of revoked ones do not.
    async fn a_subscription_of_a_revoked_partner_does_not_renew(world) {
        let (suspended, revoked) = (world.channel("DE").await?, world.channel("DE").await?);
        let (renews, ends) = (buy(&world, &suspended).await?, buy(&world, &revoked).await?);
        for channel in [&suspended, &revoked] {
            suspend(&world.client, &channel.reseller, Role::IndirectReseller).await?;
        }
        revoke(&world.client, &revoked.reseller, Role::IndirectReseller).await?;
        world.clock.advance(YEAR);
        assert_eq!(settle(&world).await?, (2, 0));
        assert_eq!(state(&world, &renews).await?, renewed());
        assert_eq!(state(&world, &ends).await?, refused("ON-1 RESELLER_NOT_ACTIVE"));
    }

    /// OWN-1: the provider acquires the customer during the term.
    async fn a_subscription_of_a_new_affiliate_does_not_renew(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        let mut sold = Vec::new();
        for (share, expected) in
            [(5000, renewed()), (5001, refused("OWN-1 SALE_TO_AFFILIATE"))]
        {
            let company = client.company("Litware", "FR").await?;
            let customer = client.customer_of(&company, "FR", CustomerKind::Company).await?;
            client.onboard_customer(&customer, &[&provider]).await?;
            let offer = client.offer(ProductFamily::Microsoft365).await?;
            let (provider, reseller) = (provider.clone(), reseller.clone());
            let partnership = String::new();
            let channel = Channel { provider, reseller, partnership, customer, offer };
            sold.push((buy_direct(&world, &channel).await?, expected));
            acquire(client, &channel.provider.organization, &company, share).await?;
        }
        world.clock.advance(YEAR);
        assert_eq!(settle(&world).await?, (2, 0));
        for (name, expected) in sold {
            assert_eq!(state(&world, &name).await?, expected);
        }
    }

    /// CUS-2 blocks added units but not renewals.
    async fn a_renewal_omits_a_scheduled_increase_that_is_refused_on_the_day(world) {
        let (one, other) = (world.channel("DE").await?, world.channel("DE").await?);
        let (grows, stays) = (buy_direct(&world, &one).await?, buy_direct(&world, &other).await?);
        for name in [&grows, &stays] {
            schedule(&world, name, 8).await?;
        }
        review(&world, &other.customer, AccountState::UnderReview).await?;
        world.clock.advance(YEAR);
        assert_eq!(settle(&world).await?, (2, 0));
        let (grown, stayed) = (get(&world, &grows).await?, get(&world, &stays).await?);
        assert_eq!((grown.quantity, grown.refused_increase), (8, None));
        let reason = "CUS-2 ACCOUNT_UNDER_REVIEW".to_owned();
        let refused = Some(RefusedIncrease { quantity: 8, reason });
        assert_eq!((stayed.state(), stayed.quantity), (SubscriptionState::Active, 5));
        assert_eq!(stayed.refused_increase, refused);
        review(&world, &other.customer, AccountState::Verified).await?;
        schedule(&world, &stays, 8).await?;
        assert_eq!(get(&world, &stays).await?.refused_increase, None);
    }
}
