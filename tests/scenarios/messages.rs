//! What a caller is told of a mistake: which value is wrong, and what to write instead.

use std::time::Duration;

use client::refusal;
use cluster::scenario_client::{
    Answer, enrollment, new_id, offer_in_every_market, order, seller_role,
};
use contracts::{
    onboarding::{self as ob, AgreementKind, Role},
    ordering as od,
    relationship::{self as rl, CustomerKind, CustomerRelationshipKind::Resale},
    time::to_wire,
};
use prost_types::FieldMask;
use tests::{Engine, World, failed, messages, refused, scenarios};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

const DAY: Duration = Duration::from_secs(86_400);

/// The fields of an answer that cannot be used, each with what is wrong.
fn invalid<T: std::fmt::Debug>(answer: Answer<T>) -> Vec<String> {
    let status = failed(answer);
    let fields = status.get_details_bad_request().expect("it says which fields").field_violations;
    fields.into_iter().map(|it| format!("{} {}", it.field, it.description)).collect()
}

/// Why a call is refused for a state, and what to do.
fn conflict<T: std::fmt::Debug>(answer: Answer<T>) -> String {
    let status = failed(answer);
    let refusal = refusal(&status).violations.remove(0);
    assert_eq!(status.message(), format!("{}; {}", refusal.explanation, refusal.next_step));
    status.message().to_owned()
}

fn company(country: &str) -> ob::CreateOrganizationRequest {
    let organization = ob::Organization {
        display_name: "Contoso".to_owned(),
        country_code: country.to_owned(),
        ..Default::default()
    };
    ob::CreateOrganizationRequest { organization: Some(organization), ..Default::default() }
}

scenarios! {
    /// GetAgreementStatus.
    async fn a_location_account_of_nobody_is_answered_as_such(world) {
        let partner_id = "1234567".to_owned();
        let request = ob::GetAgreementStatusRequest { partner_id, ..Default::default() };
        let status = failed(world.cast.onboarding.clone().get_agreement_status(request).await);
        assert_eq!(status.code(), Code::NotFound);
        assert_eq!(status.message(), "no partner has location account 1234567");
    }

    async fn a_partner_id_in_place_of_a_name_is_answered_with_the_way_to_the_partner(world) {
        let cast = &world.cast;
        let partner = cast.reseller("FR").await?;
        let id = &partner.location;
        let hint = format!(
            "`{id}` is a PartnerID, not a CSP tenant; to find its partner, call ListPartners of \
             onboarding with the filter `location_account_id = {id}`"
        );
        let get = ob::GetPartnerRequest { name: format!("partners/{id}") };
        let found = invalid(cast.onboarding.clone().get_partner(get).await);
        assert_eq!(found, [format!("name {hint}")]);
        let invite = rl::InvitePartnershipRequest {
            provider: partner.name.clone(),
            reseller: id.clone(),
            ..Default::default()
        };
        let found = invalid(cast.relationship.clone().invite_partnership(invite).await);
        assert_eq!(found, [format!("reseller {hint}")]);
        let mut wanted = order(&partner, None, "customers/x", "offers/x");
        wanted.seller = format!("partners/{id}");
        assert_eq!(invalid(cast.place(wanted).await)[0], format!("order.seller {hint}"));
        let filter = format!("location_account_id = {id}");
        let list = ob::ListPartnersRequest { filter, ..Default::default() };
        let listed = cast.onboarding.clone().list_partners(list).await?.into_inner().partners;
        assert_eq!(listed[0].name, partner.name);
    }

    async fn a_stale_etag_is_answered_with_the_current_one_and_who_changed_the_resource(world) {
        let cast = &world.cast;
        let offer = cast.offer(rl::ProductFamily::Azure).await?;
        let update = |etag: &str| od::UpdateOfferRequest {
            offer: Some(od::Offer { name: offer.clone(), etag: etag.to_owned(), ..offer_in_every_market() }),
            update_mask: Some(FieldMask { paths: vec!["display_name".to_owned()] }),
            request_id: new_id(),
            ..Default::default()
        };
        let get = od::GetOfferRequest { name: offer.clone() };
        let read = cast.ordering.clone().get_offer(get).await?.into_inner().offer.unwrap().etag;
        world.clock.advance(DAY);
        let mut by_billing = Request::new(update(&read));
        by_billing.metadata_mut().insert("csp-actor", "billing".parse().unwrap());
        let changed = cast.ordering.clone().update_offer(by_billing).await?.into_inner();
        let current = changed.offer.unwrap().etag;
        let status = failed(cast.ordering.clone().update_offer(update(&read)).await);
        let message = format!(
            "`{offer}` is at etag {current}, the request expected {read} (last changed \
             2026-03-03T09:00:00Z by billing); read it and decide again"
        );
        assert_eq!((status.code(), status.message()), (Code::Aborted, &*message));
        let metadata = status.get_details_error_info().unwrap().metadata;
        assert_eq!(metadata["currentEtag"], current);
    }

    async fn what_is_reached_already_is_answered_with_since_when_and_nothing_to_do(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let since = world.clock.now();
        world.clock.advance(DAY);
        let mut relationship = cast.relationship.clone();
        let name = channel.partnership.clone();
        let accept = rl::AcceptPartnershipRequest { name: name.clone(), ..Default::default() };
        let told = conflict(relationship.accept_partnership(accept).await);
        assert_eq!(told, format!("the partnership has been active since {since}; nothing to do"));
        let detail = "no".to_owned();
        let decline = rl::DeclinePartnershipRequest { name, detail, ..Default::default() };
        let told = conflict(relationship.decline_partnership(decline).await);
        let out = format!("the partnership has been active since {since}, which rules out");
        assert_eq!(told, format!("{out} DeclinePartnership; possible now: EndPartnership"));

        let customer = cast.customer("FR").await?;
        let name = cast.establish_relationship(&customer, &channel.provider, Resale).await?;
        let accept = rl::AcceptCustomerRelationshipRequest { name, ..Default::default() };
        let told = conflict(relationship.accept_customer_relationship(accept).await);
        let now = world.clock.now();
        assert_eq!(told, format!("the relationship has been active since {now}; nothing to do"));

        let name = enrollment(&channel.reseller, Role::IndirectReseller);
        let submit = ob::SubmitEnrollmentRequest { name, ..Default::default() };
        let told = conflict(cast.onboarding.clone().submit_enrollment(submit).await);
        assert_eq!(told, format!("the enrollment has been active since {since}; nothing to do"));

        let wanted = order(&channel.provider, None, &channel.customer, &channel.offer);
        let placed = cast.place(wanted).await?;
        let resume = od::ResumeSubscriptionRequest {
            name: placed.lines[0].subscription.clone(),
            request_id: new_id(),
            ..Default::default()
        };
        let told = conflict(cast.ordering.clone().resume_subscription(resume).await);
        assert_eq!(told, format!("the subscription has been active since {now}; nothing to do"));
        let cancel = || od::CancelOrderRequest {
            name: placed.name.clone(),
            detail: "a mistake".to_owned(),
            ..Default::default()
        };
        cast.ordering.clone().cancel_order(cancel()).await?;
        let told = conflict(cast.ordering.clone().cancel_order(cancel()).await);
        assert_eq!(told, format!("the order has been cancelled since {now}; nothing to do"));
        let retire = || od::RetireOfferRequest {
            name: channel.offer.clone(),
            detail: "replaced".to_owned(),
            ..Default::default()
        };
        cast.ordering.clone().retire_offer(retire()).await?;
        let told = conflict(cast.ordering.clone().retire_offer(retire()).await);
        assert_eq!(told, format!("the offer has been retired since {now}; nothing to do"));
    }

    /// AIP-160.
    async fn a_filter_that_cannot_be_used_is_answered_with_what_can(world) {
        let cast = &world.cast;
        let orders = async |filter: &str| {
            let filter = filter.to_owned();
            let list = od::ListOrdersRequest { filter, ..Default::default() };
            invalid(cast.ordering.clone().list_orders(list).await).remove(0)
        };
        let states = "use ORDER_STATE_ACCEPTED or ORDER_STATE_CANCELLED";
        let fields = "use seller, reseller, customer, state, create_time or update_time";
        let accepted = "state = ORDER_STATE_ACCEPTED";
        for (filter, problem) in [
            (
                "customer = 40000000-0000-4000-8000-000000000001",
                "compares `customer` with `40000000-0000-4000-8000-000000000001`: must look like \
                 `customers/{tenant}`"
                    .to_owned(),
            ),
            ("state = accepted", format!("compares `state` with `accepted`; {states}")),
            (
                &format!("{accepted} and {accepted}"),
                "joins comparisons by `and`; write AND in capitals".to_owned(),
            ),
            (
                &format!("{accepted} OR {accepted}"),
                "joins comparisons by OR, which is not supported; join them by AND, or list once for \
                 each"
                    .to_owned(),
            ),
            ("buyer = x", format!("has no field `buyer`; {fields}")),
            ("createTime > 2026-03-02T09:00:00Z", format!("has no field `createTime`; {fields}")),
        ] {
            assert_eq!(orders(filter).await, format!("filter {problem}"));
        }
        let list = rl::ListCustomersRequest {
            filter: "country_code = be".to_owned(),
            order_by: "display_name".to_owned(),
            ..Default::default()
        };
        let found = invalid(cast.relationship.clone().list_customers(list).await);
        let market = "`be` is not a listed CSP market (ISO 3166-1 alpha-2, upper case)";
        let filter =
            format!("filter compares `country_code` with `be`: {market}; did you mean BE");
        let order = "order_by must be `name`, `name desc`, `create_time` or `create_time desc`";
        assert_eq!(found, [&*filter, order]);
    }

    async fn a_mask_that_cannot_be_used_is_answered_with_the_fields_that_can(world) {
        let cast = &world.cast;
        let update = async |path: &str| {
            let update = ob::UpdateOrganizationRequest {
                organization: Some(ob::Organization {
                    name: format!("organizations/{}", new_id()),
                    ..Default::default()
                }),
                update_mask: Some(FieldMask { paths: vec![path.to_owned()] }),
                ..Default::default()
            };
            invalid(cast.onboarding.clone().update_organization(update).await)
        };
        let camel = "update_mask has `displayName` in camelCase; write display_name";
        assert_eq!(update("displayName").await, [camel]);
        let fixed = "update_mask has `owners`, which is not a field that can change; use \
                     display_name or country_code";
        assert_eq!(update("owners").await, [fixed]);
        let update = od::UpdateOfferRequest {
            offer: Some(od::Offer { name: "offers/x".to_owned(), ..offer_in_every_market() }),
            update_mask: Some(FieldMask { paths: vec!["minQuantity".to_owned()] }),
            ..Default::default()
        };
        let camel = "update_mask has `minQuantity` in camelCase; write min_quantity";
        assert_eq!(invalid(cast.ordering.clone().update_offer(update).await), [camel]);
    }

    async fn a_version_that_is_none_is_answered_with_those_that_are(world) {
        let cast = &world.cast;
        let agreement = ob::Agreement {
            kind: AgreementKind::IndirectReseller.into(),
            version: "2099-01".to_owned(),
            signatory: Some(ob::Signatory {
                first_name: "Ada".to_owned(),
                last_name: "Byron".to_owned(),
                email: "ada@contoso.com".to_owned(),
                role: ob::SignatoryRole::GlobalAdmin.into(),
            }),
            accept_time: Some(to_wire(world.clock.now())),
            ..Default::default()
        };
        let accept = ob::AcceptAgreementRequest {
            parent: format!("partners/{}", new_id()),
            agreement: Some(agreement),
            ..Default::default()
        };
        let found = invalid(cast.onboarding.clone().accept_agreement(accept).await);
        let problem = "`2099-01` is not an MPA version; use 2019-09 or 2026-12";
        assert_eq!(found, [format!("agreement.version {problem}")]);
    }

    async fn a_country_that_is_nearly_right_is_answered_with_the_one_that_is_meant(world) {
        let mut onboarding = world.cast.onboarding.clone();
        for (code, meant) in [("UK", "GB"), ("nl", "NL")] {
            let found = invalid(onboarding.create_organization(company(code)).await);
            let problem = format!(
                "organization.country_code `{code}` is not a listed CSP market (ISO 3166-1 alpha-2, \
                 upper case); did you mean {meant}"
            );
            assert_eq!(found, [problem]);
        }
    }

    /// Idempotency.
    async fn a_request_id_that_is_reused_is_answered_with_the_fields_that_differ(world) {
        let cast = &world.cast;
        let mut onboarding = cast.onboarding.clone();
        let first = ob::CreateOrganizationRequest { request_id: new_id(), ..company("FR") };
        onboarding.create_organization(first.clone()).await?;
        let other = ob::CreateOrganizationRequest {
            organization_id: new_id(),
            request_id: first.request_id.clone(),
            ..company("DE")
        };
        let status = failed(onboarding.create_organization(other).await);
        let differing = "organization.country_code, organization_id";
        assert!(status.message().contains(&format!("(different: {differing})")), "{status:?}");
        let metadata = status.get_details_error_info().unwrap().metadata;
        assert_eq!(metadata["differingFields"], differing.replace(", ", ","));
        let partner = ob::CreatePartnerRequest {
            partner_id: new_id(),
            partner: Some(ob::Partner {
                organization: metadata["resourceName"].clone(),
                country_code: "FR".to_owned(),
                ..Default::default()
            }),
            request_id: first.request_id,
            ..Default::default()
        };
        let status = failed(onboarding.create_partner(partner).await);
        let metadata = status.get_details_error_info().unwrap().metadata;
        assert_eq!(metadata["differingFields"], "", "it was a request of another method");
    }

    /// What else exists already, or does not exist.
    async fn a_resource_that_exists_or_does_not_is_named(world) {
        let cast = &world.cast;
        let provider = cast.provider("FR").await?;
        let again = cast.enroll(&provider, Role::IndirectProvider).await;
        assert_eq!(failed(again).code(), Code::AlreadyExists);
        let get = od::GetOfferRequest { name: "offers/none".to_owned() };
        assert_eq!(failed(cast.ordering.clone().get_offer(get).await).code(), Code::NotFound);
        let unknown = rl::GetCustomerRequest { name: format!("customers/{}", new_id()) };
        let unknown = failed(cast.relationship.clone().get_customer(unknown).await);
        assert_eq!(unknown.code(), Code::NotFound);
    }

    /// REQ-1.
    async fn a_partner_that_failed_its_review_is_not_reinstated(world) {
        let cast = &world.cast;
        let name = enrollment(&cast.direct_bill("BE").await?, Role::DirectBill);
        let mut onboarding = cast.onboarding.clone();
        world.clock.advance(365 * DAY);
        let review = ob::ReviewEnrollmentRequest { name: name.clone(), ..Default::default() };
        onboarding.review_enrollment(review).await?;
        world.clock.advance(30 * DAY);
        let reinstate = ob::ReinstateEnrollmentRequest { name, ..Default::default() };
        let found = refused(onboarding.reinstate_enrollment(reinstate).await);
        assert_eq!(found, ["REQ-1 REVIEW_NOT_PASSED"]);
    }

    /// Orders that are refused for what other scenarios ask by CheckTransaction only.
    async fn an_order_is_refused_in_the_words_of_the_decision(world) {
        let cast = &world.cast;
        let channel = world.channel("GB").await?;
        let place = async |ids: &[&str], reseller| {
            let mut wanted = order(&channel.provider, reseller, &channel.customer, &channel.offer);
            let line = &mut wanted.lines[0];
            line.additional_partner_ids_on_record = ids.iter().map(ToString::to_string).collect();
            refused(cast.place(wanted).await)
        };
        let beside = Some(&channel.reseller);
        assert_eq!(place(&["9999999"], beside).await, ["ORD-8 ADDITIONAL_PARTNER_ID_OUTSIDE_EU_EFTA"]);
        assert_eq!(place(&["9999999"], None).await, ["ORD-8 ADDITIONAL_PARTNER_ID_WITHOUT_RESELLER"]);

        let company = cast.company("Fabrikam Resale", "GB").await?;
        let newcomer = cast.join(&company, "GB").await?;
        cast.enroll(&newcomer, Role::IndirectReseller).await?;
        let mut wanted =
            order(&channel.provider, Some(&channel.reseller), &channel.customer, &channel.offer);
        wanted.reseller = newcomer.name.clone();
        let found = refused(cast.place(wanted.clone()).await);
        assert!(found.contains(&"ON-3 RESELLER_LOCATION_NOT_ASSOCIATED".to_owned()), "{found:?}");
        assert!(found.contains(&"REL-1 PARTNERSHIP_NOT_ACTIVE".to_owned()), "{found:?}");
        let company = cast.company("Fabrikam Resale", "GB").await?;
        wanted.reseller = cast.join(&company, "GB").await?.name;
        let found = refused(cast.place(wanted).await);
        assert!(found.contains(&"ON-1 RESELLER_NOT_ENROLLED".to_owned()), "{found:?}");

        for state in [rl::AccountState::Rejected, rl::AccountState::Locked] {
            let review = rl::RecordAccountReviewRequest {
                name: channel.customer.clone(),
                state: state.into(),
                detail: "fraud".to_owned(),
                ..Default::default()
            };
            cast.relationship.clone().record_account_review(review).await?;
            let found = place(&[], None).await;
            assert!(found.iter().all(|it| it.starts_with("CUS-2 ")) && !found.is_empty(), "{found:?}");
        }

        let of_reseller = &channel.reseller.organization;
        let shared = CustomerKind::SharedServices;
        let shared = cast.customer_of(of_reseller, "GB", shared).await?;
        let mut direct = order(&channel.reseller, None, &shared, &channel.offer);
        direct.lines[0].seller_role = Some(seller_role(None));
        let found = refused(cast.place(direct).await);
        assert!(found.contains(&"PT-1 SELLER_CANNOT_BUY_FROM_MICROSOFT".to_owned()), "{found:?}");
    }
}

/// Failures of services that do not work as they should.
#[tokio::test]
async fn a_service_that_cannot_answer_says_what_to_do_on_sqlite() -> Result<(), Status> {
    let world = World::with(Engine::Sqlite, |plan| {
        plan.relationship.valid_for = Duration::ZERO;
        plan.ordering.relationship.timeout = Duration::from_secs(2);
    });
    let world = world.await;
    let scenario = "a_service_that_cannot_answer_says_what_to_do";
    messages::compared(scenario, async move {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let wanted = || order(&channel.provider, None, &channel.customer, &channel.offer);
        assert_eq!(
            failed(cast.place(wanted()).await).code(),
            Code::Aborted,
            "a decision of no time"
        );
        let World { cast, cluster, .. } = world;
        cluster.relationship.stop().await;
        assert_eq!(failed(cast.place(wanted()).await).code(), Code::Unavailable);
        Ok(())
    })
    .await
}
