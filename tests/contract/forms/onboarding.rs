use serde_json::{Value, json};

use super::{
    Form, ID, OTHER_ID, batch, list, no_choice, no_country, no_etag, no_guid, no_name,
    no_required_guid, no_text, no_time_past, no_work_email,
};

pub(super) fn forms([of_organizations, of_partners]: &[String; 2]) -> Vec<Form> {
    let lists =
        vec![list("ListOrganizations", of_partners), list("ListPartners", of_organizations)];
    let batches = vec![
        batch("BatchGetOrganizations", "organizations", 200, no_name("organizations")),
        batch("BatchGetPartners", "partners", 200, no_name("partners")),
    ];
    let all =
        [organizations(), partners(), enrollments(), agreements(), standings(), lists, batches];
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
    json!({
        "organization": format!("organizations/{organization}"),
        "share_basis_points": share,
        "from_time": "2026-01-01T00:00:00Z",
    })
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
    let mask = "update_mask";
    let profile =
        json!({ "name": organization(), "display_name": "Contoso", "country_code": "FR" });
    let update = json!({
        "organization": profile, "update_mask": "displayName,countryCode", "request_id": ID,
    });
    let record = json!({ "name": organization(), "owner": owner(OTHER_ID, 1), "request_id": ID });
    let end = json!({
        "name": organization(),
        "owner": format!("organizations/{OTHER_ID}"),
        "detail": "sold",
        "end_time": "2026-01-01T00:00:00Z",
        "request_id": ID,
    });
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
            .wrong("organization.owners[0].from_time", [json!("2999-01-01T00:00:00Z")])
            .also([(share, json!(0))], &["organization.owners[0]"]),
        Form::new("UpdateOrganization", update)
            .wrong("organization", [Value::Null])
            .wrong("organization.name", no_name("organizations"))
            .wrong("organization.display_name", no_text(200))
            .wrong("organization.country_code", no_country())
            .wrong("request_id", no_guid())
            .wrong("organization.etag", no_etag())
            .also([(mask, json!(""))], &[mask])
            .also([(mask, json!("globalAccountId"))], &[mask])
            .also([(mask, json!("displayName,owners"))], &[mask]),
        Form::new("RecordOwnership", record)
            .wrong("name", no_name("organizations"))
            .wrong("owner", [Value::Null])
            .wrong("owner.organization", no_name("organizations"))
            .wrong("owner.share_basis_points", [json!(-1), json!(10001)])
            .wrong("owner.from_time", [json!("2999-01-01T00:00:00Z")])
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag())
            .also([("owner.share_basis_points", json!(0))], &["owner"])
            .also([("owner.organization", json!(organization()))], &["owner.organization"]),
        Form::new("EndOwnership", end)
            .wrong("name", no_name("organizations"))
            .wrong("owner", no_name("organizations"))
            .wrong("end_time", [json!("2999-01-01T00:00:00Z")])
            .wrong("detail", no_text(500))
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
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
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
    ]
}

fn enrollments() -> Vec<Form> {
    let enroll = json!({
        "parent": partner(), "role": 1, "contact_email": "ada@contoso.com", "request_id": ID,
    });
    let vetting = json!({
        "name": enrollment(), "check": 3, "result": 2, "detail": "é".repeat(500), "request_id": ID,
    });
    let suspend = json!({
        "name": enrollment(), "cause": 5, "detail": "late", "request_id": ID,
    });
    let resubmit = json!({
        "name": enrollment(), "contact_email": "ada@contoso.com", "request_id": ID,
    });
    let revoke = json!({ "name": enrollment(), "detail": "late", "request_id": ID });
    let bare = |method| {
        Form::new(method, json!({ "name": enrollment(), "request_id": ID }))
            .wrong("name", no_enrollment())
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag())
    };
    vec![
        Form::new("EnrollPartner", enroll)
            .wrong("parent", no_name("partners"))
            .wrong("role", no_choice())
            .wrong("contact_email", no_work_email())
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
        Form::new("GetEnrollment", json!({ "name": enrollment() })).wrong("name", no_enrollment()),
        Form::new("ListEnrollments", json!({ "parent": partner() }))
            .wrong("parent", no_name("partners")),
        Form::new("RecordVettingResult", vetting)
            .wrong("name", no_enrollment())
            .wrong("check", no_choice())
            .wrong("result", no_choice())
            .wrong("detail", no_text(500))
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag())
            .also([("result", json!(1)), ("detail", json!("x".repeat(501)))], &["detail"]),
        Form::new("ResubmitEnrollment", resubmit)
            .wrong("name", no_enrollment())
            .wrong("contact_email", no_work_email().into_iter().filter(|it| *it != ""))
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
        Form::new("SuspendEnrollment", suspend)
            .wrong("name", no_enrollment())
            .wrong("cause", no_choice())
            .wrong("detail", no_text(500))
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
        Form::new("RevokeEnrollment", revoke)
            .wrong("name", no_enrollment())
            .wrong("detail", no_text(500))
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
        bare("SubmitEnrollment"),
        bare("ReinstateEnrollment"),
        bare("ReviewEnrollment"),
        Form::new("AssessEnrollment", json!({ "name": enrollment() }))
            .wrong("name", no_enrollment()),
        evidence(),
    ]
}

fn evidence() -> Form {
    let shown = |requirement: i32| {
        json!({
            "requirement": requirement,
            "figure": "1000000000000000",
            "observed_time": "2026-01-01T00:00:00Z",
            "attested_by": "é".repeat(200),
            "reference": "r",
        })
    };
    let all = "evidence";
    let reseller = format!("{}/enrollments/indirect-reseller", partner());
    let good = json!({ "name": enrollment(), all: [shown(1), shown(11)], "request_id": ID });
    let many: Vec<_> = (0..21).map(|_| shown(1)).collect();
    Form::new("RecordEvidence", good)
        .wrong("name", no_enrollment())
        .wrong("evidence[0].requirement", no_choice())
        .wrong("evidence[0].figure", ["-1", "1000000000000001"].map(json))
        .wrong("evidence[0].observed_time", no_time_past())
        .wrong("evidence[0].attested_by", no_text(200))
        .wrong("evidence[0].reference", no_text(200))
        .wrong("request_id", no_guid())
        .wrong("etag", no_etag())
        .also([(all, json!([]))], &[all])
        .also([(all, json!(many))], &[all])
        .also([(all, json!([shown(1), shown(1)]))], &[all])
        .also([("name", json!(reseller))], &["evidence[1].requirement"])
}

fn agreements() -> Vec<Form> {
    let accept = json!({
        "parent": partner(),
        "agreement": {
            "kind": 1,
            "version": "2019-09",
            "signatory": { "first_name": "Ada", "last_name": "Byron", "email": "a@contoso.com", "role": 1 },
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
            .wrong("agreement.version", ["2026-12", "2019-9", "2025-10"].map(json))
            .wrong("agreement.signatory", [Value::Null])
            .wrong("agreement.signatory.first_name", no_text(100))
            .wrong("agreement.signatory.last_name", no_text(100))
            .wrong("agreement.signatory.email", no_work_email())
            .wrong("agreement.signatory.role", no_choice())
            .wrong("agreement.accept_time", no_time_past())
            .wrong("agreement.accept_time", [json!("2019-08-31T23:59:59Z")])
            .wrong("request_id", no_guid())
            .wrong("etag", no_etag()),
        Form::new("GetAgreement", json!({ "name": name })).wrong("name", no_agreement),
        Form::new("ListAgreements", json!({ "parent": partner() }))
            .wrong("parent", no_name("partners")),
        Form::new(
            "GetAgreementStatus",
            json!({ "partner_id": "1234", "tenant_id": "", "csp_region": "europe" }),
        )
        .wrong("partner_id", ["123", "12345678901", "12a4"].map(json))
        .also([("partner_id", json!("")), ("tenant_id", json!("x"))], &["tenant_id"])
        .wrong("csp_region", ["Europe", "FR"].map(json))
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
