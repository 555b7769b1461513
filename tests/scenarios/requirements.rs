//! Evidence of direct-bill partners and resellers, and the yearly review.

use std::time::Duration;

use cluster::scenario_client::{
    Answer, Partner, ScenarioClient, agreement_of, enrollment, new_id, order,
};
use contracts::{
    onboarding::{
        AssessEnrollmentRequest, BatchGetPartnerStandingsRequest, EnrollPartnerRequest, Enrollment,
        EnrollmentState, GetEnrollmentRequest, RequirementAssessment, ReviewEnrollmentRequest,
        Role, SubmitEnrollmentRequest,
    },
    ordering::AddQuantityRequest,
    relationship::ProductFamily,
};
use tests::{refused, scenarios};

const DAY: Duration = Duration::from_secs(24 * 3600);
const NOT_MET: &str = "REQ-1 REQUIREMENT_NOT_MET";

async fn assess(
    client: &ScenarioClient,
    partner: &Partner,
    role: Role,
) -> Answer<Vec<RequirementAssessment>> {
    let request = AssessEnrollmentRequest { name: enrollment(partner, role) };
    let answer = client.onboarding.clone().assess_enrollment(request).await?;
    Ok(answer.into_inner().assessments)
}

async fn review(client: &ScenarioClient, partner: &Partner, role: Role) -> Answer<Enrollment> {
    let name = enrollment(partner, role);
    let request = ReviewEnrollmentRequest { name, ..Default::default() };
    let answer = client.onboarding.clone().review_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

async fn state(client: &ScenarioClient, partner: &Partner, role: Role) -> Answer<EnrollmentState> {
    let request = GetEnrollmentRequest { name: enrollment(partner, role) };
    let answer = client.onboarding.clone().get_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap().state())
}

/// When a missing review blocks new sales in the only role of a partner, in seconds.
async fn block_time(client: &ScenarioClient, partner: &Partner) -> Answer<Option<i64>> {
    let names = vec![partner.name.clone()];
    let request = BatchGetPartnerStandingsRequest { names, ..Default::default() };
    let answer = client.onboarding.clone().batch_get_partner_standings(request).await?.into_inner();
    Ok(answer.standings[0].roles[0].block_time.map(|time| time.seconds))
}

scenarios! {
    /// REQ-1, before submission.
    async fn a_direct_bill_partner_records_its_evidence_before_submission(world) {
        let client = &world.client;
        let (role, company) = (Role::DirectBill, client.company("Contoso Direct", "FR").await?);
        let partner = client.join(&company, "FR").await?;
        let enroll = EnrollPartnerRequest {
            parent: partner.name.clone(),
            role: role.into(),
            contact_email: "ada@contoso.com".to_owned(),
            ..EnrollPartnerRequest::default()
        };
        client.onboarding.clone().enroll_partner(enroll).await?;
        let all = assess(client, &partner, role).await?;
        assert!(all.len() == 11 && all.iter().all(|it| !it.met && !it.next_step.is_empty()));
        let name = enrollment(&partner, role);
        let submit = SubmitEnrollmentRequest { name, ..Default::default() };
        let early = client.onboarding.clone().submit_enrollment(submit.clone()).await;
        assert_eq!(refused(early), [NOT_MET; 3]);
        client.record_evidence(&partner, role, world.clock.now()).await?;
        assert!(assess(client, &partner, role).await?.iter().all(|it| it.met));
        let submitted = client.onboarding.clone().submit_enrollment(submit).await?.into_inner();
        assert_eq!(submitted.enrollment.unwrap().state(), EnrollmentState::Vetting);
    }

    /// REQ-1 and ON-4, at the anniversary: T+0, T+30, T+60.
    async fn a_direct_bill_partner_that_fails_its_review_is_restricted_then_revoked(world) {
        let client = &world.client;
        let (role, direct) = (Role::DirectBill, client.direct_bill("BE").await?);
        let customer = client.customer("BE").await?;
        client.onboard_customer(&customer, &[&direct]).await?;
        let offer = client.offer(ProductFamily::Azure).await?;
        assert_eq!(refused(review(client, &direct, role).await), ["STATE REVIEW_NOT_OPEN"]);
        let before = client.place(order(&direct, None, &customer, &offer)).await?;
        world.clock.advance(365 * DAY);
        let unreviewed = client.place(order(&direct, None, &customer, &offer)).await;
        assert_eq!(refused(unreviewed), ["ON-4 SELLER_NOT_REAUTHORIZED"]);
        let restricted = review(client, &direct, role).await?;
        assert_eq!(restricted.state(), EnrollmentState::Restricted);
        let placed = client.place(order(&direct, None, &customer, &offer)).await;
        assert_eq!(refused(placed), ["ON-1 SELLER_RESTRICTED"]);
        let add = AddQuantityRequest {
            name: before.lines[0].subscription.clone(),
            quantity: 1,
            partner_attestation_accepted: true,
            request_id: new_id(),
            ..Default::default()
        };
        client.ordering.clone().add_quantity(add).await?;
        world.clock.advance(30 * DAY);
        assert_eq!(state(client, &direct, role).await?, EnrollmentState::Suspended);
        client.record_evidence(&direct, role, world.clock.now()).await?;
        assert_eq!(review(client, &direct, role).await?.state(), EnrollmentState::Active);
        client.place(order(&direct, None, &customer, &offer)).await?;

        world.clock.advance(366 * DAY);
        let late = review(client, &direct, role).await?;
        assert_eq!(late.state(), EnrollmentState::Suspended, "30 days after the anniversary");
        world.clock.advance(30 * DAY);
        assert_eq!(state(client, &direct, role).await?, EnrollmentState::Revoked);
    }

    /// REQ-1 and ON-4.
    async fn the_yearly_review_counts_from_the_acceptance_and_not_from_its_recording(world) {
        let (client, role) = (&world.client, Role::IndirectReseller);
        let accepted = world.clock.now();
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap();
        world.clock.advance(300 * DAY);
        let company = client.company("Fabrikam Resale", "BE").await?;
        let reseller = client.qualified(&company, "BE", role).await?;
        client.accept_mpa_at(&reseller, agreement_of(role), accepted).await?;
        let due = accepted.as_second() + seconds(365 * DAY);
        assert_eq!(block_time(client, &reseller).await?, Some(due));
        let channel = world.channel_of(client.provider("BE").await?, reseller, "BE").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);
        client.place(wanted()).await?;
        world.clock.advance(65 * DAY);
        assert_eq!(refused(client.place(wanted()).await), ["ON-4 RESELLER_NOT_REAUTHORIZED"]);
        client.pass_review(reseller, role, world.clock.now()).await?;
        client.place(wanted()).await?;
    }

    /// REQ-1.
    async fn a_reseller_is_reauthorized_every_year(world) {
        let client = &world.client;
        let (role, reseller) = (Role::IndirectReseller, client.reseller("FR").await?);
        let accepted = world.clock.now().as_second();
        let year = i64::try_from(365 * DAY.as_secs()).unwrap();
        assert_eq!(block_time(client, &reseller).await?, Some(accepted + year));
        world.clock.advance(300 * DAY);
        assert_eq!(refused(review(client, &reseller, role).await), [NOT_MET; 3]);
        client.record_evidence(&reseller, role, world.clock.now()).await?;
        review(client, &reseller, role).await?;
        let leap_year = year + i64::try_from(DAY.as_secs()).unwrap();
        assert_eq!(block_time(client, &reseller).await?, Some(accepted + year + leap_year));
        assert_eq!(block_time(client, &client.provider("FR").await?).await?, None);
    }
}
