//! What an automatic renewal is held against on its day, and what it goes on without.

use cluster::scenario_client::{Answer, new_id};
use contracts::{
    ordering::{
        BillingCycle, NextTerm, RefusedIncrease, ScheduleNextTermRequest, SubscriptionState, Term,
    },
    relationship::{AccountState, CustomerKind, ProductFamily, RecordAccountReviewRequest},
};
use tests::{Channel, World, scenarios};

use crate::{
    enrollment::{revoke, suspend},
    ownership::acquire,
    subscriptions::{YEAR, bought, direct, get, settle},
};

/// The state of a subscription and why it is in it.
async fn became(world: &World, name: &str) -> Answer<(SubscriptionState, String)> {
    let subscription = get(world, name).await?;
    Ok((subscription.state(), subscription.state_reason))
}

fn renewed() -> (SubscriptionState, String) {
    (SubscriptionState::Active, String::new())
}

fn refused(why: &str) -> (SubscriptionState, String) {
    (SubscriptionState::Expired, format!("automatic renewal refused: {why}"))
}

async fn schedule(world: &World, name: &str, quantity: i32) -> Answer<()> {
    let next_term = NextTerm {
        term: Term::P1y.into(),
        billing_cycle: BillingCycle::Monthly.into(),
        quantity,
        unit_price: None,
    };
    let request = ScheduleNextTermRequest {
        name: name.to_owned(),
        next_term: Some(next_term),
        partner_attestation_accepted: true,
        request_id: new_id(),
        ..Default::default()
    };
    world.cast.ordering.clone().schedule_next_term(request).await.map(drop)
}

async fn reviewed(world: &World, customer: &str, state: AccountState) -> Answer<()> {
    let review = RecordAccountReviewRequest {
        name: customer.to_owned(),
        state: state.into(),
        detail: "billing data changed".to_owned(),
        request_id: new_id(),
        ..Default::default()
    };
    world.cast.relationship.clone().record_account_review(review).await.map(drop)
}

scenarios! {
    /// ON-1: suspended partners go on with what they sold, revoked ones do not.
    async fn what_a_revoked_partner_sold_does_not_renew_itself(world) {
        let (suspended, revoked) = (world.channel("DE").await?, world.channel("DE").await?);
        let (goes_on, ends) = (bought(&world, &suspended).await?, bought(&world, &revoked).await?);
        for channel in [&suspended, &revoked] {
            suspend(&world.cast, &channel.reseller).await?;
        }
        revoke(&world.cast, &revoked.reseller).await?;
        world.clock.advance(YEAR);
        assert_eq!(settle(&world).await?, (2, 0));
        assert_eq!(became(&world, &goes_on).await?, renewed());
        assert_eq!(became(&world, &ends).await?, refused("ON-1 RESELLER_NOT_ACTIVE"));
    }

    /// OWN-1: the customer was acquired during the term.
    async fn what_was_sold_to_what_is_an_affiliate_by_now_does_not_renew_itself(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        let mut sold = Vec::new();
        for (share, expected) in
            [(5000, renewed()), (5001, refused("OWN-1 SALE_TO_AFFILIATE"))]
        {
            let company = cast.company("Litware", "FR").await?;
            let customer = cast.customer_of(&company, "FR", CustomerKind::Company).await?;
            cast.onboard_customer(&customer, &[&provider]).await?;
            let offer = cast.offer(ProductFamily::Microsoft365).await?;
            let (provider, reseller) = (provider.clone(), reseller.clone());
            let partnership = String::new();
            let channel = Channel { provider, reseller, partnership, customer, offer };
            sold.push((direct(&world, &channel).await?, expected));
            acquire(cast, &channel.provider.organization, &company, share).await?;
        }
        world.clock.advance(YEAR);
        assert_eq!(settle(&world).await?, (2, 0));
        for (name, expected) in sold {
            assert_eq!(became(&world, &name).await?, expected);
        }
    }

    /// CUS-2 stops added units and no renewal: what was scheduled years ago is checked on the day.
    async fn a_scheduled_increase_is_checked_on_the_day_and_the_renewal_goes_on_without_it(world) {
        let (one, other) = (world.channel("DE").await?, world.channel("DE").await?);
        let (grows, stays) = (direct(&world, &one).await?, direct(&world, &other).await?);
        for name in [&grows, &stays] {
            schedule(&world, name, 8).await?;
        }
        reviewed(&world, &other.customer, AccountState::UnderReview).await?;
        world.clock.advance(YEAR);
        assert_eq!(settle(&world).await?, (2, 0));
        let (grown, stayed) = (get(&world, &grows).await?, get(&world, &stays).await?);
        assert_eq!((grown.quantity, grown.refused_increase), (8, None));
        let why = "CUS-2 ACCOUNT_UNDER_REVIEW".to_owned();
        let refused = Some(RefusedIncrease { quantity: 8, reason: why });
        assert_eq!((stayed.state(), stayed.quantity), (SubscriptionState::Active, 5));
        assert_eq!(stayed.refused_increase, refused);
        reviewed(&world, &other.customer, AccountState::Verified).await?;
        schedule(&world, &stays, 8).await?;
        assert_eq!(get(&world, &stays).await?.refused_increase, None);
    }
}
