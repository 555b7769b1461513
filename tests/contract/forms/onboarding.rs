use serde_json::{Value, json};

use super::{
    Form, ID, OTHER_ID, list, no_choice, no_country, no_guid, no_name, no_required_guid, no_text,
    no_time_past, no_work_email,
};

pub(super) fn forms([of_organizations, of_partners]: &[String; 2]) -> Vec<Form> {
    let lists =
        vec![list("ListOrganizations", of_partners), list("ListPartners", of_organizations)];
    let all = [organizations(), partners(), enrollments(), agreements(), standings(), lists];
    all.into_iter().flatten().collect()
}

fn partner() -> String {
    format!("partners/{ID}")
}

fn organization() -> String {
    format!("organizations/{ID}")
}

fn enrollment() -> String {
    format!("{}/enrollments/direct-bill", partner())
}

fn no_enrollment() -> Vec<Value> {
    let role = format!("{}/enrollments/boss", partner());
    [no_name("partners"), vec![json!(partner()), json!(role)]].concat()
}

fn owner(organization: &str, share: i32) -> Value {
    json!({ "organization": format!("organizations/{organization}"), "share_basis_points": share })
}

fn organizations() -> Vec<Form> {
    let owners = json!([owner(ID, 4000), owner(OTHER_ID, 6000)]);
    let good = json!({
        "organization": {
            "display_name": "é".repeat(200),
            "country_code": "FR",
            "global_account_id": "1234567890",
            "owners": owners,
        },
        "request_id": ID,
        "organization_id": OTHER_ID,
    });
    let owner_field = "organization.owners[0].organization";
    let share = "organization.owners[0].share_basis_points";
    let owners = "organization.owners";
    let many: Vec<_> = (0..101).map(|_| owner(ID, 1)).collect();
    vec![
        Form::new("CreateOrganization", good)
            .wrong("organization", [Value::Null])
            .wrong("organization.display_name", no_text(200))
            .wrong("organization.country_code", no_country())
            .wrong("organization.global_account_id", ["123", "12345678901", "12a4"].map(json))
            .wrong(owner_field, no_name("organizations"))
            .wrong(share, [json!(-1), json!(10001)])
            .wrong("request_id", no_guid())
            .wrong("organization_id", no_guid())
            .also([(owners, json!(many))], &[owners])
            .also([(owners, json!([owner(ID, 1), owner(ID, 2)]))], &[owners])
            .also([(owners, json!([owner(ID, 10000), owner(OTHER_ID, 1)]))], &[owners])
            .also([(share, json!(0))], &["organization.owners[0]"]),
        Form::new("GetOrganization", json!({ "name": organization() }))
            .wrong("name", no_name("organizations")),
    ]
}

fn json(text: &str) -> Value {
    Value::from(text)
}

fn partners() -> Vec<Form> {
    let new = json!({ "organization": organization(), "country_code": "FR" });
    let good = json!({ "partner_id": OTHER_ID, "partner": new, "request_id": ID });
    let location = json!({
        "name": partner(),
        "location_account_id": "1234",
        "location_country_code": "XK",
        "request_id": ID,
    });
    vec![
        Form::new("CreatePartner", good)
            .wrong("partner_id", no_required_guid())
            .wrong("partner", [Value::Null])
            .wrong("partner.organization", no_name("organizations"))
            .wrong("partner.country_code", no_country())
            .wrong("request_id", no_guid()),
        Form::new("GetPartner", json!({ "name": partner() })).wrong("name", no_name("partners")),
        Form::new("AssociateLocation", location)
            .wrong("name", no_name("partners"))
            .wrong("location_account_id", ["", "123", "12345678901", "-1234"].map(json))
            .wrong("location_country_code", no_country())
            .wrong("request_id", no_guid()),
    ]
}

fn enrollments() -> Vec<Form> {
    let enroll = json!({
        "parent": partner(), "role": 1, "contact_email": "ada@contoso.com", "request_id": ID,
    });
    let vetting = json!({
        "name": enrollment(), "result": 2, "detail": "é".repeat(500), "request_id": ID,
    });
    let suspend = json!({ "name": enrollment(), "detail": "late", "request_id": ID });
    vec![
        Form::new("EnrollPartner", enroll)
            .wrong("parent", no_name("partners"))
            .wrong("role", no_choice())
            .wrong("contact_email", no_work_email())
            .wrong("request_id", no_guid()),
        Form::new("GetEnrollment", json!({ "name": enrollment() })).wrong("name", no_enrollment()),
        Form::new("ListEnrollments", json!({ "parent": partner() }))
            .wrong("parent", no_name("partners")),
        Form::new("RecordVettingResult", vetting)
            .wrong("name", no_enrollment())
            .wrong("result", no_choice())
            .wrong("detail", no_text(500))
            .wrong("request_id", no_guid())
            .also([("result", json!(1)), ("detail", json!("x".repeat(501)))], &["detail"]),
        Form::new("SuspendEnrollment", suspend)
            .wrong("name", no_enrollment())
            .wrong("detail", no_text(500))
            .wrong("request_id", no_guid()),
        Form::new("ReinstateEnrollment", json!({ "name": enrollment(), "request_id": ID }))
            .wrong("name", no_enrollment())
            .wrong("request_id", no_guid()),
    ]
}

fn agreements() -> Vec<Form> {
    let accept = json!({
        "parent": partner(),
        "agreement": {
            "kind": 1,
            "version": "v".repeat(40),
            "signatory": { "first_name": "Ada", "last_name": "Byron", "email": "a@contoso.com" },
            "accept_time": "2026-01-01T00:00:00Z",
        },
        "request_id": ID,
    });
    let name = format!("{}/agreements/{ID}", partner());
    let no_agreement = [no_name("partners"), vec![json!(partner())]].concat();
    vec![
        Form::new("AcceptAgreement", accept)
            .wrong("parent", no_name("partners"))
            .wrong("agreement", [Value::Null])
            .wrong("agreement.kind", no_choice())
            .wrong("agreement.version", no_text(40))
            .wrong("agreement.signatory", [Value::Null])
            .wrong("agreement.signatory.first_name", no_text(100))
            .wrong("agreement.signatory.last_name", no_text(100))
            .wrong("agreement.signatory.email", no_work_email())
            .wrong("agreement.accept_time", no_time_past())
            .wrong("request_id", no_guid()),
        Form::new("GetAgreement", json!({ "name": name })).wrong("name", no_agreement),
        Form::new("ListAgreements", json!({ "parent": partner() }))
            .wrong("parent", no_name("partners")),
        Form::new("GetAgreementStatus", json!({ "partner_id": "1234", "tenant_id": "" }))
            .wrong("partner_id", ["123", "12345678901", "12a4"].map(json))
            .also([("partner_id", json!("")), ("tenant_id", json!("x"))], &["tenant_id"])
            .also([("tenant_id", json!(ID))], &["partner_id"])
            .also([("partner_id", json!(""))], &["partner_id"]),
    ]
}

fn standings() -> Vec<Form> {
    let good = json!({
        "names": [partner(), format!("partners/{OTHER_ID}")],
        "buyer": { "tenant_id": ID, "organization": organization() },
        "location_account_ids": ["1234"],
    });
    let many: Vec<_> = (0..201).map(|at| format!("partners/{}{at:03}", &ID[..33])).collect();
    let accounts = "location_account_ids";
    let many_accounts: Vec<_> = (10_000..10_201).map(|id| id.to_string()).collect();
    let none = [("names", json!([])), ("buyer", Value::Null), (accounts, json!([]))];
    let both = [("names[0]", json!("x")), ("names[1]", json!("y"))];
    vec![
        Form::new("BatchGetPartnerStandings", good)
            .wrong("names[0]", no_name("partners"))
            .wrong("buyer.tenant_id", no_required_guid())
            .wrong("buyer.organization", no_name("organizations"))
            .also([("names", json!(many))], &["names"])
            .also([("names", json!([partner(), partner()]))], &["names"])
            .also(none, &["names"])
            .also(both, &["names[0]", "names[1]"])
            .wrong("location_account_ids[0]", [json!(""), json!("123"), json!("x")])
            .also([(accounts, json!(["1234", "1234"]))], &[accounts])
            .also([(accounts, json!(many_accounts))], &[accounts]),
    ]
}
