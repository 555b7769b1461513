//! Refusals because of the seller or its sales chain.

use super::*;

rows! { SELLER_ROWS:
    "the seller has no role", through_reseller, |it| it.facts.seller.roles.clear() =>
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
    "the restricted direct-bill partner adds Azure for its own use", shared_services,
        |it| {
            it.seller_is(Role::DirectBill, RoleState::Restricted);
            it.transaction.purpose = Purpose::AddQuantity;
        } =>
        "ON-1 SELLER_RESTRICTED, seller, seller";
    "the provider is restricted, which only a direct-bill partner can be", provider_alone,
        |it| {
            it.provider_is(RoleState::Restricted);
            it.transaction.purpose = Purpose::AddQuantity;
        } =>
        "ON-1 SELLER_NOT_ACTIVE, seller, seller";
    "a revoked direct-bill partner manages", direct_bill,
        |it| {
            it.seller_is(Role::DirectBill, RoleState::Revoked);
            it.transaction.purpose = Purpose::Manage;
        } =>
        "ON-1 PARTNER_NOT_ENROLLED, seller, seller";
    "a partner that never enrolled manages", direct_bill,
        |it| {
            it.facts.seller.roles.clear();
            it.transaction.purpose = Purpose::Manage;
        } =>
        "ON-1 PARTNER_NOT_ENROLLED, seller, seller";
    "the provider is blocked from this second", through_reseller,
        |it| it.facts.seller.roles[0].block_time = Some(at(NOW)) =>
        "ON-4 SELLER_NOT_REAUTHORIZED, seller, seller";
    "the provider's MPA is invalid from this second", through_reseller,
        |it| it.facts.seller.agreements[0].lapse_time = Some(at(NOW)) =>
        "MPA-3 SELLER_MPA_NOT_ACCEPTED, seller, seller";
    "a provider without its MPA cancels", provider_alone,
        |it| {
            it.facts.seller.agreements.clear();
            it.transaction.purpose = Purpose::Cancel;
        } =>
        "MPA-3 SELLER_MPA_NOT_ACCEPTED, seller, seller";
    "the provider is revoked when a subscription renews automatically", through_reseller,
        |it| {
            it.provider_is(RoleState::Revoked);
            it.transaction.purpose = Purpose::AutomaticRenewal;
        } =>
        "ON-1 SELLER_NOT_ACTIVE, seller, seller";
    "the reseller is revoked when a subscription renews automatically", through_reseller,
        |it| {
            it.reseller().roles[0].state = RoleState::Revoked;
            it.transaction.purpose = Purpose::AutomaticRenewal;
        } =>
        "ON-1 RESELLER_NOT_ACTIVE, reseller, reseller";
    "the provider has not accepted the MPA", through_reseller,
        |it| it.facts.seller.agreements.clear() =>
        "MPA-3 SELLER_MPA_NOT_ACCEPTED, seller, seller";
    "the direct-bill partner has accepted the reseller's MPA only", direct_bill,
        |it| it.facts.seller.agreements = vec![accepted(&[Role::IndirectReseller])] =>
        "MPA-3 SELLER_MPA_NOT_ACCEPTED, seller, seller";
    "the provider has accepted the direct-bill MPA only", provider_alone,
        |it| it.facts.seller.agreements = vec![accepted(&[Role::DirectBill, Role::IndirectReseller])] =>
        "MPA-3 SELLER_MPA_NOT_ACCEPTED, seller, seller";
}

rows! { CHAIN_ROWS:
    "seller and reseller are swapped", through_reseller,
        |it| {
            std::mem::swap(&mut it.facts.seller, it.facts.reseller.as_mut().unwrap());
            it.transaction.chain.seller = RESELLER;
            it.transaction.chain.reseller = Some(SELLER);
            it.facts.partnership = None;
        } =>
        "PT-1 SELLER_CANNOT_BUY_FROM_MICROSOFT, reseller, caller",
        "REL-1 PARTNERSHIP_NOT_ACTIVE, seller, seller",
        "ON-1 RESELLER_NOT_ENROLLED, seller, reseller",
        "MPA-1 PARTNER_ID_BEFORE_MPA, seller, reseller",
        "MPA-2 RESELLER_MPA_NOT_ACCEPTED, seller, reseller",
        "REL-4 CUSTOMER_RELATIONSHIP_OF_OTHER_ROLE, customer, reseller",
        "ORD-1 PARTNER_ID_OF_PROVIDER, seller, caller";
    "there is no partnership", through_reseller, |it| it.facts.partnership = None =>
        "REL-1 PARTNERSHIP_NOT_ACTIVE, reseller, seller";
    "the reseller has not accepted the invitation", through_reseller,
        |it| it.facts.partnership.as_mut().unwrap().state = PartnershipState::Invited =>
        "REL-1 PARTNERSHIP_NOT_ACTIVE, reseller, reseller";
    "the reseller has declined the invitation", through_reseller,
        |it| it.facts.partnership.as_mut().unwrap().state = PartnershipState::Declined =>
        "REL-1 PARTNERSHIP_NOT_ACTIVE, reseller, seller";
    "the partnership has ended", through_reseller,
        |it| it.facts.partnership.as_mut().unwrap().state = PartnershipState::Ended =>
        "REL-1 PARTNERSHIP_NOT_ACTIVE, reseller, seller";
    "the invitation expires this second", through_reseller,
        |it| {
            let invited = it.facts.partnership.as_mut().unwrap();
            invited.state = PartnershipState::Invited;
            invited.expire_time = at(NOW);
        } =>
        "REL-1 PARTNERSHIP_NOT_ACTIVE, reseller, seller";
    "the partnership belongs to an earlier enrollment of the reseller", through_reseller,
        |it| it.reseller().roles[0].application = 2 =>
        "REL-1 PARTNERSHIP_OF_REVOKED_ENROLLMENT, reseller, seller";
    "the partnership belongs to an earlier enrollment of the provider", through_reseller,
        |it| it.facts.seller.roles[0].application = 2 =>
        "REL-1 PARTNERSHIP_OF_REVOKED_ENROLLMENT, reseller, seller";
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
        |it| it.reseller().roles = vec![enrollment(Role::DirectBill, RoleState::Active)] =>
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
    "a provider manages with a revoked reseller", through_reseller,
        |it| {
            it.reseller_is(RoleState::Revoked);
            it.transaction.purpose = Purpose::Manage;
        } =>
        "ON-1 RESELLER_NOT_ENROLLED, reseller, reseller";
    "the reseller is blocked from this second", through_reseller,
        |it| it.reseller().roles[0].block_time = Some(at(NOW)) =>
        "ON-4 RESELLER_NOT_REAUTHORIZED, reseller, reseller";
    "the reseller's MPA is invalid from this second", through_reseller,
        |it| it.reseller().agreements[0].lapse_time = Some(at(NOW)) =>
        "MPA-1 PARTNER_ID_BEFORE_MPA, reseller, reseller",
        "MPA-2 RESELLER_MPA_NOT_ACCEPTED, reseller, reseller";
    "no location is associated with the reseller's tenant", through_reseller,
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
        |it| it.reseller().agreements = vec![accepted(&[Role::IndirectProvider])] =>
        "MPA-1 PARTNER_ID_BEFORE_MPA, reseller, reseller",
        "MPA-2 RESELLER_MPA_NOT_ACCEPTED, reseller, reseller";
    "the reseller has not accepted the MPA and there are no lines", through_reseller,
        |it| { it.reseller().agreements.clear(); it.transaction.lines.clear() } =>
        "MPA-2 RESELLER_MPA_NOT_ACCEPTED, reseller, reseller";
}
