//! What a partner accepts belongs to one enrollment: whoever applies again accepts again.

use std::time::Duration;

use cluster::scenario_client::{
    Answer, Partner, ScenarioClient, agreement_of, enrollment, new_id, order,
};
use contracts::onboarding::{
    AgreementKind, EnrollPartnerRequest, EnrollmentState, GetEnrollmentRequest,
    ListAgreementsRequest, Organization, ReinstateEnrollmentRequest, RevokeEnrollmentRequest, Role,
    SubmitEnrollmentRequest, SuspendEnrollmentRequest, SuspensionCause, UpdateOrganizationRequest,
};
use prost_types::FieldMask;
use tests::{refused, scenarios};

const YEAR: Duration = Duration::from_secs(366 * 24 * 3600);

async fn state(cast: &ScenarioClient, partner: &Partner, role: Role) -> Answer<EnrollmentState> {
    let request = GetEnrollmentRequest { name: enrollment(partner, role) };
    let answer = cast.onboarding.clone().get_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap().state())
}

async fn suspend(cast: &ScenarioClient, partner: &Partner, role: Role) -> Answer<()> {
    let request = SuspendEnrollmentRequest {
        name: enrollment(partner, role),
        cause: SuspensionCause::Abuse.into(),
        detail: "resold test licences".to_owned(),
        ..SuspendEnrollmentRequest::default()
    };
    cast.onboarding.clone().suspend_enrollment(request).await.map(drop)
}

async fn revoke(cast: &ScenarioClient, partner: &Partner, role: Role) -> Answer<()> {
    suspend(cast, partner, role).await?;
    let request = RevokeEnrollmentRequest {
        name: enrollment(partner, role),
        detail: "it went on".to_owned(),
        ..RevokeEnrollmentRequest::default()
    };
    cast.onboarding.clone().revoke_enrollment(request).await.map(drop)
}

async fn enroll(cast: &ScenarioClient, partner: &Partner, role: Role) -> Answer<()> {
    let request = EnrollPartnerRequest {
        parent: partner.name.clone(),
        role: role.into(),
        contact_email: "ada@contoso.com".to_owned(),
        request_id: new_id(),
        ..EnrollPartnerRequest::default()
    };
    cast.onboarding.clone().enroll_partner(request).await.map(drop)
}

scenarios! {
    /// ON-1, MPA-1 and MPA-2: the third step is taken for each application.
    async fn a_revoked_reseller_that_enrolls_again_accepts_the_mpa_again(world) {
        let (cast, role) = (&world.cast, Role::IndirectReseller);
        let (channel, accepted) = (world.channel("BE").await?, world.clock.now());
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);
        cast.place(wanted()).await?;
        revoke(cast, reseller, role).await?;
        world.clock.advance(YEAR);
        cast.enroll(reseller, role).await?;
        cast.vet(reseller, role).await?;
        assert_eq!(state(cast, reseller, role).await?, EnrollmentState::Qualified);
        assert_eq!(
            refused(cast.place(wanted()).await),
            [
                "REL-1 PARTNERSHIP_OF_REVOKED_ENROLLMENT",
                "ON-1 RESELLER_NOT_ACTIVE",
                "MPA-1 PARTNER_ID_BEFORE_MPA",
                "MPA-2 RESELLER_MPA_NOT_ACCEPTED",
            ]
        );
        let old = cast.accept_mpa_at(reseller, agreement_of(role), accepted).await;
        assert_eq!(refused(old), ["ON-1 AGREEMENT_OF_EARLIER_ENROLLMENT"]);
        cast.accept_mpa(reseller, agreement_of(role)).await?;
        assert_eq!(state(cast, reseller, role).await?, EnrollmentState::Active);
        cast.partner_up(provider, reseller).await?;
        cast.place(wanted()).await?;
    }

    /// ON-2: a repeated acceptance adds nothing, and the number of acceptances is limited.
    async fn the_same_acceptance_again_is_the_one_there_is_and_there_are_at_most_fifty(world) {
        let (cast, kind) = (&world.cast, AgreementKind::IndirectProvider);
        let company = cast.company("Northwind Distribution", "BE").await?;
        let partner = cast.qualified(&company, "BE", Role::IndirectProvider).await?;
        cast.accept_mpa(&partner, kind).await?;
        let agreements = async || {
            let list = ListAgreementsRequest { parent: partner.name.clone() };
            let answer = cast.onboarding.clone().list_agreements(list).await?;
            Ok::<_, tonic::Status>(answer.into_inner().agreements)
        };
        let (first, before) = (agreements().await?, world.revisions("onboarding").await);
        for _ in 0..10 {
            cast.accept_mpa(&partner, kind).await?;
        }
        assert_eq!(agreements().await?, first);
        assert_eq!(world.revisions("onboarding").await, before);
        for seconds in 1..50 {
            let earlier = world.clock.now() - Duration::from_secs(seconds);
            cast.accept_mpa_at(&partner, kind, earlier).await?;
        }
        let earlier = world.clock.now() - Duration::from_secs(50);
        let more = cast.accept_mpa_at(&partner, kind, earlier).await;
        assert_eq!(refused(more), ["STATE COLLECTION_FULL"]);
        cast.accept_mpa(&partner, kind).await?;
        assert_eq!(agreements().await?.len(), 50);
    }

    /// Evidence and a legal profile that are recorded already add nothing either.
    async fn the_same_evidence_and_the_same_profile_again_change_nothing(world) {
        let (cast, role) = (&world.cast, Role::IndirectReseller);
        let reseller = cast.reseller("BE").await?;
        cast.record_evidence(&reseller, role, world.clock.now()).await?;
        let before = world.revisions("onboarding").await;
        world.clock.advance(YEAR);
        cast.record_evidence(&reseller, role, world.clock.now() - YEAR).await?;
        let profile = UpdateOrganizationRequest {
            organization: Some(Organization {
                name: reseller.organization.clone(),
                display_name: "Fabrikam Resale".to_owned(),
                ..Organization::default()
            }),
            update_mask: Some(FieldMask { paths: vec!["display_name".to_owned()] }),
            ..UpdateOrganizationRequest::default()
        };
        cast.onboarding.clone().update_organization(profile).await?;
        assert_eq!(world.revisions("onboarding").await, before);
        assert_eq!(state(cast, &reseller, role).await?, EnrollmentState::Active);
    }

    /// A decision about a company as a buyer reads all of its tenants.
    async fn a_company_has_at_most_250_csp_tenants(world) {
        let cast = &world.cast;
        let company = cast.company("Fabrikam Resale", "BE").await?;
        for _ in 0..250 {
            cast.join(&company, "BE").await?;
        }
        assert_eq!(refused(cast.join(&company, "BE").await), ["STATE COLLECTION_FULL"]);
    }

    /// ON-1: an acceptance of one role is none of the next.
    async fn a_revoked_direct_bill_partner_that_enrolls_as_reseller_accepts_the_mpa_of_it(world) {
        let (cast, role) = (&world.cast, Role::IndirectReseller);
        let partner = cast.direct_bill("BE").await?;
        revoke(cast, &partner, Role::DirectBill).await?;
        cast.enroll(&partner, role).await?;
        cast.vet(&partner, role).await?;
        assert_eq!(state(cast, &partner, role).await?, EnrollmentState::Qualified);
        cast.accept_mpa(&partner, AgreementKind::IndirectReseller).await?;
        assert_eq!(state(cast, &partner, role).await?, EnrollmentState::Active);
    }

    /// MPA-2: the direct-bill text covers the reseller role, but not beyond direct bill.
    async fn a_direct_bill_acceptance_covers_the_reseller_role_only_while_direct_bill_is_active(world) {
        let (cast, role) = (&world.cast, Role::IndirectReseller);
        let reseller = cast.direct_bill("BE").await?;
        cast.enroll(&reseller, role).await?;
        cast.vet(&reseller, role).await?;
        let channel = world.channel_of(cast.provider("BE").await?, reseller, "BE").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);
        cast.place(wanted()).await?;
        suspend(cast, reseller, Role::DirectBill).await?;
        assert_eq!(state(cast, reseller, role).await?, EnrollmentState::Qualified);
        assert_eq!(
            refused(cast.place(wanted()).await),
            [
                "ON-1 RESELLER_NOT_ACTIVE",
                "MPA-1 PARTNER_ID_BEFORE_MPA",
                "MPA-2 RESELLER_MPA_NOT_ACCEPTED",
            ]
        );
        let name = enrollment(reseller, Role::DirectBill);
        let reinstate = ReinstateEnrollmentRequest { name, ..Default::default() };
        cast.onboarding.clone().reinstate_enrollment(reinstate).await?;
        cast.place(wanted()).await?;
        suspend(cast, reseller, Role::DirectBill).await?;
        cast.accept_mpa(reseller, AgreementKind::IndirectReseller).await?;
        cast.place(wanted()).await?;
    }

    /// ON-5: in this order; a direct-bill tenant may enroll as indirect reseller as well.
    async fn a_tenant_that_is_enrolled_as_reseller_is_refused_direct_bill(world) {
        let (cast, direct) = (&world.cast, Role::DirectBill);
        let reseller = cast.reseller("BE").await?;
        let refused_there = refused(enroll(cast, &reseller, direct).await);
        assert_eq!(refused_there, ["ON-5 TENANT_IS_RESELLER"]);
        let of_its_own = cast.join(&reseller.organization, "BE").await?;
        enroll(cast, &of_its_own, direct).await?;
        cast.record_evidence(&of_its_own, direct, world.clock.now()).await?;
        // The draft does not go on either once the tenant is a reseller's.
        cast.enroll(&of_its_own, Role::IndirectReseller).await?;
        let name = enrollment(&of_its_own, direct);
        let submit = SubmitEnrollmentRequest { name, ..Default::default() };
        let submitted = cast.onboarding.clone().submit_enrollment(submit).await;
        assert_eq!(refused(submitted), ["ON-5 TENANT_IS_RESELLER"]);
        let both = cast.direct_bill("BE").await?;
        cast.enroll(&both, Role::IndirectReseller).await?;
        revoke(cast, &reseller, Role::IndirectReseller).await?;
        enroll(cast, &reseller, direct).await?;
    }
}
