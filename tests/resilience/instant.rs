//! A decision uses facts of one instant across services, even if they change while it gathers them.

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
    let client = &world.client;
    let provider = client.provider("FR").await?;
    let company = client.company("Fabrikam Resale", "FR").await?;
    let reseller = client.qualified(&company, "FR", ob::Role::IndirectReseller).await?;
    world.channel_of(provider, reseller, "FR").await
}

/// Starts to place an order through a channel.
fn place(world: &World, channel: &Channel) -> tokio::task::JoinHandle<Answer<od::Order>> {
    let Channel { provider, reseller, customer, offer, .. } = channel;
    let request = od::PlaceOrderRequest {
        order: Some(order(provider, Some(reseller), customer, offer)),
        request_id: cluster::scenario_client::new_id(),
        ..Default::default()
    };
    let mut ordering = world.client.ordering.clone();
    deadline::spawn(async move {
        let response = ordering.place_order(request).await?.into_inner();
        Ok(response.order.unwrap_or_default())
    })
}

async fn end_partnership(world: &World, channel: &Channel) -> Answer<()> {
    let request = rl::EndPartnershipRequest {
        name: channel.partnership.clone(),
        detail: "the contract ends".to_owned(),
        ended_by: rl::PartnershipSide::Provider.into(),
        ..Default::default()
    };
    world.client.relationship.clone().end_partnership(request).await.map(drop)
}

async fn suspend_reseller(world: &World, channel: &Channel) -> Answer<()> {
    let request = ob::SuspendEnrollmentRequest {
        name: cluster::scenario_client::enrollment(&channel.reseller, ob::Role::IndirectReseller),
        cause: ob::SuspensionCause::Abuse.into(),
        detail: "abuse".to_owned(),
        ..Default::default()
    };
    world.client.onboarding.clone().suspend_enrollment(request).await.map(drop)
}

async fn review_account(world: &World, customer: &str, state: rl::AccountState) -> Answer<()> {
    let request = rl::RecordAccountReviewRequest {
        name: customer.to_owned(),
        state: state.into(),
        detail: "reviewed".to_owned(),
        ..Default::default()
    };
    world.client.relationship.clone().record_account_review(request).await.map(drop)
}

async fn on_both_engines(test: impl AsyncFn(World, Gate) -> Answer<()>) -> Result<(), Status> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (world, gate) = World::gated(engine).await;
        test(world, gate).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_partnership_that_ended_before_the_mpa_sells_nothing() -> Result<(), Status> {
    on_both_engines(async |world, gate| {
        let channel = channel_before_the_mpa(&world).await?;
        gate.block(Direction::Requests);
        let order = place(&world, &channel);
        gate.reached().await;
        end_partnership(&world, &channel).await?;
        world.client.accept_mpa(&channel.reseller, ob::AgreementKind::IndirectReseller).await?;
        gate.open();
        let refusals = refused(order.await.unwrap());
        assert_eq!(
            refusals,
            ["REL-1 PARTNERSHIP_NOT_ACTIVE"],
            "partnership and MPA were never active together"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_enrollment_suspended_before_the_review_sells_nothing() -> Result<(), Status> {
    on_both_engines(async |world, gate| {
        let channel = world.channel("FR").await?;
        review_account(&world, &channel.customer, rl::AccountState::UnderReview).await?;
        gate.block(Direction::Responses);
        let order = place(&world, &channel);
        gate.reached().await;
        suspend_reseller(&world, &channel).await?;
        review_account(&world, &channel.customer, rl::AccountState::Verified).await?;
        gate.open();
        let refusals = refused(order.await.unwrap());
        assert_eq!(
            refusals,
            ["ON-1 RESELLER_NOT_ACTIVE"],
            "enrollment and review were never valid together"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_additional_reseller_is_checked_with_facts_of_one_instant() -> Result<(), Status> {
    on_both_engines(async |world, gate| {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let company = client.company("Adatum Resale", "FR").await?;
        let additional = client.qualified(&company, "FR", ob::Role::IndirectReseller).await?;
        let partnership = client.partner_up(&channel.provider, &additional).await?;
        let mut transaction =
            purchase(&channel.provider, Some(&channel.reseller), &channel.customer);
        transaction.lines[0].additional_partner_ids_on_record = vec![additional.location.clone()];
        let check = rl::CheckTransactionRequest { transaction: Some(transaction), view: 0 };
        // From now on the partnership is in memory.
        client.relationship.clone().check_transaction(check.clone()).await?;
        gate.block(Direction::Requests);
        let mut relationship = client.relationship.clone();
        let check = deadline::spawn(async move { relationship.check_transaction(check).await });
        gate.reached().await;
        end_partnership(&world, &Channel { partnership, ..channel }).await?;
        client.accept_mpa(&additional, ob::AgreementKind::IndirectReseller).await?;
        gate.open();
        let decision = check.await.unwrap()?.into_inner().decision.unwrap();
        let rules: Vec<_> = decision.outcomes.iter().map(|it| it.rule_id.as_str()).collect();
        assert_eq!((decision.verdict(), &rules[..]), (rl::Verdict::Refused, &["ORD-8"][..]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_decision_is_aborted_after_five_changes_of_its_facts() -> Result<(), Status> {
    on_both_engines(async |world, gate| {
        let channel = world.channel("FR").await?;
        let transaction = purchase(&channel.provider, Some(&channel.reseller), &channel.customer);
        gate.block(Direction::Requests);
        let client = &world.client;
        let changes = async {
            for _ in 0..5 {
                gate.reached().await;
                review_account(&world, &channel.customer, rl::AccountState::UnderReview).await?;
                gate.pass();
            }
            Ok::<_, Status>(())
        };
        let (decision, changed) = tokio::join!(client.check(transaction.clone()), changes);
        changed?;
        let status = decision.unwrap_err();
        assert_eq!((status.code(), &*info(&status).reason), (Code::Aborted, "FACTS_CHANGED"));
        assert!(refusal(&status).violations.is_empty());
        gate.open();
        assert_eq!(
            client.check(transaction).await?.verdict(),
            rl::Verdict::Refused,
            "a retry succeeds"
        );
        Ok(())
    })
    .await
}
