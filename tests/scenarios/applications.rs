//! An acceptance belongs to one enrollment: a new enrollment needs a new acceptance.

use std::time::Duration;

use cluster::scenario_client::{
    Answer, Partner, ScenarioClient, agreement_of, enrollment, new_id, order,
};
use contracts::onboarding::{
    AgreementKind, EnrollPartnerRequest, EnrollmentState, GetEnrollmentRequest,
    ListAgreementsRequest, Organization, Role, SubmitEnrollmentRequest, UpdateOrganizationRequest,
};
use prost_types::FieldMask;
use tests::{refused, scenarios};

use crate::enrollment::{reinstate, suspend, suspend_and_revoke};

const YEAR: Duration = Duration::from_secs(366 * 24 * 3600);

async fn state(client: &ScenarioClient, partner: &Partner, role: Role) -> Answer<EnrollmentState> {
    let request = GetEnrollmentRequest { name: enrollment(partner, role) };
    let answer = client.onboarding.clone().get_enrollment(request).await?;
    Ok(answer.into_inner().enrollment.unwrap().state())
}

async fn enroll(client: &ScenarioClient, partner: &Partner, role: Role) -> Answer<()> {
    let request = EnrollPartnerRequest {
        parent: partner.name.clone(),
        role: role.into(),
        contact_email: "ada@contoso.com".to_owned(),
        request_id: new_id(),
        ..EnrollPartnerRequest::default()
    };
    client.onboarding.clone().enroll_partner(request).await.map(drop)
}

scenarios! {
    /// ON-1, MPA-1 and MPA-2.
    async fn a_revoked_reseller_that_enrolls_again_accepts_the_mpa_again(world) {
        let (client, role) = (&world.client, Role::IndirectReseller);
        let (channel, accepted) = (world.channel("BE").await?, world.clock.now());
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);
        client.place(wanted()).await?;
        suspend_and_revoke(client, reseller, role).await?;
        world.clock.advance(YEAR);
        client.enroll(reseller, role).await?;
        client.vet(reseller, role).await?;
        assert_eq!(state(client, reseller, role).await?, EnrollmentState::Qualified);
        assert_eq!(
            refused(client.place(wanted()).await),
            [
                "REL-1 PARTNERSHIP_OF_REVOKED_ENROLLMENT",
                "ON-1 RESELLER_NOT_ACTIVE",
                "MPA-1 PARTNER_ID_BEFORE_MPA",
                "MPA-2 RESELLER_MPA_NOT_ACCEPTED",
            ]
        );
        let old = client.accept_mpa_at(reseller, agreement_of(role), accepted).await;
        assert_eq!(refused(old), ["ON-1 AGREEMENT_OF_EARLIER_ENROLLMENT"]);
        client.accept_mpa(reseller, agreement_of(role)).await?;
        assert_eq!(state(client, reseller, role).await?, EnrollmentState::Active);
        client.partner_up(provider, reseller).await?;
        client.place(wanted()).await?;
    }

    /// ON-2.
    async fn a_repeated_acceptance_adds_nothing_and_a_partner_has_at_most_fifty(world) {
        let (client, kind) = (&world.client, AgreementKind::IndirectProvider);
        let company = client.company("Northwind Distribution", "BE").await?;
        let partner = client.qualified(&company, "BE", Role::IndirectProvider).await?;
        client.accept_mpa(&partner, kind).await?;
        let agreements = async || {
            let list = ListAgreementsRequest { parent: partner.name.clone() };
            let answer = client.onboarding.clone().list_agreements(list).await?;
            Ok::<_, tonic::Status>(answer.into_inner().agreements)
        };
        let (first, before) = (agreements().await?, world.revisions("onboarding").await);
        for _ in 0..10 {
            client.accept_mpa(&partner, kind).await?;
        }
        assert_eq!(agreements().await?, first);
        assert_eq!(world.revisions("onboarding").await, before);
        for seconds in 1..50 {
            let earlier = world.clock.now() - Duration::from_secs(seconds);
            client.accept_mpa_at(&partner, kind, earlier).await?;
        }
        let earlier = world.clock.now() - Duration::from_secs(50);
        let more = client.accept_mpa_at(&partner, kind, earlier).await;
        assert_eq!(refused(more), ["STATE COLLECTION_FULL"]);
        client.accept_mpa(&partner, kind).await?;
        assert_eq!(agreements().await?.len(), 50);
    }

    async fn recording_the_same_evidence_or_profile_again_changes_nothing(world) {
        let (client, role) = (&world.client, Role::IndirectReseller);
        let reseller = client.reseller("BE").await?;
        client.record_evidence(&reseller, role, world.clock.now()).await?;
        let before = world.revisions("onboarding").await;
        world.clock.advance(YEAR);
        client.record_evidence(&reseller, role, world.clock.now() - YEAR).await?;
        let profile = UpdateOrganizationRequest {
            organization: Some(Organization {
                name: reseller.organization.clone(),
                display_name: "Fabrikam Resale".to_owned(),
                ..Organization::default()
            }),
            update_mask: Some(FieldMask { paths: vec!["display_name".to_owned()] }),
            ..UpdateOrganizationRequest::default()
        };
        client.onboarding.clone().update_organization(profile).await?;
        assert_eq!(world.revisions("onboarding").await, before);
        assert_eq!(state(client, &reseller, role).await?, EnrollmentState::Active);
    }

    /// A decision about a company as buyer reads all of its tenants.
    async fn a_company_has_at_most_250_csp_tenants(world) {
        let client = &world.client;
        let company = client.company("Fabrikam Resale", "BE").await?;
        for _ in 0..250 {
            client.join(&company, "BE").await?;
        }
        assert_eq!(refused(client.join(&company, "BE").await), ["STATE COLLECTION_FULL"]);
    }

    /// ON-1.
    async fn a_revoked_direct_bill_partner_accepts_the_reseller_mpa_for_the_reseller_role(world) {
        let (client, role) = (&world.client, Role::IndirectReseller);
        let partner = client.direct_bill("BE").await?;
        suspend_and_revoke(client, &partner, Role::DirectBill).await?;
        client.enroll(&partner, role).await?;
        client.vet(&partner, role).await?;
        assert_eq!(state(client, &partner, role).await?, EnrollmentState::Qualified);
        client.accept_mpa(&partner, AgreementKind::IndirectReseller).await?;
        assert_eq!(state(client, &partner, role).await?, EnrollmentState::Active);
    }

    /// MPA-2.
    async fn a_direct_bill_acceptance_covers_the_reseller_role_while_direct_bill_is_active(world) {
        let (client, role) = (&world.client, Role::IndirectReseller);
        let reseller = client.direct_bill("BE").await?;
        client.enroll(&reseller, role).await?;
        client.vet(&reseller, role).await?;
        let channel = world.channel_of(client.provider("BE").await?, reseller, "BE").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);
        client.place(wanted()).await?;
        suspend(client, reseller, Role::DirectBill).await?;
        assert_eq!(state(client, reseller, role).await?, EnrollmentState::Qualified);
        assert_eq!(
            refused(client.place(wanted()).await),
            [
                "ON-1 RESELLER_NOT_ACTIVE",
                "MPA-1 PARTNER_ID_BEFORE_MPA",
                "MPA-2 RESELLER_MPA_NOT_ACCEPTED",
            ]
        );
        reinstate(client, reseller, Role::DirectBill).await?;
        client.place(wanted()).await?;
        suspend(client, reseller, Role::DirectBill).await?;
        client.accept_mpa(reseller, AgreementKind::IndirectReseller).await?;
        client.place(wanted()).await?;
    }

    /// ON-5: in this order only; a direct-bill tenant may enroll as indirect reseller too.
    async fn a_reseller_tenant_cannot_enroll_as_direct_bill(world) {
        let (client, direct) = (&world.client, Role::DirectBill);
        let reseller = client.reseller("BE").await?;
        let enrolled = enroll(client, &reseller, direct).await;
        assert_eq!(refused(enrolled), ["ON-5 TENANT_IS_RESELLER"]);
        let other_tenant = client.join(&reseller.organization, "BE").await?;
        enroll(client, &other_tenant, direct).await?;
        client.record_evidence(&other_tenant, direct, world.clock.now()).await?;
        // A draft cannot be submitted once the tenant is enrolled as reseller.
        client.enroll(&other_tenant, Role::IndirectReseller).await?;
        let name = enrollment(&other_tenant, direct);
        let submit = SubmitEnrollmentRequest { name, ..Default::default() };
        let submitted = client.onboarding.clone().submit_enrollment(submit).await;
        assert_eq!(refused(submitted), ["ON-5 TENANT_IS_RESELLER"]);
        let both = client.direct_bill("BE").await?;
        client.enroll(&both, Role::IndirectReseller).await?;
        suspend_and_revoke(client, &reseller, Role::IndirectReseller).await?;
        enroll(client, &reseller, direct).await?;
    }
}
