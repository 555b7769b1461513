//! Refusals because of the customer or of own use.

use super::*;

rows! { CUSTOMER_ROWS:
    "the seller has no relationship with the customer", direct_bill,
        |it| it.remove_relationships(SELLER) =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, seller";
    "the reseller has no relationship with the customer", through_reseller,
        |it| it.remove_relationships(RESELLER) =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, reseller";
    "a stranger has the relationship", direct_bill,
        |it| it.facts.relationships[0].partner = STRANGER =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, seller";
    "the customer has not accepted the seller's request", direct_bill,
        |it| it.set_relationship(SELLER, Resale, RelationshipState::Requested) =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, customer";
    "the customer has not accepted the reseller's request", through_reseller,
        |it| it.set_relationship(RESELLER, Resale, RelationshipState::Requested) =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, customer";
    "the seller's request expires this second", direct_bill,
        |it| {
            it.set_relationship(SELLER, Resale, RelationshipState::Requested);
            it.facts.relationships[0].expire_time = at(NOW);
        } =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, seller";
    "the relationship with the seller is removed", direct_bill,
        |it| it.set_relationship(SELLER, Resale, RelationshipState::Removed) =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, seller";
    "the seller has only a management relationship", direct_bill,
        |it| it.set_relationship(SELLER, Management, RelationshipState::Active) =>
        "REL-4 CUSTOMER_RELATIONSHIP_FOR_MANAGEMENT, customer, seller";
    "the reseller has only a management relationship", through_reseller,
        |it| it.set_relationship(RESELLER, Management, RelationshipState::Active) =>
        "REL-4 CUSTOMER_RELATIONSHIP_FOR_MANAGEMENT, customer, reseller";
    "a direct-bill partner sells to a customer that it acquired as reseller", direct_bill,
        |it| it.facts.relationships[0].role = Some(Role::IndirectReseller) =>
        "REL-4 CUSTOMER_RELATIONSHIP_OF_OTHER_ROLE, customer, seller";
    "a reseller sells to a customer that it acquired as direct-bill partner", through_direct_bill,
        |it| it.facts.relationships[1].role = Some(Role::DirectBill) =>
        "REL-4 CUSTOMER_RELATIONSHIP_OF_OTHER_ROLE, customer, reseller";
    "a subscription of a seller that cannot buy from Microsoft renews", direct_bill,
        |it| {
            it.seller_is(Role::IndirectReseller, RoleState::Active);
            it.transaction.purpose = Purpose::AutomaticRenewal;
        } =>
        "PT-1 SELLER_CANNOT_BUY_FROM_MICROSOFT, seller, caller",
        "REL-4 CUSTOMER_RELATIONSHIP_OF_OTHER_ROLE, customer, seller";
    "the seller has requested a management relationship", direct_bill,
        |it| it.set_relationship(SELLER, Management, RelationshipState::Requested) =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, seller";
    "the seller manages before the customer accepts", direct_bill,
        |it| {
            it.set_relationship(SELLER, Management, RelationshipState::Requested);
            it.transaction.purpose = Purpose::Manage;
        } =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, customer";
    "a seller without a relationship manages", direct_bill,
        |it| {
            it.remove_relationships(SELLER);
            it.transaction.purpose = Purpose::Manage;
        } =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, seller";
    "the customer is in another region", through_reseller,
        |it| it.facts.customer.country = "US".parse().unwrap() =>
        "REL-3 CUSTOMER_OUTSIDE_REGION, customer, seller",
        "REL-3 CUSTOMER_OUTSIDE_REGION, customer, reseller";
    "the customer is in an overseas territory", direct_bill,
        |it| it.facts.customer.country = "RE".parse().unwrap() =>
        "REL-3 CUSTOMER_OUTSIDE_REGION, customer, seller";
    "the customer accepted the MCA too long ago", direct_bill,
        |it| mca_of(it).accept_time = at(OLD_MCA - 1) =>
        "CUS-1 CUSTOMER_AGREEMENT_OUTDATED, customer, customer";
    "an old MCA is invalid from this second", direct_bill,
        |it| {
            mca_of(it).accept_time = at(OLD_MCA - 1);
            it.facts.time = at(REACCEPTANCE);
        } =>
        "CUS-1 CUSTOMER_AGREEMENT_OUTDATED, customer, customer";
    "the customer's account is under review", direct_bill,
        |it| it.facts.customer.account = Some(review(AccountState::UnderReview)) =>
        "CUS-2 ACCOUNT_UNDER_REVIEW, customer, customer";
    "units are added while the account is under review", direct_bill,
        |it| {
            it.facts.customer.account = Some(review(AccountState::UnderReview));
            it.transaction.purpose = Purpose::AddQuantity;
        } =>
        "CUS-2 ACCOUNT_UNDER_REVIEW, customer, customer";
    "the customer's account is rejected and a subscription is renewed manually", direct_bill,
        |it| {
            it.facts.customer.account = Some(review(AccountState::Rejected));
            it.transaction.purpose = Purpose::Renew;
        } =>
        "CUS-2 ACCOUNT_REJECTED, customer, customer";
    "the customer's account is locked", direct_bill,
        |it| it.facts.customer.account = Some(review(AccountState::Locked)) =>
        "CUS-2 ACCOUNT_LOCKED, customer, customer";
    "the customer is in Russia", direct_bill, |it| move_all_to(it, "RU") =>
        "REL-5 SALES_STOPPED, customer, caller";
    "the customer is in Belarus", direct_bill,
        |it| {
            move_all_to(it, "TR");
            it.facts.customer.country = "BY".parse().unwrap();
        } =>
        "REL-5 SALES_STOPPED, customer, caller";
    "the customer is in Russia and a subscription is renewed manually", direct_bill,
        |it| {
            move_all_to(it, "RU");
            it.transaction.purpose = Purpose::Renew;
        } =>
        "REL-5 SALES_STOPPED, customer, caller";
    "the customer is in Russia and a subscription renews automatically", direct_bill,
        |it| {
            move_all_to(it, "RU");
            it.transaction.purpose = Purpose::AutomaticRenewal;
        } =>
        "REL-5 SALES_STOPPED, customer, caller";
    "the customer has not accepted the MCA", provider_alone,
        |it| it.facts.customer.agreement = None =>
        "CUS-1 CUSTOMER_AGREEMENT_MISSING, customer, customer";
    "only the reseller attests the MCA", with_attestation,
        |it| {
            it.facts.relationships[0].agreement = None;
            it.attests(RESELLER, mca());
        } =>
        "CUS-1 CUSTOMER_AGREEMENT_MISSING, customer, customer";
    "only another partner attests the MCA", direct_bill,
        |it| {
            it.facts.customer.agreement = None;
            let resale = relationship_with(STRANGER, Resale, RelationshipState::Active);
            it.facts.relationships.push(resale);
            it.attests(STRANGER, mca());
        } =>
        "CUS-1 CUSTOMER_AGREEMENT_MISSING, customer, customer";
    "the relationship on which the seller attested the MCA is removed", with_attestation,
        |it| it.facts.relationships[0].state = RelationshipState::Removed =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, seller",
        "CUS-1 CUSTOMER_AGREEMENT_MISSING, customer, customer";
    "the MCA that the seller attests was accepted too long ago", with_attestation,
        |it| it.attests(SELLER, old_mca()) =>
        "CUS-1 CUSTOMER_AGREEMENT_OUTDATED, customer, customer";
}

rows! { OWN_USE_ROWS:
    "the seller sells to its own company", direct_bill,
        |it| it.facts.customer.organization = OF_SELLER =>
        "OWN-1 SALE_TO_SELF, customer, caller";
    "the reseller sells to its own company", through_reseller,
        |it| it.facts.customer.organization = OF_RESELLER =>
        "OWN-1 SALE_TO_SELF, customer, caller";
    "the seller is an affiliate of the customer", provider_alone,
        |it| it.facts.seller.affiliation = vec!["A owns B".to_owned()] =>
        "OWN-1 SALE_TO_AFFILIATE, customer, caller";
    "the reseller is an affiliate of the customer", through_reseller,
        |it| it.reseller().affiliation = vec!["A owns B".to_owned(), "B owns C".to_owned()] =>
        "OWN-1 SALE_TO_AFFILIATE, customer, caller";
    "a provider's shared services are bought through an affiliated reseller",
        shared_services_of_reseller,
        |it| {
            it.facts.customer.organization = OF_SELLER;
            it.reseller().affiliation = vec!["A owns B".to_owned()];
        } =>
        "OWN-1 SALE_TO_AFFILIATE, customer, caller";
    "the reseller sells into the shared services tenant of an affiliate",
        shared_services_of_reseller,
        |it| {
            it.facts.customer.organization = OF_CUSTOMER;
            it.reseller().affiliation = vec!["A owns B".to_owned()];
        } =>
        "OWN-1 SALE_TO_AFFILIATE, customer, caller",
        "OWN-3 SHARED_SERVICES_OF_ANOTHER, customer, caller";
    "the seller has become an affiliate when a subscription renews automatically", provider_alone,
        |it| {
            it.facts.seller.affiliation = vec!["A owns B".to_owned()];
            it.transaction.purpose = Purpose::AutomaticRenewal;
        } =>
        "OWN-1 SALE_TO_AFFILIATE, customer, caller";
    "the customer's tenant has become a CSP tenant when a subscription renews automatically",
        direct_bill, |it| {
            it.facts.buyer.csp_tenant = true;
            it.transaction.purpose = Purpose::AutomaticRenewal;
        } =>
        "OWN-2 CUSTOMER_IS_CSP_TENANT, customer, customer";
    "the customer has become a partner when a provider's subscription renews automatically",
        provider_alone,
        |it| {
            it.facts.buyer.partners = vec![STRANGER];
            it.transaction.purpose = Purpose::AutomaticRenewal;
        } =>
        "OWN-3 OWN_USE_NEEDS_RESELLER, customer, caller";
    "the customer's tenant is a CSP tenant", direct_bill,
        |it| it.facts.buyer.csp_tenant = true =>
        "OWN-2 CUSTOMER_IS_CSP_TENANT, customer, customer";
    "Microsoft 365 is sold into a shared services tenant", shared_services,
        |it| it.product(ProductFamily::Microsoft365) =>
        "OWN-3 SHARED_SERVICES_TAKES_AZURE_ONLY, customer, caller";
    "ordinary Azure is sold into a shared services tenant", shared_services_of_reseller,
        |it| it.product(ProductFamily::Azure) =>
        "OWN-3 SHARED_SERVICES_TAKES_AZURE_ONLY, customer, caller";
    "one of two lines sells Microsoft 365 into a shared services tenant", shared_services,
        |it| it.transaction.lines.push(line(ProductFamily::Microsoft365)) =>
        "OWN-3 SHARED_SERVICES_TAKES_AZURE_ONLY, customer, caller";
    "Azure shared services are sold to a company", direct_bill,
        |it| it.product(ProductFamily::AzureSharedServices) =>
        "OWN-3 SHARED_SERVICES_TENANT_NEEDED, customer, caller";
    "Azure shared services are sold into a partner's separate tenant", own_use,
        |it| it.transaction.lines.push(line(ProductFamily::AzureSharedServices)) =>
        "OWN-3 SHARED_SERVICES_TENANT_NEEDED, customer, caller";
    "the shared services tenant is a stranger's", shared_services,
        |it| it.facts.customer.organization = OF_RESELLER =>
        "OWN-3 SHARED_SERVICES_OF_ANOTHER, customer, caller";
    "the tenant becomes a shared services tenant", direct_bill,
        |it| it.facts.customer.kind = CustomerKind::SharedServices =>
        "OWN-3 SHARED_SERVICES_TAKES_AZURE_ONLY, customer, caller";
    "a partner buys for its own use from a provider without a reseller", provider_alone,
        |it| it.facts.buyer.partners = vec![STRANGER] =>
        "OWN-3 OWN_USE_NEEDS_RESELLER, customer, caller";
}
