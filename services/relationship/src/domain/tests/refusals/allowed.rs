//! Allowed worlds that are closest to refusals.

use super::*;

rows! { ALLOWED_ROWS:
    "nothing is changed in a direct-bill sale", direct_bill, |_| () => ;
    "nothing is changed in a provider's own sale", provider_alone, |_| () => ;
    "nothing is changed in a sale through a reseller", through_reseller, |_| () => ;
    "an additional reseller is on record", with_additional_reseller, |_| () => ;
    "an additional reseller is on record for a customer in EFTA", with_additional_reseller,
        |it| it.facts.customer.country = "NO".parse().unwrap() => ;
    "a direct-bill partner is also a reseller", through_direct_bill, |_| () => ;
    "Azure is sold into the seller's shared services tenant", shared_services, |_| () => ;
    "Azure is sold into the reseller's shared services tenant", shared_services_of_reseller,
        |_| () => ;
    "an affiliated provider sells Azure into the reseller's shared services tenant",
        shared_services_of_reseller,
        |it| it.facts.seller.affiliation = vec!["A owns B".to_owned()] => ;
    "a partner buys for its own use from a direct-bill partner", own_use, |_| () => ;
    "a partner buys for its own use from a reseller", own_use_through_reseller, |_| () => ;
    "customer and seller are in two countries of a region", direct_bill,
        |it| it.facts.customer.country = "CH".parse().unwrap() => ;
    "provider and reseller are in two countries of a region", through_reseller,
        |it| it.reseller().moves_to("DE") => ;
    "the seller also has a management relationship", direct_bill,
        |it| {
            let manages = relationship_with(SELLER, Management, RelationshipState::Active);
            it.facts.relationships.insert(0, manages);
        } => ;
    "a direct-bill partner manages for a customer that it acquired as reseller", direct_bill,
        |it| {
            it.facts.relationships[0].role = Some(Role::IndirectReseller);
            it.transaction.purpose = Purpose::Manage;
        } => ;
    "a partner acquired the customer in both roles", direct_bill,
        |it| {
            let resells = relationship_with(RESELLER, Resale, RelationshipState::Active);
            it.facts.relationships.insert(0, CustomerRelationship { partner: SELLER, ..resells });
        } => ;
    "a direct-bill partner sells to a customer that it acquired as provider",
        provider_alone, |it| {
            it.facts.seller.roles.insert(0, enrollment(Role::DirectBill, RoleState::Active));
            it.facts.seller.agreements.push(accepted(&[Role::DirectBill]));
        } => ;
    "a seller in two roles is suspended as direct-bill partner only", provider_alone,
        |it| {
            it.facts.seller.roles.insert(0, enrollment(Role::DirectBill, RoleState::Suspended));
        } => ;
    "a provider through a reseller is suspended as direct-bill partner", through_reseller,
        |it| {
            it.facts.seller.roles.insert(0, enrollment(Role::DirectBill, RoleState::Suspended));
        } => ;
    "a seller in two roles has not accepted the MPA as direct-bill partner", provider_alone,
        |it| it.facts.seller.roles.insert(0, enrollment(Role::DirectBill, RoleState::Active)) => ;
    "a seller in two roles is blocked as direct-bill partner", provider_alone,
        |it| {
            it.facts.seller.roles.insert(0, enrollment(Role::DirectBill, RoleState::Active));
            it.facts.seller.roles[0].block_time = Some(at(NOW));
            it.facts.seller.agreements.push(accepted(&[Role::DirectBill]));
        } => ;
    "a restricted direct-bill partner adds units", direct_bill,
        |it| {
            it.seller_is(Role::DirectBill, RoleState::Restricted);
            it.transaction.purpose = Purpose::AddQuantity;
        } => ;
    "a restricted direct-bill partner changes a subscription", shared_services,
        |it| {
            it.seller_is(Role::DirectBill, RoleState::Restricted);
            it.transaction.purpose = Purpose::Change;
        } => ;
    "the seller is blocked from the next second", direct_bill,
        |it| it.facts.seller.roles[0].block_time = Some(at(NOW + 1)) => ;
    "the reseller is blocked from the next second", through_reseller,
        |it| it.reseller().roles[0].block_time = Some(at(NOW + 1)) => ;
    "the seller's MPA is valid until the next second", direct_bill,
        |it| it.facts.seller.agreements[0].lapse_time = Some(at(NOW + 1)) => ;
    "a lapsed MPA was followed by a valid one", through_reseller,
        |it| {
            let mut lapsed = accepted(&[Role::IndirectReseller]);
            lapsed.lapse_time = Some(at(NOW));
            it.reseller().agreements.insert(0, lapsed);
        } => ;
    "a suspended reseller manages with its provider", through_reseller,
        |it| {
            it.reseller_is(RoleState::Suspended);
            it.transaction.purpose = Purpose::Manage;
        } => ;
    "a direct-bill partner that is vetted again manages", direct_bill,
        |it| {
            it.seller_is(Role::DirectBill, RoleState::Vetting);
            it.transaction.purpose = Purpose::Manage;
        } => ;
    "a suspended provider cancels", provider_alone,
        |it| {
            it.provider_is(RoleState::Suspended);
            it.transaction.purpose = Purpose::Cancel;
        } => ;
    "a subscription renews automatically without an MPA", provider_alone,
        |it| {
            it.facts.seller.agreements.clear();
            it.transaction.purpose = Purpose::AutomaticRenewal;
        } => ;
    "a subscription of suspended partners renews automatically", through_reseller,
        |it| {
            it.provider_is(RoleState::Suspended);
            it.reseller().roles[0].state = RoleState::Suspended;
            it.transaction.purpose = Purpose::AutomaticRenewal;
        } => ;
    "a subscription of partners without re-authorization renews automatically", through_reseller,
        |it| {
            it.facts.seller.roles[0].block_time = Some(at(NOW));
            it.reseller().roles[0].block_time = Some(at(NOW));
            it.transaction.purpose = Purpose::AutomaticRenewal;
        } => ;
    "a subscription of a reseller with a lapsed MPA renews automatically", through_reseller,
        |it| {
            it.reseller().agreements.clear();
            it.reseller().roles[0].state = RoleState::Qualified;
            it.transaction.purpose = Purpose::AutomaticRenewal;
        } => ;
    "a subscription renews automatically while the account is under review", direct_bill,
        |it| {
            it.facts.customer.account = Some(review(AccountState::UnderReview));
            it.transaction.purpose = Purpose::AutomaticRenewal;
        } => ;
    "an old MCA is valid until the second before the deadline", direct_bill,
        |it| {
            mca_of(it).accept_time = at(OLD_MCA - 1);
            it.facts.time = at(REACCEPTANCE - 1);
        } => ;
    "the MCA is accepted in the first valid second", direct_bill,
        |it| mca_of(it).accept_time = at(OLD_MCA) => ;
    "the seller attests the MCA", with_attestation, |_| () => ;
    "the seller attests the MCA after the customer accepted an old one", with_attestation,
        |it| it.facts.customer.agreement = Some(old_mca()) => ;
    "the customer accepted the MCA after the seller attested an old one", through_reseller,
        |it| it.attests(SELLER, old_mca()) => ;
    "a customer in China has no MCA", direct_bill,
        |it| {
            move_all_to(it, "CN");
            it.facts.customer.agreement = None;
        } => ;
    "the customer's account is verified", direct_bill,
        |it| it.facts.customer.account = Some(review(AccountState::Verified)) => ;
    "a subscription is renewed manually while the account is under review", direct_bill,
        |it| {
            it.facts.customer.account = Some(review(AccountState::UnderReview));
            it.transaction.purpose = Purpose::Renew;
        } => ;
    "a subscription is reduced while the account is under review", direct_bill,
        |it| {
            it.facts.customer.account = Some(review(AccountState::UnderReview));
            it.transaction.purpose = Purpose::Change;
        } => ;
    "a customer in Russia cancels", direct_bill,
        |it| {
            move_all_to(it, "RU");
            it.transaction.purpose = Purpose::Cancel;
        } => ;
    "a customer in Russia buys before sales are stopped", direct_bill,
        |it| {
            move_all_to(it, "RU");
            it.facts.time = at(1_646_092_799);
        } => ;
    "the seller's location is unknown", through_reseller,
        |it| it.facts.seller.location = None => ;
}
