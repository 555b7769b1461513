//! Steps that would lead nowhere are refused when they are made, and not only at the order.

use std::time::Duration;

use cluster::scenario_client::{Answer, Partner, ScenarioClient, enrollment, new_id, order};
use contracts::{
    onboarding::{
        AgreementKind, CreatePartnerRequest, Partner as CspPartner, ReinstateEnrollmentRequest,
        RevokeEnrollmentRequest, Role, SuspendEnrollmentRequest, SuspensionCause,
    },
    relationship::{
        AcceptPartnershipRequest, BatchGetPartnershipsRequest, CreateCustomerRequest, Customer,
        CustomerKind, CustomerRelationshipKind as Kind, EndPartnershipRequest,
        GetCustomerRelationshipRequest, PartnershipSide, PartnershipState, ProductFamily, Purpose,
        Transaction, Verdict,
    },
};
use tests::{purchase, refused, scenarios};

use crate::lifecycles::ask_along;

/// A year of waiting, after which a revoked partner may apply again.
const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);
const OUT: [&str; 1] = ["ON-1 PARTNER_NOT_ENROLLED"];

async fn suspend(cast: &ScenarioClient, partner: &Partner, role: Role) -> Answer<()> {
    let request = SuspendEnrollmentRequest {
        name: enrollment(partner, role),
        cause: SuspensionCause::Abuse.into(),
        detail: "resold test licences".to_owned(),
        ..SuspendEnrollmentRequest::default()
    };
    cast.onboarding.clone().suspend_enrollment(request).await.map(drop)
}

async fn reinstate(cast: &ScenarioClient, partner: &Partner, role: Role) -> Answer<()> {
    let name = enrollment(partner, role);
    let request = ReinstateEnrollmentRequest { name, ..Default::default() };
    cast.onboarding.clone().reinstate_enrollment(request).await.map(drop)
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

async fn accept_partnership(cast: &ScenarioClient, partnership: &str) -> Answer<()> {
    let name = partnership.to_owned();
    let request = AcceptPartnershipRequest { name, ..Default::default() };
    cast.relationship.clone().accept_partnership(request).await.map(drop)
}

/// A partner creates a customer of a company.
fn creation(by: &Partner, organization: &str) -> CreateCustomerRequest {
    CreateCustomerRequest {
        customer_id: new_id(),
        customer: Some(Customer {
            display_name: "Litware".to_owned(),
            organization: organization.to_owned(),
            country_code: "FR".to_owned(),
            kind: CustomerKind::Company.into(),
            created_by: by.name.clone(),
            ..Customer::default()
        }),
        request_id: new_id(),
        ..CreateCustomerRequest::default()
    }
}

fn manage(seller: &Partner, reseller: Option<&Partner>, customer: &str) -> Transaction {
    Transaction {
        purpose: Purpose::Manage.into(),
        lines: Vec::new(),
        ..purchase(seller, reseller, customer)
    }
}

scenarios! {
    /// ON-1: a partner that never enrolled, and one that is revoked.
    async fn no_partner_outside_of_the_programme_asks_a_customer_for_a_relationship(world) {
        let cast = &world.cast;
        let company = cast.company("Fabrikam Resale", "FR").await?;
        let joined = cast.join(&company, "FR").await?;
        let (revoked, suspended) = (cast.reseller("FR").await?, cast.reseller("FR").await?);
        revoke(cast, &revoked, Role::IndirectReseller).await?;
        suspend(cast, &suspended, Role::IndirectReseller).await?;
        let enrolled = cast.reseller("FR").await?;
        let customer = cast.customer("FR").await?;
        for kind in [Kind::Resale, Kind::Management] {
            for partner in [&joined, &revoked, &suspended] {
                assert_eq!(refused(cast.request_relationship(&customer, partner, kind).await), OUT, "{kind:?}");
            }
            cast.establish_relationship(&customer, &enrolled, kind).await?;
        }
    }

    /// ON-1: it manages what it has while it is suspended, and no longer once it is revoked.
    async fn a_suspended_partner_goes_on_managing_and_a_revoked_one_does_not(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let manager = cast.direct_bill("FR").await?;
        cast.establish_relationship(&channel.customer, &manager, Kind::Management).await?;
        for (partner, role, asked) in [
            (&manager, Role::DirectBill, manage(&manager, None, &channel.customer)),
            (reseller, Role::IndirectReseller, manage(reseller, None, &channel.customer)),
            (reseller, Role::IndirectReseller, manage(provider, Some(reseller), &channel.customer)),
        ] {
            suspend(cast, partner, role).await?;
            assert_eq!(cast.check(asked.clone()).await?.verdict(), Verdict::Allowed);
            reinstate(cast, partner, role).await?;
        }
        revoke(cast, &manager, Role::DirectBill).await?;
        revoke(cast, reseller, Role::IndirectReseller).await?;
        for asked in [
            manage(&manager, None, &channel.customer),
            manage(reseller, None, &channel.customer),
            manage(provider, Some(reseller), &channel.customer),
        ] {
            let decision = cast.check(asked).await?;
            let failed = decision.outcomes.iter().filter(|it| !it.reason.is_empty());
            let failed: Vec<_> = failed.map(|it| (&*it.rule_id, &*it.reason)).collect();
            assert_eq!(failed, [("ON-1", "PARTNER_NOT_ENROLLED")]);
        }
        let asked = manage(provider, None, &channel.customer);
        assert_eq!(cast.check(asked).await?.verdict(), Verdict::Allowed);
    }

    /// ON-1, REL-1 and OWN-2 when the customer accepts.
    async fn a_request_is_held_against_the_rules_again_when_the_customer_accepts(world) {
        let cast = &world.cast;
        let company = cast.company("Litware", "FR").await?;
        let customer = cast.customer_of(&company, "FR", CustomerKind::Company).await?;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        let partnership = cast.partner_up(&provider, &reseller).await?;
        let along = ask_along(cast, &customer, &reseller, &provider).await?.name;
        let direct = cast.direct_bill("FR").await?;
        let alone = cast.request_relationship(&customer, &direct, Kind::Resale).await?;

        suspend(cast, &direct, Role::DirectBill).await?;
        assert_eq!(refused(cast.accept(&alone).await), OUT);
        reinstate(cast, &direct, Role::DirectBill).await?;
        let end = EndPartnershipRequest {
            name: partnership,
            detail: "the contract ends".to_owned(),
            ended_by: PartnershipSide::Reseller.into(),
            ..Default::default()
        };
        cast.relationship.clone().end_partnership(end).await?;
        assert_eq!(refused(cast.accept(&along).await), ["REL-1 PARTNERSHIP_NOT_ACTIVE"]);
        cast.partner_up(&provider, &reseller).await?;
        cast.accept(&along).await?;

        let join = CreatePartnerRequest {
            partner_id: customer.trim_start_matches("customers/").to_owned(),
            partner: Some(CspPartner {
                organization: company,
                country_code: "FR".to_owned(),
                ..CspPartner::default()
            }),
            request_id: new_id(),
            ..CreatePartnerRequest::default()
        };
        let other = cast.customer("FR").await?;
        let neighbour = cast.request_relationship(&other, &direct, Kind::Resale).await?;
        let name = cast.onboarding.clone().create_partner(join).await?.into_inner().partner;
        let tenant = Partner {
            name: name.unwrap().name,
            organization: String::new(),
            location: String::new(),
            country: "FR".to_owned(),
        };
        cast.enroll(&tenant, Role::IndirectReseller).await?;
        cast.vet(&tenant, Role::IndirectReseller).await?;
        assert_eq!(refused(cast.accept(&alone).await), ["OWN-2 CUSTOMER_IS_CSP_TENANT"]);
        cast.accept(&neighbour).await?;
    }

    /// PT-1, ON-1 and REL-2 when the reseller accepts.
    async fn an_invitation_is_held_against_the_rules_again_when_the_reseller_accepts(world) {
        let cast = &world.cast;
        let provider = cast.provider("FR").await?;
        let (revoked, reseller) = (cast.reseller("FR").await?, cast.reseller("FR").await?);
        let lost = cast.invite(&provider, &revoked).await?;
        let name = cast.invite(&provider, &reseller).await?;
        revoke(cast, &revoked, Role::IndirectReseller).await?;
        let accepted = accept_partnership(cast, &lost).await;
        assert_eq!(refused(accepted), ["ON-1 RESELLER_NOT_ENROLLED"]);
        suspend(cast, &provider, Role::IndirectProvider).await?;
        let accepted = accept_partnership(cast, &name).await;
        assert_eq!(refused(accepted), ["PT-1 PROVIDER_NOT_ENROLLED"]);
        reinstate(cast, &provider, Role::IndirectProvider).await?;
        accept_partnership(cast, &name).await?;
    }

    /// ON-1: a suspended partner wins no customers.
    async fn a_suspended_provider_creates_no_customers_and_attests_nothing(world) {
        let cast = &world.cast;
        let provider = cast.provider("FR").await?;
        let company = cast.company("Litware", "FR").await?;
        let customer = cast.customer("FR").await?;
        let tie = cast.establish_relationship(&customer, &provider, Kind::Resale).await?;
        suspend(cast, &provider, Role::IndirectProvider).await?;
        let mut relationship = cast.relationship.clone();
        let created = relationship.create_customer(creation(&provider, &company)).await;
        assert_eq!(refused(created), OUT);
        assert_eq!(refused(cast.attest_mca(&tie).await), OUT);
        reinstate(cast, &provider, Role::IndirectProvider).await?;
        relationship.create_customer(creation(&provider, &company)).await?;
        cast.attest_mca(&tie).await?;
    }

    /// ORD-8, as OWN-1 says it of the reseller itself.
    async fn no_affiliate_of_the_customer_stands_on_record(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let own = cast.reseller("FR").await?;
        let daughter =
            cast.company_of("Daughter", "FR", &[(&own.organization, 6000, false)]).await?;
        let holding = cast.company("Holding", "FR").await?;
        cast.partner_up(&channel.provider, &own).await?;
        for (company, refused) in [(&own.organization, true), (&daughter, true), (&holding, false)] {
            let customer = cast.customer_of(company, "FR", CustomerKind::Company).await?;
            cast.onboard_customer(&customer, &[&channel.provider, &channel.reseller]).await?;
            let mut asked = purchase(&channel.provider, Some(&channel.reseller), &customer);
            asked.lines[0].additional_partner_ids_on_record = vec![own.location.clone()];
            let decision = cast.check(asked).await?;
            let failed = decision.outcomes.iter().filter(|it| !it.reason.is_empty());
            let failed: Vec<_> = failed.map(|it| (&*it.rule_id, &*it.reason)).collect();
            let expected = [("ORD-8", "ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER")];
            assert_eq!(failed, expected[usize::from(!refused)..]);
        }
    }

    /// REL-4: a partner in both roles sells to a customer in the role in which it acquired it.
    async fn a_direct_bill_partner_does_not_sell_to_whom_it_acquired_as_a_reseller(world) {
        let cast = &world.cast;
        let provider = cast.provider("FR").await?;
        let both = cast.direct_bill("FR").await?;
        cast.enroll(&both, Role::IndirectReseller).await?;
        cast.vet(&both, Role::IndirectReseller).await?;
        cast.accept_mpa(&both, AgreementKind::IndirectReseller).await?;
        cast.partner_up(&provider, &both).await?;
        let customer = cast.customer("FR").await?;
        cast.accept_mca(&customer).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let through = || order(&provider, Some(&both), &customer, &offer);
        let direct = || order(&both, None, &customer, &offer);

        let unsaid = cast.request_relationship(&customer, &both, Kind::Resale).await;
        assert_eq!(refused(unsaid), ["REL-4 RELATIONSHIP_ROLE_NOT_STATED"]);
        let name = ask_along(cast, &customer, &both, &provider).await?.name;
        cast.accept(&name).await?;
        cast.place(through()).await?;
        let status = tests::failed(cast.place(direct()).await);
        let refusals = client::refusal(&status).violations;
        assert_eq!(refusals[0].reason, "CUSTOMER_RELATIONSHIP_OF_OTHER_ROLE");
        assert!(refusals[0].next_step.contains("as the reseller"), "{refusals:?}");

        let name = cast.request_relationship_as(&customer, &both, Kind::Resale, Role::DirectBill).await?;
        cast.accept(&name).await?;
        let get = GetCustomerRelationshipRequest { name };
        let tied = cast.relationship.clone().get_customer_relationship(get).await?.into_inner();
        assert_eq!(tied.relationship.unwrap().role(), Role::DirectBill);
        cast.place(direct()).await?;
        cast.place(through()).await?;
    }

    /// OWN-3.
    async fn a_csp_tenant_has_one_shared_services_tenant(world) {
        let cast = &world.cast;
        let direct = cast.direct_bill("FR").await?;
        let shared = async |organization: &str, country: &str| {
            cast.customer_of(organization, country, CustomerKind::SharedServices).await
        };
        shared(&direct.organization, "FR").await?;
        let exists = ["OWN-3 SHARED_SERVICES_TENANT_EXISTS"];
        assert_eq!(refused(shared(&direct.organization, "FR").await), exists);
        cast.customer_of(&direct.organization, "FR", CustomerKind::Company).await?;
        cast.active(&direct.organization, "US", Role::DirectBill).await?;
        shared(&direct.organization, "US").await?;
        assert_eq!(refused(shared(&direct.organization, "US").await), exists);
    }

    /// REL-1: what was accepted under an enrollment that was revoked.
    async fn a_partnership_does_not_revive_when_a_revoked_reseller_enrolls_again(world) {
        let channel = world.channel("DE").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let role = Role::IndirectReseller;
        revoke(&world.cast, reseller, role).await?;
        world.clock.advance(YEAR);
        let cast = &ScenarioClient::of(&world.cluster, world.clock.clone());
        cast.enroll(reseller, role).await?;
        cast.vet(reseller, role).await?;
        cast.accept_mpa(reseller, AgreementKind::IndirectReseller).await?;
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);
        let of_revoked = ["REL-1 PARTNERSHIP_OF_REVOKED_ENROLLMENT"];
        assert_eq!(refused(cast.place(wanted()).await), of_revoked);
        let customer = cast.customer("DE").await?;
        assert_eq!(refused(ask_along(cast, &customer, reseller, provider).await), of_revoked);

        let next = cast.partner_up(provider, reseller).await?;
        cast.place(wanted()).await?;
        ask_along(cast, &customer, reseller, provider).await?;
        let names = vec![channel.partnership.clone(), next];
        let get = BatchGetPartnershipsRequest { names };
        let pair = cast.relationship.clone().batch_get_partnerships(get).await?.into_inner();
        let states: Vec<_> = pair.partnerships.iter().map(|it| it.state()).collect();
        assert_eq!(states, [PartnershipState::Ended, PartnershipState::Active]);
        let [old, new] = &pair.partnerships[..] else { panic!("two were asked for") };
        assert_eq!((old.ended_by(), &new.predecessor), (PartnershipSide::Unspecified, &old.name));
        assert!(old.state_reason.contains("revoked"), "{old:?}");
    }
}
