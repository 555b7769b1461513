//! Error messages: which value is wrong, and what to use instead.

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
use tonic::{Code, Status};
use tonic_types::StatusExt;

const DAY: Duration = Duration::from_secs(86_400);

/// The field violations of a response.
fn invalid<T: std::fmt::Debug>(answer: Answer<T>) -> Vec<String> {
    let status = failed(answer);
    let fields =
        status.get_details_bad_request().expect("the status has a BadRequest").field_violations;
    fields.into_iter().map(|it| format!("{} {}", it.field, it.description)).collect()
}

/// The message of a state conflict.
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
    async fn an_unknown_location_account_is_not_found(world) {
        let partner_id = "1234567".to_owned();
        let request = ob::GetAgreementStatusRequest { partner_id, ..Default::default() };
        let status = failed(world.client.onboarding.clone().get_agreement_status(request).await);
        assert_eq!(status.code(), Code::NotFound);
        assert_eq!(status.message(), "no partner has location account 1234567");
    }

    async fn a_partner_id_in_place_of_a_name_gets_the_filter_that_finds_the_partner(world) {
        let client = &world.client;
        let partner = client.reseller("FR").await?;
        let id = &partner.location;
        let hint = format!(
            "`{id}` is a PartnerID, not a CSP tenant; to find its partner, call ListPartners of \
             onboarding with the filter `location_account_id = {id}`"
        );
        let get = ob::GetPartnerRequest { name: format!("partners/{id}") };
        let found = invalid(client.onboarding.clone().get_partner(get).await);
        assert_eq!(found, [format!("name {hint}")]);
        let invite = rl::InvitePartnershipRequest {
            provider: partner.name.clone(),
            reseller: id.clone(),
            ..Default::default()
        };
        let found = invalid(client.relationship.clone().invite_partnership(invite).await);
        assert_eq!(found, [format!("reseller {hint}")]);
        let mut wanted = order(&partner, None, "customers/x", "offers/x");
        wanted.seller = format!("partners/{id}");
        assert_eq!(invalid(client.place(wanted).await)[0], format!("order.seller {hint}"));
        let filter = format!("location_account_id = {id}");
        let list = ob::ListPartnersRequest { filter, ..Default::default() };
        let listed = client.onboarding.clone().list_partners(list).await?.into_inner().partners;
        assert_eq!(listed[0].name, partner.name);
    }

    async fn a_stale_etag_gets_the_current_one_and_the_last_change(world) {
        let client = &world.client;
        let offer = client.offer(rl::ProductFamily::Azure).await?;
        let update = |etag: &str| od::UpdateOfferRequest {
            offer: Some(od::Offer {
                name: offer.clone(),
                etag: etag.to_owned(),
                ..offer_in_every_market()
            }),
            update_mask: Some(FieldMask { paths: vec!["display_name".to_owned()] }),
            request_id: new_id(),
            ..Default::default()
        };
        let get = od::GetOfferRequest { name: offer.clone() };
        let read = client.ordering.clone().get_offer(get).await?.into_inner().offer.unwrap().etag;
        world.clock.advance(DAY);
        let changed = client.ordering.clone().update_offer(update(&read)).await?.into_inner();
        let current = changed.offer.unwrap().etag;
        let status = failed(client.ordering.clone().update_offer(update(&read)).await);
        let message = format!(
            "`{offer}` is at etag {current}, the request expected {read} (last changed \
             2026-03-03T09:00:00Z by anonymous); read it and decide again"
        );
        assert_eq!((status.code(), status.message()), (Code::Aborted, &*message));
        let metadata = status.get_details_error_info().unwrap().metadata;
        assert_eq!(metadata["currentEtag"], current);
    }

    async fn a_state_that_is_reached_already_gets_its_time_and_nothing_to_do(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let since = world.clock.now();
        world.clock.advance(DAY);
        let mut relationship = client.relationship.clone();
        let name = channel.partnership.clone();
        let accept = rl::AcceptPartnershipRequest { name: name.clone(), ..Default::default() };
        let message = conflict(relationship.accept_partnership(accept).await);
        assert_eq!(message, format!("the partnership has been active since {since}; nothing to do"));
        let detail = "no".to_owned();
        let decline = rl::DeclinePartnershipRequest { name, detail, ..Default::default() };
        let message = conflict(relationship.decline_partnership(decline).await);
        let out = format!("the partnership has been active since {since}, which rules out");
        assert_eq!(message, format!("{out} DeclinePartnership; possible now: EndPartnership"));

        let customer = client.customer("FR").await?;
        let name = client.establish_relationship(&customer, &channel.provider, Resale).await?;
        let accept = rl::AcceptCustomerRelationshipRequest { name, ..Default::default() };
        let message = conflict(relationship.accept_customer_relationship(accept).await);
        let now = world.clock.now();
        assert_eq!(message, format!("the relationship has been active since {now}; nothing to do"));

        let name = enrollment(&channel.reseller, Role::IndirectReseller);
        let submit = ob::SubmitEnrollmentRequest { name, ..Default::default() };
        let message = conflict(client.onboarding.clone().submit_enrollment(submit).await);
        assert_eq!(message, format!("the enrollment has been active since {since}; nothing to do"));

        let wanted = order(&channel.provider, None, &channel.customer, &channel.offer);
        let placed = client.place(wanted).await?;
        let resume = od::ResumeSubscriptionRequest {
            name: placed.lines[0].subscription.clone(),
            request_id: new_id(),
            ..Default::default()
        };
        let message = conflict(client.ordering.clone().resume_subscription(resume).await);
        assert_eq!(message, format!("the subscription has been active since {now}; nothing to do"));
        let cancel = || od::CancelOrderRequest {
            name: placed.name.clone(),
            detail: "a mistake".to_owned(),
            ..Default::default()
        };
        client.ordering.clone().cancel_order(cancel()).await?;
        let message = conflict(client.ordering.clone().cancel_order(cancel()).await);
        assert_eq!(message, format!("the order has been cancelled since {now}; nothing to do"));
        let retire = || od::RetireOfferRequest {
            name: channel.offer.clone(),
            detail: "replaced".to_owned(),
            ..Default::default()
        };
        client.ordering.clone().retire_offer(retire()).await?;
        let message = conflict(client.ordering.clone().retire_offer(retire()).await);
        assert_eq!(message, format!("the offer has been retired since {now}; nothing to do"));
    }

    /// AIP-160.
    async fn an_invalid_filter_gets_the_valid_fields_and_values(world) {
        let client = &world.client;
        let orders = async |filter: &str| {
            let filter = filter.to_owned();
            let list = od::ListOrdersRequest { filter, ..Default::default() };
            invalid(client.ordering.clone().list_orders(list).await).remove(0)
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
        let found = invalid(client.relationship.clone().list_customers(list).await);
        let market = "`be` is not a listed CSP market (ISO 3166-1 alpha-2, upper case)";
        let filter =
            format!("filter compares `country_code` with `be`: {market}; did you mean BE");
        let order = "order_by must be `name`, `name desc`, `create_time` or `create_time desc`";
        assert_eq!(found, [&*filter, order]);
    }

    async fn an_invalid_mask_gets_the_valid_fields(world) {
        let client = &world.client;
        let update = async |path: &str| {
            let update = ob::UpdateOrganizationRequest {
                organization: Some(ob::Organization {
                    name: format!("organizations/{}", new_id()),
                    ..Default::default()
                }),
                update_mask: Some(FieldMask { paths: vec![path.to_owned()] }),
                ..Default::default()
            };
            invalid(client.onboarding.clone().update_organization(update).await)
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
        assert_eq!(invalid(client.ordering.clone().update_offer(update).await), [camel]);
    }

    async fn an_unknown_version_gets_the_known_ones(world) {
        let client = &world.client;
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
        let found = invalid(client.onboarding.clone().accept_agreement(accept).await);
        let problem = "`2099-01` is not an MPA version; use 2019-09 or 2026-12";
        assert_eq!(found, [format!("agreement.version {problem}")]);
    }

    async fn a_country_code_with_a_typical_mistake_gets_the_right_one(world) {
        let mut onboarding = world.client.onboarding.clone();
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
    async fn a_reused_request_id_gets_the_fields_that_differ(world) {
        let client = &world.client;
        let mut onboarding = client.onboarding.clone();
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
        assert_eq!(metadata["differingFields"], "", "the methods differ");
    }

    async fn a_resource_that_exists_already_or_is_missing_is_named(world) {
        let client = &world.client;
        let provider = client.provider("FR").await?;
        let again = client.enroll(&provider, Role::IndirectProvider).await;
        assert_eq!(failed(again).code(), Code::AlreadyExists);
        let get = od::GetOfferRequest { name: "offers/none".to_owned() };
        assert_eq!(failed(client.ordering.clone().get_offer(get).await).code(), Code::NotFound);
        let unknown = rl::GetCustomerRequest { name: format!("customers/{}", new_id()) };
        let unknown = failed(client.relationship.clone().get_customer(unknown).await);
        assert_eq!(unknown.code(), Code::NotFound);
    }

    /// REQ-1.
    async fn a_partner_that_failed_its_review_is_not_reinstated(world) {
        let client = &world.client;
        let name = enrollment(&client.direct_bill("BE").await?, Role::DirectBill);
        let mut onboarding = client.onboarding.clone();
        world.clock.advance(365 * DAY);
        let review = ob::ReviewEnrollmentRequest { name: name.clone(), ..Default::default() };
        onboarding.review_enrollment(review).await?;
        world.clock.advance(30 * DAY);
        let reinstate = ob::ReinstateEnrollmentRequest { name, ..Default::default() };
        let found = refused(onboarding.reinstate_enrollment(reinstate).await);
        assert_eq!(found, ["REQ-1 REVIEW_NOT_PASSED"]);
    }

    /// Violations that other scenarios cover by CheckTransaction only.
    async fn an_order_is_refused_with_the_violations_of_the_decision(world) {
        let client = &world.client;
        let channel = world.channel("GB").await?;
        let place = async |ids: &[&str], reseller| {
            let mut wanted = order(&channel.provider, reseller, &channel.customer, &channel.offer);
            let line = &mut wanted.lines[0];
            line.additional_partner_ids_on_record = ids.iter().map(ToString::to_string).collect();
            refused(client.place(wanted).await)
        };
        let found = place(&["9999999"], Some(&channel.reseller)).await;
        assert_eq!(found, ["ORD-8 ADDITIONAL_PARTNER_ID_OUTSIDE_EU_EFTA"]);
        let found = place(&["9999999"], None).await;
        assert_eq!(found, ["ORD-8 ADDITIONAL_PARTNER_ID_WITHOUT_RESELLER"]);

        let company = client.company("Fabrikam Resale", "GB").await?;
        let newcomer = client.join(&company, "GB").await?;
        client.enroll(&newcomer, Role::IndirectReseller).await?;
        let mut wanted =
            order(&channel.provider, Some(&channel.reseller), &channel.customer, &channel.offer);
        wanted.reseller = newcomer.name.clone();
        let found = refused(client.place(wanted.clone()).await);
        assert!(found.contains(&"ON-3 RESELLER_LOCATION_NOT_ASSOCIATED".to_owned()), "{found:?}");
        assert!(found.contains(&"REL-1 PARTNERSHIP_NOT_ACTIVE".to_owned()), "{found:?}");
        let company = client.company("Fabrikam Resale", "GB").await?;
        wanted.reseller = client.join(&company, "GB").await?.name;
        let found = refused(client.place(wanted).await);
        assert!(found.contains(&"ON-1 RESELLER_NOT_ENROLLED".to_owned()), "{found:?}");

        for state in [rl::AccountState::Rejected, rl::AccountState::Locked] {
            let review = rl::RecordAccountReviewRequest {
                name: channel.customer.clone(),
                state: state.into(),
                detail: "fraud".to_owned(),
                ..Default::default()
            };
            client.relationship.clone().record_account_review(review).await?;
            let found = place(&[], None).await;
            assert!(!found.is_empty(), "{state:?}");
            assert!(found.iter().all(|it| it.starts_with("CUS-2 ")), "{found:?}");
        }

        let of_reseller = &channel.reseller.organization;
        let shared = CustomerKind::SharedServices;
        let shared = client.customer_of(of_reseller, "GB", shared).await?;
        let mut direct = order(&channel.reseller, None, &shared, &channel.offer);
        direct.lines[0].seller_role = Some(seller_role(None));
        let found = refused(client.place(direct).await);
        assert!(found.contains(&"PT-1 SELLER_CANNOT_BUY_FROM_MICROSOFT".to_owned()), "{found:?}");
    }
}

/// Failures of services whose decisions expire at once, or whose peer is stopped.
#[tokio::test]
async fn a_service_that_cannot_decide_states_the_next_step_on_sqlite() -> Result<(), Status> {
    let world = World::with(Engine::Sqlite, |plan| {
        plan.relationship.valid_for = Duration::ZERO;
        plan.ordering.relationship.timeout = Duration::from_secs(2);
    });
    let world = world.await;
    let scenario = "a_service_that_cannot_decide_states_the_next_step";
    messages::compared(scenario, async move {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let wanted = || order(&channel.provider, None, &channel.customer, &channel.offer);
        assert_eq!(
            failed(client.place(wanted()).await).code(),
            Code::Aborted,
            "the decision has expired"
        );
        let World { client, cluster, .. } = world;
        cluster.relationship.stop().await;
        assert_eq!(failed(client.place(wanted()).await).code(), Code::Unavailable);
        Ok(())
    })
    .await
}
