//! Versions of the Microsoft Partner Agreement, and their signatories.

use std::time::Duration;

use cluster::scenario_client::{Answer, Partner, ScenarioClient, enrollment};
use contracts::{
    onboarding::{
        AcceptAgreementRequest, AcceptanceMode, Agreement, AgreementKind, EnrollmentState,
        GetEnrollmentRequest, ListAgreementsRequest, Role, Signatory, SignatoryRole,
    },
    time::to_wire,
};
use tests::{World, failed, refused, scenarios};
use tonic::Code;
use types::Timestamp;

const PROVIDER: Role = Role::IndirectProvider;

fn acceptance(
    world: &World,
    partner: &Partner,
    version: &str,
    role: SignatoryRole,
) -> AcceptAgreementRequest {
    let agreement = Agreement {
        kind: AgreementKind::IndirectProvider.into(),
        version: version.to_owned(),
        signatory: Some(Signatory {
            first_name: "Ada".to_owned(),
            last_name: "Byron".to_owned(),
            email: "ada@contoso.com".to_owned(),
            role: role.into(),
        }),
        accept_time: Some(to_wire(world.clock.now())),
        ..Agreement::default()
    };
    AcceptAgreementRequest {
        parent: partner.name.clone(),
        agreement: Some(agreement),
        ..AcceptAgreementRequest::default()
    }
}

async fn accept(
    world: &World,
    partner: &Partner,
    version: &str,
    role: SignatoryRole,
) -> Answer<Agreement> {
    let request = acceptance(world, partner, version, role);
    let answer = world.client.onboarding.clone().accept_agreement(request).await?;
    Ok(answer.into_inner().agreement.unwrap())
}

async fn state(client: &ScenarioClient, partner: &Partner) -> Answer<EnrollmentState> {
    let request = GetEnrollmentRequest { name: enrollment(partner, PROVIDER) };
    let answer = client.onboarding.clone().get_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap().state())
}

async fn accepted(client: &ScenarioClient, partner: &Partner) -> Answer<Agreement> {
    let request = ListAgreementsRequest { parent: partner.name.clone() };
    let answer = client.onboarding.clone().list_agreements(request).await?;
    Ok(answer.into_inner().agreements.remove(0))
}

/// Moves the clock to a time.
fn wait_until(world: &World, time: &str) {
    let time: Timestamp = time.parse().unwrap();
    world.clock.advance(Duration::try_from(time.duration_since(world.clock.now())).unwrap());
}

scenarios! {
    /// ON-2.
    async fn only_a_global_admin_accepts_the_mpa(world) {
        let company = world.client.company("Northwind", "FR").await?;
        let partner = world.client.qualified(&company, "FR", PROVIDER).await?;
        let agent = accept(&world, &partner, "2019-09", SignatoryRole::AdminAgent).await;
        assert_eq!(refused(agent), ["ON-2 SIGNATORY_NOT_GLOBAL_ADMIN"]);
        let mut dry_run = acceptance(&world, &partner, "2019-09", SignatoryRole::GlobalAdmin);
        dry_run.validate_only = true;
        let answer = world.client.onboarding.clone().accept_agreement(dry_run).await?.into_inner();
        assert_eq!(answer.agreement.unwrap().name, "");
        assert_eq!(state(&world.client, &partner).await?, EnrollmentState::Qualified);
        accept(&world, &partner, "2019-09", SignatoryRole::GlobalAdmin).await?;
        assert_eq!(state(&world.client, &partner).await?, EnrollmentState::Active);
    }

    /// MPA-3: the version of December 2026 is deemed accepted, except in France.
    async fn a_provider_in_france_accepts_the_new_version_in_time_or_is_not_active(world) {
        let client = &world.client;
        let (french, belgian) = (client.provider("FR").await?, client.provider("BE").await?);
        wait_until(&world, "2026-12-01T00:00:00Z");
        let old = failed(accept(&world, &french, "2019-09", SignatoryRole::GlobalAdmin).await);
        assert_eq!(old.code(), Code::InvalidArgument);
        let deemed = accepted(client, &belgian).await?;
        assert_eq!((&*deemed.version, &*deemed.version_in_force), ("2019-09", "2026-12"));
        assert_eq!(deemed.acceptance_mode(), AcceptanceMode::Deemed);
        let open = accepted(client, &french).await?;
        assert_eq!(&*open.version_in_force, "2019-09");
        assert!(open.lapse_time.is_some() && deemed.lapse_time.is_none());

        wait_until(&world, "2027-02-28T23:59:59Z");
        assert_eq!(state(client, &french).await?, EnrollmentState::Active);
        wait_until(&world, "2027-03-01T00:00:00Z");
        assert_eq!(state(client, &french).await?, EnrollmentState::Qualified);
        assert_eq!(state(client, &belgian).await?, EnrollmentState::Active);
        let customer = client.customer("FR").await?;
        let decision = client.check(tests::purchase(&french, None, &customer)).await?;
        let reasons: Vec<_> = decision.outcomes.iter().map(|it| it.reason.as_str()).collect();
        assert!(reasons.contains(&"SELLER_NOT_ACTIVE"), "{reasons:?}");
        let new = accept(&world, &french, "2026-12", SignatoryRole::GlobalAdmin).await?;
        assert_eq!(new.acceptance_mode(), AcceptanceMode::Explicit);
        assert_eq!(state(client, &french).await?, EnrollmentState::Active);
    }
}
