//! States of an enrollment: draft, vetting, suspended, revoked.

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

async fn joined(client: &ScenarioClient) -> Answer<Partner> {
    let company = client.company("Fabrikam Resale", "FR").await?;
    client.join(&company, "FR").await
}

async fn draft(
    client: &ScenarioClient,
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
    let answer = client.onboarding.clone().enroll_partner(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

async fn vetted(
    client: &ScenarioClient,
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
    let answer = client.onboarding.clone().record_vetting_result(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

async fn read(client: &ScenarioClient, partner: &Partner) -> Answer<Enrollment> {
    let request = GetEnrollmentRequest { name: enrollment(partner, RESELLER) };
    let answer = client.onboarding.clone().get_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

pub(super) async fn suspend(client: &ScenarioClient, partner: &Partner, role: Role) -> Answer<()> {
    let request = SuspendEnrollmentRequest {
        name: enrollment(partner, role),
        cause: SuspensionCause::Abuse.into(),
        detail: "resold test licences".to_owned(),
        ..SuspendEnrollmentRequest::default()
    };
    client.onboarding.clone().suspend_enrollment(request).await.map(drop)
}

/// Revokes an enrollment, which must be suspended.
pub(super) async fn revoke(
    client: &ScenarioClient,
    partner: &Partner,
    role: Role,
) -> Answer<Enrollment> {
    let request = RevokeEnrollmentRequest {
        name: enrollment(partner, role),
        detail: "it went on".to_owned(),
        ..RevokeEnrollmentRequest::default()
    };
    let answer = client.onboarding.clone().revoke_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

pub(super) async fn suspend_and_revoke(
    client: &ScenarioClient,
    partner: &Partner,
    role: Role,
) -> Answer<()> {
    suspend(client, partner, role).await?;
    revoke(client, partner, role).await.map(drop)
}

pub(super) async fn reinstate(
    client: &ScenarioClient,
    partner: &Partner,
    role: Role,
) -> Answer<Enrollment> {
    let name = enrollment(partner, role);
    let request = ReinstateEnrollmentRequest { name, ..Default::default() };
    let answer = client.onboarding.clone().reinstate_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap())
}

scenarios! {
    /// DRAFT → VETTING.
    async fn vetting_begins_when_a_draft_is_submitted(world) {
        let client = &world.client;
        let partner = joined(client).await?;
        assert_eq!(draft(client, &partner, false).await?.state(), EnrollmentState::Draft);
        let early =
            vetted(client, &partner, VettingCheck::EmailOwnership, VettingResult::Authorized).await;
        assert_eq!(refused(early), ["STATE ENROLLMENT_STATE_CONFLICT"]);
        let name = enrollment(&partner, RESELLER);
        let submit = SubmitEnrollmentRequest { name, ..Default::default() };
        let mut onboarding = client.onboarding.clone();
        let submitted = onboarding.submit_enrollment(submit.clone()).await?.into_inner();
        assert_eq!(submitted.enrollment.unwrap().state(), EnrollmentState::Vetting);
        let twice = onboarding.submit_enrollment(submit).await;
        assert_eq!(refused(twice), ["STATE ENROLLMENT_STATE_CONFLICT"]);
    }

    /// VETTING → QUALIFIED, one check after the other.
    async fn vetting_checks_pass_once_and_in_order(world) {
        let client = &world.client;
        let partner = joined(client).await?;
        client.enroll(&partner, RESELLER).await?;
        let check = VettingCheck::Business;
        let early = vetted(client, &partner, check, VettingResult::Authorized).await;
        assert_eq!(refused(early), ["STATE VETTING_CHECK_NOT_OPEN"]);
        client.vet(&partner, RESELLER).await?;
        assert_eq!(read(client, &partner).await?.state(), EnrollmentState::Qualified);
        let twice = client.vet(&partner, RESELLER).await;
        assert_eq!(refused(twice), ["STATE ENROLLMENT_STATE_CONFLICT"]);
    }

    /// VETTING → REJECTED → VETTING, and SUSPENDED by time.
    async fn a_rejected_enrollment_is_resubmitted_within_thirty_days(world) {
        let client = &world.client;
        let partner = joined(client).await?;
        client.enroll(&partner, RESELLER).await?;
        let check = VettingCheck::EmailOwnership;
        let resubmit = ResubmitEnrollmentRequest {
            name: enrollment(&partner, RESELLER),
            contact_email: "grace@contoso.com".to_owned(),
            ..ResubmitEnrollmentRequest::default()
        };
        let mut onboarding = client.onboarding.clone();
        let early = onboarding.resubmit_enrollment(resubmit.clone()).await;
        assert_eq!(refused(early), ["STATE ENROLLMENT_STATE_CONFLICT"]);
        let rejected = vetted(client, &partner, check, VettingResult::Rejected).await?;
        assert_eq!(rejected.state_reason, "no such company");
        let resubmitted = onboarding.resubmit_enrollment(resubmit.clone()).await?.into_inner();
        let resubmitted = resubmitted.enrollment.unwrap();
        assert_eq!(resubmitted.state(), EnrollmentState::Vetting);
        assert_eq!(resubmitted.contact_email, "grace@contoso.com");

        vetted(client, &partner, check, VettingResult::Rejected).await?;
        world.clock.advance(30 * DAY);
        let late = read(client, &partner).await?;
        assert_eq!(late.state(), EnrollmentState::Suspended);
        assert_eq!(late.suspension_cause(), SuspensionCause::ProfileRejected);
        let resubmitted = onboarding.resubmit_enrollment(resubmit).await;
        assert_eq!(refused(resubmitted), ["STATE ENROLLMENT_STATE_CONFLICT"]);
        let reinstated = reinstate(client, &partner, RESELLER).await?;
        assert_eq!(reinstated.state(), EnrollmentState::Vetting);
    }

    /// SUSPENDED → REVOKED → DRAFT.
    async fn a_revoked_partner_enrolls_again_after_twelve_months(world) {
        let client = &world.client;
        let partner = client.reseller("FR").await?;
        let conflict = ["STATE ENROLLMENT_STATE_CONFLICT"];
        assert_eq!(refused(revoke(client, &partner, RESELLER).await), conflict);
        suspend(client, &partner, RESELLER).await?;
        let revoked = revoke(client, &partner, RESELLER).await?;
        assert_eq!(revoked.state(), EnrollmentState::Revoked);
        assert!(revoked.reapply_time.is_some());
        assert_eq!(refused(reinstate(client, &partner, RESELLER).await), conflict);
        world.clock.advance(365 * DAY - Duration::from_micros(1));
        assert_eq!(refused(draft(client, &partner, false).await), ["STATE REAPPLIED_TOO_EARLY"]);
        world.clock.advance(Duration::from_micros(1));
        assert_eq!(draft(client, &partner, false).await?.state(), EnrollmentState::Draft);
    }

    /// `validate_only`.
    async fn a_dry_run_of_an_enrollment_writes_nothing(world) {
        let client = &world.client;
        let partner = joined(client).await?;
        assert_eq!(draft(client, &partner, true).await?.state(), EnrollmentState::Draft);
        let missing = tests::failed(read(client, &partner).await);
        assert_eq!(missing.code(), tonic::Code::NotFound);
        draft(client, &partner, false).await?;
        let twice = tests::failed(draft(client, &partner, true).await);
        assert_eq!(twice.code(), tonic::Code::AlreadyExists);
    }
}
