use contracts::relationship::ProductFamily;
use serde_json::{Value, json};

use super::{
    Form, ID, OTHER_ID, Stage, batch, list, no_choice, no_country, no_etag, no_guid, no_name,
    no_required_guid, no_text,
};

pub(super) async fn forms([token, _]: &[String; 2], stage: &Stage) -> Vec<Form> {
    let offer = stage.cast.offer(ProductFamily::Microsoft365).await.expect("an offer is recorded");
    let lists = ["ListOffers", "ListOrders", "ListSubscriptions", "ListTransfers"]
        .map(|it| list(it, token));
    let batches = vec![
        batch("BatchGetOffers", "offers", 200, no_offer()),
        batch("BatchGetOrders", "orders", 50, no_name("orders")),
        batch("BatchGetSubscriptions", "subscriptions", 200, no_name("subscriptions")),
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

fn no_offer_id() -> Vec<Value> {
    let long = "x".repeat(64);
    ["", "Office", "office_365", "a/b", "ö", &long].map(Value::from).into()
}

fn no_offer() -> Vec<Value> {
    let ids = no_offer_id().into_iter().map(|id| format!("offers/{}", id.as_str().unwrap_or("")));
    ids.chain([String::new(), "office".to_owned()]).map(Value::from).collect()
}

fn offers() -> Vec<Form> {
    let good = json!({
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
        Form::new("CreateOffer", good)
            .wrong("offer_id", no_offer_id())
            .wrong("offer", [Value::Null])
            .wrong("offer.display_name", no_text(200))
            .wrong("offer.product_family", no_choice())
            .wrong("offer.min_quantity", [json!(0), json!(-1)])
            .wrong(most, [json!(0), json!(-1), json!(1_000_001)])
            .wrong("offer.plans[0].term", no_choice())
            .wrong(first_cycle, no_choice())
            .wrong(price, [Value::Null])
            .wrong("offer.plans[0].unit_price.currency_code", ["", "XXX", "eur"].map(Value::from))
            .wrong("offer.plans[0].unit_price.minor_units", [json!("-1")])
            .wrong("request_id", no_guid())
            .also([(first_cycle, json!(2))], &[first_cycle])
            .also([("offer.min_quantity", json!(7)), (most, json!(6))], &[most])
            .also([(plans, json!([]))], &[plans])
            .also([(plans, json!(many))], &[plans])
            .also([(plans, twice)], &[plans])
            .wrong("offer.country_codes[0]", no_country())
            .also([(countries, json!([]))], &[countries])
            .also([(countries, json!(["FR", "FR"]))], &[countries])
            .also([(every, json!(true))], &[countries])
            .also([("offer.product_family", json!(4))], &["offer.third_party"]),
        Form::new(
            "RetireOffer",
            json!({ "name": "offers/office", "detail": "é".repeat(500), "request_id": ID }),
        )
        .wrong("name", no_offer())
        .wrong("detail", no_text(500))
        .wrong("request_id", no_guid())
        .wrong("etag", no_etag()),
        Form::new("GetOffer", json!({ "name": "offers/office" })).wrong("name", no_offer()),
    ]
}

/// A change of an offer that exists, since what it is then counts too.
fn update(offer: &str) -> Form {
    let good = json!({
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
    Form::new("UpdateOffer", good)
        .wrong("offer", [Value::Null])
        .wrong("offer.etag", no_etag())
        .wrong("update_mask", [Value::Null, json!(""), json!("name"), json!("productFamily")])
        .also([("update_mask", json!("plans,plans"))], &["update_mask"])
        .also([("update_mask", json!("plans,".repeat(8) + "plans"))], &["update_mask"])
        .wrong("request_id", no_guid())
        .also([("offer.name", json!("office"))], &["offer.name"])
        .also([(most, json!(0))], &[most])
        .also([("offer.every_market", json!(false))], &[countries])
        .also([("offer.plans", json!([]))], &["offer.plans"])
}

fn place(offer: &str) -> Vec<Form> {
    let line = json!({
        "offer": offer,
        "quantity": 300,
        "term": 2,
        "billing_cycle": 1,
        "currency_code": "EUR",
        "partner_id_on_record": "1234",
        "additional_partner_ids_on_record": ["1235", "1236"],
    });
    let good = json!({
        "order": {
            "seller": format!("partners/{ID}"),
            "reseller": format!("partners/{OTHER_ID}"),
            "customer": format!("customers/{ID}"),
            "lines": vec![line.clone(); 300],
            "partner_attestation_accepted": true,
        },
        "request_id": ID,
    });
    let (reseller, lines, quantity) =
        ("order.reseller", "order.lines", "order.lines[299].quantity");
    let partner_id = "order.lines[299].partner_id_on_record";
    let additional = "order.lines[299].additional_partner_ids_on_record";
    let crowded = |at: usize| {
        let mut line = line.clone();
        line["additional_partner_ids_on_record"] = more_ids(at);
        line
    };
    let crowded: Vec<_> = (0..11).map(crowded).collect();
    let (which, term) = ("order.lines[299].offer", "order.lines[299].term");
    let misfits = [
        (which, json!("offers/unheard-of")),
        ("order.lines[1].quantity", json!(301)),
        ("order.lines[2].term", json!(3)),
    ];
    vec![
        Form::new("PlaceOrder", good)
            .wrong("order", [Value::Null])
            .wrong("order.seller", no_name("partners"))
            .wrong(reseller, [json!("x"), json!(format!("customers/{ID}"))])
            .wrong("order.customer", no_name("customers"))
            .wrong(which, no_offer())
            .wrong(quantity, [json!(0), json!(-1)])
            .wrong(term, no_choice())
            .wrong("order.lines[299].billing_cycle", no_choice())
            .wrong(partner_id, ["", "123", "x"].map(Value::from))
            .wrong("order.lines[299].currency_code", ["", "XXX", "eur"].map(Value::from))
            .wrong("request_id", no_required_guid())
            .also([(partner_id, Value::Null)], &[partner_id])
            .wrong("order.lines[299].additional_partner_ids_on_record[1]", [json!("y")])
            .also([(additional, json!(["1235", "1235"]))], &[additional])
            .also([(additional, json!(["1234"]))], &[additional])
            .also([(additional, json!(["1", "2", "3", "4", "5", "6"]))], &[additional])
            .also([(reseller, json!(format!("partners/{ID}")))], &[reseller])
            .also([(lines, json!([]))], &[lines])
            .also([(lines, json!(crowded))], &[lines])
            .also([(lines, json!(vec![line; 301]))], &[lines])
            .also([(quantity, json!(301))], &[quantity])
            .also([(which, json!("offers/unheard-of"))], &[which])
            .also([(term, json!(3))], &[term])
            .also(misfits, &[which, "order.lines[1].quantity", "order.lines[2].term"]),
    ]
}

/// Five PartnerIDs that stand nowhere else.
fn more_ids(at: usize) -> Value {
    json!((0..5).map(|id| (5000 + 5 * at + id).to_string()).collect::<Vec<_>>())
}

fn orders() -> Vec<Form> {
    let order = format!("orders/{ID}");
    let cancel = json!({ "name": order, "detail": "é".repeat(500), "request_id": ID });
    let subscription = format!("subscriptions/{ID}");
    vec![
        Form::new("GetOrder", json!({ "name": order, "view": 2 }))
            .wrong("name", no_name("orders"))
            .wrong("view", [json!(99), json!(-1)]),
        Form::new("CancelOrder", cancel)
            .wrong("name", no_name("orders"))
            .wrong("detail", no_text(500))
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
        Form::new("GetSubscription", json!({ "name": subscription }))
            .wrong("name", no_name("subscriptions")),
    ]
}

/// Changes of a subscription.
fn changes() -> Vec<Form> {
    let good = |more: Value| {
        let mut good = json!({ "name": format!("subscriptions/{ID}"), "request_id": ID });
        let (all, more) = (good.as_object_mut(), more.as_object().cloned());
        all.expect("it is an object").extend(more.expect("it is an object"));
        good
    };
    let form = |method, more| {
        Form::new(method, good(more))
            .wrong("name", no_name("subscriptions"))
            .wrong("request_id", no_required_guid())
            .wrong("etag", no_etag())
    };
    let none = || [json!(0), json!(-1)];
    let why = || json!({ "detail": "é".repeat(500) });
    let next = json!({ "next_term": { "term": 1, "billing_cycle": 1, "quantity": 1 } });
    vec![
        form("AddQuantity", json!({ "quantity": 1 })).wrong("quantity", none()),
        form("ReduceQuantity", json!({ "quantity": 1 })).wrong("quantity", none()),
        form("CancelSubscription", why()).wrong("detail", no_text(500)),
        form("SuspendSubscription", why()).wrong("detail", no_text(500)),
        form("ResumeSubscription", json!({})),
        form("SetAutomaticRenewal", json!({ "enabled": true })),
        form("RenewSubscription", json!({})),
        form("ScheduleNextTerm", next)
            .wrong("next_term.term", no_choice())
            .wrong("next_term.billing_cycle", no_choice())
            .wrong("next_term.quantity", none())
            .also([("next_term.billing_cycle", json!(2))], &["next_term.billing_cycle"]),
        Form::new(
            "ReleaseCustomerRelationship",
            json!({
                "name": format!("customers/{ID}/relationships/{ID}"),
                "detail": "é".repeat(500),
                "request_id": ID,
                "released_by": format!("partners/{ID}"),
            }),
        )
        .wrong("released_by", no_name("partners"))
        .wrong("etag", no_etag())
        .wrong("name", [no_name("customers"), vec![json!(format!("customers/{ID}"))]].concat())
        .wrong("detail", no_text(500))
        .wrong("request_id", no_required_guid()),
        Form::new(
            "SettleSubscriptions",
            json!({ "max_count": 1, "token": format!("1772442000000000/subscriptions/{ID}") }),
        )
        .wrong("max_count", [json!(-1)])
        .wrong("token", ["x", "1", "1/x", &format!("x/subscriptions/{ID}")].map(Value::from)),
    ]
}

fn transfers() -> Vec<Form> {
    let item = |id: String| json!({ "subscription": id, "acting_as_direct_partner": true });
    let many = |count: usize| -> Vec<_> {
        let id = |at| format!("subscriptions/0195f0a8-7c1e-7b3a-9c55-0242ac12{at:04}");
        (0..count).map(|at| item(id(at))).collect()
    };
    let partner = |id| format!("partners/{id}");
    let good = json!({
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
    let mut crowded = many(11);
    for (at, item) in crowded.iter_mut().enumerate() {
        item["additional_partner_ids_on_record"] = more_ids(at);
    }
    let ended = |method| {
        let name = format!("transfers/{ID}");
        let good = json!({ "name": name, "detail": "é".repeat(500), "request_id": ID });
        Form::new(method, good)
            .wrong("name", no_name("transfers"))
            .wrong("detail", no_text(500))
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag())
    };
    vec![
        Form::new("CreateTransfer", good)
            .wrong("transfer", [Value::Null])
            .wrong("transfer.source", no_name("partners"))
            .wrong("transfer.target", no_name("partners"))
            .wrong(reseller, [json!("x"), json!(format!("customers/{ID}"))])
            .wrong("transfer.customer", no_name("customers"))
            .wrong(first, no_name("subscriptions"))
            .wrong(partner_id, ["", "123", "x"].map(Value::from))
            .wrong("request_id", no_required_guid())
            .also([(reseller, json!(partner(ID)))], &[reseller])
            .also([(partner_id, Value::Null)], &[partner_id])
            .also([(items, json!([]))], &[items])
            .also([(items, json!(many(26)))], &[items])
            .wrong("transfer.items[0].additional_partner_ids_on_record[1]", [json!("y")])
            .also([(additional, json!(["1235", "1235"]))], &[additional])
            .also([(additional, json!(["1", "2", "3", "4", "5", "6"]))], &[additional])
            .also([(items, json!(crowded))], &[items])
            .also([(items, twice)], &[items]),
        Form::new(
            "ApproveTransfer",
            json!({ "name": format!("transfers/{ID}"), "request_id": ID }),
        )
        .wrong("name", no_name("transfers"))
        .wrong("request_id", no_required_guid())
        .wrong("etag", no_etag()),
        ended("RejectTransfer"),
        ended("WithdrawTransfer"),
        Form::new("GetTransfer", json!({ "name": format!("transfers/{ID}") }))
            .wrong("name", no_name("transfers")),
    ]
}
