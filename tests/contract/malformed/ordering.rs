use contracts::relationship::ProductFamily;
use serde_json::{Value, json};

use super::{
    Fixture, ID, OTHER_ID, Requests, batch, invalid_countries, invalid_enum_values, invalid_etags,
    invalid_guids, invalid_names, invalid_required_guids, invalid_texts, list,
};

pub(super) async fn requests([token, _]: &[String; 2], fixture: &Fixture) -> Vec<Requests> {
    let offer =
        fixture.client.offer(ProductFamily::Microsoft365).await.expect("an offer is recorded");
    let lists = ["ListOffers", "ListOrders", "ListSubscriptions", "ListTransfers"]
        .map(|it| list(it, token));
    let batches = vec![
        batch("BatchGetOffers", "offers", 200, invalid_offers()),
        batch("BatchGetOrders", "orders", 50, invalid_names("orders")),
        batch("BatchGetSubscriptions", "subscriptions", 200, invalid_names("subscriptions")),
    ];
    let all = [
        offers(),
        vec![update(&offer)],
        place(&offer),
        orders(),
        changes(),
        transfers(),
        lists.into(),
        batches,
    ];
    all.into_iter().flatten().collect()
}

/// A plan at 10.00 a cycle.
fn plan(term: i32, cycle: i32, currency: &str) -> Value {
    let price = json!({ "currency_code": currency, "minor_units": "1000" });
    json!({ "term": term, "billing_cycle": cycle, "unit_price": price })
}

fn verify_evidence(order: &str) -> Requests {
    let path = |count| Value::from(vec!["AAAA"; count]);
    let event = |count| json!({ "log_index": "0", "record": "AQ==", "path": path(count) });
    let evidence = json!({
        "order": order,
        "decision": "AA==",
        "events": vec![event(64); 10],
        "checkpoint": "x".repeat(2000),
    });
    Requests::new("VerifyOrderEvidence", json!({ "evidence": evidence }))
        .invalid("evidence", [Value::Null])
        .invalid("evidence.order", invalid_names("orders"))
        .invalid("evidence.checkpoint", [json!("x".repeat(2001))])
        .invalid_fields([("evidence.events", json!(vec![event(1); 11]))], &["evidence.events"])
        .invalid("evidence.events[0].path", [path(65)])
}

fn invalid_offer_ids() -> Vec<Value> {
    let long = "x".repeat(64);
    ["", "Office", "office_365", "a/b", "ö", &long].map(Value::from).into()
}

fn invalid_offers() -> Vec<Value> {
    let ids =
        invalid_offer_ids().into_iter().map(|id| format!("offers/{}", id.as_str().unwrap_or("")));
    ids.chain([String::new(), "office".to_owned()]).map(Value::from).collect()
}

fn offers() -> Vec<Requests> {
    let valid = json!({
        "offer_id": "x".repeat(63),
        "offer": {
            "display_name": "é".repeat(200),
            "product_family": 1,
            "min_quantity": 1,
            "max_quantity": 1_000_000,
            "country_codes": ["FR", "BE"],
            "third_party": true,
            "plans": [plan(1, 1, "EUR"), plan(1, 1, "USD"), plan(2, 2, "EUR"), plan(3, 3, "EUR")],
        },
        "request_id": ID,
    });
    let (plans, first_cycle) = ("offer.plans", "offer.plans[0].billing_cycle");
    let price = "offer.plans[0].unit_price";
    let most = "offer.max_quantity";
    let many = vec![plan(1, 1, "EUR"); 201];
    let (countries, every) = ("offer.country_codes", "offer.every_market");
    let twice = json!([plan(1, 1, "EUR"), plan(1, 1, "EUR")]);
    vec![
        Requests::new("CreateOffer", valid)
            .invalid("offer_id", invalid_offer_ids())
            .invalid("offer", [Value::Null])
            .invalid("offer.display_name", invalid_texts(200))
            .invalid("offer.product_family", invalid_enum_values())
            .invalid("offer.min_quantity", [json!(0), json!(-1)])
            .invalid(most, [json!(0), json!(-1), json!(1_000_001)])
            .invalid("offer.plans[0].term", invalid_enum_values())
            .invalid(first_cycle, invalid_enum_values())
            .invalid(price, [Value::Null])
            .invalid("offer.plans[0].unit_price.currency_code", ["", "XXX", "eur"].map(Value::from))
            .invalid("offer.plans[0].unit_price.minor_units", [json!("-1")])
            .invalid("request_id", invalid_guids())
            .invalid_fields([(first_cycle, json!(2))], &[first_cycle])
            .invalid_fields([("offer.min_quantity", json!(7)), (most, json!(6))], &[most])
            .invalid_fields([(plans, json!([]))], &[plans])
            .invalid_fields([(plans, json!(many))], &[plans])
            .invalid_fields([(plans, twice)], &[plans])
            .invalid("offer.country_codes[0]", invalid_countries())
            .invalid_fields([(countries, json!([]))], &[countries])
            .invalid_fields([(countries, json!(["FR", "FR"]))], &[countries])
            .invalid_fields([(every, json!(true))], &[countries])
            .invalid_fields([("offer.product_family", json!(4))], &["offer.third_party"]),
        Requests::new(
            "RetireOffer",
            json!({ "name": "offers/office", "detail": "é".repeat(500), "request_id": ID }),
        )
        .invalid("name", invalid_offers())
        .invalid("detail", invalid_texts(500))
        .invalid("request_id", invalid_guids())
        .invalid("etag", invalid_etags()),
        Requests::new("GetOffer", json!({ "name": "offers/office" }))
            .invalid("name", invalid_offers()),
    ]
}

/// An update of an existing offer, because the violations depend on its current state.
fn update(offer: &str) -> Requests {
    let valid = json!({
        "offer": {
            "name": offer,
            "max_quantity": 300,
            "every_market": true,
            "plans": [plan(2, 1, "EUR")],
        },
        "update_mask": "maxQuantity,everyMarket,countryCodes,plans",
        "request_id": ID,
    });
    let (countries, most) = ("offer.country_codes", "offer.max_quantity");
    Requests::new("UpdateOffer", valid)
        .invalid("offer", [Value::Null])
        .invalid("offer.etag", invalid_etags())
        .invalid("update_mask", [Value::Null, json!(""), json!("name"), json!("productFamily")])
        .invalid_fields([("update_mask", json!("plans,plans"))], &["update_mask"])
        .invalid_fields([("update_mask", json!("plans,".repeat(8) + "plans"))], &["update_mask"])
        .invalid("request_id", invalid_guids())
        .invalid_fields([("offer.name", json!("office"))], &["offer.name"])
        .invalid_fields([(most, json!(0))], &[most])
        .invalid_fields([("offer.every_market", json!(false))], &[countries])
        .invalid_fields([("offer.plans", json!([]))], &["offer.plans"])
}

fn place(offer: &str) -> Vec<Requests> {
    let line = json!({
        "offer": offer,
        "quantity": 300,
        "term": 2,
        "billing_cycle": 1,
        "currency_code": "EUR",
        "partner_id_on_record": "1234",
        "additional_partner_ids_on_record": ["1235", "1236"],
    });
    let valid = json!({
        "order": {
            "seller": format!("partners/{ID}"),
            "reseller": format!("partners/{OTHER_ID}"),
            "customer": format!("customers/{ID}"),
            "lines": vec![line.clone(); 300],
            "partner_attestation_accepted": true,
        },
        "request_id": ID,
        "view": 2,
    });
    let (reseller, lines, quantity) =
        ("order.reseller", "order.lines", "order.lines[299].quantity");
    let partner_id = "order.lines[299].partner_id_on_record";
    let additional = "order.lines[299].additional_partner_ids_on_record";
    let over_limit = |at: usize| {
        let mut line = line.clone();
        line["additional_partner_ids_on_record"] = more_ids(at);
        line
    };
    let over_limit: Vec<_> = (0..11).map(over_limit).collect();
    let (which, term) = ("order.lines[299].offer", "order.lines[299].term");
    let misfits = [
        (which, json!("offers/unheard-of")),
        ("order.lines[1].quantity", json!(301)),
        ("order.lines[2].term", json!(3)),
    ];
    vec![
        Requests::new("PlaceOrder", valid)
            .invalid("order", [Value::Null])
            .invalid("order.seller", invalid_names("partners"))
            .invalid(reseller, [json!("x"), json!(format!("customers/{ID}"))])
            .invalid("order.customer", invalid_names("customers"))
            .invalid(which, invalid_offers())
            .invalid(quantity, [json!(0), json!(-1)])
            .invalid(term, invalid_enum_values())
            .invalid("order.lines[299].billing_cycle", invalid_enum_values())
            .invalid(partner_id, ["", "123", "x"].map(Value::from))
            .invalid("order.lines[299].currency_code", ["", "XXX", "eur"].map(Value::from))
            .invalid("request_id", invalid_required_guids())
            .invalid("view", invalid_views())
            .invalid_fields([(partner_id, Value::Null)], &[partner_id])
            .invalid("order.lines[299].additional_partner_ids_on_record[1]", [json!("y")])
            .invalid_fields([(additional, json!(["1235", "1235"]))], &[additional])
            .invalid_fields([(additional, json!(["1234"]))], &[additional])
            .invalid_fields([(additional, json!(["1", "2", "3", "4", "5", "6"]))], &[additional])
            .invalid_fields([(reseller, json!(format!("partners/{ID}")))], &[reseller])
            .invalid_fields([(lines, json!([]))], &[lines])
            .invalid_fields([(lines, json!(over_limit))], &[lines])
            .invalid_fields([(lines, json!(vec![line; 301]))], &[lines])
            .invalid_fields([(quantity, json!(301))], &[quantity])
            .invalid_fields([(which, json!("offers/unheard-of"))], &[which])
            .invalid_fields([(term, json!(3))], &[term])
            .invalid_fields(misfits, &[which, "order.lines[1].quantity", "order.lines[2].term"]),
    ]
}

/// Five PartnerIDs that no other line has.
fn more_ids(at: usize) -> Value {
    json!((0..5).map(|id| (5000 + 5 * at + id).to_string()).collect::<Vec<_>>())
}

fn invalid_views() -> [Value; 2] {
    [json!(99), json!(-1)]
}

fn orders() -> Vec<Requests> {
    let order = format!("orders/{ID}");
    let cancel = json!({ "name": order, "detail": "é".repeat(500), "request_id": ID, "view": 2 });
    let subscription = format!("subscriptions/{ID}");
    vec![
        Requests::new("GetOrderEvidence", json!({ "name": order }))
            .invalid("name", invalid_names("orders")),
        verify_evidence(&order),
        Requests::new("GetOrder", json!({ "name": order, "view": 2 }))
            .invalid("name", invalid_names("orders"))
            .invalid("view", invalid_views()),
        Requests::new("CancelOrder", cancel)
            .invalid("name", invalid_names("orders"))
            .invalid("detail", invalid_texts(500))
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags())
            .invalid("view", invalid_views()),
        Requests::new("GetSubscription", json!({ "name": subscription }))
            .invalid("name", invalid_names("subscriptions")),
    ]
}

/// Changes of a subscription.
fn changes() -> Vec<Requests> {
    let valid = |more: Value| {
        let mut valid =
            json!({ "name": format!("subscriptions/{ID}"), "request_id": ID, "view": 2 });
        let (all, more) = (valid.as_object_mut(), more.as_object().cloned());
        all.expect("it is an object").extend(more.expect("it is an object"));
        valid
    };
    let change = |method, more| {
        Requests::new(method, valid(more))
            .invalid("name", invalid_names("subscriptions"))
            .invalid("request_id", invalid_required_guids())
            .invalid("etag", invalid_etags())
            .invalid("view", invalid_views())
    };
    let none = || [json!(0), json!(-1)];
    let detail = || json!({ "detail": "é".repeat(500) });
    let next = json!({ "next_term": { "term": 1, "billing_cycle": 1, "quantity": 1 } });
    vec![
        change("AddQuantity", json!({ "quantity": 1 })).invalid("quantity", none()),
        change("ReduceQuantity", json!({ "quantity": 1 })).invalid("quantity", none()),
        change("CancelSubscription", detail()).invalid("detail", invalid_texts(500)),
        change("SuspendSubscription", detail()).invalid("detail", invalid_texts(500)),
        change("ResumeSubscription", json!({})),
        change("SetAutomaticRenewal", json!({ "enabled": true })),
        change("RenewSubscription", json!({})),
        change("ScheduleNextTerm", next)
            .invalid("next_term.term", invalid_enum_values())
            .invalid("next_term.billing_cycle", invalid_enum_values())
            .invalid("next_term.quantity", none())
            .invalid_fields([("next_term.billing_cycle", json!(2))], &["next_term.billing_cycle"]),
        Requests::new(
            "ReleaseCustomerRelationship",
            json!({
                "name": format!("customers/{ID}/relationships/{ID}"),
                "detail": "é".repeat(500),
                "request_id": ID,
                "released_by": format!("partners/{ID}"),
            }),
        )
        .invalid("released_by", invalid_names("partners"))
        .invalid("etag", invalid_etags())
        .invalid(
            "name",
            [invalid_names("customers"), vec![json!(format!("customers/{ID}"))]].concat(),
        )
        .invalid("detail", invalid_texts(500))
        .invalid("request_id", invalid_required_guids()),
        Requests::new(
            "SettleSubscriptions",
            json!({ "max_count": 1, "token": format!("1772442000000000/subscriptions/{ID}") }),
        )
        .invalid("max_count", [json!(-1)])
        .invalid("token", ["x", "1", "1/x", &format!("x/subscriptions/{ID}")].map(Value::from)),
    ]
}

fn transfers() -> Vec<Requests> {
    let item = |id: String| json!({ "subscription": id, "acting_as_direct_partner": true });
    let many = |count: usize| -> Vec<_> {
        let id = |at| format!("subscriptions/0195f0a8-7c1e-7b3a-9c55-0242ac12{at:04}");
        (0..count).map(|at| item(id(at))).collect()
    };
    let partner = |id| format!("partners/{id}");
    let valid = json!({
        "transfer": {
            "source": partner("0195f0a8-7c1e-7b3a-9c55-0242ac120004"),
            "target": partner(ID),
            "target_reseller": partner(OTHER_ID),
            "customer": format!("customers/{ID}"),
            "items": [{ "subscription": format!("subscriptions/{ID}"), "partner_id_on_record": "1234",
                "additional_partner_ids_on_record": ["1235", "1236"] }],
        },
        "request_id": ID,
    });
    let (items, reseller) = ("transfer.items", "transfer.target_reseller");
    let (first, partner_id) =
        ("transfer.items[0].subscription", "transfer.items[0].partner_id_on_record");
    let twice = json!(vec![item(format!("subscriptions/{ID}")); 2]);
    let additional = "transfer.items[0].additional_partner_ids_on_record";
    let mut over_limit = many(11);
    for (at, item) in over_limit.iter_mut().enumerate() {
        item["additional_partner_ids_on_record"] = more_ids(at);
    }
    let ended = |method| {
        let name = format!("transfers/{ID}");
        let valid = json!({ "name": name, "detail": "é".repeat(500), "request_id": ID });
        Requests::new(method, valid)
            .invalid("name", invalid_names("transfers"))
            .invalid("detail", invalid_texts(500))
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags())
    };
    vec![
        Requests::new("CreateTransfer", valid)
            .invalid("transfer", [Value::Null])
            .invalid("transfer.source", invalid_names("partners"))
            .invalid("transfer.target", invalid_names("partners"))
            .invalid(reseller, [json!("x"), json!(format!("customers/{ID}"))])
            .invalid("transfer.customer", invalid_names("customers"))
            .invalid(first, invalid_names("subscriptions"))
            .invalid(partner_id, ["", "123", "x"].map(Value::from))
            .invalid("request_id", invalid_required_guids())
            .invalid_fields([(reseller, json!(partner(ID)))], &[reseller])
            .invalid_fields([(partner_id, Value::Null)], &[partner_id])
            .invalid_fields([(items, json!([]))], &[items])
            .invalid_fields([(items, json!(many(26)))], &[items])
            .invalid("transfer.items[0].additional_partner_ids_on_record[1]", [json!("y")])
            .invalid_fields([(additional, json!(["1235", "1235"]))], &[additional])
            .invalid_fields([(additional, json!(["1", "2", "3", "4", "5", "6"]))], &[additional])
            .invalid_fields([(items, json!(over_limit))], &[items])
            .invalid_fields([(items, twice)], &[items]),
        Requests::new(
            "ApproveTransfer",
            json!({ "name": format!("transfers/{ID}"), "request_id": ID }),
        )
        .invalid("name", invalid_names("transfers"))
        .invalid("request_id", invalid_required_guids())
        .invalid("etag", invalid_etags()),
        ended("RejectTransfer"),
        ended("WithdrawTransfer"),
        Requests::new("GetTransfer", json!({ "name": format!("transfers/{ID}") }))
            .invalid("name", invalid_names("transfers")),
    ]
}
