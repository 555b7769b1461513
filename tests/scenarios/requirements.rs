//! What direct-bill partners and resellers have to show, and the yearly review.

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
const UNMET: &str = "REQ-1 REQUIREMENT_NOT_MET";

async fn assess(
    cast: &ScenarioClient,
    partner: &Partner,
    role: Role,
) -> Answer<Vec<RequirementAssessment>> {
    let request = AssessEnrollmentRequest { name: enrollment(partner, role) };
    let answer = cast.onboarding.clone().assess_enrollment(request).await?;
    Ok(answer.into_inner().assessments)
}

async fn review(cast: &ScenarioClient, partner: &Partner, role: Role) -> Answer<Enrollment> {
    let name = enrollment(partner, role);
    let request = ReviewEnrollmentRequest { name, ..Default::default() };
    let answer = cast.onboarding.clone().review_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

async fn state(cast: &ScenarioClient, partner: &Partner, role: Role) -> Answer<EnrollmentState> {
    let request = GetEnrollmentRequest { name: enrollment(partner, role) };
    let answer = cast.onboarding.clone().get_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap().state())
}

/// From when on a partner's only role sells nothing new without a review, in seconds.
async fn block_time(cast: &ScenarioClient, partner: &Partner) -> Answer<Option<i64>> {
    let names = vec![partner.name.clone()];
    let request = BatchGetPartnerStandingsRequest { names, ..Default::default() };
    let answer = cast.onboarding.clone().batch_get_partner_standings(request).await?.into_inner();
    Ok(answer.standings[0].roles[0].block_time.map(|time| time.seconds))
}

scenarios! {
    /// REQ-1, before the application.
    async fn a_direct_bill_partner_shows_what_is_asked_before_it_applies(world) {
        let cast = &world.cast;
        let (role, company) = (Role::DirectBill, cast.company("Contoso Direct", "FR").await?);
        let partner = cast.join(&company, "FR").await?;
        let enroll = EnrollPartnerRequest {
            parent: partner.name.clone(),
            role: role.into(),
            contact_email: "ada@contoso.com".to_owned(),
            ..EnrollPartnerRequest::default()
        };
        cast.onboarding.clone().enroll_partner(enroll).await?;
        let all = assess(cast, &partner, role).await?;
        assert!(all.len() == 11 && all.iter().all(|it| !it.met && !it.next_step.is_empty()));
        let name = enrollment(&partner, role);
        let submit = SubmitEnrollmentRequest { name, ..Default::default() };
        let early = cast.onboarding.clone().submit_enrollment(submit.clone()).await;
        assert_eq!(refused(early), [UNMET; 3]);
        cast.record_evidence(&partner, role, world.clock.now()).await?;
        assert!(assess(cast, &partner, role).await?.iter().all(|it| it.met));
        let submitted = cast.onboarding.clone().submit_enrollment(submit).await?.into_inner();
        assert_eq!(submitted.enrollment.unwrap().state(), EnrollmentState::Vetting);
    }

    /// REQ-1, at the anniversary: T+0, T+30, T+60.
    async fn a_direct_bill_partner_that_fails_its_review_is_restricted_and_then_out(world) {
        let cast = &world.cast;
        let (role, direct) = (Role::DirectBill, cast.direct_bill("BE").await?);
        let customer = cast.customer("BE").await?;
        cast.onboard_customer(&customer, &[&direct]).await?;
        let offer = cast.offer(ProductFamily::Azure).await?;
        assert_eq!(refused(review(cast, &direct, role).await), ["STATE REVIEW_NOT_OPEN"]);
        let before = cast.place(order(&direct, None, &customer, &offer)).await?;
        world.clock.advance(365 * DAY);
        let restricted = review(cast, &direct, role).await?;
        assert_eq!(restricted.state(), EnrollmentState::Restricted);
        let placed = cast.place(order(&direct, None, &customer, &offer)).await;
        assert_eq!(refused(placed), ["ON-1 SELLER_RESTRICTED"]);
        let add = AddQuantityRequest {
            name: before.lines[0].subscription.clone(),
            quantity: 1,
            partner_attestation_accepted: true,
            request_id: new_id(),
            ..Default::default()
        };
        cast.ordering.clone().add_quantity(add).await?;
        world.clock.advance(30 * DAY);
        assert_eq!(state(cast, &direct, role).await?, EnrollmentState::Suspended);
        cast.record_evidence(&direct, role, world.clock.now()).await?;
        assert_eq!(review(cast, &direct, role).await?.state(), EnrollmentState::Active);
        cast.place(order(&direct, None, &customer, &offer)).await?;

        world.clock.advance(366 * DAY);
        let late = review(cast, &direct, role).await?;
        assert_eq!(late.state(), EnrollmentState::Suspended, "30 days after the anniversary");
        world.clock.advance(30 * DAY);
        assert_eq!(state(cast, &direct, role).await?, EnrollmentState::Revoked);
    }

    /// REQ-1 and ON-4: facts that are recorded late count from their own day.
    async fn the_yearly_review_counts_from_the_acceptance_however_late_it_is_recorded(world) {
        let (cast, role) = (&world.cast, Role::IndirectReseller);
        let accepted = world.clock.now();
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap();
        world.clock.advance(300 * DAY);
        let company = cast.company("Fabrikam Resale", "BE").await?;
        let reseller = cast.qualified(&company, "BE", role).await?;
        cast.accept_mpa_at(&reseller, agreement_of(role), accepted).await?;
        let due = accepted.as_second() + seconds(365 * DAY);
        assert_eq!(block_time(cast, &reseller).await?, Some(due));
        let channel = world.channel_of(cast.provider("BE").await?, reseller, "BE").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);
        cast.place(wanted()).await?;
        world.clock.advance(65 * DAY);
        assert_eq!(refused(cast.place(wanted()).await), ["ON-4 PARTNER_NOT_REAUTHORIZED"]);
        cast.pass_review(reseller, role, world.clock.now()).await?;
        cast.place(wanted()).await?;
    }

    /// REQ-1, once a year.
    async fn a_reseller_is_authorized_again_every_year(world) {
        let cast = &world.cast;
        let (role, reseller) = (Role::IndirectReseller, cast.reseller("FR").await?);
        let joined = world.clock.now().as_second();
        let year = i64::try_from(365 * DAY.as_secs()).unwrap();
        assert_eq!(block_time(cast, &reseller).await?, Some(joined + year));
        world.clock.advance(300 * DAY);
        assert_eq!(refused(review(cast, &reseller, role).await), [UNMET; 3]);
        cast.record_evidence(&reseller, role, world.clock.now()).await?;
        review(cast, &reseller, role).await?;
        let leap_year = year + i64::try_from(DAY.as_secs()).unwrap();
        assert_eq!(block_time(cast, &reseller).await?, Some(joined + year + leap_year));
        assert_eq!(block_time(cast, &cast.provider("FR").await?).await?, None);
    }
}
