//! What one change in a world that is allowed brings about.

use std::collections::BTreeSet;

use super::world::{
    CUSTOMER, NOW, OF_RESELLER, OF_SELLER, RESELLER, SELLER, STRANGER, World, accepted, at, held,
    location, location_id, tie,
};
use crate::domain::{
    AgreementKind, CustomerKind, Decision, Finding, Line, PartnershipState as Pair, ProductFamily,
    Purpose, Reason, RelationshipKind::Management, RelationshipKind::Resale,
    RelationshipState as Tie, Role, RoleState, RuleOutcome,
};

/// What fails once something is changed: `rule reason, subject, who must act`.
pub(super) struct Row {
    pub what: &'static str,
    pub begins_with: &'static str,
    world: fn() -> World,
    change: fn(&mut World),
    pub fails: &'static [&'static str],
}

macro_rules! rows {
    ($name:ident: $($what:literal, $world:ident, $change:expr => $($fails:literal),*;)*) => {
        static $name: &[Row] = &[$(Row {
            what: $what,
            begins_with: stringify!($world),
            world: World::$world,
            change: $change,
            fails: &[$($fails),*],
        },)*];
    };
}

rows! { SELLER_ROWS:
    "the seller is in no role", through_reseller, |it| it.facts.seller.roles.clear() =>
        "PT-1 SELLER_CANNOT_BUY_FROM_MICROSOFT, seller, caller";
    "the seller is a reseller", provider_alone,
        |it| it.seller_is(Role::IndirectReseller, RoleState::Active) =>
        "PT-1 SELLER_CANNOT_BUY_FROM_MICROSOFT, seller, caller";
    "a reseller sells through a reseller", through_reseller,
        |it| it.seller_is(Role::IndirectReseller, RoleState::Active) =>
        "PT-1 SELLER_CANNOT_BUY_FROM_MICROSOFT, seller, caller";
    "a direct-bill partner sells through a reseller", through_reseller,
        |it| it.seller_is(Role::DirectBill, RoleState::Active) =>
        "PT-1 SELLER_IS_NO_PROVIDER, seller, caller";
    "the provider is being vetted", through_reseller, |it| it.provider_is(RoleState::Vetting) =>
        "ON-1 SELLER_NOT_ACTIVE, seller, seller";
    "the provider is rejected", provider_alone, |it| it.provider_is(RoleState::Rejected) =>
        "ON-1 SELLER_NOT_ACTIVE, seller, seller";
    "the provider is qualified", through_reseller, |it| it.provider_is(RoleState::Qualified) =>
        "ON-1 SELLER_NOT_ACTIVE, seller, seller";
    "the provider is suspended", provider_alone, |it| it.provider_is(RoleState::Suspended) =>
        "ON-1 SELLER_NOT_ACTIVE, seller, seller";
    "the provider is in an unknown state", through_reseller,
        |it| it.provider_is(RoleState::Unknown) =>
        "ON-1 SELLER_NOT_ACTIVE, seller, seller";
    "the direct-bill partner is suspended", direct_bill,
        |it| it.seller_is(Role::DirectBill, RoleState::Suspended) =>
        "ON-1 SELLER_NOT_ACTIVE, seller, seller";
    "the direct-bill partner is restricted", direct_bill,
        |it| it.seller_is(Role::DirectBill, RoleState::Restricted) =>
        "ON-1 SELLER_RESTRICTED, seller, seller";
    "the restricted direct-bill partner adds to Azure for its own use", shared_services,
        |it| {
            it.seller_is(Role::DirectBill, RoleState::Restricted);
            it.asked.purpose = Purpose::AddQuantity;
        } =>
        "ON-1 SELLER_RESTRICTED, seller, seller";
    "the provider is restricted, which only a direct-bill partner can be", provider_alone,
        |it| {
            it.provider_is(RoleState::Restricted);
            it.asked.purpose = Purpose::AddQuantity;
        } =>
        "ON-1 SELLER_NOT_ACTIVE, seller, seller";
    "the provider is blocked from this second on", through_reseller,
        |it| it.facts.seller.roles[0].block_time = Some(at(NOW)) =>
        "ON-4 PARTNER_NOT_REAUTHORIZED, seller, seller";
    "the provider's MPA counts no longer from this second on", through_reseller,
        |it| it.facts.seller.agreements[0].lapse_time = Some(at(NOW)) =>
        "MPA-3 SELLER_MPA_NOT_ACCEPTED, seller, seller";
    "a provider without its MPA cancels", provider_alone,
        |it| {
            it.facts.seller.agreements.clear();
            it.asked.purpose = Purpose::Cancel;
        } =>
        "MPA-3 SELLER_MPA_NOT_ACCEPTED, seller, seller";
    "the provider has not accepted the MPA", through_reseller,
        |it| it.facts.seller.agreements.clear() =>
        "MPA-3 SELLER_MPA_NOT_ACCEPTED, seller, seller";
    "the direct-bill partner has accepted the reseller's MPA only", direct_bill,
        |it| it.facts.seller.agreements = vec![accepted(AgreementKind::IndirectReseller)] =>
        "MPA-3 SELLER_MPA_NOT_ACCEPTED, seller, seller";
    "the provider has accepted the direct-bill MPA only", provider_alone,
        |it| it.facts.seller.agreements = vec![accepted(AgreementKind::DirectBill)] =>
        "MPA-3 SELLER_MPA_NOT_ACCEPTED, seller, seller";
}

rows! { CHAIN_ROWS:
    "there is no partnership", through_reseller, |it| it.facts.partnership = None =>
        "REL-1 PARTNERSHIP_NOT_ACTIVE, reseller, seller";
    "the reseller has not accepted the invitation", through_reseller,
        |it| it.facts.partnership.as_mut().unwrap().state = Pair::Invited =>
        "REL-1 PARTNERSHIP_NOT_ACTIVE, reseller, reseller";
    "the reseller has declined the invitation", through_reseller,
        |it| it.facts.partnership.as_mut().unwrap().state = Pair::Declined =>
        "REL-1 PARTNERSHIP_NOT_ACTIVE, reseller, seller";
    "the partnership has ended", through_reseller,
        |it| it.facts.partnership.as_mut().unwrap().state = Pair::Ended =>
        "REL-1 PARTNERSHIP_NOT_ACTIVE, reseller, seller";
    "the invitation expired this second", through_reseller,
        |it| {
            let invited = it.facts.partnership.as_mut().unwrap();
            invited.state = Pair::Invited;
            invited.expire_time = at(NOW);
        } =>
        "REL-1 PARTNERSHIP_NOT_ACTIVE, reseller, seller";
    "the reseller is in another region", through_reseller, |it| it.reseller().moves_to("US") =>
        "REL-2 PARTNERS_IN_DIFFERENT_REGIONS, reseller, reseller",
        "REL-3 CUSTOMER_OUTSIDE_REGION, customer, reseller";
    "the provider is in another region", through_reseller,
        |it| it.facts.seller.moves_to("US") =>
        "REL-2 PARTNERS_IN_DIFFERENT_REGIONS, reseller, reseller",
        "REL-3 CUSTOMER_OUTSIDE_REGION, customer, seller";
    "the reseller is not enrolled", through_reseller, |it| it.reseller().roles.clear() =>
        "ON-1 RESELLER_NOT_ENROLLED, reseller, reseller";
    "a direct-bill partner is not enrolled as reseller", through_direct_bill,
        |it| it.reseller().roles = vec![held(Role::DirectBill, RoleState::Active)] =>
        "ON-1 RESELLER_NOT_ENROLLED, reseller, reseller";
    "the reseller is being vetted", through_reseller, |it| it.reseller_is(RoleState::Vetting) =>
        "ON-1 RESELLER_NOT_ACTIVE, reseller, reseller";
    "the reseller is rejected", through_reseller, |it| it.reseller_is(RoleState::Rejected) =>
        "ON-1 RESELLER_NOT_ACTIVE, reseller, reseller";
    "the reseller is qualified", through_reseller, |it| it.reseller_is(RoleState::Qualified) =>
        "ON-1 RESELLER_NOT_ACTIVE, reseller, reseller";
    "the reseller is suspended", through_reseller, |it| it.reseller_is(RoleState::Suspended) =>
        "ON-1 RESELLER_NOT_ACTIVE, reseller, reseller";
    "the reseller is in an unknown state", through_reseller,
        |it| it.reseller_is(RoleState::Unknown) =>
        "ON-1 RESELLER_NOT_ACTIVE, reseller, reseller";
    "the reseller is blocked from this second on", through_reseller,
        |it| it.reseller().roles[0].block_time = Some(at(NOW)) =>
        "ON-4 PARTNER_NOT_REAUTHORIZED, reseller, reseller";
    "the reseller's MPA counts no longer from this second on", through_reseller,
        |it| it.reseller().agreements[0].lapse_time = Some(at(NOW)) =>
        "MPA-1 PARTNER_ID_BEFORE_MPA, reseller, reseller",
        "MPA-2 RESELLER_MPA_NOT_ACCEPTED, reseller, reseller";
    "no location is tied to the reseller's tenant", through_reseller,
        |it| it.reseller().location = None =>
        "ON-3 RESELLER_LOCATION_NOT_ASSOCIATED, reseller, reseller",
        "ORD-1 PARTNER_ID_NOT_OF_RESELLER, reseller, caller";
    "the reseller's location is in another country of the region", through_reseller,
        |it| it.reseller().location = Some(location("2002", "DE")) =>
        "ON-3 RESELLER_LOCATION_COUNTRY_MISMATCH, reseller, reseller";
    "the reseller has not accepted the MPA", through_reseller,
        |it| it.reseller().agreements.clear() =>
        "MPA-1 PARTNER_ID_BEFORE_MPA, reseller, reseller",
        "MPA-2 RESELLER_MPA_NOT_ACCEPTED, reseller, reseller";
    "the reseller has accepted the provider's MPA only", through_reseller,
        |it| it.reseller().agreements = vec![accepted(AgreementKind::IndirectProvider)] =>
        "MPA-1 PARTNER_ID_BEFORE_MPA, reseller, reseller",
        "MPA-2 RESELLER_MPA_NOT_ACCEPTED, reseller, reseller";
    "the reseller has not accepted the MPA and there are no lines", through_reseller,
        |it| { it.reseller().agreements.clear(); it.asked.lines.clear() } =>
        "MPA-2 RESELLER_MPA_NOT_ACCEPTED, reseller, reseller";
}

rows! { CUSTOMER_ROWS:
    "the seller has no relationship with the customer", direct_bill, |it| it.unties(SELLER) =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, seller";
    "the reseller has no relationship with the customer", through_reseller,
        |it| it.unties(RESELLER) =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, reseller";
    "a stranger has the relationship", direct_bill,
        |it| it.facts.relationships[0].partner = STRANGER =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, seller";
    "the customer has not accepted the seller's request", direct_bill,
        |it| it.ties(SELLER, Resale, Tie::Requested) =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, customer";
    "the customer has not accepted the reseller's request", through_reseller,
        |it| it.ties(RESELLER, Resale, Tie::Requested) =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, customer";
    "the seller's request expired this second", direct_bill,
        |it| {
            it.ties(SELLER, Resale, Tie::Requested);
            it.facts.relationships[0].expire_time = at(NOW);
        } =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, seller";
    "the relationship with the seller is removed", direct_bill,
        |it| it.ties(SELLER, Resale, Tie::Removed) =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, seller";
    "the seller may manage only", direct_bill, |it| it.ties(SELLER, Management, Tie::Active) =>
        "REL-4 CUSTOMER_RELATIONSHIP_FOR_MANAGEMENT, customer, seller";
    "the reseller may manage only", through_reseller,
        |it| it.ties(RESELLER, Management, Tie::Active) =>
        "REL-4 CUSTOMER_RELATIONSHIP_FOR_MANAGEMENT, customer, reseller";
    "the seller has asked to manage", direct_bill,
        |it| it.ties(SELLER, Management, Tie::Requested) =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, seller";
    "the seller that has asked to manage wants to", direct_bill,
        |it| {
            it.ties(SELLER, Management, Tie::Requested);
            it.asked.purpose = Purpose::Manage;
        } =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, customer";
    "a stranger wants to manage", direct_bill,
        |it| {
            it.unties(SELLER);
            it.asked.purpose = Purpose::Manage;
        } =>
        "REL-4 CUSTOMER_RELATIONSHIP_MISSING, customer, seller";
    "the customer is in another region", through_reseller,
        |it| it.facts.customer.country = "US".parse().unwrap() =>
        "REL-3 CUSTOMER_OUTSIDE_REGION, customer, seller",
        "REL-3 CUSTOMER_OUTSIDE_REGION, customer, reseller";
    "the customer is overseas", direct_bill,
        |it| it.facts.customer.country = "RE".parse().unwrap() =>
        "REL-3 CUSTOMER_OUTSIDE_REGION, customer, seller";
    "the customer has not accepted the MCA", provider_alone,
        |it| it.facts.customer.agreement = None =>
        "CUS-1 CUSTOMER_AGREEMENT_MISSING, customer, customer";
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
    "the provider is an affiliate of a reseller with shared services",
        shared_services_of_reseller,
        |it| it.facts.seller.affiliation = vec!["A owns B".to_owned()] =>
        "OWN-1 SALE_TO_AFFILIATE, customer, caller";
    "the customer's tenant is a CSP tenant", direct_bill,
        |it| it.facts.buyer.csp_tenant = true =>
        "OWN-2 CUSTOMER_IS_CSP_TENANT, customer, customer";
    "Microsoft 365 goes into a shared services tenant", shared_services,
        |it| it.product(ProductFamily::Microsoft365) =>
        "OWN-3 SHARED_SERVICES_TAKES_AZURE_ONLY, customer, caller";
    "ordinary Azure goes into a shared services tenant", shared_services_of_reseller,
        |it| it.product(ProductFamily::Azure) =>
        "OWN-3 SHARED_SERVICES_TAKES_AZURE_ONLY, customer, caller";
    "Microsoft 365 goes along into a shared services tenant", shared_services,
        |it| it.asked.lines.push(line(ProductFamily::Microsoft365)) =>
        "OWN-3 SHARED_SERVICES_TAKES_AZURE_ONLY, customer, caller";
    "Azure shared services go to a company", direct_bill,
        |it| it.product(ProductFamily::AzureSharedServices) =>
        "OWN-3 SHARED_SERVICES_TENANT_NEEDED, customer, caller";
    "Azure shared services go into a partner's separate tenant", own_use,
        |it| it.asked.lines.push(line(ProductFamily::AzureSharedServices)) =>
        "OWN-3 SHARED_SERVICES_TENANT_NEEDED, customer, caller";
    "the shared services tenant is a stranger's", shared_services,
        |it| it.facts.customer.organization = OF_RESELLER =>
        "OWN-3 SHARED_SERVICES_OF_ANOTHER, customer, caller";
    "the tenant becomes one for shared services", direct_bill,
        |it| it.facts.customer.kind = CustomerKind::SharedServices =>
        "OWN-3 SHARED_SERVICES_TAKES_AZURE_ONLY, customer, caller";
    "a partner buys for itself from a provider alone", provider_alone,
        |it| it.facts.buyer.partners = vec![STRANGER] =>
        "OWN-3 OWN_USE_NEEDS_RESELLER, customer, caller";
}

rows! { ORDER_ROWS:
    "the line carries no PartnerID", through_reseller, |it| it.partner_id(None) =>
        "ORD-1 PARTNER_ID_MISSING, reseller, caller";
    "the line carries the provider's PartnerID", through_reseller,
        |it| it.partner_id(Some("1001")) =>
        "ORD-1 PARTNER_ID_OF_PROVIDER, reseller, caller";
    "the line carries a stranger's PartnerID", through_reseller,
        |it| it.partner_id(Some("3003")) =>
        "ORD-1 PARTNER_ID_NOT_OF_RESELLER, reseller, caller";
    "a second line carries no PartnerID", through_reseller,
        |it| it.asked.lines.push(line(ProductFamily::Azure)) =>
        "ORD-1 PARTNER_ID_MISSING, reseller, caller";
    "five lines are wrong in three ways", through_reseller, |it| {
            it.partner_id(Some("3003"));
            it.asked.lines.push(line(ProductFamily::Azure));
            it.asked.lines.push(Line { partner_id: Some(location_id("1001")), ..line(ProductFamily::Azure) });
            it.asked.lines.push(line(ProductFamily::Azure));
            it.asked.lines.push(Line { partner_id: Some(location_id("3003")), ..line(ProductFamily::Azure) });
        } =>
        "ORD-1 PARTNER_ID_NOT_OF_RESELLER, reseller, caller";
    "a provider alone puts its PartnerID on the line", provider_alone,
        |it| it.partner_id(Some("1001")) =>
        "ORD-1 PARTNER_ID_WITHOUT_RESELLER, seller, caller";
    "a direct-bill partner puts a PartnerID on the line", direct_bill,
        |it| it.partner_id(Some("3003")) =>
        "ORD-1 PARTNER_ID_WITHOUT_RESELLER, seller, caller";
    "the seller does not attest its role", direct_bill, |it| it.asked.attested = false =>
        "ORD-2 ATTESTATION_MISSING, seller, seller";
}

// The nearest neighbours of refusals.
rows! { ALLOWED_ROWS:
    "nothing is changed alone", direct_bill, |_| () => ;
    "nothing is changed in a provider's own sale", provider_alone, |_| () => ;
    "nothing is changed in a chain", through_reseller, |_| () => ;
    "a direct-bill partner works as reseller", through_direct_bill, |_| () => ;
    "Azure goes into the seller's shared services tenant", shared_services, |_| () => ;
    "Azure goes into the reseller's", shared_services_of_reseller, |_| () => ;
    "a partner buys for itself from a direct-bill partner", own_use, |_| () => ;
    "a partner buys for itself from a reseller", own_use_through_reseller, |_| () => ;
    "customer and seller are in two countries of a region", direct_bill,
        |it| it.facts.customer.country = "CH".parse().unwrap() => ;
    "provider and reseller are in two countries of a region", through_reseller,
        |it| it.reseller().moves_to("DE") => ;
    "the seller may manage too", direct_bill, |it| it.facts.relationships.insert(
        0, tie(SELLER, Management, Tie::Active)) => ;
    "the chain is asked about without lines and attestation", through_reseller,
        |it| { it.asked.lines.clear(); it.asked.attested = false } => ;
    "a seller in two roles is suspended as direct-bill partner only", provider_alone,
        |it| it.facts.seller.roles.insert(0, held(Role::DirectBill, RoleState::Suspended)) => ;
    "a provider through a reseller is suspended as direct-bill partner", through_reseller,
        |it| it.facts.seller.roles.insert(0, held(Role::DirectBill, RoleState::Suspended)) => ;
    "a seller in two roles has not accepted the MPA as direct-bill partner", provider_alone,
        |it| it.facts.seller.roles.insert(0, held(Role::DirectBill, RoleState::Active)) => ;
    "a seller in two roles is blocked as direct-bill partner", provider_alone,
        |it| {
            it.facts.seller.roles.insert(0, held(Role::DirectBill, RoleState::Active));
            it.facts.seller.roles[0].block_time = Some(at(NOW));
            it.facts.seller.agreements.push(accepted(AgreementKind::DirectBill));
        } => ;
    "a restricted direct-bill partner adds to what it sold", direct_bill,
        |it| {
            it.seller_is(Role::DirectBill, RoleState::Restricted);
            it.asked.purpose = Purpose::AddQuantity;
        } => ;
    "a restricted direct-bill partner changes what it sold", shared_services,
        |it| {
            it.seller_is(Role::DirectBill, RoleState::Restricted);
            it.asked.purpose = Purpose::Change;
        } => ;
    "the seller is blocked from the next second on", direct_bill,
        |it| it.facts.seller.roles[0].block_time = Some(at(NOW + 1)) => ;
    "the reseller is blocked from the next second on", through_reseller,
        |it| it.reseller().roles[0].block_time = Some(at(NOW + 1)) => ;
    "the seller's MPA counts until the next second", direct_bill,
        |it| it.facts.seller.agreements[0].lapse_time = Some(at(NOW + 1)) => ;
    "an MPA that lapsed was followed by one that counts", through_reseller,
        |it| {
            let mut lapsed = accepted(AgreementKind::IndirectReseller);
            lapsed.lapse_time = Some(at(NOW));
            it.reseller().agreements.insert(0, lapsed);
        } => ;
    "a suspended provider cancels", provider_alone,
        |it| {
            it.provider_is(RoleState::Suspended);
            it.asked.purpose = Purpose::Cancel;
        } => ;
    "a subscription renews itself without an MPA", provider_alone,
        |it| {
            it.facts.seller.agreements.clear();
            it.asked.purpose = Purpose::AutomaticRenewal;
        } => ;
    "the seller's location is unknown", through_reseller,
        |it| it.facts.seller.location = None => ;
}

fn line(family: ProductFamily) -> Line {
    Line { family, partner_id: None }
}

pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    let tables = [SELLER_ROWS, CHAIN_ROWS, CUSTOMER_ROWS, OWN_USE_ROWS, ORDER_ROWS, ALLOWED_ROWS];
    tables.into_iter().flatten()
}

pub(super) fn decided(row: &Row) -> Decision {
    let mut world = (row.world)();
    (row.change)(&mut world);
    world.decide()
}

pub(super) fn failed(decision: &Decision) -> impl Iterator<Item = (&RuleOutcome, &Finding)> {
    let failed = decision.outcomes.iter().filter(|it| it.failed());
    failed.map(|it| (it, it.finding.as_ref().unwrap()))
}

#[test]
fn one_change_fails_the_rules_that_it_breaks_and_no_others() {
    for row in rows() {
        let decision = decided(row);
        let fails: Vec<_> = failed(&decision).map(|(outcome, it)| described(outcome, it)).collect();
        assert_eq!(fails, row.fails, "{}", row.what);
        assert_eq!(decision.allowed(), row.fails.is_empty(), "{}", row.what);
    }
}

fn described(outcome: &RuleOutcome, finding: &Finding) -> String {
    let parts = [
        ("seller", SELLER.to_string()),
        ("reseller", RESELLER.to_string()),
        ("customer", CUSTOMER.to_string()),
    ];
    let (subject, _) = parts.iter().find(|(_, name)| *name == finding.subject).unwrap();
    let fault = finding.fault.as_ref().unwrap();
    format!("{} {}, {subject}, {}", outcome.rule.id, fault.reason, fault.responsible)
}

#[test]
fn every_reason_of_a_decision_is_reached() {
    let of_other_moves = [
        Reason::PartnershipStateConflict,
        Reason::CustomerRelationshipStateConflict,
        Reason::ProviderNotEnrolled,
        Reason::RemovalByStranger,
        Reason::RemovalByReseller,
        Reason::SubscriptionsNotRuledOut,
    ];
    let expected = Reason::ALL.iter().filter(|it| !of_other_moves.contains(it));
    let expected: BTreeSet<_> = expected.copied().collect();
    let decisions: Vec<_> = rows().map(decided).collect();
    let reached = decisions.iter().flat_map(failed);
    let reached: BTreeSet<_> =
        reached.map(|(_, finding)| finding.fault.as_ref().unwrap().reason).collect();
    assert_eq!(reached, expected);
}

#[test]
fn every_refusal_says_what_it_looked_at_and_what_to_do() {
    for row in rows() {
        for (outcome, finding) in failed(&decided(row)) {
            let what = format!("{}: {}", row.what, outcome.rule.id);
            let fault = finding.fault.as_ref().unwrap();
            for text in [&fault.explanation, &fault.next_step] {
                assert!(text.len() > 10 && !text.ends_with('.') && !text.contains("  "), "{what}");
            }
            assert!(!finding.inputs.is_empty(), "{what}");
            for (name, _) in &finding.inputs {
                let camel = name.starts_with(|it: char| it.is_ascii_lowercase())
                    && name.chars().all(|it| it.is_ascii_alphanumeric());
                assert!(camel, "{what}: {name}");
            }
            let names: BTreeSet<_> = finding.inputs.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), finding.inputs.len(), "{what}");
            let code = fault.code.split_once('/').unwrap_or_default();
            assert!([code.0, code.1].concat().bytes().all(|it| it.is_ascii_digit()), "{what}");
        }
    }
}
