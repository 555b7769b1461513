use serde_json::{Value, json};

use super::{
    Form, ID, OTHER_ID, batch, list, list_under, no_choice, no_country, no_email, no_etag, no_guid,
    no_name, no_required_guid, no_text, no_time_past,
};

pub(super) fn forms([of_organizations, of_partners]: &[String; 2]) -> Vec<Form> {
    let lists =
        vec![list("ListPartnerships", of_partners), list("ListCustomers", of_organizations)];
    let batches = vec![
        batch("BatchGetPartnerships", "partnerships", 200, no_name("partnerships")),
        batch("BatchGetCustomers", "customers", 200, no_name("customers")),
    ];
    let all =
        [partnerships(), customers(), relationships(of_partners), decisions(), lists, batches];
    all.into_iter().flatten().collect()
}

fn partner() -> String {
    format!("partners/{ID}")
}

fn customer() -> String {
    format!("customers/{ID}")
}

fn partnerships() -> Vec<Form> {
    let other = format!("partners/{OTHER_ID}");
    let invite = json!({
        "provider": partner(), "reseller": other, "request_id": ID, "partnership_id": ID,
    });
    let name = format!("partnerships/{ID}");
    let explained = json!({ "name": name, "detail": "é".repeat(500), "request_id": ID });
    let mut ended = explained.clone();
    ended["ended_by"] = json!(1);
    let explained = |method| {
        Form::new(method, explained.clone())
            .wrong("name", no_name("partnerships"))
            .wrong("detail", no_text(500))
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag())
    };
    vec![
        Form::new("InvitePartnership", invite)
            .wrong("provider", no_name("partners"))
            .wrong("reseller", no_name("partners"))
            .wrong("request_id", no_guid())
            .wrong("partnership_id", no_guid())
            .also([("reseller", json!(partner()))], &["reseller"]),
        Form::new("AcceptPartnership", json!({ "name": name, "request_id": ID }))
            .wrong("name", no_name("partnerships"))
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
        explained("DeclinePartnership"),
        explained("WithdrawPartnership"),
        Form::new("EndPartnership", ended)
            .wrong("name", no_name("partnerships"))
            .wrong("detail", no_text(500))
            .wrong("ended_by", no_choice())
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
        Form::new("GetPartnership", json!({ "name": name })).wrong("name", no_name("partnerships")),
    ]
}

fn customers() -> Vec<Form> {
    const NUMBER: &str = "customer.registration_number";
    let review = json!({ "name": customer(), "state": 3, "detail": "moved", "request_id": ID });
    let good = json!({
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
        Form::new("CreateCustomer", good)
            .wrong("customer_id", no_required_guid())
            .wrong("customer", [Value::Null])
            .wrong("customer.display_name", no_text(200))
            .wrong("customer.organization", no_name("organizations"))
            .wrong("customer.country_code", no_country())
            .wrong("customer.kind", no_choice())
            .wrong("customer.created_by", [json!("x"), json!(customer())])
            .also([("customer.registration_number", json!("1"))], &[NUMBER])
            .also([("customer.country_code", json!("PL"))], &[NUMBER])
            .wrong("request_id", no_guid()),
        Form::new("RecordAccountReview", review)
            .wrong("name", no_name("customers"))
            .wrong("state", [no_choice(), vec![json!(1)]].concat())
            .wrong("detail", no_text(500))
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
        Form::new("GetCustomer", json!({ "name": customer() })).wrong("name", no_name("customers")),
        acceptance("RecordCustomerAgreement", customer()).wrong("name", no_name("customers")),
    ]
}

/// A method that records an acceptance of the MCA for the named resource.
fn acceptance(method: &'static str, name: String) -> Form {
    let good = json!({
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
    Form::new(method, good)
        .wrong("agreement", [Value::Null])
        .wrong("agreement.template_id", no_text(100))
        .wrong("agreement.version", no_text(100))
        .wrong("agreement.first_name", no_text(100))
        .wrong("agreement.last_name", no_text(100))
        .wrong("agreement.email", no_email())
        .wrong("agreement.accept_time", no_time_past())
        .wrong("request_id", no_guid())
        .wrong("etag", no_etag())
}

fn relationships(token: &str) -> Vec<Form> {
    let ask = json!({ "parent": customer(), "partner": partner(), "kind": 1, "request_id": ID,
        "relationship_id": ID, "provider": format!("partners/{OTHER_ID}") });
    let name = format!("{}/relationships/{ID}", customer());
    let no_relationship = || {
        let loose = [customer(), format!("{}/relationships/x", customer())];
        [no_name("customers"), loose.map(Value::from).into()].concat()
    };
    let refuse = json!({ "name": name, "detail": "moved", "request_id": ID });
    let mut remove = refuse.clone();
    remove["removed_by"] = json!(partner());
    vec![
        Form::new("RequestCustomerRelationship", ask)
            .wrong("parent", no_name("customers"))
            .wrong("partner", no_name("partners"))
            .wrong("kind", no_choice())
            .wrong("role", [json!(99), json!(1), json!(3)])
            .also([("kind", json!(2)), ("role", json!(2))], &["role"])
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag())
            .wrong("relationship_id", no_guid())
            .wrong("provider", [json!("x"), json!(customer())])
            .also([("provider", json!(partner()))], &["provider"]),
        acceptance("AttestCustomerAgreement", name.clone()).wrong("name", no_relationship()),
        Form::new("AcceptCustomerRelationship", json!({ "name": name, "request_id": ID }))
            .wrong("name", no_relationship())
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
        Form::new("RefuseCustomerRelationship", refuse)
            .wrong("name", no_relationship())
            .wrong("detail", no_text(500))
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
        Form::new("RemoveCustomerRelationship", remove)
            .wrong("removed_by", no_name("partners"))
            .wrong("name", no_relationship())
            .wrong("detail", no_text(500))
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
        Form::new("GetCustomerRelationship", json!({ "name": name }))
            .wrong("name", no_relationship()),
        list_under("ListCustomerRelationships", json!({ "parent": customer() }), token)
            .wrong("parent", no_name("customers")),
    ]
}

fn decisions() -> Vec<Form> {
    let line = json!({
        "product_family": 1, "partner_id_on_record": "1234",
        "additional_partner_ids_on_record": ["1235", "1236"],
    });
    let good = json!({
        "transaction": {
            "seller": partner(),
            "reseller": format!("partners/{OTHER_ID}"),
            "customer": customer(),
            "purpose": 1,
            "lines": vec![line.clone(); 300],
        },
        "view": 2,
    });
    let (seller, reseller) = ("transaction.seller", "transaction.reseller");
    let lines = "transaction.lines";
    let crowded = (0..11).map(|at| {
        let ids: Vec<_> = (0..5).map(|id| format!("{}", 5000 + 5 * at + id)).collect();
        json!({ "product_family": 1, "additional_partner_ids_on_record": ids })
    });
    let crowded: Vec<_> = crowded.collect();
    let additional = "transaction.lines[299].additional_partner_ids_on_record";
    vec![
        Form::new("CheckTransaction", good)
            .wrong("transaction", [Value::Null])
            .wrong(seller, no_name("partners"))
            .wrong(reseller, [json!("x"), json!(customer())])
            .wrong("transaction.customer", no_name("customers"))
            .wrong("transaction.purpose", no_choice())
            .wrong("transaction.lines[299].product_family", no_choice())
            .wrong("transaction.lines[299].partner_id_on_record", [json!("123"), json!("x")])
            .wrong("transaction.lines[299].additional_partner_ids_on_record[1]", [json!("y")])
            .also([(additional, json!(["1235", "1235"]))], &[additional])
            .also([(additional, json!(["1234"]))], &[additional])
            .also([(additional, json!(["1", "2", "3", "4", "5", "6"]))], &[additional])
            .wrong("view", [json!(99), json!(-1)])
            .also([(reseller, json!(partner()))], &[reseller])
            .also([(lines, json!(vec![line; 301]))], &[lines])
            .also([(lines, json!(crowded))], &[lines]),
        Form::new("ListSalesPaths", json!({ "customer": customer() }))
            .wrong("customer", no_name("customers")),
        Form::new("GetMarket", json!({ "country_code": "XK" })).wrong("country_code", no_country()),
    ]
}
