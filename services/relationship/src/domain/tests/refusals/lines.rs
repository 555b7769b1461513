//! What stands against the lines of an order.

use super::*;

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
