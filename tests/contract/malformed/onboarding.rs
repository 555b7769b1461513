use serde_json::{Value, json};

use super::{
    ID, OTHER_ID, Requests, batch, invalid_countries, invalid_enum_values, invalid_etags,
    invalid_guids, invalid_name_filters, invalid_names, invalid_past_times, invalid_required_guids,
    invalid_texts, invalid_work_emails, list,
};

pub(super) fn requests([of_organizations, of_partners]: &[String; 2]) -> Vec<Requests> {
    let lists = vec![
        list("ListOrganizations", of_partners).invalid("filter", invalid_name_filters()),
        list("ListPartners", of_organizations),
    ];
    let batches = vec![
        batch("BatchGetOrganizations", "organizations", 200, invalid_names("organizations")),
        batch("BatchGetPartners", "partners", 200, invalid_names("partners")),
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

fn invalid_enrollments() -> Vec<Value> {
    let role = format!("{}/enrollments/boss", partner());
    [invalid_names("partners"), vec![json!(partner()), json!(role)]].concat()
}

fn owner(organization: &str, share: i32) -> Value {
    json!({
        "organization": format!("organizations/{organization}"),
        "share_basis_points": share,
        "from_time": "2026-01-01T00:00:00Z",
    })
}

fn organizations() -> Vec<Requests> {
    let owners = json!([owner(ID, 4000), owner(OTHER_ID, 6000)]);
    let valid = json!({
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
        Requests::new("CreateOrganization", valid)
            .invalid("organization", [Value::Null])
            .invalid("organization.display_name", invalid_texts(200))
            .invalid("organization.country_code", invalid_countries())
            .invalid("organization.global_account_id", ["123", "12345678901", "12a4"].map(json))
            .invalid(owner_field, invalid_names("organizations"))
            .invalid(share, [json!(-1), json!(10001)])
            .invalid("request_id", invalid_guids())
            .invalid("organization_id", invalid_guids())
            .invalid_fields([(owners, json!(many))], &[owners])
            .invalid_fields([(owners, json!([owner(ID, 1), owner(ID, 2)]))], &[owners])
            .invalid_fields([(owners, json!([owner(ID, 10000), owner(OTHER_ID, 1)]))], &[owners])
            .invalid("organization.owners[0].from_time", [json!("2999-01-01T00:00:00Z")])
            .invalid_fields([(share, json!(0))], &["organization.owners[0]"]),
        Requests::new("UpdateOrganization", update)
            .invalid("organization", [Value::Null])
            .invalid("organization.name", invalid_names("organizations"))
            .invalid("organization.display_name", invalid_texts(200))
            .invalid("organization.country_code", invalid_countries())
            .invalid("request_id", invalid_guids())
            .invalid("organization.etag", invalid_etags())
            .invalid_fields([(mask, json!(""))], &[mask])
            .invalid_fields([(mask, json!("globalAccountId"))], &[mask])
            .invalid_fields([(mask, json!("displayName,owners"))], &[mask]),
        Requests::new("RecordOwnership", record)
            .invalid("name", invalid_names("organizations"))
            .invalid("owner", [Value::Null])
            .invalid("owner.organization", invalid_names("organizations"))
            .invalid("owner.share_basis_points", [json!(-1), json!(10001)])
            .invalid("owner.from_time", [json!("2999-01-01T00:00:00Z")])
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags())
            .invalid_fields([("owner.share_basis_points", json!(0))], &["owner"])
            .invalid_fields(
                [("owner.organization", json!(organization()))],
                &["owner.organization"],
            ),
        Requests::new("EndOwnership", end)
            .invalid("name", invalid_names("organizations"))
            .invalid("owner", invalid_names("organizations"))
            .invalid("end_time", [json!("2999-01-01T00:00:00Z")])
            .invalid("detail", invalid_texts(500))
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags()),
        Requests::new("GetOrganization", json!({ "name": organization() }))
            .invalid("name", invalid_names("organizations")),
    ]
}

fn json(text: &str) -> Value {
    Value::from(text)
}

fn partners() -> Vec<Requests> {
    let new = json!({ "organization": organization(), "country_code": "FR" });
    let valid = json!({ "partner_id": OTHER_ID, "partner": new, "request_id": ID });
    let location = json!({
        "name": partner(),
        "location_account_id": "1234",
        "location_country_code": "XK",
        "request_id": ID,
    });
    vec![
        Requests::new("CreatePartner", valid)
            .invalid("partner_id", invalid_required_guids())
            .invalid("partner", [Value::Null])
            .invalid("partner.organization", invalid_names("organizations"))
            .invalid("partner.country_code", invalid_countries())
            .invalid("request_id", invalid_guids()),
        Requests::new("GetPartner", json!({ "name": partner() }))
            .invalid("name", invalid_names("partners")),
        Requests::new("AssociateLocation", location)
            .invalid("name", invalid_names("partners"))
            .invalid("location_account_id", ["", "123", "12345678901", "-1234"].map(json))
            .invalid("location_country_code", invalid_countries())
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags()),
    ]
}

fn enrollments() -> Vec<Requests> {
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
        Requests::new(method, json!({ "name": enrollment(), "request_id": ID }))
            .invalid("name", invalid_enrollments())
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags())
    };
    vec![
        Requests::new("EnrollPartner", enroll)
            .invalid("parent", invalid_names("partners"))
            .invalid("role", invalid_enum_values())
            .invalid("contact_email", invalid_work_emails())
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags()),
        Requests::new("GetEnrollment", json!({ "name": enrollment() }))
            .invalid("name", invalid_enrollments()),
        Requests::new("ListEnrollments", json!({ "parent": partner() }))
            .invalid("parent", invalid_names("partners")),
        Requests::new("RecordVettingResult", vetting)
            .invalid("name", invalid_enrollments())
            .invalid("check", invalid_enum_values())
            .invalid("result", invalid_enum_values())
            .invalid("detail", invalid_texts(500))
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags())
            .invalid_fields(
                [("result", json!(1)), ("detail", json!("x".repeat(501)))],
                &["detail"],
            ),
        Requests::new("ResubmitEnrollment", resubmit)
            .invalid("name", invalid_enrollments())
            .invalid("contact_email", invalid_work_emails().into_iter().filter(|it| *it != ""))
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags()),
        Requests::new("SuspendEnrollment", suspend)
            .invalid("name", invalid_enrollments())
            .invalid("cause", invalid_enum_values())
            .invalid("detail", invalid_texts(500))
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags()),
        Requests::new("RevokeEnrollment", revoke)
            .invalid("name", invalid_enrollments())
            .invalid("detail", invalid_texts(500))
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags()),
        bare("SubmitEnrollment"),
        bare("ReinstateEnrollment"),
        bare("ReviewEnrollment"),
        Requests::new("AssessEnrollment", json!({ "name": enrollment() }))
            .invalid("name", invalid_enrollments()),
        evidence(),
    ]
}

fn evidence() -> Requests {
    let evidence = |requirement: i32| {
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
    let valid = json!({ "name": enrollment(), all: [evidence(1), evidence(11)], "request_id": ID });
    let many: Vec<_> = (0..21).map(|_| evidence(1)).collect();
    Requests::new("RecordEvidence", valid)
        .invalid("name", invalid_enrollments())
        .invalid("evidence[0].requirement", invalid_enum_values())
        .invalid("evidence[0].figure", ["-1", "1000000000000001"].map(json))
        .invalid("evidence[0].observed_time", invalid_past_times())
        .invalid("evidence[0].attested_by", invalid_texts(200))
        .invalid("evidence[0].reference", invalid_texts(200))
        .invalid("request_id", invalid_guids())
        .invalid("etag", invalid_etags())
        .invalid_fields([(all, json!([]))], &[all])
        .invalid_fields([(all, json!(many))], &[all])
        .invalid_fields([(all, json!([evidence(1), evidence(1)]))], &[all])
        .invalid_fields([("name", json!(reseller))], &["evidence[1].requirement"])
}

fn agreements() -> Vec<Requests> {
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
    let invalid_agreements = [invalid_names("partners"), vec![json!(partner())]].concat();
    vec![
        Requests::new("AcceptAgreement", accept)
            .invalid("parent", invalid_names("partners"))
            .invalid("agreement", [Value::Null])
            .invalid("agreement.kind", invalid_enum_values())
            .invalid("agreement.version", ["2026-12", "2019-9", "2025-10"].map(json))
            .invalid("agreement.signatory", [Value::Null])
            .invalid("agreement.signatory.first_name", invalid_texts(100))
            .invalid("agreement.signatory.last_name", invalid_texts(100))
            .invalid("agreement.signatory.email", invalid_work_emails())
            .invalid("agreement.signatory.role", invalid_enum_values())
            .invalid("agreement.accept_time", invalid_past_times())
            .invalid("agreement.accept_time", [json!("2019-08-31T23:59:59Z")])
            .invalid("request_id", invalid_guids())
            .invalid("etag", invalid_etags()),
        Requests::new("GetAgreement", json!({ "name": name })).invalid("name", invalid_agreements),
        Requests::new("ListAgreements", json!({ "parent": partner() }))
            .invalid("parent", invalid_names("partners")),
        Requests::new(
            "GetAgreementStatus",
            json!({ "partner_id": "1234", "tenant_id": "", "csp_region": "europe" }),
        )
        .invalid("partner_id", ["123", "12345678901", "12a4"].map(json))
        .invalid_fields([("partner_id", json!("")), ("tenant_id", json!("x"))], &["tenant_id"])
        .invalid("csp_region", ["Europe", "FR"].map(json))
        .invalid_fields([("tenant_id", json!(ID))], &["partner_id"])
        .invalid_fields([("partner_id", json!(""))], &["partner_id"]),
    ]
}

fn standings() -> Vec<Requests> {
    let valid = json!({
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
        Requests::new("BatchGetPartnerStandings", valid)
            .invalid("names[0]", invalid_names("partners"))
            .invalid("buyer.tenant_id", invalid_required_guids())
            .invalid("buyer.organization", invalid_names("organizations"))
            .invalid_fields([("names", json!(many))], &["names"])
            .invalid_fields([("names", json!([partner(), partner()]))], &["names"])
            .invalid_fields(none, &["names"])
            .invalid_fields(both, &["names[0]", "names[1]"])
            .invalid("location_account_ids[0]", [json!(""), json!("123"), json!("x")])
            .invalid_fields([(accounts, json!(["1234", "1234"]))], &[accounts])
            .invalid_fields([(accounts, json!(many_accounts))], &[accounts]),
    ]
}
