//! How every mutation is called: bound to what was read, tried before it is done, and repeated.

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

/// What a request says of how it is to be done.
#[derive(Debug, Clone, Default)]
struct How {
    request_id: String,
    validate_only: bool,
    etag: String,
}

/// Holds an answer against what it must say of an etag that the resource no longer has: which one
/// it has, which one was expected, and when and by whom it was changed.
fn stale<T: std::fmt::Debug>(answer: Answer<T>, current: &str, expected: &str) {
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

/// What a call came to, so that two of them can be compared.
fn outcome<T>(answer: Answer<T>) -> Result<T, (Code, String, usize)> {
    answer.map_err(|it| (it.code(), it.message().to_owned(), refusal(&it).violations.len()))
}

/// Holds a mutation against its promises, where `read` gives the etag that it is bound to, and
/// all that it may change.
async fn holds<R, T>(
    read: impl AsyncFn() -> Answer<(String, R)>,
    change: impl AsyncFn(How) -> Answer<T>,
) -> Result<(), Status>
where
    R: PartialEq + std::fmt::Debug,
    T: PartialEq + std::fmt::Debug,
{
    let before = read().await?;
    let how = How { request_id: new_id(), etag: before.0.clone(), ..How::default() };
    let trial = How { validate_only: true, ..how.clone() };
    let late = How { etag: "r999-1".to_owned(), ..how.clone() };
    stale(change(late.clone()).await, &before.0, "r999-1");
    stale(change(How { validate_only: true, ..late }).await, &before.0, "r999-1");
    let tried = change(trial.clone()).await?;
    assert_eq!(read().await?, before, "a trial writes nothing");
    let done = change(how.clone()).await?;
    assert_eq!(done, tried, "a trial is answered as the call, and leaves the request id free");
    let after = read().await?;
    assert_ne!(after.0, before.0);
    assert_eq!(change(how.clone()).await?, done, "an answered request gets its answer again");
    stale(change(trial).await, &after.0, &before.0);
    stale(change(How { request_id: new_id(), ..how }).await, &after.0, &before.0);
    assert_eq!(read().await?, after, "a stale etag changes nothing");
    let trial = How { validate_only: true, ..How::default() };
    let tried = outcome(change(trial).await);
    assert_eq!(read().await?, after);
    assert_eq!(tried, outcome(change(How::default()).await), "a trial is refused as the call");
    Ok(())
}

async fn partner(cast: &ScenarioClient, name: &str) -> Answer<(String, ob::Partner)> {
    let get = ob::GetPartnerRequest { name: name.to_owned() };
    let partner = cast.onboarding.clone().get_partner(get).await?.into_inner().partner.unwrap();
    Ok((partner.etag.clone(), partner))
}

async fn enrolled(cast: &ScenarioClient, name: &str) -> Answer<(String, ob::Enrollment)> {
    let get = ob::GetEnrollmentRequest { name: name.to_owned() };
    let answer = cast.onboarding.clone().get_enrollment(get).await?.into_inner();
    let enrollment = answer.enrollment.unwrap();
    Ok((enrollment.etag.clone(), enrollment))
}

async fn suspend(cast: &ScenarioClient, name: &str, how: How) -> Answer<Option<ob::Enrollment>> {
    let How { request_id, validate_only, etag } = how;
    let (name, detail) = (name.to_owned(), "abuse".to_owned());
    let cause = ob::SuspensionCause::Abuse.into();
    let request =
        ob::SuspendEnrollmentRequest { name, cause, detail, request_id, validate_only, etag };
    Ok(cast.onboarding.clone().suspend_enrollment(request).await?.into_inner().enrollment)
}

async fn enroll(
    cast: &ScenarioClient,
    parent: &str,
    role: Role,
    how: How,
) -> Answer<Option<ob::Enrollment>> {
    let How { request_id, validate_only, etag } = how;
    let (parent, role) = (parent.to_owned(), role.into());
    let contact_email = "ada@contoso.com".to_owned();
    let request =
        ob::EnrollPartnerRequest { parent, role, contact_email, request_id, validate_only, etag };
    Ok(cast.onboarding.clone().enroll_partner(request).await?.into_inner().enrollment)
}

async fn customer(cast: &ScenarioClient, name: &str) -> Answer<(String, rl::Customer)> {
    let get = rl::GetCustomerRequest { name: name.to_owned() };
    let answer = cast.relationship.clone().get_customer(get).await?.into_inner();
    let customer = answer.customer.unwrap();
    Ok((customer.etag.clone(), customer))
}

scenarios! {
    /// EndOwnership.
    async fn an_organization_is_bound_to_its_etag(world) {
        let cast = &world.cast;
        let owner = cast.company("Contoso", "FR").await?;
        let name = &cast.company_of("Fabrikam", "FR", &[(&owner, 6000, false)]).await?;
        world.clock.advance(Duration::from_secs(1));
        let read = async || {
            let get = ob::GetOrganizationRequest { name: name.clone() };
            let answer = cast.onboarding.clone().get_organization(get).await?.into_inner();
            let organization = answer.organization.unwrap();
            Ok((organization.etag.clone(), organization))
        };
        holds(read, async |How { request_id, validate_only, etag }| {
            let (name, owner, detail) = (name.clone(), owner.clone(), "sold".to_owned());
            let end = ob::EndOwnershipRequest {
                name, owner, detail, end_time: None, request_id, validate_only, etag,
            };
            Ok(cast.onboarding.clone().end_ownership(end).await?.into_inner().organization)
        }).await?;
    }

    /// AssociateLocation and EnrollPartner.
    async fn a_partner_is_bound_to_its_etag(world) {
        let cast = &world.cast;
        let company = cast.company("Contoso", "FR").await?;
        let name = &cast.join(&company, "FR").await?.name;
        holds(async || partner(cast, name).await, async |How { request_id, validate_only, etag }| {
            let associate = ob::AssociateLocationRequest {
                name: name.clone(),
                location_account_id: "7654321".to_owned(),
                location_country_code: "FR".to_owned(),
                request_id,
                validate_only,
                etag,
            };
            Ok(cast.onboarding.clone().associate_location(associate).await?.into_inner().partner)
        }).await?;
        let enroll = async |how| enroll(cast, name, Role::DirectBill, how).await;
        holds(async || partner(cast, name).await, enroll).await?;
    }

    /// SuspendEnrollment.
    async fn an_enrollment_is_bound_to_its_etag(world) {
        let cast = &world.cast;
        let name = &enrollment(&cast.provider("FR").await?, Role::IndirectProvider);
        let read = async || enrolled(cast, name).await;
        holds(read, async |how| suspend(cast, name, how).await).await?;
    }

    /// An enrollment's etag is its own, and not that of its partner.
    async fn an_enrollment_keeps_its_etag_while_its_partner_enrolls_in_another_role(world) {
        let cast = &world.cast;
        let provider = cast.provider("FR").await?;
        let name = enrollment(&provider, Role::IndirectProvider);
        let (of_partner, _) = partner(cast, &provider.name).await?;
        let (etag, _) = enrolled(cast, &name).await?;
        let how = |etag: &String| How { etag: etag.clone(), ..How::default() };
        enroll(cast, &provider.name, Role::DirectBill, how(&of_partner)).await?;
        let late = enroll(cast, &provider.name, Role::IndirectReseller, how(&of_partner)).await;
        stale(late, &partner(cast, &provider.name).await?.0, &of_partner);
        suspend(cast, &name, how(&etag)).await?;
    }

    /// AcceptAgreement (ON-2): bound to the partner that accepts.
    async fn an_agreement_is_bound_to_the_etag_of_its_partner(world) {
        let cast = &world.cast;
        let company = cast.company("Contoso", "FR").await?;
        let parent = &cast.qualified(&company, "FR", Role::IndirectProvider).await?.name;
        let read = async || {
            let list = ob::ListAgreementsRequest { parent: parent.clone() };
            let all = cast.onboarding.clone().list_agreements(list).await?.into_inner();
            let (etag, partner) = partner(cast, parent).await?;
            Ok((etag, (partner, all)))
        };
        holds(read, async |How { request_id, validate_only, etag }| {
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
            let answer = cast.onboarding.clone().accept_agreement(accept).await?.into_inner();
            let agreement = answer.agreement.unwrap();
            assert_eq!(agreement.name.is_empty(), validate_only, "the service names it");
            Ok(ob::Agreement { name: String::new(), ..agreement })
        }).await?;
    }

    /// EndPartnership.
    async fn a_partnership_is_bound_to_its_etag(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        let name = &cast.partner_up(&provider, &reseller).await?;
        let read = async || {
            let get = rl::GetPartnershipRequest { name: name.clone() };
            let answer = cast.relationship.clone().get_partnership(get).await?.into_inner();
            let partnership = answer.partnership.unwrap();
            Ok((partnership.etag.clone(), partnership))
        };
        holds(read, async |How { request_id, validate_only, etag }| {
            let (name, detail) = (name.clone(), "over".to_owned());
            let ended_by = rl::PartnershipSide::Reseller.into();
            let end = rl::EndPartnershipRequest {
                name, detail, ended_by, request_id, validate_only, etag,
            };
            Ok(cast.relationship.clone().end_partnership(end).await?.into_inner().partnership)
        }).await?;
    }

    /// RecordAccountReview.
    async fn a_customer_is_bound_to_its_etag(world) {
        let cast = &world.cast;
        let name = &cast.customer("FR").await?;
        let read = async || customer(cast, name).await;
        holds(read, async |How { request_id, validate_only, etag }| {
            let (name, detail) = (name.clone(), "looked at".to_owned());
            let state = rl::AccountState::Verified.into();
            let review = rl::RecordAccountReviewRequest {
                name, state, detail, request_id, validate_only, etag,
            };
            Ok(cast.relationship.clone().record_account_review(review).await?.into_inner().customer)
        }).await?;
    }

    /// AcceptCustomerRelationship.
    async fn a_customer_relationship_is_bound_to_its_etag(world) {
        let cast = &world.cast;
        let (provider, customer) = (cast.provider("FR").await?, cast.customer("FR").await?);
        let name = &cast.request_relationship(&customer, &provider, Resale).await?;
        let read = async || {
            let get = rl::GetCustomerRelationshipRequest { name: name.clone() };
            let answer = cast.relationship.clone().get_customer_relationship(get).await?;
            let relationship = answer.into_inner().relationship.unwrap();
            Ok((relationship.etag.clone(), relationship))
        };
        holds(read, async |How { request_id, validate_only, etag }| {
            let name = name.clone();
            let accept =
                rl::AcceptCustomerRelationshipRequest { name, request_id, validate_only, etag };
            let answer = cast.relationship.clone().accept_customer_relationship(accept).await?;
            Ok(answer.into_inner().relationship)
        }).await?;
    }

    /// RecordCustomerAgreement, AttestCustomerAgreement, RefuseCustomerRelationship and
    /// RemoveCustomerRelationship.
    async fn whatever_a_customer_or_a_partner_answers_is_bound_too(world) {
        let cast = &world.cast;
        let (provider, customer) = (cast.provider("FR").await?, cast.customer("FR").await?);
        let name = cast.request_relationship(&customer, &provider, Resale).await?;
        let agreement = mca(world.clock.now());
        let get = rl::GetCustomerRelationshipRequest { name: name.clone() };
        let asked = cast.relationship.clone().get_customer_relationship(get).await?.into_inner();
        let read = (self::customer(cast, &customer).await?.0, asked.relationship.unwrap().etag);
        let late = ("r2-1".to_owned(), "r2-1".to_owned());
        for ((of_customer, etag), fits) in [(late, false), (read.clone(), true)] {
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
            let mut relationship = cast.relationship.clone();
            let answers = [
                relationship.record_customer_agreement(record).await.map(drop),
                relationship.attest_customer_agreement(attest).await.map(drop),
                relationship.remove_customer_relationship(remove).await.map(drop),
                relationship.refuse_customer_relationship(refuse).await.map(drop),
            ];
            let current = [&read.0, &read.1, &read.1, &read.1];
            for (answer, current) in answers.into_iter().zip(current) {
                if fits { answer? } else { stale(answer, current, "r2-1") }
            }
        }
    }

    /// RequestCustomerRelationship is bound to a customer that it leaves as it is (REL-4).
    async fn a_request_to_a_customer_is_bound_to_what_the_customer_was(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        cast.partner_up(&provider, &reseller).await?;
        let parent = &cast.customer("FR").await?;
        let (old, _) = customer(cast, parent).await?;
        cast.accept_mca(parent).await?;
        let (etag, _) = customer(cast, parent).await?;
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
            let answer = cast.relationship.clone().request_customer_relationship(request).await?;
            Answer::Ok(answer.into_inner().relationship.unwrap())
        };
        stale(ask(&old, true).await, &etag, &old);
        stale(ask(&old, false).await, &etag, &old);
        let tried = ask(&etag, true).await?;
        assert_eq!((&*tried.name, &*tried.companion), ("", ""), "the service would choose both");
        let asked = ask(&etag, false).await?;
        assert!(!asked.name.is_empty() && !asked.companion.is_empty());
        let (name, companion) = (String::new(), String::new());
        assert_eq!(rl::CustomerRelationship { name, companion, ..asked }, tried);
    }

    /// CreateOrganization and CreatePartner.
    async fn a_creation_that_is_tried_leaves_its_name_and_its_request_id_free(world) {
        let cast = &world.cast;
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
        let mut onboarding = cast.onboarding.clone();
        let tried = onboarding.create_organization(create.clone()).await?.into_inner();
        create.validate_only = false;
        let done = onboarding.create_organization(create).await?.into_inner().organization.unwrap();
        let nameless = ob::Organization { name: String::new(), ..done.clone() };
        assert_eq!(tried.organization.unwrap(), nameless);

        let partner = ob::Partner {
            organization: done.name,
            country_code: "FR".to_owned(),
            ..Default::default()
        };
        let mut join = ob::CreatePartnerRequest {
            partner_id: new_id(),
            partner: Some(partner),
            request_id: new_id(),
            validate_only: true,
        };
        let tried = onboarding.create_partner(join.clone()).await?.into_inner();
        let name = tried.partner.clone().unwrap().name;
        let missing = failed(onboarding.get_partner(ob::GetPartnerRequest { name }).await);
        assert_eq!(missing.code(), Code::NotFound);
        join.validate_only = false;
        assert_eq!(onboarding.create_partner(join.clone()).await?.into_inner(), tried);
        join.validate_only = true;
        assert_eq!(failed(onboarding.create_partner(join).await).code(), Code::AlreadyExists);
    }
}
