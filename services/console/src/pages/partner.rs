//! A partner: how far its enrollments are, what will block it, and with which companies it works.

mod enrollment;
mod outlook;
mod relations;

use axum::extract::Path;
use contracts::{
    onboarding::{
        Agreement, AssessEnrollmentRequest, AssessEnrollmentResponse,
        BatchGetPartnerStandingsRequest, Enrollment, GetOrganizationRequest, GetPartnerRequest,
        ListAgreementsRequest, ListEnrollmentsRequest, Organization, Partner,
    },
    relationship::{ListCustomerRelationshipsRequest, ListPartnershipsRequest},
};
use futures_util::future::try_join_all;
use maud::{Markup, html};

use super::{ONBOARDING, RELATIONSHIP};
use crate::{
    calls::{Calls, read, sent},
    commands::Commands,
    enums::{self, plain},
    format::{self, id_of},
    html::{self, Page},
    names::Wanted,
    problem::Problem,
    visit::Visit,
};
use relations::{PARTNER_CUSTOMERS, PARTNER_PROVIDERS, PARTNER_RESELLERS};

/// Partnerships and customers of a page.
const PAGE_SIZE: i32 = 50;

pub(crate) async fn show(visit: Visit, Path(tenant): Path<String>) -> Result<Page, Problem> {
    let (calls, query) = (&visit.calls, &visit.query);
    let name = format!("partners/{tenant}");
    let partnerships = |side: &str, page: &str| ListPartnershipsRequest {
        page_size: PAGE_SIZE,
        page_token: query.get(page).to_owned(),
        filter: format!("{side} = {name}"),
        order_by: "create_time desc".to_owned(),
    };
    let customers = ListCustomerRelationshipsRequest {
        parent: "customers/-".to_owned(),
        page_size: PAGE_SIZE,
        page_token: query.get(PARTNER_CUSTOMERS).to_owned(),
        filter: format!("partner = {name}"),
        order_by: String::new(),
    };
    let standings =
        BatchGetPartnerStandingsRequest { names: vec![name.clone()], ..Default::default() };
    let parent = || name.clone();
    let (partner, enrollments, agreements, standings, resellers, providers, customers) = tokio::try_join!(
        read!(calls.onboarding.get_partner(GetPartnerRequest { name: parent() })),
        read!(calls.onboarding.list_enrollments(ListEnrollmentsRequest { parent: parent() })),
        read!(calls.onboarding.list_agreements(ListAgreementsRequest { parent: parent() })),
        read!(calls.onboarding.batch_get_partner_standings(standings)),
        read!(calls.relationship.list_partnerships(partnerships("provider", PARTNER_RESELLERS))),
        read!(calls.relationship.list_partnerships(partnerships("reseller", PARTNER_PROVIDERS))),
        read!(calls.relationship.list_customer_relationships(customers)),
    )?;
    let partner = sent("onboarding", partner.partner)?;
    let (enrollments, agreements) = (enrollments.enrollments, agreements.agreements);
    let mut wanted = Wanted::default();
    wanted.add(resellers.partnerships.iter().map(|it| &it.reseller));
    wanted.add(providers.partnerships.iter().map(|it| &it.provider));
    let customer =
        |name: &String| name.split("/relationships").next().unwrap_or_default().to_owned();
    let of_customers: Vec<_> =
        customers.relationships.iter().map(|it| customer(&it.name)).collect();
    wanted.add(&of_customers);
    let organization = GetOrganizationRequest { name: partner.organization.clone() };
    let (organization, names, assessments) = tokio::try_join!(
        read!(calls.onboarding.get_organization(organization)),
        calls.names(wanted),
        assess(calls, &enrollments),
    )?;
    let organization = sent("onboarding", organization.organization)?;
    let standing = standings.standings.into_iter().next().unwrap_or_default();
    let body = html! {
        (head(&partner, &organization))
        (outlook::section(&enrollments, &agreements, &standing, visit.now))
        section #enrollments {
            h2 { "Enrollments" }
            @if enrollments.is_empty() { p.none { "The partner has not enrolled in any role." } }
            div.cards {
                @for (enrollment, assessment) in enrollments.iter().zip(&assessments) {
                    (enrollment::card(enrollment, assessment, &standing, &agreements))
                }
            }
        }
        (agreements_table(&agreements, visit.now))
        (relations::partnerships(&resellers, &providers, &names, &visit))
        (relations::customers(&customers, &names, &visit))
    };
    let (onboarding, relationship) = (&visit.addresses.onboarding, &visit.addresses.relationship);
    let by_partner = format!("partner = {name}");
    let commands = Commands::default()
        .call(onboarding, ONBOARDING, "GetPartner", &[("name", &name)])
        .call(onboarding, ONBOARDING, "ListEnrollments", &[("parent", &name)])
        .call(onboarding, ONBOARDING, "ListAgreements", &[("parent", &name)])
        .call(
            relationship,
            RELATIONSHIP,
            "ListCustomerRelationships",
            &[("parent", "customers/-"), ("filter", &by_partner)],
        )
        .csp(&["get", &name]);
    Ok(Page { commands, ..Page::new(organization.display_name, body) })
}

/// What each enrollment lacks. A partner has at most three.
async fn assess(
    calls: &Calls,
    enrollments: &[Enrollment],
) -> Result<Vec<AssessEnrollmentResponse>, Problem> {
    let assessed = enrollments.iter().map(|it| it.name.clone()).map(async |name| {
        read!(calls.onboarding.assess_enrollment(AssessEnrollmentRequest { name })).await
    });
    try_join_all(assessed).await
}

fn head(partner: &Partner, organization: &Organization) -> Markup {
    let location = match partner.location_account_id.as_str() {
        "" => html! { span.none { "no location account associated" } },
        account => html! { code { (account) } " (PLA) in " (partner.location_country_code) },
    };
    let global = match organization.global_account_id.as_str() {
        "" => html::text(""),
        account => html! { code { (account) } " (PGA)" },
    };
    html! {
        p.kind { "Partner" }
        h1 { (organization.display_name) }
        (html::facts(&[
            ("CSP tenant", html::whole_id(id_of(&partner.name))),
            ("Country and region", html! { (partner.country_code) " · " (partner.csp_region) }),
            ("Location", location),
            ("Global account", global),
            ("Company", html::whole_id(id_of(&organization.name))),
            ("Created", html::time(partner.create_time.as_ref())),
        ]))
    }
}

fn agreements_table(agreements: &[Agreement], now: types::Timestamp) -> Markup {
    let rows = html! {
        @for it in agreements {
            @let mode = plain("ACCEPTANCE_MODE_", it.acceptance_mode().as_str_name());
            @let signatory = it.signatory.clone().unwrap_or_default();
            tr {
                th scope="row" { "MPA, " (plain("AGREEMENT_KIND_", it.kind().as_str_name())) }
                td { (it.version) " on " (html::time(it.accept_time.as_ref())) }
                td { (signatory.first_name) " " (signatory.last_name) }
                td { (html::text(&it.version_in_force)) " " small { (mode) } }
                td {
                    @match it.lapse_time.as_ref().and_then(format::time) {
                        Some(time) => (html::day(time, now)),
                        None => span.none { "does not lapse" },
                    }
                }
                td {
                    @for (at, role) in it.covered_roles().enumerate() {
                        @if at > 0 { ", " }
                        (enums::role(role))
                    }
                    @if it.covered_roles.is_empty() { span.none { "none" } }
                }
            }
        }
    };
    let head = ["Agreement", "Accepted", "By", "In force", "Lapses", "Covers"];
    html! {
        section #agreements {
            h2 { "Agreements" }
            @if agreements.is_empty() { p.none { "No acceptance of the MPA is recorded." } }
            @else { (html::table("Acceptances of the MPA", &head, &rows)) }
        }
    }
}
