//! The life of an enrollment: handed in, vetted, suspended, revoked.

use std::time::Duration;

use cluster::scenario_client::{Answer, Partner, ScenarioClient, enrollment};
use contracts::onboarding::{
    EnrollPartnerRequest, Enrollment, EnrollmentState, GetEnrollmentRequest,
    RecordVettingResultRequest, ReinstateEnrollmentRequest, ResubmitEnrollmentRequest,
    RevokeEnrollmentRequest, Role, SubmitEnrollmentRequest, SuspendEnrollmentRequest,
    SuspensionCause, VettingCheck, VettingResult,
};
use tests::{refused, scenarios};

const RESELLER: Role = Role::IndirectReseller;
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn joined(cast: &ScenarioClient) -> Answer<Partner> {
    let company = cast.company("Fabrikam Resale", "FR").await?;
    cast.join(&company, "FR").await
}

async fn draft(
    cast: &ScenarioClient,
    partner: &Partner,
    validate_only: bool,
) -> Answer<Enrollment> {
    let request = EnrollPartnerRequest {
        parent: partner.name.clone(),
        role: RESELLER.into(),
        contact_email: "ada@contoso.com".to_owned(),
        validate_only,
        ..EnrollPartnerRequest::default()
    };
    let answer = cast.onboarding.clone().enroll_partner(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

async fn vetted(
    cast: &ScenarioClient,
    partner: &Partner,
    check: VettingCheck,
    result: VettingResult,
) -> Answer<Enrollment> {
    let detail = if result == VettingResult::Rejected { "no such company" } else { "" };
    let request = RecordVettingResultRequest {
        name: enrollment(partner, RESELLER),
        check: check.into(),
        result: result.into(),
        detail: detail.to_owned(),
        ..RecordVettingResultRequest::default()
    };
    let answer = cast.onboarding.clone().record_vetting_result(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

async fn read(cast: &ScenarioClient, partner: &Partner) -> Answer<Enrollment> {
    let request = GetEnrollmentRequest { name: enrollment(partner, RESELLER) };
    let answer = cast.onboarding.clone().get_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

pub(super) async fn suspend(cast: &ScenarioClient, partner: &Partner) -> Answer<()> {
    let request = SuspendEnrollmentRequest {
        name: enrollment(partner, RESELLER),
        cause: SuspensionCause::Abuse.into(),
        detail: "resold test licences".to_owned(),
        ..SuspendEnrollmentRequest::default()
    };
    cast.onboarding.clone().suspend_enrollment(request).await.map(drop)
}

pub(super) async fn revoke(cast: &ScenarioClient, partner: &Partner) -> Answer<Enrollment> {
    let request = RevokeEnrollmentRequest {
        name: enrollment(partner, RESELLER),
        detail: "it went on".to_owned(),
        ..RevokeEnrollmentRequest::default()
    };
    let answer = cast.onboarding.clone().revoke_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

async fn reinstate(cast: &ScenarioClient, partner: &Partner) -> Answer<Enrollment> {
    let name = enrollment(partner, RESELLER);
    let request = ReinstateEnrollmentRequest { name, ..Default::default() };
    let answer = cast.onboarding.clone().reinstate_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

scenarios! {
    /// DRAFT → VETTING.
    async fn vetting_begins_when_a_draft_is_handed_in(world) {
        let cast = &world.cast;
        let partner = joined(cast).await?;
        assert_eq!(draft(cast, &partner, false).await?.state(), EnrollmentState::Draft);
        let early =
            vetted(cast, &partner, VettingCheck::EmailOwnership, VettingResult::Authorized).await;
        assert_eq!(refused(early), ["STATE ENROLLMENT_STATE_CONFLICT"]);
        let name = enrollment(&partner, RESELLER);
        let submit = SubmitEnrollmentRequest { name, ..Default::default() };
        let mut onboarding = cast.onboarding.clone();
        let submitted = onboarding.submit_enrollment(submit.clone()).await?.into_inner();
        assert_eq!(submitted.enrollment.unwrap().state(), EnrollmentState::Vetting);
        let twice = onboarding.submit_enrollment(submit).await;
        assert_eq!(refused(twice), ["STATE ENROLLMENT_STATE_CONFLICT"]);
    }

    /// VETTING → QUALIFIED, one check after the other.
    async fn the_checks_of_vetting_pass_in_their_order_and_once(world) {
        let cast = &world.cast;
        let partner = joined(cast).await?;
        cast.enroll(&partner, RESELLER).await?;
        let early = vetted(cast, &partner, VettingCheck::Business, VettingResult::Authorized).await;
        assert_eq!(refused(early), ["STATE VETTING_CHECK_NOT_OPEN"]);
        cast.vet(&partner, RESELLER).await?;
        assert_eq!(read(cast, &partner).await?.state(), EnrollmentState::Qualified);
        let twice = cast.vet(&partner, RESELLER).await;
        assert_eq!(refused(twice), ["STATE ENROLLMENT_STATE_CONFLICT"]);
    }

    /// VETTING → REJECTED → VETTING, and SUSPENDED by time.
    async fn a_rejected_enrollment_is_handed_in_again_within_thirty_days(world) {
        let cast = &world.cast;
        let partner = joined(cast).await?;
        cast.enroll(&partner, RESELLER).await?;
        let check = VettingCheck::EmailOwnership;
        let resubmit = ResubmitEnrollmentRequest {
            name: enrollment(&partner, RESELLER),
            contact_email: "grace@contoso.com".to_owned(),
            ..ResubmitEnrollmentRequest::default()
        };
        let mut onboarding = cast.onboarding.clone();
        let early = onboarding.resubmit_enrollment(resubmit.clone()).await;
        assert_eq!(refused(early), ["STATE ENROLLMENT_STATE_CONFLICT"]);
        let rejected = vetted(cast, &partner, check, VettingResult::Rejected).await?;
        assert_eq!(rejected.state_reason, "no such company");
        let again = onboarding.resubmit_enrollment(resubmit.clone()).await?.into_inner();
        let again = again.enrollment.unwrap();
        assert_eq!(again.state(), EnrollmentState::Vetting);
        assert_eq!(again.contact_email, "grace@contoso.com");

        vetted(cast, &partner, check, VettingResult::Rejected).await?;
        world.clock.advance(30 * DAY);
        let late = read(cast, &partner).await?;
        assert_eq!(late.state(), EnrollmentState::Suspended);
        assert_eq!(late.suspension_cause(), SuspensionCause::ProfileRejected);
        let resubmitted = onboarding.resubmit_enrollment(resubmit).await;
        assert_eq!(refused(resubmitted), ["STATE ENROLLMENT_STATE_CONFLICT"]);
        assert_eq!(reinstate(cast, &partner).await?.state(), EnrollmentState::Vetting);
    }

    /// SUSPENDED → REVOKED → DRAFT.
    async fn a_revoked_partner_applies_again_after_twelve_months(world) {
        let cast = &world.cast;
        let partner = cast.reseller("FR").await?;
        assert_eq!(refused(revoke(cast, &partner).await), ["STATE ENROLLMENT_STATE_CONFLICT"]);
        suspend(cast, &partner).await?;
        let revoked = revoke(cast, &partner).await?;
        assert_eq!(revoked.state(), EnrollmentState::Revoked);
        assert!(revoked.reapply_time.is_some());
        assert_eq!(refused(reinstate(cast, &partner).await), ["STATE ENROLLMENT_STATE_CONFLICT"]);
        world.clock.advance(365 * DAY - Duration::from_micros(1));
        assert_eq!(refused(draft(cast, &partner, false).await), ["STATE REAPPLIED_TOO_EARLY"]);
        world.clock.advance(Duration::from_micros(1));
        assert_eq!(draft(cast, &partner, false).await?.state(), EnrollmentState::Draft);
    }

    /// Dry runs.
    async fn a_call_that_only_tries_writes_nothing(world) {
        let cast = &world.cast;
        let partner = joined(cast).await?;
        assert_eq!(draft(cast, &partner, true).await?.state(), EnrollmentState::Draft);
        let nothing = tests::failed(read(cast, &partner).await);
        assert_eq!(nothing.code(), tonic::Code::NotFound);
        draft(cast, &partner, false).await?;
        let twice = tests::failed(draft(cast, &partner, true).await);
        assert_eq!(twice.code(), tonic::Code::AlreadyExists);
    }
}
