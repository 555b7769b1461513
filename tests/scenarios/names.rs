//! Companies and customers are found by their display names.

use std::collections::{BTreeMap, BTreeSet};

use cluster::scenario_client::{Answer, new_id};
use contracts::{
    onboarding::ListOrganizationsRequest,
    relationship::{CreateCustomerRequest, Customer, CustomerKind, ListCustomersRequest},
};
use tests::{World, scenarios};

/// Creates a customer of a company.
async fn customer(world: &World, company: &str, display_name: &str) -> Answer<String> {
    let customer = Customer {
        display_name: display_name.to_owned(),
        organization: company.to_owned(),
        country_code: "FR".to_owned(),
        kind: CustomerKind::Company.into(),
        ..Customer::default()
    };
    let request = CreateCustomerRequest {
        customer_id: new_id(),
        customer: Some(customer),
        ..CreateCustomerRequest::default()
    };
    let answer = world.client.relationship.clone().create_customer(request).await?.into_inner();
    Ok(answer.customer.unwrap_or_default().name)
}

/// The names of the companies on all pages.
async fn companies(world: &World, filter: &str) -> Answer<Vec<String>> {
    let (mut found, mut page_token) = (Vec::new(), String::new());
    loop {
        let (filter, order_by) = (filter.to_owned(), String::new());
        let request = ListOrganizationsRequest { page_size: 2, page_token, filter, order_by };
        let answer = world.client.onboarding.clone().list_organizations(request).await?;
        let answer = answer.into_inner();
        found.extend(answer.organizations.into_iter().map(|it| it.name));
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(found);
        }
    }
}

/// The names of the customers on all pages.
async fn customers(world: &World, filter: &str) -> Answer<Vec<String>> {
    let (mut found, mut page_token) = (Vec::new(), String::new());
    loop {
        let (filter, order_by) = (filter.to_owned(), String::new());
        let request = ListCustomersRequest { page_size: 2, page_token, filter, order_by };
        let answer = world.client.relationship.clone().list_customers(request).await?.into_inner();
        found.extend(answer.customers.into_iter().map(|it| it.name));
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(found);
        }
    }
}

scenarios! {
    async fn a_name_or_its_start_finds_companies_and_customers_in_any_case(world) {
        let mut names = BTreeMap::new();
        for name in ["Fabrikam", "FABRIKAM Ägypten", "Fabrik 100 %", "Contoso", "Straße", "a_b"] {
            let company = world.client.company(name, "FR").await?;
            names.insert(customer(&world, &company, name).await?, name);
            names.insert(company, name);
        }
        for (text, expected) in [
            ("fabrikam", vec!["Fabrikam"]),
            ("FABRIKAM", vec!["Fabrikam"]),
            ("\"fabrikam ägypten\"", vec!["FABRIKAM Ägypten"]),
            ("fabrik*", vec!["Fabrikam", "FABRIKAM Ägypten", "Fabrik 100 %"]),
            ("\"FABRIKAM Ä*\"", vec!["FABRIKAM Ägypten"]),
            ("fabrikam*", vec!["Fabrikam", "FABRIKAM Ägypten"]),
            ("fabrik", vec![]),
            ("abrikam*", vec![]),
            ("STRASSE", vec!["Straße"]),
            ("\"%*\"", vec![]),
            ("a_*", vec!["a_b"]),
            ("ab*", vec![]),
        ] {
            let filter = format!("display_name = {text}");
            let expected: BTreeSet<_> = expected.into_iter().collect();
            for found in [companies(&world, &filter).await?, customers(&world, &filter).await?] {
                let distinct: BTreeSet<_> = found.iter().map(|name| names[name]).collect();
                assert_eq!((found.len(), &distinct), (expected.len(), &expected), "{filter}");
                assert!(found.is_sorted(), "in the order of names");
            }
        }
    }

    async fn a_name_is_combined_with_other_filters(world) {
        for name in ["Fabrikam", "Fabrikam Nord", "Northwind"] {
            let company = world.client.company(name, "FR").await?;
            customer(&world, &company, name).await?;
        }
        world.client.company("Fabrikam Sud", "DE").await?;
        for (filter, count) in [
            ("display_name = fabrikam*", 3),
            ("display_name = fabrikam* AND country_code = FR", 2),
            ("country_code = DE AND display_name = \"fabrikam sud\"", 1),
            ("display_name = fab* AND display_name = \"fabrikam n*\"", 1),
        ] {
            assert_eq!(companies(&world, filter).await?.len(), count, "{filter}");
        }
    }
}
