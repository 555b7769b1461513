use serde_json::{Value, json};

use super::{
    ID, OTHER_ID, Requests, batch, invalid_countries, invalid_emails, invalid_enum_values,
    invalid_etags, invalid_guids, invalid_name_filters, invalid_names, invalid_past_times,
    invalid_required_guids, invalid_texts, list, list_under,
};

pub(super) fn requests([of_organizations, of_partners]: &[String; 2]) -> Vec<Requests> {
    let lists = vec![
        list("ListPartnerships", of_partners),
        list("ListCustomers", of_organizations).invalid("filter", invalid_name_filters()),
    ];
    let batches = vec![
        batch("BatchGetPartnerships", "partnerships", 200, invalid_names("partnerships")),
        batch("BatchGetCustomers", "customers", 200, invalid_names("customers")),
    ];
    let all = [
        partnerships(),
        customers(),
        relationships(of_partners),
        decisions(of_partners),
        lists,
        batches,
    ];
    all.into_iter().flatten().collect()
}

/// All customers, as the parent of a list.
const ALL: &str = "customers/-";

fn partner() -> String {
    format!("partners/{ID}")
}

fn customer() -> String {
    format!("customers/{ID}")
}

fn partnerships() -> Vec<Requests> {
    let other = format!("partners/{OTHER_ID}");
    let invite = json!({
        "provider": partner(), "reseller": other, "request_id": ID, "partnership_id": ID,
    });
    let name = format!("partnerships/{ID}");
    let explained = json!({ "name": name, "detail": "é".repeat(500), "request_id": ID });
    let mut ended = explained.clone();
    ended["ended_by"] = json!(1);
    let explained = |method| {
        Requests::new(method, explained.clone())
            .invalid("name", invalid_names("partnerships"))
            .invalid("detail", invalid_texts(500))
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags())
    };
    vec![
        Requests::new("InvitePartnership", invite)
            .invalid("provider", invalid_names("partners"))
            .invalid("reseller", invalid_names("partners"))
            .invalid("request_id", invalid_guids())
            .invalid("partnership_id", invalid_guids())
            .invalid_fields([("reseller", json!(partner()))], &["reseller"]),
        Requests::new("AcceptPartnership", json!({ "name": name, "request_id": ID }))
            .invalid("name", invalid_names("partnerships"))
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags()),
        explained("DeclinePartnership"),
        explained("WithdrawPartnership"),
        Requests::new("EndPartnership", ended)
            .invalid("name", invalid_names("partnerships"))
            .invalid("detail", invalid_texts(500))
            .invalid("ended_by", invalid_enum_values())
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags()),
        Requests::new("GetPartnership", json!({ "name": name }))
            .invalid("name", invalid_names("partnerships")),
    ]
}

fn customers() -> Vec<Requests> {
    const NUMBER: &str = "customer.registration_number";
    let review = json!({ "name": customer(), "state": 3, "detail": "moved", "request_id": ID });
    let valid = json!({
        "customer_id": ID,
        "customer": {
            "display_name": "é".repeat(200),
            "organization": format!("organizations/{ID}"),
            "country_code": "FR",
            "kind": 1,
        },
        "request_id": ID,
    });
    vec![
        Requests::new("CreateCustomer", valid)
            .invalid("customer_id", invalid_required_guids())
            .invalid("customer", [Value::Null])
            .invalid("customer.display_name", invalid_texts(200))
            .invalid("customer.organization", invalid_names("organizations"))
            .invalid("customer.country_code", invalid_countries())
            .invalid("customer.kind", invalid_enum_values())
            .invalid("customer.created_by", [json!("x"), json!(customer())])
            .invalid_fields([("customer.registration_number", json!("1"))], &[NUMBER])
            .invalid_fields([("customer.country_code", json!("PL"))], &[NUMBER])
            .invalid("request_id", invalid_guids()),
        Requests::new("RecordAccountReview", review)
            .invalid("name", invalid_names("customers"))
            .invalid("state", [invalid_enum_values(), vec![json!(1)]].concat())
            .invalid("detail", invalid_texts(500))
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags()),
        Requests::new("GetCustomer", json!({ "name": customer() }))
            .invalid("name", invalid_names("customers")),
        acceptance("RecordCustomerAgreement", customer())
            .invalid("name", invalid_names("customers")),
    ]
}

/// Requests of a method that records an acceptance of the MCA.
fn acceptance(method: &'static str, name: String) -> Requests {
    let valid = json!({
        "name": name,
        "agreement": {
            "template_id": "é".repeat(100),
            "version": "2025-09",
            "first_name": "é".repeat(100),
            "last_name": "Hopper",
            "email": "grace@gmail.com",
            "accept_time": "2026-01-01T00:00:00Z",
        },
        "request_id": ID,
    });
    Requests::new(method, valid)
        .invalid("agreement", [Value::Null])
        .invalid("agreement.template_id", invalid_texts(100))
        .invalid("agreement.version", invalid_texts(100))
        .invalid("agreement.first_name", invalid_texts(100))
        .invalid("agreement.last_name", invalid_texts(100))
        .invalid("agreement.email", invalid_emails())
        .invalid("agreement.accept_time", invalid_past_times())
        .invalid("request_id", invalid_guids())
        .invalid("etag", invalid_etags())
}

fn relationships(token: &str) -> Vec<Requests> {
    let ask = json!({ "parent": customer(), "partner": partner(), "kind": 1, "request_id": ID,
        "relationship_id": ID, "provider": format!("partners/{OTHER_ID}") });
    let name = format!("{}/relationships/{ID}", customer());
    let invalid_relationships = || {
        let loose = [customer(), format!("{}/relationships/x", customer())];
        [invalid_names("customers"), loose.map(Value::from).into()].concat()
    };
    let refuse = json!({ "name": name, "detail": "moved", "request_id": ID });
    let mut remove = refuse.clone();
    remove["removed_by"] = json!(partner());
    vec![
        Requests::new("RequestCustomerRelationship", ask)
            .invalid("parent", [invalid_names("customers"), vec![json!(ALL)]].concat())
            .invalid("partner", invalid_names("partners"))
            .invalid("kind", invalid_enum_values())
            .invalid("role", [json!(99), json!(1), json!(3)])
            .invalid_fields([("kind", json!(2)), ("role", json!(2))], &["role"])
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags())
            .invalid("relationship_id", invalid_guids())
            .invalid("provider", [json!("x"), json!(customer())])
            .invalid_fields([("provider", json!(partner()))], &["provider"]),
        acceptance("AttestCustomerAgreement", name.clone())
            .invalid("name", invalid_relationships()),
        Requests::new("AcceptCustomerRelationship", json!({ "name": name, "request_id": ID }))
            .invalid("name", invalid_relationships())
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags()),
        Requests::new("RefuseCustomerRelationship", refuse)
            .invalid("name", invalid_relationships())
            .invalid("detail", invalid_texts(500))
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags()),
        Requests::new("RemoveCustomerRelationship", remove)
            .invalid("removed_by", invalid_names("partners"))
            .invalid("name", invalid_relationships())
            .invalid("detail", invalid_texts(500))
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags()),
        Requests::new("GetCustomerRelationship", json!({ "name": name }))
            .invalid("name", invalid_relationships()),
        list_under("ListCustomerRelationships", json!({ "parent": ALL }), token)
            .invalid("parent", invalid_names("customers")),
    ]
}

fn decisions(token: &str) -> Vec<Requests> {
    let line = json!({
        "product_family": 1, "partner_id_on_record": "1234",
        "additional_partner_ids_on_record": ["1235", "1236"],
    });
    let valid = json!({
        "transaction": {
            "seller": partner(),
            "reseller": format!("partners/{OTHER_ID}"),
            "customer": customer(),
            "purpose": 1,
            "lines": vec![line.clone(); 300],
        },
        "view": 2,
    });
    let bare = json!({ "seller": partner(), "customer": customer(), "purpose": 1 });
    let with_line = json!({
        "seller": partner(), "customer": customer(), "purpose": 1, "lines": [line.clone()],
    });
    let few = [with_line, bare.clone()];
    let (seller, reseller) = ("transaction.seller", "transaction.reseller");
    let lines = "transaction.lines";
    let over_limit = (0..11).map(|at| {
        let ids: Vec<_> = (0..5).map(|id| format!("{}", 5000 + 5 * at + id)).collect();
        json!({ "product_family": 1, "additional_partner_ids_on_record": ids })
    });
    let over_limit: Vec<_> = over_limit.collect();
    let additional = "transaction.lines[299].additional_partner_ids_on_record";
    vec![
        Requests::new("CheckTransaction", valid)
            .invalid("transaction", [Value::Null])
            .invalid(seller, invalid_names("partners"))
            .invalid(reseller, [json!("x"), json!(customer())])
            .invalid("transaction.customer", invalid_names("customers"))
            .invalid("transaction.purpose", invalid_enum_values())
            .invalid("transaction.lines[299].product_family", invalid_enum_values())
            .invalid("transaction.lines[299].partner_id_on_record", [json!("123"), json!("x")])
            .invalid("transaction.lines[299].additional_partner_ids_on_record[1]", [json!("y")])
            .invalid_fields([(additional, json!(["1235", "1235"]))], &[additional])
            .invalid_fields([(additional, json!(["1234"]))], &[additional])
            .invalid_fields([(additional, json!(["1", "2", "3", "4", "5", "6"]))], &[additional])
            .invalid("view", [json!(99), json!(-1)])
            .invalid_fields([(reseller, json!(partner()))], &[reseller])
            .invalid_fields([(lines, json!(vec![line; 301]))], &[lines])
            .invalid_fields([(lines, json!(over_limit))], &[lines]),
        Requests::new("BatchCheckTransactions", json!({ "transactions": few, "view": 2 }))
            .invalid("transactions[1].seller", invalid_names("partners"))
            .invalid("transactions[1].reseller", [json!("x"), json!(customer())])
            .invalid("transactions[1].customer", invalid_names("customers"))
            .invalid("transactions[1].purpose", invalid_enum_values())
            .invalid("transactions[0].lines[0].product_family", invalid_enum_values())
            .invalid("transactions[0].lines[0].partner_id_on_record", [json!("123")])
            .invalid("view", [json!(99), json!(-1)])
            .invalid_fields([("transactions", json!([]))], &["transactions"])
            .invalid_fields([("transactions", json!(vec![bare; 201]))], &["transactions"]),
        Requests::new(
            "ListSalesPaths",
            json!({ "customer": ALL, "page_size": 50, "refused_only": true }),
        )
        .invalid("customer", invalid_names("customers"))
        .invalid("page_size", [json!(-1)])
        .invalid("page_token", [json!("?"), json!("bm9uc2Vuc2U"), json!(token)])
        .invalid_fields([("customer", json!(customer()))], &["page_size"])
        .invalid_fields(
            [
                ("customer", json!(customer())),
                ("page_size", json!(0)),
                ("page_token", json!(token)),
            ],
            &["page_token"],
        ),
        Requests::new("GetMarket", json!({ "country_code": "XK" }))
            .invalid("country_code", invalid_countries()),
    ]
}
