use authority::Scope;
use contracts::relationship as pb;
use errors::Fields;
use status::Request;
use storage::{ListOptions, PageRequest, list_options};
use types::CustomerName;

use super::Converted;
use crate::store::{RELATIONSHIPS, SALES_PATHS};

/// The parent of lists over all customers (AIP-159).
const ALL_CUSTOMERS: &str = "customers/-";
/// Customers of a page of sales paths whose size is unset.
const CUSTOMERS_OF_A_PAGE: i32 = 10;

/// The customers whose sales paths to list.
pub(in crate::transport) enum Customers {
    One(CustomerName),
    Page(PageRequest),
}

/// The customer of the list; `None` for all customers.
pub(in crate::transport) fn list_relationships(
    request: &Request<pb::ListCustomerRelationshipsRequest>,
) -> Converted<(Option<CustomerName>, PageRequest)> {
    let mut fields = Fields::new();
    let parent = &request.get_ref().parent;
    let customer = customer_or_all(&mut fields, "parent", parent);
    let page = RELATIONSHIPS.read(&mut fields, parent, list_options!(request));
    fields.finish(|| Some((customer?, page?)))
}

pub(in crate::transport) fn sales_paths(
    request: &pb::ListSalesPathsRequest,
    scope: &Scope,
) -> Converted<Customers> {
    let mut fields = Fields::new();
    let customer = customer_or_all(&mut fields, "customer", &request.customer);
    if let Some(Some(customer)) = customer {
        let problem = format!("must be unset for one customer; use it with {ALL_CUSTOMERS}");
        if request.page_size != 0 {
            fields.reject("page_size", &problem);
        }
        if !request.page_token.is_empty() {
            fields.reject("page_token", &problem);
        }
        return fields.finish(|| Some(Customers::One(customer)));
    }
    let options = ListOptions {
        page_size: if request.page_size == 0 { CUSTOMERS_OF_A_PAGE } else { request.page_size },
        page_token: &request.page_token,
        scope,
        ..ListOptions::default()
    };
    // A token is valid only for the same paths.
    let paths = if request.refused_only { "refused" } else { "" };
    let page = SALES_PATHS.read(&mut fields, paths, options);
    fields.finish(|| {
        customer?;
        Some(Customers::Page(page?))
    })
}

/// One customer, or `None` for all.
fn customer_or_all(fields: &mut Fields, field: &str, text: &str) -> Option<Option<CustomerName>> {
    if text == ALL_CUSTOMERS {
        return Some(None);
    }
    if text.is_empty() {
        fields.reject(field, format!("is required; use {ALL_CUSTOMERS} for all customers"));
        return None;
    }
    let name = text.parse().map(Some);
    let explain = |error| format!("{error}, or {ALL_CUSTOMERS} for all customers");
    fields.check(field, name.map_err(explain))
}
