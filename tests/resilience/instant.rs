//! A decision holds at one instant across relationship and onboarding, whatever changes while its
//! facts are gathered.

use client::refusal;
use cluster::scenario_client::{Answer, order};
use contracts::{onboarding as ob, ordering as od, relationship as rl};
use tests::{
    Channel, Engine, World,
    gate::{Direction, Gate},
    purchase, refused,
};
use tonic::{Code, Status};

use crate::raw::info;

/// A channel whose reseller is qualified but has not accepted the MPA.
async fn channel_before_the_mpa(world: &World) -> Answer<Channel> {
    let cast = &world.cast;
    let provider = cast.provider("FR").await?;
    let company = cast.company("Fabrikam Resale", "FR").await?;
    let reseller = cast.qualified(&company, "FR", ob::Role::IndirectReseller).await?;
    world.channel_of(provider, reseller, "FR").await
}

/// An order through a channel that is on its way.
fn place(world: &World, channel: &Channel) -> tokio::task::JoinHandle<Answer<od::Order>> {
    let Channel { provider, reseller, customer, offer, .. } = channel;
    let request = od::PlaceOrderRequest {
        order: Some(order(provider, Some(reseller), customer, offer)),
        request_id: cluster::scenario_client::new_id(),
        validate_only: false,
    };
    let mut ordering = world.cast.ordering.clone();
    deadline::spawn(async move {
        let answer = ordering.place_order(request).await?.into_inner();
        Ok(answer.order.unwrap_or_default())
    })
}

async fn end_partnership(world: &World, channel: &Channel) -> Answer<()> {
    let request = rl::EndPartnershipRequest {
        name: channel.partnership.clone(),
        detail: "the contract ends".to_owned(),
        ended_by: rl::PartnershipSide::Provider.into(),
        ..Default::default()
    };
    world.cast.relationship.clone().end_partnership(request).await.map(drop)
}

async fn suspend_reseller(world: &World, channel: &Channel) -> Answer<()> {
    let request = ob::SuspendEnrollmentRequest {
        name: cluster::scenario_client::enrollment(&channel.reseller, ob::Role::IndirectReseller),
        cause: ob::SuspensionCause::Abuse.into(),
        detail: "abuse".to_owned(),
        ..Default::default()
    };
    world.cast.onboarding.clone().suspend_enrollment(request).await.map(drop)
}

async fn review_account(world: &World, customer: &str, state: rl::AccountState) -> Answer<()> {
    let request = rl::RecordAccountReviewRequest {
        name: customer.to_owned(),
        state: state.into(),
        detail: "reviewed".to_owned(),
        ..Default::default()
    };
    world.cast.relationship.clone().record_account_review(request).await.map(drop)
}

async fn on_both_engines(play: impl AsyncFn(World, Gate) -> Answer<()>) -> Result<(), Status> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (world, gate) = World::gated(engine).await;
        play(world, gate).await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_ended_in_relationship_before_onboarding_allowed_sells_nothing() -> Result<(), Status>
{
    on_both_engines(async |world, gate| {
        let channel = channel_before_the_mpa(&world).await?;
        gate.hold(Direction::Requests);
        let order = place(&world, &channel);
        gate.reached().await;
        end_partnership(&world, &channel).await?;
        world.cast.accept_mpa(&channel.reseller, ob::AgreementKind::IndirectReseller).await?;
        gate.open();
        let refusals = refused(order.await.unwrap());
        assert_eq!(refusals, ["REL-1 PARTNERSHIP_NOT_ACTIVE"], "partnership and MPA never met");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_ended_in_onboarding_before_relationship_allowed_sells_nothing() -> Result<(), Status>
{
    on_both_engines(async |world, gate| {
        let channel = world.channel("FR").await?;
        review_account(&world, &channel.customer, rl::AccountState::UnderReview).await?;
        gate.hold(Direction::Answers);
        let order = place(&world, &channel);
        gate.reached().await;
        suspend_reseller(&world, &channel).await?;
        review_account(&world, &channel.customer, rl::AccountState::Verified).await?;
        gate.open();
        let refusals = refused(order.await.unwrap());
        assert_eq!(refusals, ["ON-1 RESELLER_NOT_ACTIVE"], "enrollment and review never met");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_further_reseller_on_record_is_judged_by_facts_of_one_instant() -> Result<(), Status> {
    on_both_engines(async |world, gate| {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let company = cast.company("Adatum Resale", "FR").await?;
        let further = cast.qualified(&company, "FR", ob::Role::IndirectReseller).await?;
        let partnership = cast.partner_up(&channel.provider, &further).await?;
        let mut asked = purchase(&channel.provider, Some(&channel.reseller), &channel.customer);
        asked.lines[0].additional_partner_ids_on_record = vec![further.location.clone()];
        let check = rl::CheckTransactionRequest { transaction: Some(asked), view: 0 };
        // The first answer of onboarding names the partner, whose partnership is only then read.
        gate.hold(Direction::Requests);
        let mut relationship = cast.relationship.clone();
        let check = deadline::spawn(async move { relationship.check_transaction(check).await });
        gate.reached().await;
        gate.pass();
        gate.reached().await;
        end_partnership(&world, &Channel { partnership, ..channel }).await?;
        cast.accept_mpa(&further, ob::AgreementKind::IndirectReseller).await?;
        gate.open();
        let decision = check.await.unwrap()?.into_inner().decision.unwrap();
        let rules: Vec<_> = decision.outcomes.iter().map(|it| it.rule_id.as_str()).collect();
        assert_eq!((decision.verdict(), &rules[..]), (rl::Verdict::Refused, &["ORD-8"][..]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn facts_that_do_not_rest_are_given_up_after_five_times() -> Result<(), Status> {
    on_both_engines(async |world, gate| {
        let channel = world.channel("FR").await?;
        let asked = purchase(&channel.provider, Some(&channel.reseller), &channel.customer);
        gate.hold(Direction::Requests);
        let cast = &world.cast;
        let changes = async {
            for _ in 0..5 {
                gate.reached().await;
                review_account(&world, &channel.customer, rl::AccountState::UnderReview).await?;
                gate.pass();
            }
            Ok::<_, Status>(())
        };
        let (decision, changed) = tokio::join!(cast.check(asked.clone()), changes);
        changed?;
        let status = decision.unwrap_err();
        assert_eq!((status.code(), &*info(&status).reason), (Code::Aborted, "FACTS_CHANGED"));
        assert!(refusal(&status).violations.is_empty());
        gate.open();
        assert_eq!(
            cast.check(asked).await?.verdict(),
            rl::Verdict::Refused,
            "it can be asked again"
        );
        Ok(())
    })
    .await
}
