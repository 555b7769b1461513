//! Refusals because of the lines of an order.

use super::*;

/// A line with a PartnerID.
fn with_id(id: &str) -> Line {
    let on_record = OnRecord { partner_id: Some(location_id(id)), ..OnRecord::default() };
    Line { on_record, ..line(ProductFamily::Azure) }
}

rows! { ORDER_ROWS:
    "the line has no PartnerID", through_reseller, |it| it.partner_id(None) =>
        "ORD-1 PARTNER_ID_MISSING, reseller, caller";
    "the line has the provider's PartnerID", through_reseller,
        |it| it.partner_id(Some("1001")) =>
        "ORD-1 PARTNER_ID_OF_PROVIDER, reseller, caller";
    "the line has a stranger's PartnerID", through_reseller,
        |it| it.partner_id(Some("3003")) =>
        "ORD-1 PARTNER_ID_NOT_OF_RESELLER, reseller, caller";
    "the second line has no PartnerID", through_reseller,
        |it| it.transaction.lines.push(line(ProductFamily::Azure)) =>
        "ORD-1 PARTNER_ID_MISSING, reseller, caller";
    "five lines are wrong in three ways", through_reseller, |it| {
            it.partner_id(Some("3003"));
            it.transaction.lines.push(line(ProductFamily::Azure));
            it.transaction.lines.push(with_id("1001"));
            it.transaction.lines.push(line(ProductFamily::Azure));
            it.transaction.lines.push(with_id("3003"));
        } =>
        "ORD-1 PARTNER_ID_NOT_OF_RESELLER, reseller, caller";
    "a provider without a reseller sets its own PartnerID", provider_alone,
        |it| it.partner_id(Some("1001")) =>
        "ORD-1 PARTNER_ID_WITHOUT_RESELLER, seller, caller";
    "a direct-bill partner sets a PartnerID", direct_bill,
        |it| it.partner_id(Some("3003")) =>
        "ORD-1 PARTNER_ID_WITHOUT_RESELLER, seller, caller";
    "an additional PartnerID is set without a reseller", provider_alone,
        |it| it.transaction.lines[0].on_record.additional_ids = vec![location_id("3003")] =>
        "ORD-8 ADDITIONAL_PARTNER_ID_WITHOUT_RESELLER, seller, caller";
    "additional PartnerIDs are given for a customer outside the EU and EFTA",
        with_additional_reseller, |it| it.facts.customer.country = "GB".parse().unwrap() =>
        "ORD-8 ADDITIONAL_PARTNER_ID_OUTSIDE_EU_EFTA, seller, caller";
    "no partner has the additional PartnerID", with_additional_reseller,
        |it| it.facts.additional.clear() =>
        "ORD-8 ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER, seller, caller";
    "the additional reseller is suspended", with_additional_reseller,
        |it| it.facts.additional[0].standing.roles[0].state = RoleState::Suspended =>
        "ORD-8 ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER, seller, caller";
    "the additional reseller is blocked from this second", with_additional_reseller,
        |it| it.facts.additional[0].standing.roles[0].block_time = Some(at(NOW)) =>
        "ORD-8 ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER, seller, caller";
    "the additional reseller's MPA is invalid from this second", with_additional_reseller,
        |it| it.facts.additional[0].standing.agreements[0].lapse_time = Some(at(NOW)) =>
        "ORD-8 ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER, seller, caller";
    "the additional reseller is in another region", with_additional_reseller,
        |it| it.facts.additional[0].standing.moves_to("US") =>
        "ORD-8 ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER, seller, caller";
    "the additional reseller's location is in another country", with_additional_reseller,
        |it| it.facts.additional[0].standing.location = Some(location("3003", "DE")) =>
        "ORD-8 ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER, seller, caller";
    "the additional reseller has no partnership with the seller", with_additional_reseller,
        |it| it.facts.additional[0].partnership = None =>
        "ORD-8 ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER, seller, caller";
    "the additional reseller has a partnership of an earlier enrollment", with_additional_reseller,
        |it| it.facts.additional[0].standing.roles[0].application = 2 =>
        "ORD-8 ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER, seller, caller";
    "the additional reseller is the customer's own company", with_additional_reseller,
        |it| it.facts.additional[0].standing.organization = it.facts.customer.organization =>
        "ORD-8 ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER, seller, caller";
    "the additional reseller is an affiliate of the customer", with_additional_reseller,
        |it| it.facts.additional[0].standing.affiliation = vec!["A owns B".to_owned()] =>
        "ORD-8 ADDITIONAL_PARTNER_ID_NOT_OF_RESELLER, seller, caller";
    "the seller does not attest its role", direct_bill, |it| it.transaction.attested = false =>
        "ORD-2 ATTESTATION_MISSING, seller, seller";
}
