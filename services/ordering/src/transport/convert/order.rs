use contracts::ordering as pb;
use errors::{Fields, Mutation, mutation_options};
use rules::SalesChain;
use types::OrderName;

use super::{
    Converted, MAX_DETAIL, cycle, idempotent_mutation,
    on_record::{limit_distinct_ids, on_record},
    term,
};
use crate::domain::{NewLine, NewOrder};

const MAX_LINES: usize = 300;

pub(in crate::transport) fn place_order(
    request: &pb::PlaceOrderRequest,
) -> Converted<(Mutation, NewOrder, pb::OrderView)> {
    let mut fields = Fields::new();
    let mutation = idempotent_mutation(&mut fields, mutation_options!(new request));
    let new = fields
        .required("order", request.order.as_ref())
        .and_then(|message| new_order(&mut fields, message));
    let view = order_view(&mut fields, request.view);
    fields.finish(|| Some((mutation?, new?, view?)))
}

fn new_order(fields: &mut Fields, message: &pb::Order) -> Option<NewOrder> {
    let seller = fields.parse("order.seller", &message.seller);
    let reseller = fields.parse_optional("order.reseller", &message.reseller);
    if seller.is_some() && reseller == Some(seller) {
        fields.reject(
            "order.reseller",
            "is the same as the seller; leave it empty for a direct partner",
        );
    }
    let customer = fields.parse("order.customer", &message.customer);
    if message.lines.is_empty() || message.lines.len() > MAX_LINES {
        let problem = format!("has {} entries, must have 1 to {MAX_LINES}", message.lines.len());
        fields.reject("order.lines", problem);
        return None;
    }
    let lines = message.lines.iter().enumerate();
    let lines: Vec<_> = lines.map(|(at, each)| line(fields, at, each)).collect();
    let ids = message.lines.iter().flat_map(|line| &line.additional_partner_ids_on_record);
    limit_distinct_ids(fields, "order.lines", ids);
    Some(NewOrder {
        chain: SalesChain { seller: seller?, reseller: reseller?, customer: customer? },
        lines: lines.into_iter().collect::<Option<_>>()?,
        attested: message.partner_attestation_accepted,
    })
}

fn line(fields: &mut Fields, at: usize, message: &pb::OrderLine) -> Option<NewLine> {
    let path = format!("order.lines[{at}]");
    let offer = fields.parse(format!("{path}.offer"), &message.offer);
    let quantity = message.quantity;
    if quantity < 1 {
        fields.reject(format!("{path}.quantity"), format!("{quantity} is less than 1"));
    }
    let term = fields.choice(format!("{path}.term"), message.term, term);
    let billing_cycle =
        fields.choice(format!("{path}.billing_cycle"), message.billing_cycle, cycle);
    let currency = fields.parse(format!("{path}.currency_code"), &message.currency_code);
    let additional = &message.additional_partner_ids_on_record;
    let on_record = on_record(fields, &path, message.seller_role.as_ref(), additional);
    Some(NewLine {
        offer: offer?,
        quantity,
        term: term?,
        billing_cycle: billing_cycle?,
        currency: currency?,
        on_record: on_record?,
        attested: message.attestation_accepted,
    })
}

pub(in crate::transport) fn get_order(
    request: &pb::GetOrderRequest,
) -> Converted<(OrderName, pb::OrderView)> {
    let mut fields = Fields::new();
    let name = fields.parse("name", &request.name);
    let view = order_view(&mut fields, request.view);
    fields.finish(|| Some((name?, view?)))
}

pub(in crate::transport) fn cancel_order(
    request: &pb::CancelOrderRequest,
) -> Converted<(Mutation, OrderName, String, pb::OrderView)> {
    let mut fields = Fields::new();
    let mutation = fields.mutation(mutation_options!(request));
    let name = fields.parse("name", &request.name);
    let detail = fields.text("detail", &request.detail, MAX_DETAIL);
    let view = order_view(&mut fields, request.view);
    fields.finish(|| Some((mutation?, name?, detail?, view?)))
}

pub(super) fn order_view(fields: &mut Fields, view: i32) -> Option<pb::OrderView> {
    let view = pb::OrderView::try_from(view);
    fields.check("view", view.map_err(|_| "is not a value of this enum"))
}
