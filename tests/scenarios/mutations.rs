//! Etags, dry runs and request ids of mutations.

use std::time::Duration;

use client::refusal;
use cluster::{
    ScenarioClient,
    scenario_client::{Answer, agreement_of, enrollment, mca, new_id},
};
use contracts::{
    onboarding::{self as ob, Role},
    relationship::{self as rl, CustomerRelationshipKind::Resale},
    time::to_wire,
};
use tests::{failed, scenarios};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::Timestamp;

/// The fields that every mutation has.
#[derive(Debug, Clone, Default)]
struct Options {
    request_id: String,
    validate_only: bool,
    etag: String,
}

/// Asserts that a response reports a stale etag: the current and the expected one, and the time and
/// author of the last change.
fn assert_stale<T: std::fmt::Debug>(answer: Answer<T>, current: &str, expected: &str) {
    let status = failed(answer);
    assert_eq!(status.code(), Code::Aborted, "{status:?}");
    let info = status.get_details_error_info().unwrap();
    assert_eq!(info.reason, "STALE_ETAG");
    let keys = ["resourceName", "currentEtag", "expectedEtag", "changeTime", "changedBy"];
    let [name, is, was, time, by] = keys.map(|key| info.metadata[key].as_str());
    assert_eq!([is, was], [current, expected]);
    let message = format!(
        "`{name}` is at etag {current}, the request expected {expected} (last changed {time} by \
         {by}); read it and decide again"
    );
    assert_eq!(status.message(), message);
    assert!(!by.is_empty() && time.parse::<Timestamp>().is_ok(), "{by} {time}");
}

/// The comparable outcome of a call.
fn outcome<T>(answer: Answer<T>) -> Result<T, (Code, String, usize)> {
    answer.map_err(|it| (it.code(), it.message().to_owned(), refusal(&it).violations.len()))
}

/// Checks etag, dry run and idempotency of a mutation. `read` returns the etag that it checks, and
/// everything that it may change.
async fn assert_contract<R, T>(
    read: impl AsyncFn() -> Answer<(String, R)>,
    change: impl AsyncFn(Options) -> Answer<T>,
) -> Result<(), Status>
where
    R: PartialEq + std::fmt::Debug,
    T: PartialEq + std::fmt::Debug,
{
    let before = read().await?;
    let options = Options { request_id: new_id(), etag: before.0.clone(), ..Options::default() };
    let dry_options = Options { validate_only: true, ..options.clone() };
    let late = Options { etag: "r999-1".to_owned(), ..options.clone() };
    assert_stale(change(late.clone()).await, &before.0, "r999-1");
    assert_stale(change(Options { validate_only: true, ..late }).await, &before.0, "r999-1");
    let dry_run = change(dry_options.clone()).await?;
    assert_eq!(read().await?, before, "a dry run writes nothing");
    let first = change(options.clone()).await?;
    assert_eq!(first, dry_run, "a dry run returns the result and does not use the request id");
    let after = read().await?;
    assert_ne!(after.0, before.0);
    assert_eq!(change(options.clone()).await?, first, "a retry gets the first response");
    assert_stale(change(dry_options).await, &after.0, &before.0);
    assert_stale(change(Options { request_id: new_id(), ..options }).await, &after.0, &before.0);
    assert_eq!(read().await?, after, "a stale etag changes nothing");
    let dry_options = Options { validate_only: true, ..Options::default() };
    let dry_run = outcome(change(dry_options).await);
    assert_eq!(read().await?, after);
    assert_eq!(
        dry_run,
        outcome(change(Options::default()).await),
        "a dry run is refused like the call"
    );
    Ok(())
}

async fn partner(client: &ScenarioClient, name: &str) -> Answer<(String, ob::Partner)> {
    let get = ob::GetPartnerRequest { name: name.to_owned() };
    let partner = client.onboarding.clone().get_partner(get).await?.into_inner().partner.unwrap();
    Ok((partner.etag.clone(), partner))
}

async fn enrolled(client: &ScenarioClient, name: &str) -> Answer<(String, ob::Enrollment)> {
    let get = ob::GetEnrollmentRequest { name: name.to_owned() };
    let answer = client.onboarding.clone().get_enrollment(get).await?.into_inner();
    let enrollment = answer.enrollment.unwrap();
    Ok((enrollment.etag.clone(), enrollment))
}

async fn suspend(
    client: &ScenarioClient,
    name: &str,
    options: Options,
) -> Answer<Option<ob::Enrollment>> {
    let Options { request_id, validate_only, etag } = options;
    let (name, detail) = (name.to_owned(), "abuse".to_owned());
    let cause = ob::SuspensionCause::Abuse.into();
    let request =
        ob::SuspendEnrollmentRequest { name, cause, detail, request_id, validate_only, etag };
    Ok(client.onboarding.clone().suspend_enrollment(request).await?.into_inner().enrollment)
}

async fn enroll(
    client: &ScenarioClient,
    parent: &str,
    role: Role,
    options: Options,
) -> Answer<Option<ob::Enrollment>> {
    let Options { request_id, validate_only, etag } = options;
    let (parent, role) = (parent.to_owned(), role.into());
    let contact_email = "ada@contoso.com".to_owned();
    let request =
        ob::EnrollPartnerRequest { parent, role, contact_email, request_id, validate_only, etag };
    Ok(client.onboarding.clone().enroll_partner(request).await?.into_inner().enrollment)
}

async fn customer(client: &ScenarioClient, name: &str) -> Answer<(String, rl::Customer)> {
    let get = rl::GetCustomerRequest { name: name.to_owned() };
    let answer = client.relationship.clone().get_customer(get).await?.into_inner();
    let customer = answer.customer.unwrap();
    Ok((customer.etag.clone(), customer))
}

scenarios! {
    /// EndOwnership.
    async fn a_change_of_an_organization_checks_its_etag(world) {
        let client = &world.client;
        let owner = client.company("Contoso", "FR").await?;
        let name = &client.company_of("Fabrikam", "FR", &[(&owner, 6000, false)]).await?;
        world.clock.advance(Duration::from_secs(1));
        let read = async || {
            let get = ob::GetOrganizationRequest { name: name.clone() };
            let answer = client.onboarding.clone().get_organization(get).await?.into_inner();
            let organization = answer.organization.unwrap();
            Ok((organization.etag.clone(), organization))
        };
        assert_contract(read, async |Options { request_id, validate_only, etag }| {
            let (name, owner, detail) = (name.clone(), owner.clone(), "sold".to_owned());
            let end = ob::EndOwnershipRequest {
                name, owner, detail, end_time: None, request_id, validate_only, etag,
            };
            Ok(client.onboarding.clone().end_ownership(end).await?.into_inner().organization)
        }).await?;
    }

    /// AssociateLocation and EnrollPartner.
    async fn a_change_of_a_partner_checks_its_etag(world) {
        let client = &world.client;
        let company = client.company("Contoso", "FR").await?;
        let name = &client.join(&company, "FR").await?.name;
        let read = async || partner(client, name).await;
        assert_contract(read, async |Options { request_id, validate_only, etag }| {
            let associate = ob::AssociateLocationRequest {
                name: name.clone(),
                location_account_id: "7654321".to_owned(),
                location_country_code: "FR".to_owned(),
                request_id,
                validate_only,
                etag,
            };
            Ok(client.onboarding.clone().associate_location(associate).await?.into_inner().partner)
        }).await?;
        let enroll = async |options| enroll(client, name, Role::DirectBill, options).await;
        assert_contract(async || partner(client, name).await, enroll).await?;
    }

    /// SuspendEnrollment.
    async fn a_change_of_an_enrollment_checks_its_etag(world) {
        let client = &world.client;
        let name = &enrollment(&client.provider("FR").await?, Role::IndirectProvider);
        let read = async || enrolled(client, name).await;
        assert_contract(read, async |options| suspend(client, name, options).await).await?;
    }

    /// An enrollment has its own etag.
    async fn an_enrollment_keeps_its_etag_when_its_partner_enrolls_in_another_role(world) {
        let client = &world.client;
        let provider = client.provider("FR").await?;
        let name = enrollment(&provider, Role::IndirectProvider);
        let (of_partner, _) = partner(client, &provider.name).await?;
        let (etag, _) = enrolled(client, &name).await?;
        let options = |etag: &String| Options { etag: etag.clone(), ..Options::default() };
        enroll(client, &provider.name, Role::DirectBill, options(&of_partner)).await?;
        let reseller = Role::IndirectReseller;
        let late = enroll(client, &provider.name, reseller, options(&of_partner)).await;
        assert_stale(late, &partner(client, &provider.name).await?.0, &of_partner);
        suspend(client, &name, options(&etag)).await?;
    }

    /// AcceptAgreement (ON-2).
    async fn an_acceptance_checks_the_etag_of_the_partner(world) {
        let client = &world.client;
        let company = client.company("Contoso", "FR").await?;
        let parent = &client.qualified(&company, "FR", Role::IndirectProvider).await?.name;
        let read = async || {
            let list = ob::ListAgreementsRequest { parent: parent.clone() };
            let all = client.onboarding.clone().list_agreements(list).await?.into_inner();
            let (etag, partner) = partner(client, parent).await?;
            Ok((etag, (partner, all)))
        };
        assert_contract(read, async |Options { request_id, validate_only, etag }| {
            let agreement = ob::Agreement {
                kind: agreement_of(Role::IndirectProvider).into(),
                version: "2019-09".to_owned(),
                signatory: Some(ob::Signatory {
                    first_name: "Ada".to_owned(),
                    last_name: "Byron".to_owned(),
                    email: "ada@contoso.com".to_owned(),
                    role: ob::SignatoryRole::GlobalAdmin.into(),
                }),
                accept_time: Some(to_wire(world.clock.now())),
                ..ob::Agreement::default()
            };
            let (parent, agreement) = (parent.clone(), Some(agreement));
            let accept = ob::AcceptAgreementRequest {
                parent, agreement, request_id, validate_only, etag,
            };
            let answer = client.onboarding.clone().accept_agreement(accept).await?.into_inner();
            let agreement = answer.agreement.unwrap();
            assert_eq!(agreement.name.is_empty(), validate_only, "a dry run chooses no name");
            Ok(ob::Agreement { name: String::new(), ..agreement })
        }).await?;
    }

    /// EndPartnership.
    async fn a_change_of_a_partnership_checks_its_etag(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        let name = &client.partner_up(&provider, &reseller).await?;
        let read = async || {
            let get = rl::GetPartnershipRequest { name: name.clone() };
            let answer = client.relationship.clone().get_partnership(get).await?.into_inner();
            let partnership = answer.partnership.unwrap();
            Ok((partnership.etag.clone(), partnership))
        };
        assert_contract(read, async |Options { request_id, validate_only, etag }| {
            let (name, detail) = (name.clone(), "over".to_owned());
            let ended_by = rl::PartnershipSide::Reseller.into();
            let end = rl::EndPartnershipRequest {
                name, detail, ended_by, request_id, validate_only, etag,
            };
            Ok(client.relationship.clone().end_partnership(end).await?.into_inner().partnership)
        }).await?;
    }

    /// RecordAccountReview.
    async fn a_change_of_a_customer_checks_its_etag(world) {
        let client = &world.client;
        let name = &client.customer("FR").await?;
        let read = async || customer(client, name).await;
        assert_contract(read, async |Options { request_id, validate_only, etag }| {
            let (name, detail) = (name.clone(), "looked at".to_owned());
            let state = rl::AccountState::Verified.into();
            let review = rl::RecordAccountReviewRequest {
                name, state, detail, request_id, validate_only, etag,
            };
            let answer = client.relationship.clone().record_account_review(review).await?;
            Ok(answer.into_inner().customer)
        }).await?;
    }

    /// AcceptCustomerRelationship.
    async fn a_change_of_a_customer_relationship_checks_its_etag(world) {
        let client = &world.client;
        let (provider, customer) = (client.provider("FR").await?, client.customer("FR").await?);
        let name = &client.request_relationship(&customer, &provider, Resale).await?;
        let read = async || {
            let get = rl::GetCustomerRelationshipRequest { name: name.clone() };
            let answer = client.relationship.clone().get_customer_relationship(get).await?;
            let relationship = answer.into_inner().relationship.unwrap();
            Ok((relationship.etag.clone(), relationship))
        };
        assert_contract(read, async |Options { request_id, validate_only, etag }| {
            let name = name.clone();
            let accept =
                rl::AcceptCustomerRelationshipRequest { name, request_id, validate_only, etag };
            let answer = client.relationship.clone().accept_customer_relationship(accept).await?;
            Ok(answer.into_inner().relationship)
        }).await?;
    }

    /// RecordCustomerAgreement, AttestCustomerAgreement, RefuseCustomerRelationship and
    /// RemoveCustomerRelationship.
    async fn answers_of_customers_and_partners_check_the_etag(world) {
        let client = &world.client;
        let (provider, customer) = (client.provider("FR").await?, client.customer("FR").await?);
        let name = client.request_relationship(&customer, &provider, Resale).await?;
        let agreement = mca(world.clock.now());
        let get = rl::GetCustomerRelationshipRequest { name: name.clone() };
        let requested = client.relationship.clone().get_customer_relationship(get).await?;
        let etag = requested.into_inner().relationship.unwrap().etag;
        let read = (self::customer(client, &customer).await?.0, etag);
        let late = ("r2-1".to_owned(), "r2-1".to_owned());
        for ((of_customer, etag), is_current) in [(late, false), (read.clone(), true)] {
            let detail = "no more".to_owned();
            let record = rl::RecordCustomerAgreementRequest {
                name: customer.clone(),
                agreement: Some(agreement.clone()),
                etag: of_customer,
                ..Default::default()
            };
            let attest = rl::AttestCustomerAgreementRequest {
                name: name.clone(),
                agreement: Some(agreement.clone()),
                validate_only: true,
                etag: etag.clone(),
                ..Default::default()
            };
            let remove = rl::RemoveCustomerRelationshipRequest {
                name: name.clone(),
                removed_by: provider.name.clone(),
                detail: detail.clone(),
                validate_only: true,
                etag: etag.clone(),
                ..Default::default()
            };
            let refuse = rl::RefuseCustomerRelationshipRequest {
                name: name.clone(), detail, etag, ..Default::default()
            };
            let mut relationship = client.relationship.clone();
            let answers = [
                relationship.record_customer_agreement(record).await.map(drop),
                relationship.attest_customer_agreement(attest).await.map(drop),
                relationship.remove_customer_relationship(remove).await.map(drop),
                relationship.refuse_customer_relationship(refuse).await.map(drop),
            ];
            let current = [&read.0, &read.1, &read.1, &read.1];
            for (answer, current) in answers.into_iter().zip(current) {
                if is_current { answer? } else { assert_stale(answer, current, "r2-1") }
            }
        }
    }

    /// RequestCustomerRelationship does not change the customer whose etag it checks (REL-4).
    async fn a_request_of_a_relationship_checks_the_etag_of_the_customer(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        client.partner_up(&provider, &reseller).await?;
        let parent = &client.customer("FR").await?;
        let (old, _) = customer(client, parent).await?;
        client.accept_mca(parent).await?;
        let (etag, _) = customer(client, parent).await?;
        let ask = async |etag: &str, validate_only| {
            let request = rl::RequestCustomerRelationshipRequest {
                parent: parent.clone(),
                partner: reseller.name.clone(),
                provider: provider.name.clone(),
                kind: Resale.into(),
                etag: etag.to_owned(),
                validate_only,
                ..Default::default()
            };
            let answer = client.relationship.clone().request_customer_relationship(request).await?;
            Answer::Ok(answer.into_inner().relationship.unwrap())
        };
        assert_stale(ask(&old, true).await, &etag, &old);
        assert_stale(ask(&old, false).await, &etag, &old);
        let dry_run = ask(&etag, true).await?;
        assert_eq!((&*dry_run.name, &*dry_run.companion), ("", ""), "a dry run chooses no names");
        let requested = ask(&etag, false).await?;
        assert!(!requested.name.is_empty() && !requested.companion.is_empty());
        let (name, companion) = (String::new(), String::new());
        assert_eq!(rl::CustomerRelationship { name, companion, ..requested }, dry_run);
    }

    /// CreateOrganization and CreatePartner.
    async fn a_dry_run_of_a_creation_does_not_use_its_name_or_request_id(world) {
        let client = &world.client;
        let organization = ob::Organization {
            display_name: "Contoso".to_owned(),
            country_code: "FR".to_owned(),
            ..Default::default()
        };
        let mut create = ob::CreateOrganizationRequest {
            organization: Some(organization),
            request_id: new_id(),
            validate_only: true,
            ..Default::default()
        };
        let mut onboarding = client.onboarding.clone();
        let dry_run = onboarding.create_organization(create.clone()).await?.into_inner();
        create.validate_only = false;
        let first = onboarding.create_organization(create).await?.into_inner();
        let first = first.organization.unwrap();
        let nameless = ob::Organization { name: String::new(), ..first.clone() };
        assert_eq!(dry_run.organization.unwrap(), nameless);

        let partner = ob::Partner {
            organization: first.name,
            country_code: "FR".to_owned(),
            ..Default::default()
        };
        let mut join = ob::CreatePartnerRequest {
            partner_id: new_id(),
            partner: Some(partner),
            request_id: new_id(),
            validate_only: true,
        };
        let dry_run = onboarding.create_partner(join.clone()).await?.into_inner();
        let name = dry_run.partner.clone().unwrap().name;
        let missing = failed(onboarding.get_partner(ob::GetPartnerRequest { name }).await);
        assert_eq!(missing.code(), Code::NotFound);
        join.validate_only = false;
        assert_eq!(onboarding.create_partner(join.clone()).await?.into_inner(), dry_run);
        join.validate_only = true;
        assert_eq!(failed(onboarding.create_partner(join).await).code(), Code::AlreadyExists);
    }
}
