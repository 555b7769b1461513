//! Steps that cannot lead to an order are refused at once, not only at the order.

use std::time::Duration;

use cluster::scenario_client::{Answer, Partner, ScenarioClient, new_id, order};
use contracts::{
    onboarding::{AgreementKind, CreatePartnerRequest, Partner as CspPartner, Role},
    relationship::{
        AcceptPartnershipRequest, BatchGetPartnershipsRequest, CreateCustomerRequest, Customer,
        CustomerKind, CustomerRelationshipKind as Kind, EndPartnershipRequest,
        GetCustomerRelationshipRequest, PartnershipSide, PartnershipState, ProductFamily, Purpose,
        Transaction, Verdict,
    },
};
use tests::{purchase, refused, scenarios};

use crate::{
    enrollment::{reinstate, suspend, suspend_and_revoke},
    lifecycles::ask_with_provider,
};

/// After this time a revoked partner may enroll again.
const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);
const NOT_ENROLLED: [&str; 1] = ["ON-1 PARTNER_NOT_ENROLLED"];

async fn accept_partnership(client: &ScenarioClient, partnership: &str) -> Answer<()> {
    let name = partnership.to_owned();
    let request = AcceptPartnershipRequest { name, ..Default::default() };
    client.relationship.clone().accept_partnership(request).await.map(drop)
}

/// A request by which a partner creates a customer of a company.
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
    /// ON-1: a partner that never enrolled, a revoked one and a suspended one.
    async fn only_an_enrolled_partner_requests_a_relationship(world) {
        let client = &world.client;
        let company = client.company("Fabrikam Resale", "FR").await?;
        let joined = client.join(&company, "FR").await?;
        let (revoked, suspended) = (client.reseller("FR").await?, client.reseller("FR").await?);
        suspend_and_revoke(client, &revoked, Role::IndirectReseller).await?;
        suspend(client, &suspended, Role::IndirectReseller).await?;
        let enrolled = client.reseller("FR").await?;
        let customer = client.customer("FR").await?;
        for kind in [Kind::Resale, Kind::Management] {
            for partner in [&joined, &revoked, &suspended] {
                let requested = client.request_relationship(&customer, partner, kind).await;
                assert_eq!(refused(requested), NOT_ENROLLED, "{kind:?}");
            }
            client.establish_relationship(&customer, &enrolled, kind).await?;
        }
    }

    /// ON-1.
    async fn a_suspended_partner_continues_to_manage_and_a_revoked_one_does_not(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let manager = client.direct_bill("FR").await?;
        client.establish_relationship(&channel.customer, &manager, Kind::Management).await?;
        for (partner, role, transaction) in [
            (&manager, Role::DirectBill, manage(&manager, None, &channel.customer)),
            (reseller, Role::IndirectReseller, manage(reseller, None, &channel.customer)),
            (reseller, Role::IndirectReseller, manage(provider, Some(reseller), &channel.customer)),
        ] {
            suspend(client, partner, role).await?;
            assert_eq!(client.check(transaction.clone()).await?.verdict(), Verdict::Allowed);
            reinstate(client, partner, role).await?;
        }
        suspend_and_revoke(client, &manager, Role::DirectBill).await?;
        suspend_and_revoke(client, reseller, Role::IndirectReseller).await?;
        for (transaction, reason) in [
            (manage(&manager, None, &channel.customer), "PARTNER_NOT_ENROLLED"),
            (manage(reseller, None, &channel.customer), "PARTNER_NOT_ENROLLED"),
            (manage(provider, Some(reseller), &channel.customer), "RESELLER_NOT_ENROLLED"),
        ] {
            let decision = client.check(transaction).await?;
            let failed = decision.outcomes.iter().filter(|it| !it.reason.is_empty());
            let failed: Vec<_> = failed.map(|it| (&*it.rule_id, &*it.reason)).collect();
            assert_eq!(failed, [("ON-1", reason)]);
        }
        let transaction = manage(provider, None, &channel.customer);
        assert_eq!(client.check(transaction).await?.verdict(), Verdict::Allowed);
    }

    /// ON-1, REL-1 and OWN-2 when the customer accepts.
    async fn a_request_is_checked_again_when_the_customer_accepts(world) {
        let client = &world.client;
        let company = client.company("Litware", "FR").await?;
        let customer = client.customer_of(&company, "FR", CustomerKind::Company).await?;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        let partnership = client.partner_up(&provider, &reseller).await?;
        let with_provider = ask_with_provider(client, &customer, &reseller, &provider).await?.name;
        let direct = client.direct_bill("FR").await?;
        let alone = client.request_relationship(&customer, &direct, Kind::Resale).await?;

        suspend(client, &direct, Role::DirectBill).await?;
        assert_eq!(refused(client.accept(&alone).await), NOT_ENROLLED);
        reinstate(client, &direct, Role::DirectBill).await?;
        let end = EndPartnershipRequest {
            name: partnership,
            detail: "the contract ends".to_owned(),
            ended_by: PartnershipSide::Reseller.into(),
            ..Default::default()
        };
        client.relationship.clone().end_partnership(end).await?;
        assert_eq!(refused(client.accept(&with_provider).await), ["REL-1 PARTNERSHIP_NOT_ACTIVE"]);
        client.partner_up(&provider, &reseller).await?;
        client.accept(&with_provider).await?;

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
        let other = client.customer("FR").await?;
        let of_other = client.request_relationship(&other, &direct, Kind::Resale).await?;
        let name = client.onboarding.clone().create_partner(join).await?.into_inner().partner;
        let tenant = Partner {
            name: name.unwrap().name,
            organization: String::new(),
            location: String::new(),
            country: "FR".to_owned(),
        };
        client.enroll(&tenant, Role::IndirectReseller).await?;
        client.vet(&tenant, Role::IndirectReseller).await?;
        assert_eq!(refused(client.accept(&alone).await), ["OWN-2 CUSTOMER_IS_CSP_TENANT"]);
        client.accept(&of_other).await?;
    }

    /// PT-1, ON-1 and REL-2 when the reseller accepts.
    async fn an_invitation_is_checked_again_when_the_reseller_accepts(world) {
        let client = &world.client;
        let provider = client.provider("FR").await?;
        let (revoked, reseller) = (client.reseller("FR").await?, client.reseller("FR").await?);
        let of_revoked = client.invite(&provider, &revoked).await?;
        let name = client.invite(&provider, &reseller).await?;
        suspend_and_revoke(client, &revoked, Role::IndirectReseller).await?;
        let accepted = accept_partnership(client, &of_revoked).await;
        assert_eq!(refused(accepted), ["ON-1 RESELLER_NOT_ENROLLED"]);
        suspend(client, &provider, Role::IndirectProvider).await?;
        let accepted = accept_partnership(client, &name).await;
        assert_eq!(refused(accepted), ["PT-1 PROVIDER_NOT_ENROLLED"]);
        reinstate(client, &provider, Role::IndirectProvider).await?;
        accept_partnership(client, &name).await?;
    }

    /// ON-1.
    async fn a_suspended_provider_cannot_create_customers_or_attest(world) {
        let client = &world.client;
        let provider = client.provider("FR").await?;
        let company = client.company("Litware", "FR").await?;
        let customer = client.customer("FR").await?;
        let resale = client.establish_relationship(&customer, &provider, Kind::Resale).await?;
        suspend(client, &provider, Role::IndirectProvider).await?;
        let mut relationship = client.relationship.clone();
        let created = relationship.create_customer(creation(&provider, &company)).await;
        assert_eq!(refused(created), NOT_ENROLLED);
        assert_eq!(refused(client.attest_mca(&resale).await), NOT_ENROLLED);
        reinstate(client, &provider, Role::IndirectProvider).await?;
        relationship.create_customer(creation(&provider, &company)).await?;
        client.attest_mca(&resale).await?;
    }

    /// ORD-8, like OWN-1 for the reseller itself.
    async fn no_affiliate_of_the_customer_is_a_partner_on_record(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let own = client.reseller("FR").await?;
        let daughter =
            client.company_of("Daughter", "FR", &[(&own.organization, 6000, false)]).await?;
        let holding = client.company("Holding", "FR").await?;
        client.partner_up(&channel.provider, &own).await?;
        for (company, refused) in [(&own.organization, true), (&daughter, true), (&holding, false)] {
            let customer = client.customer_of(company, "FR", CustomerKind::Company).await?;
            client.onboard_customer(&customer, &[&channel.provider, &channel.reseller]).await?;
            let (provider, reseller) = (&channel.provider, Some(&channel.reseller));
            let mut transaction = purchase(provider, reseller, &customer);
            transaction.lines[0].additional_partner_ids_on_record = vec![own.location.clone()];
            let decision = client.check(transaction).await?;
            let failed = decision.outcomes.iter().filter(|it| !it.reason.is_empty());
            let failed: Vec<_> = failed.map(|it| (&*it.rule_id, &*it.reason)).collect();
            let expected = [("ORD-8", "ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER")];
            assert_eq!(failed, expected[usize::from(!refused)..]);
        }
    }

    /// REL-4.
    async fn a_partner_in_both_roles_sells_in_the_role_of_the_relationship(world) {
        let client = &world.client;
        let provider = client.provider("FR").await?;
        let both = client.direct_bill("FR").await?;
        client.enroll(&both, Role::IndirectReseller).await?;
        client.vet(&both, Role::IndirectReseller).await?;
        client.accept_mpa(&both, AgreementKind::IndirectReseller).await?;
        client.partner_up(&provider, &both).await?;
        let customer = client.customer("FR").await?;
        client.accept_mca(&customer).await?;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        let through = || order(&provider, Some(&both), &customer, &offer);
        let direct = || order(&both, None, &customer, &offer);

        let unstated = client.request_relationship(&customer, &both, Kind::Resale).await;
        assert_eq!(refused(unstated), ["REL-4 RELATIONSHIP_ROLE_NOT_STATED"]);
        let name = ask_with_provider(client, &customer, &both, &provider).await?.name;
        client.accept(&name).await?;
        client.place(through()).await?;
        let status = tests::failed(client.place(direct()).await);
        let refusals = client::refusal(&status).violations;
        assert_eq!(refusals[0].reason, "CUSTOMER_RELATIONSHIP_OF_OTHER_ROLE");
        assert!(refusals[0].next_step.contains("as the reseller"), "{refusals:?}");

        let name = client.request_relationship_as(&customer, &both, Kind::Resale, Role::DirectBill).await?;
        client.accept(&name).await?;
        let get = GetCustomerRelationshipRequest { name };
        let accepted = client.relationship.clone().get_customer_relationship(get).await?;
        assert_eq!(accepted.into_inner().relationship.unwrap().role(), Role::DirectBill);
        client.place(direct()).await?;
        client.place(through()).await?;
    }

    /// OWN-3.
    async fn a_csp_tenant_has_one_shared_services_tenant(world) {
        let client = &world.client;
        let direct = client.direct_bill("FR").await?;
        let shared = async |organization: &str, country: &str| {
            client.customer_of(organization, country, CustomerKind::SharedServices).await
        };
        shared(&direct.organization, "FR").await?;
        let exists = ["OWN-3 SHARED_SERVICES_TENANT_EXISTS"];
        assert_eq!(refused(shared(&direct.organization, "FR").await), exists);
        client.customer_of(&direct.organization, "FR", CustomerKind::Company).await?;
        client.active(&direct.organization, "US", Role::DirectBill).await?;
        shared(&direct.organization, "US").await?;
        assert_eq!(refused(shared(&direct.organization, "US").await), exists);
    }

    /// REL-1.
    async fn a_partnership_stays_ended_when_a_revoked_reseller_enrolls_again(world) {
        let channel = world.channel("DE").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let role = Role::IndirectReseller;
        suspend_and_revoke(&world.client, reseller, role).await?;
        world.clock.advance(YEAR);
        let client = &ScenarioClient::of(&world.cluster, world.clock.clone());
        client.enroll(reseller, role).await?;
        client.vet(reseller, role).await?;
        client.accept_mpa(reseller, AgreementKind::IndirectReseller).await?;
        let wanted = || order(provider, Some(reseller), &channel.customer, &channel.offer);
        let of_revoked = ["REL-1 PARTNERSHIP_OF_REVOKED_ENROLLMENT"];
        assert_eq!(refused(client.place(wanted()).await), of_revoked);
        let customer = client.customer("DE").await?;
        let requested = ask_with_provider(client, &customer, reseller, provider).await;
        assert_eq!(refused(requested), of_revoked);

        let next = client.partner_up(provider, reseller).await?;
        client.place(wanted()).await?;
        ask_with_provider(client, &customer, reseller, provider).await?;
        let names = vec![channel.partnership.clone(), next];
        let get = BatchGetPartnershipsRequest { names };
        let pair = client.relationship.clone().batch_get_partnerships(get).await?.into_inner();
        let states: Vec<_> = pair.partnerships.iter().map(|it| it.state()).collect();
        assert_eq!(states, [PartnershipState::Ended, PartnershipState::Active]);
        let [old, new] = &pair.partnerships[..] else { panic!("two partnerships were requested") };
        assert_eq!((old.ended_by(), &new.predecessor), (PartnershipSide::Unspecified, &old.name));
        assert!(old.state_reason.contains("revoked"), "{old:?}");
    }
}
