use super::{acting_role::acting_role, list};
use crate::domain::{CustomerKind, Facts, Fault, Finding, Standing, Step};
use rules::{ProductFamily, Reason, Responsible, Role, Transaction};

/// OWN-1 for the seller. A reseller buys its own Azure shared services from a provider, which may be an
/// affiliate.
pub(in crate::domain) fn seller_is_no_affiliate(_: &Transaction, facts: &Facts) -> Option<Finding> {
    no_affiliate(&facts.seller, [Some(&facts.seller), facts.reseller.as_ref()], facts)
}

/// OWN-1 for the reseller.
pub(in crate::domain) fn reseller_is_no_affiliate(
    _: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let reseller = facts.reseller.as_ref()?;
    no_affiliate(reseller, [Some(reseller), None], facts)
}

/// OWN-1 for a partner. Does not apply to a shared services tenant of one of the `owners`, for which
/// OWN-3 decides.
pub(super) fn no_affiliate(
    partner: &Standing,
    owners: [Option<&Standing>; 2],
    facts: &Facts,
) -> Option<Finding> {
    let company = facts.customer.organization;
    let owned = owners.into_iter().flatten().any(|it| it.organization == company);
    if owned && facts.customer.kind == CustomerKind::SharedServices {
        return None;
    }
    let own = partner.organization == company;
    let path = partner.affiliation.join("; ");
    let inputs = vec![
        ("partner", partner.partner.to_string()),
        ("partnerOrganization", partner.organization.to_string()),
        ("customerOrganization", company.to_string()),
        ("ownershipPath", if path.is_empty() { "none".to_owned() } else { path.clone() }),
    ];
    let passes = !own && partner.affiliation.is_empty();
    Some(Finding::of(facts.customer.name, inputs).unless(passes, || {
        let (reason, explanation) = if own {
            let text =
                format!("{} and the customer are the same company, {company}", partner.partner);
            (Reason::SaleToSelf, text)
        } else {
            let text = format!("{} and the customer are affiliates: {path}", partner.partner);
            (Reason::SaleToAffiliate, text)
        };
        Fault {
            reason,
            explanation,
            responsible: Responsible::Caller,
            next_step: Step::NameNonAffiliate.into(),
        }
    }))
}

/// OWN-2: the customer's tenant is not a CSP tenant.
pub(in crate::domain) fn customer_not_in_csp_tenant(
    _: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    Some(not_csp_tenant(facts.customer.name, facts.buyer.csp_tenant))
}

/// Whether a tenant may be a customer: it must not be a CSP tenant.
pub(in crate::domain) fn not_csp_tenant(subject: impl ToString, is_csp_tenant: bool) -> Finding {
    let finding = Finding::of(subject, vec![("cspTenant", is_csp_tenant.to_string())]);
    finding.unless(!is_csp_tenant, || Fault {
        reason: Reason::CustomerIsCspTenant,
        explanation: "the customer's tenant is the CSP tenant of a partner".to_owned(),
        responsible: Responsible::Customer,
        next_step: Step::UseCustomerTenant.into(),
    })
}

/// OWN-3: for its own use, a partner buys Azure into a shared services tenant, or any product from a
/// reseller or a direct-bill partner.
pub(in crate::domain) fn own_use_permitted(
    transaction: &Transaction,
    facts: &Facts,
) -> Option<Finding> {
    let customer = &facts.customer;
    let shared = |family| family == ProductFamily::AzureSharedServices;
    let families: Vec<_> = transaction.lines.iter().map(|line| line.family).collect();
    let fault = match customer.kind {
        CustomerKind::SharedServices => {
            let chain = [Some(&facts.seller), facts.reseller.as_ref()];
            let own =
                chain.into_iter().flatten().any(|it| it.organization == customer.organization);
            let azure = families.iter().all(|family| shared(*family));
            if azure { (!own).then(of_another) } else { Some(azure_only()) }
        }
        CustomerKind::Company if families.iter().any(|family| shared(*family)) => {
            Some(tenant_needed())
        }
        CustomerKind::Company if facts.buyer.partners.is_empty() => {
            transaction.lacks_lines()?; // with lines, the rule does not apply
            None
        }
        CustomerKind::Company => {
            let role = acting_role(transaction, facts);
            let sold_by_provider =
                transaction.chain.reseller.is_none() && role == Some(Role::IndirectProvider);
            sold_by_provider.then(needs_reseller)
        }
    };
    let inputs = vec![
        ("customerKind", customer.kind.to_string()),
        ("customerPartners", list(&facts.buyer.partners)),
        ("productFamilies", list(families)),
    ];
    let finding = Finding { fault, ..Finding::of(customer.name, inputs) };
    Some(finding.lacking(transaction.lacks_lines()))
}

fn azure_only() -> Fault {
    own_use_fault(
        Reason::SharedServicesTakesAzureOnly,
        "only Azure shared services may be ordered into a shared services tenant",
        Step::OrderSharedServicesOnly,
    )
}

fn of_another() -> Fault {
    own_use_fault(
        Reason::SharedServicesOfAnother,
        "neither the seller nor the reseller owns the shared services tenant",
        Step::NameOwner,
    )
}

fn tenant_needed() -> Fault {
    own_use_fault(
        Reason::SharedServicesTenantNeeded,
        "Azure shared services may be ordered only into a shared services tenant",
        Step::OrderOrdinaryAzure,
    )
}

fn needs_reseller() -> Fault {
    own_use_fault(
        Reason::OwnUseNeedsReseller,
        "the customer is a partner's own tenant, which buys from a reseller or a direct-bill \
         partner, not from a provider without a reseller",
        Step::NameReseller,
    )
}

fn own_use_fault(reason: Reason, explanation: &str, next_step: Step) -> Fault {
    Fault {
        reason,
        explanation: explanation.to_owned(),
        responsible: Responsible::Caller,
        next_step: next_step.into(),
    }
}
