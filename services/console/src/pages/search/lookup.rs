//! Finds the pages for a text, each way with few concurrent calls.

use contracts::{
    onboarding::{
        GetOrganizationRequest, GetPartnerRequest, ListOrganizationsRequest, ListPartnersRequest,
        Organization, Partner,
    },
    ordering::{GetOrderRequest, GetSubscriptionRequest, GetTransferRequest},
    relationship::{Customer, GetCustomerRequest, GetPartnershipRequest, ListCustomersRequest},
};
use futures_util::future::try_join_all;

use super::{Found, Hit};
use crate::{
    calls::{Calls, found, read},
    format::id_of,
    problem::Problem,
};

/// Most organizations and customers of a search by name. Each organization costs one more call.
const MAX_NAMED: i32 = 20;
const MAX_PARTNERS: i32 = 50;

/// A resource name. Resources without a page lead to the page that shows them.
pub(super) async fn resource(calls: &Calls, text: &str) -> Result<Found, Problem> {
    let mut parts = text.split('/');
    let (collection, id) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let name = format!("{collection}/{id}");
    let hit = match collection {
        "customers" => Some(("Customer", name)),
        "partners" => Some(("Partner", name)),
        "orders" => Some(("Order", name)),
        "rules" => Some(("Rule", name)),
        "subscriptions" => subscription(calls, name).await?.map(|order| ("Order", order)),
        "transfers" => {
            let answer = read!(calls.ordering.get_transfer(GetTransferRequest { name })).await;
            let transfer = found(answer)?.and_then(|it| it.transfer);
            transfer.map(|it| ("Customer", it.customer))
        }
        "partnerships" => {
            let request = GetPartnershipRequest { name };
            let answer = read!(calls.relationship.get_partnership(request)).await;
            let partnership = found(answer)?.and_then(|it| it.partnership);
            partnership.map(|it| ("Partner", it.provider))
        }
        "organizations" => return of_organization(calls, name).await,
        _ => None,
    };
    Ok(hit.map(|(kind, name)| Found::one(kind, name)).unwrap_or_default())
}

/// The order that created a subscription.
async fn subscription(calls: &Calls, name: String) -> Result<Option<String>, Problem> {
    let answer = read!(calls.ordering.get_subscription(GetSubscriptionRequest { name })).await;
    let order = found(answer)?.and_then(|it| it.subscription).map(|it| it.order);
    Ok(order.filter(|it| !it.is_empty()))
}

/// A GUID of any collection. One tenant may be a partner and a customer.
pub(super) async fn guid(calls: &Calls, id: &str) -> Result<Found, Problem> {
    let name = |collection: &str| format!("{collection}/{id}");
    let order = GetOrderRequest { name: name("orders"), ..Default::default() };
    let (partner, customer, order, subscription, organization) = tokio::join!(
        read!(calls.onboarding.get_partner(GetPartnerRequest { name: name("partners") })),
        read!(calls.relationship.get_customer(GetCustomerRequest { name: name("customers") })),
        read!(calls.ordering.get_order(order)),
        subscription(calls, name("subscriptions")),
        of_organization(calls, name("organizations")),
    );
    let partner = found(partner)?.and_then(|it| it.partner);
    let customer = found(customer)?.and_then(|it| it.customer);
    let order = found(order)?.and_then(|it| it.order).map(|it| it.name).or(subscription?);
    let mut hits: Vec<_> = match partner {
        Some(partner) => named_partners(calls, vec![partner]).await?,
        None => Vec::new(),
    };
    hits.extend(customer.map(customer_hit));
    hits.extend(order.map(|name| Hit { kind: "Order", title: id_of(&name).to_owned(), name }));
    let organization = organization?;
    hits.extend(organization.hits);
    Ok(Found { hits, more: organization.more })
}

/// The partners and customers of a company.
async fn of_organization(calls: &Calls, name: String) -> Result<Found, Problem> {
    let request = GetOrganizationRequest { name: name.clone() };
    let organization = found(read!(calls.onboarding.get_organization(request)).await)?;
    let Some(organization) = organization.and_then(|it| it.organization) else {
        return Ok(Found::default());
    };
    let customers = ListCustomersRequest {
        page_size: MAX_NAMED,
        filter: format!("organization = {name}"),
        ..Default::default()
    };
    let (partners, customers) = tokio::try_join!(
        partners_of(calls, &organization),
        read!(calls.relationship.list_customers(customers)),
    )?;
    let mut hits = partners;
    hits.extend(customers.customers.into_iter().map(customer_hit));
    Ok(Found { hits, more: !customers.next_page_token.is_empty() })
}

/// A location account, or the global account of a company.
pub(super) async fn partner_id(calls: &Calls, id: &str) -> Result<Found, Problem> {
    let located = ListPartnersRequest {
        page_size: MAX_PARTNERS,
        filter: format!("location_account_id = {id}"),
        ..Default::default()
    };
    let companies = ListOrganizationsRequest {
        page_size: MAX_NAMED,
        filter: format!("global_account_id = {id}"),
        ..Default::default()
    };
    let (located, companies) = tokio::try_join!(
        read!(calls.onboarding.list_partners(located)),
        read!(calls.onboarding.list_organizations(companies)),
    )?;
    let (located, companies) = tokio::try_join!(
        named_partners(calls, located.partners),
        try_join_all(companies.organizations.iter().map(|it| partners_of(calls, it))),
    )?;
    let mut hits = located;
    for hit in companies.into_iter().flatten() {
        if !hits.contains(&hit) {
            hits.push(hit);
        }
    }
    Ok(Found { hits, more: false })
}

/// The filter for display names that begin with a text. `None` if nothing is left of it: a filter has no
/// escape for quotes and asterisks.
pub(super) fn name_filter(text: &str) -> Option<String> {
    let start = text.split(['"', '*']).next().unwrap_or_default().trim();
    (!start.is_empty()).then(|| format!("display_name = \"{start}*\""))
}

/// Display names that begin with a text.
pub(super) async fn display_name(calls: &Calls, text: &str) -> Result<Found, Problem> {
    let Some(filter) = name_filter(text) else { return Ok(Found::default()) };
    let organizations = ListOrganizationsRequest {
        page_size: MAX_NAMED,
        filter: filter.clone(),
        ..Default::default()
    };
    let customers = ListCustomersRequest { page_size: MAX_NAMED, filter, ..Default::default() };
    let (organizations, customers) = tokio::try_join!(
        read!(calls.onboarding.list_organizations(organizations)),
        read!(calls.relationship.list_customers(customers)),
    )?;
    let partners = organizations.organizations.iter().map(|it| partners_of(calls, it));
    let mut hits: Vec<_> = try_join_all(partners).await?.into_iter().flatten().collect();
    hits.extend(customers.customers.into_iter().map(customer_hit));
    let more = !organizations.next_page_token.is_empty() || !customers.next_page_token.is_empty();
    Ok(Found { hits, more })
}

async fn partners_of(calls: &Calls, organization: &Organization) -> Result<Vec<Hit>, Problem> {
    let request = ListPartnersRequest {
        page_size: MAX_PARTNERS,
        filter: format!("organization = {}", organization.name),
        ..Default::default()
    };
    let partners = read!(calls.onboarding.list_partners(request)).await?.partners;
    Ok(partners.into_iter().map(|it| partner_hit(it, &organization.display_name)).collect())
}

/// Partners with the names of their companies.
async fn named_partners(calls: &Calls, partners: Vec<Partner>) -> Result<Vec<Hit>, Problem> {
    let companies = partners.iter().map(|it| it.organization.clone()).collect();
    let companies = calls.organization_names(companies).await?;
    let name = |it: &Partner| companies.get(&it.organization).cloned().unwrap_or_default();
    Ok(partners
        .into_iter()
        .map(|it| {
            let name = name(&it);
            partner_hit(it, &name)
        })
        .collect())
}

fn partner_hit(partner: Partner, company: &str) -> Hit {
    let title = if company.is_empty() { id_of(&partner.name) } else { company };
    Hit { kind: "Partner", title: title.to_owned(), name: partner.name }
}

fn customer_hit(customer: Customer) -> Hit {
    Hit { kind: "Customer", title: customer.display_name, name: customer.name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_has_only_what_it_can_quote() {
        assert_eq!(name_filter("Fab"), Some("display_name = \"Fab*\"".to_owned()));
        let injected = name_filter("Fab\" OR x");
        assert_eq!(injected, Some("display_name = \"Fab*\"".to_owned()));
        assert_eq!(name_filter("*"), None);
    }
}
